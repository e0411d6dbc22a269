/**
 * The operations of ePay's payment web service: capture, delete, credit and gettransaction.
 *
 * Facts: SHEET.md, "After payment". Safe readings of what is unverified:
 * - several captures are made where the shop wants them; an acquirer without split payment declines them;
 * - the text of an error is fetched where that works, and left empty where it does not.
 */
import { currencyByNumber } from '../../payments/currencies.ts';
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import type { Bookings } from '../../payments/reconciliation.ts';
import type {
  OperationCall,
  OperationOrder,
  OperationResult,
  ProviderAccount,
  ProviderUpdate,
  StatusQuery,
} from '../contract.ts';
import { meaningOf } from '../kit/statuses.ts';
import type { EpaydkSettings } from './settings.ts';
import { callPaymentService, elementText, type SoapElements } from './soap.ts';
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
  const code = isAcquirers ? pbs : epay || 'false';
  throw new Declined(code, await errorText(order, isAcquirers ? 'pbs' : 'epay', code));
}

/** Amounts in minor units. */
interface Transaction {
  readonly orderid: string;
  /** ISO 4217 numeric; empty where the answer has none. */
  readonly currency: string;
  readonly status: string;
  readonly authorized: number;
  readonly captured: number;
  readonly credited: number;
}

async function readTransaction(
  fetcher: typeof fetch,
  account: ProviderAccount<EpaydkSettings>,
  transactionid: string,
): Promise<Transaction> {
  const { ok, answer } = await callPaymentService(fetcher, account, 'gettransaction', {
    transactionid,
    epayresponse: '-1',
  });
  const information = answer.transactionInformation as SoapElements | undefined;
  if (!ok || !information) {
    const code = elementText(answer, 'epayresponse');
    throw new Problem('provider_error', `the provider answered the error ${code}`, {
      provider: { code, text: '' },
    });
  }
  const amount = (name: string) => {
    const digits = elementText(information, name);
    return /^\d{1,15}$/.test(digits) ? Number(digits) : 0;
  };
  return {
    orderid: elementText(information, 'orderid'),
    currency: elementText(information, 'currency'),
    status: elementText(information, 'status'),
    authorized: amount('authamount'),
    captured: amount('capturedamount'),
    credited: amount('creditedamount'),
  };
}

/** What the transaction shows: totals of what was captured and credited. */
export async function lookUpAtEpay(call: OperationCall<EpaydkSettings>): Promise<Bookings> {
  const { status, captured, credited } = await readTransaction(
    call.fetch,
    call.account,
    transactionIdOf(call),
  );
  if (call.kind !== 'cancel') {
    return { entries: [], complete: true, total: call.kind === 'capture' ? captured : credited, status };
  }
  const isDeleted = status === 'PAYMENT_DELETED';
  return {
    entries: isDeleted ? [{ amount: null, state: 'succeeded', status }] : [],
    complete: isDeleted || status === 'PAYMENT_NEW' || status === 'PAYMENT_CAPTURED',
    status,
  };
}

/**
 * gettransaction: everything that was captured and credited so far. Null: no callback has named the transaction yet, or its
 * status is not one of the sheet's.
 * @throws Problem; Refusal when the answer is about another order.
 */
export async function queryTransactionAtEpay(
  query: StatusQuery<EpaydkSettings>,
): Promise<readonly ProviderUpdate[] | null> {
  const { providerState, hint, order } = query;
  const txnid = hint.txnid || providerState.txnid;
  if (!txnid) return null;
  const { orderid, status, authorized, captured, credited, ...answer } = await readTransaction(
    query.fetch,
    query.account,
    txnid,
  );
  // A hint may name the transaction of another order. A transaction that a callback has proven needs no order id in the answer.
  const isProven = txnid === providerState.txnid;
  const isOurs = orderid === '' ? isProven : orderid.padStart(9, '0') === (providerState.n ?? orderid);
  if (!isOurs || (!isProven && !providerState.n))
    throw new Refusal('wrong_account', 'the answer is about another payment');
  const currency = answer.currency === '' ? query.currency : currencyByNumber(answer.currency)?.alpha;
  const update = (outcome: ProviderUpdate['outcome'], amount: number | null): ProviderUpdate => ({
    kind: 'update',
    order,
    key: `gettransaction/${txnid}/${status}/${outcome}/${amount}`,
    outcome,
    amount,
    currency: amount === null ? null : (currency ?? answer.currency),
    movement: txnid,
    cumulative: true,
    providerReference: txnid,
    providerStatus: status,
    detail: {},
  });
  switch (meaningOf(EPAYDK_TRANSACTION_STATUSES, status)?.outcome) {
    case 'voided':
      return [update('voided', null)];
    case 'authorized':
      return [update('authorized', authorized)];
    case 'paid':
      return [update('paid', captured), ...(credited > 0 ? [update('refunded', credited)] : [])];
    default:
      return null;
  }
}
