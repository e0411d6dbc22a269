/**
 * The operations of ePay's payment web service: capture, delete, credit and gettransaction.
 *
 * Facts: SHEET.md, "After payment". Safe readings of what is unverified:
 * - several captures are made where the shop wants them; an acquirer without split payment declines them;
 * - the text of an error is fetched where that works, and left empty where it does not.
 */
import { currency } from '../../payments/currencies.ts';
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import type { Bookings } from '../../payments/reconciliation.ts';
import type {
  OperationCall,
  OperationOrder,
  OperationResult,
  ProviderUpdate,
  StatusQuery,
} from '../contract.ts';
import { providerError } from '../kit/provider-error.ts';
import { meaningOf } from '../kit/statuses.ts';
import { providerUpdate } from '../kit/update.ts';
import type { EpaydkSettings } from './settings.ts';
import { callPaymentService, elementText, requireOnce, type SoapElements } from './soap.ts';
import { EPAYDK_TRANSACTION_STATUSES } from './statuses.ts';

/** In ePay's numbering of languages. */
const ENGLISH = '2';

/** The text of an error of the acquirer (pbs) or of ePay; empty where it cannot be had. */
async function errorText(
  order: OperationCall<EpaydkSettings>,
  source: 'pbs' | 'epay',
  code: string,
): Promise<string> {
  const operation = source === 'pbs' ? 'getPbsError' : 'getEpayError';
  try {
    const { answer } = await callPaymentService(order.fetch, order.account, operation, {
      language: ENGLISH,
      [`${source}responsecode`]: code,
      [`${source}responsestring`]: '',
      epayresponse: '-1',
    });
    return elementText(answer, `${source}responsestring`);
  } catch {
    return '';
  }
}

function transactionIdOf({ providerState }: OperationCall<EpaydkSettings>): string {
  if (!providerState.txnid)
    throw new Problem('invalid_state', 'the transaction number of this payment is not known');
  return providerState.txnid;
}

const OPERATIONS: Readonly<Record<OperationKind, string>> = {
  capture: 'capture',
  cancel: 'delete',
  refund: 'credit',
};

/**
 * Captures, deletes or credits. Amounts are minor units; delete has none and takes back the whole authorisation.
 * @throws Declined with the acquirer's code where it gave one, otherwise with ePay's; Problem.
 */
export async function executeAtEpay(order: OperationOrder<EpaydkSettings>): Promise<OperationResult> {
  const { kind, amount } = order;
  const { ok, answer } = await callPaymentService(order.send, order.account, OPERATIONS[kind], {
    transactionid: transactionIdOf(order),
    ...(kind !== 'cancel' && { amount: String(amount) }),
    ...(kind === 'capture' && { group: '', pbsResponse: '-1' }),
    ...(kind === 'refund' && { group: '', pbsresponse: '-1' }),
    epayresponse: '-1',
  });
  if (ok) return { state: 'succeeded', status: 'true', providerReference: null };
  const [pbs, epay] = [elementText(answer, 'pbsresponse'), elementText(answer, 'epayresponse')];
  // -1 is what we passed in.
  const isAcquirers = pbs !== '' && pbs !== '-1' && pbs !== '0';
  const code = isAcquirers ? pbs : epay;
  // A no has a reason.
  if (code === '' || code === '-1')
    throw providerError('the provider answered false, and neither ePay nor the acquirer says why');
  throw new Declined(code, await errorText(order, isAcquirers ? 'pbs' : 'epay', code));
}

/** Amounts in minor units. */
interface Transaction {
  readonly status: string;
  readonly authorized: number;
  readonly captured: number;
  readonly credited: number;
}

type Asked = Pick<StatusQuery<EpaydkSettings>, 'account' | 'currency' | 'providerState' | 'fetch'>;

/**
 * Whether the order id of an answer is ours. ePay may keep it as a number. A transaction that a callback has proven needs no order id
 * in the answer; a hint may name the transaction of another order.
 */
function isOurOrder(
  orderid: string,
  transactionid: string,
  { n, txnid }: Readonly<Record<string, string>>,
): boolean {
  const isProven = transactionid === txnid;
  if (orderid === '') return isProven;
  return n === undefined ? isProven : orderid.padStart(9, '0') === n;
}

/**
 * gettransaction.
 * @throws Problem; Refusal when the answer is about another transaction, order or currency.
 */
async function readTransaction(asked: Asked, transactionid: string): Promise<Transaction> {
  const { ok, answer } = await callPaymentService(asked.fetch, asked.account, 'gettransaction', {
    transactionid,
    epayresponse: '-1',
  });
  const information = answer.transactionInformation as SoapElements | undefined;
  if (!ok || typeof information !== 'object') {
    const code = elementText(answer, 'epayresponse');
    throw new Problem('provider_error', `the provider answered the error ${code}`, {
      provider: { code, text: '' },
    });
  }
  requireOnce(information);
  const numeric = currency(asked.currency)?.numeric ?? '';
  const isOurs =
    (elementText(information, 'transactionid') || transactionid) === transactionid &&
    (elementText(information, 'currency') || numeric).padStart(3, '0') === numeric &&
    isOurOrder(elementText(information, 'orderid'), transactionid, asked.providerState);
  if (!isOurs) throw new Refusal('wrong_account', 'the answer is about another payment');
  const amount = (name: string) => {
    const digits = elementText(information, name);
    if (!/^\d{1,15}$/.test(digits)) throw providerError(`the provider answered no ${name}`);
    return Number(digits);
  };
  return {
    status: elementText(information, 'status'),
    authorized: amount('authamount'),
    captured: amount('capturedamount'),
    credited: amount('creditedamount'),
  };
}

/** What the transaction shows: totals of what was captured and credited, of ours and in the panel. */
export async function lookUpAtEpay(call: OperationCall<EpaydkSettings>): Promise<Bookings> {
  const { status, captured, credited } = await readTransaction(call, transactionIdOf(call));
  const outcome = meaningOf(EPAYDK_TRANSACTION_STATUSES, status)?.outcome;
  // Whatever a word that is not documented stands for.
  if (outcome === undefined) return { entries: [], complete: false, status };
  if (call.kind !== 'cancel') {
    return { entries: [], complete: true, total: call.kind === 'capture' ? captured : credited, status };
  }
  const isDeleted = outcome === 'voided';
  return {
    entries: isDeleted ? [{ amount: null, state: 'succeeded', status }] : [],
    complete: true,
    status,
  };
}

/**
 * gettransaction: everything that was captured and credited so far. Null: no callback has named the transaction yet, or its
 * status is not one of the sheet's.
 * @throws Problem; Refusal when the answer is about another transaction, order or currency.
 */
export async function queryTransactionAtEpay(
  query: StatusQuery<EpaydkSettings>,
): Promise<readonly ProviderUpdate[] | null> {
  const { providerState, hint, order } = query;
  const txnid = hint.txnid || providerState.txnid;
  if (!txnid) return null;
  const { status, authorized, captured, credited } = await readTransaction(query, txnid);
  const update = (outcome: ProviderUpdate['outcome'], amount: number | null): ProviderUpdate =>
    providerUpdate({
      order,
      key: `gettransaction/${txnid}/${status}/${outcome}/${amount}`,
      outcome,
      amount,
      currency: amount === null ? null : query.currency,
      movement: txnid,
      cumulative: true,
      // A hint has named it: later calls need it.
      providerState: { txnid },
      providerReference: txnid,
      providerStatus: status,
    });
  const moved = [update('paid', captured), ...(credited > 0 ? [update('refunded', credited)] : [])];
  switch (meaningOf(EPAYDK_TRANSACTION_STATUSES, status)?.outcome) {
    case 'voided':
      // What was captured before the rest was released stays.
      return [...(captured > 0 ? moved : []), update('voided', null)];
    case 'authorized':
      // A part may be captured while the rest is still held.
      return captured > 0 ? moved : [update('authorized', authorized)];
    case 'paid':
      return moved;
    default:
      return null;
  }
}
