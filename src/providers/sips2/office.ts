/**
 * Validate (capture), cancel and refund of SIPS 2 by Office JSON, and its status query, getTransactionData. Facts: SHEET.md, "After
 * payment".
 *
 * Safe readings:
 * - 01, 17, 90, 91, 94 and 97 to 99 leave the outcome unknown, because nothing is idempotent; 60 and 62 are accepted.
 * - What became of an operation is concluded from transactionStatus. It does not change by the refund or cancel of a part, so that
 *   nobody but a person can say what became of a part whose answer was lost.
 */
import { currency, currencyByNumber } from '../../payments/currencies.ts';
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import { display } from '../../payments/money.ts';
import type { OperationKind } from '../../payments/operations.ts';
import type { Bookings } from '../../payments/reconciliation.ts';
import type {
  OperationCall,
  OperationOrder,
  OperationResult,
  ProviderOperation,
  ProviderUpdate,
  StatusQuery,
} from '../contract.ts';
import { stateIn } from '../kit/operation-table.ts';
import { providerError } from '../kit/provider-error.ts';
import { meaningOf } from '../kit/statuses.ts';
import { providerUpdate } from '../kit/update.ts';
import { callOffice, lacksSips2Office, officeReference, officeText } from './office-call.ts';
import { partReference } from './parts.ts';
import type { Sips2Settings } from './settings.ts';
import type { OfficeMessage } from './signatures.ts';
import { SIPS2_IMPOSSIBLE, SIPS2_OPERATIONS, SIPS2_TRANSACTION_STATUSES } from './statuses.ts';

type Call = OperationCall<Sips2Settings>;
type Order = OperationOrder<Sips2Settings>;

/** What transactionStatus says once an operation is done. */
const DONE: Readonly<Record<OperationKind, readonly string[]>> = {
  capture: ['TO_CAPTURE', 'CAPTURED'],
  cancel: ['CANCELLED'],
  refund: ['TO_CREDIT', 'CREDITED'],
};

/** What transactionStatus says while an operation on the whole is not done. */
const NOT_DONE: Readonly<Record<OperationKind, readonly string[]>> = {
  capture: ['TO_VALIDATE'],
  cancel: ['TO_CAPTURE', 'TO_VALIDATE', 'CAPTURED'],
  refund: ['CAPTURED'],
};

/** What newStatus cannot be once an operation is done, in whole or in part. */
const IMPOSSIBLE: Readonly<Record<OperationKind, readonly string[]>> = {
  capture: ['TO_VALIDATE', 'CANCELLED', 'REFUSED', 'EXPIRED', 'ABORTED', 'TO_CREDIT', 'CREDITED'],
  cancel: ['REFUSED', 'EXPIRED', 'ABORTED', 'TO_CREDIT', 'CREDITED'],
  refund: ['TO_VALIDATE', 'CANCELLED', 'REFUSED', 'EXPIRED', 'ABORTED'],
};

function failure(code: string, text: string): Problem {
  return new Problem('provider_error', `the provider answered ${code}`, { provider: { code, text } });
}

// --- Executing --------------------------------------------------------------------------------------------

/** A refund is possible after the remittance, a cancel before it. */
const USE_CANCEL = 'not possible in this state: before the remittance, use cancel instead of refund';

function isEarly(kind: OperationKind, code: string): boolean {
  return kind === 'refund' && code === SIPS2_IMPOSSIBLE;
}

/** What an answer to a cash call says. @throws Declined, Problem, Refusal */
function resultOf(kind: OperationKind, answer: OfficeMessage, { amount }: Order): OperationResult {
  const code = officeText(answer.responseCode);
  const newStatus = officeText(answer.newStatus);
  const named = officeText(answer.operationAmount);
  if (named !== '' && named !== String(amount))
    throw new Refusal('wrong_attempt', `the answer is about the amount ${named}`);
  const state = stateIn(SIPS2_OPERATIONS['cash calls'], code);
  const text = [newStatus, officeText(answer.errorFieldName)].filter(Boolean).join(', ');
  if (state === 'failed') throw new Declined(code, isEarly(kind, code) ? USE_CANCEL : text);
  // What waits has not changed the status yet.
  const isUnchanged = state === 'accepted' && NOT_DONE[kind].includes(newStatus);
  if (state === 'unknown' || (!isUnchanged && IMPOSSIBLE[kind].includes(newStatus)))
    throw failure(code, text);
  return { state, status: newStatus || code, providerReference: null };
}

/**
 * Whether an operation takes back all that there is. What is left beside others that still wait is a part: it changes the status only if
 * they are carried out too.
 */
function takesAll({ whole, fundsSource, before, amount }: Call): boolean {
  const { authorized, paid, refunded } = before;
  return whole && amount === (fundsSource === 'held' ? authorized - paid : paid - refunded);
}

/** What a person has to look up where the answer to an operation on a part was lost. */
function whatToLookUp(kind: OperationKind, order: Order): string {
  const reference = Object.values(officeReference(order)).map((one) =>
    typeof one === 'object' && one !== null ? Object.values(one).join('/') : String(one),
  );
  const amount = display(order.amount, order.currency);
  return `no query shows a part: look in the Merchant Extranet for a ${kind} of ${amount} among the operations of the transaction ${reference.join()}, and say what became of it`;
}

/** The failure of a call about a part, with what is to be looked up. */
function withAdvice(error: unknown, kind: OperationKind, order: Order): unknown {
  if (takesAll(order) || kind === 'capture' || error instanceof Declined) return error;
  const advice = whatToLookUp(kind, order);
  if (error instanceof Refusal) {
    const detail = `the provider's answer is not to be believed: ${error.message}; ${advice}`;
    return providerError(detail, error);
  }
  if (!(error instanceof Problem)) return error;
  const { code, message, cause, provider } = error;
  return new Problem(code, `${message}; ${advice}`, { cause, ...(provider && { provider }) });
}

async function execute(kind: OperationKind, order: Order): Promise<OperationResult> {
  // Fails before the call where there is none.
  officeReference(order);
  try {
    const answer = await callOffice(order.send, order, kind, {
      currencyCode: currency(order.currency)?.numeric ?? '',
      operationAmount: String(order.amount),
    });
    return resultOf(kind, answer, order);
  } catch (error) {
    throw withAdvice(error, kind, order);
  }
}

// --- Looking up -------------------------------------------------------------------------------------------

/** Whether the amount of a transaction is one that what we know of it explains, with or without the operation. */
function isExplained(amount: number, { kind, before, amount: operation }: Call): boolean {
  const { authorized, released, paid, refunded } = before;
  // A capture leaves what was captured.
  if (kind === 'capture' && amount === operation) return true;
  const sums = [authorized + released, authorized, paid, paid - refunded];
  return sums.some((sum) => amount === sum || amount === sum - operation);
}

function amountIn(answer: OfficeMessage): number | null {
  const amount = officeText(answer.amount);
  return /^\d{1,12}$/.test(amount) ? Number(amount) : null;
}

/** @throws Refusal when the answer is about another amount. */
async function transactionOf(call: Call): Promise<OfficeMessage> {
  const answer = await callOffice(call.fetch, call, 'status');
  const code = officeText(answer.responseCode);
  if (code !== '00') throw failure(code, '');
  const amount = amountIn(answer);
  if (amount !== null && !isExplained(amount, call))
    throw new Refusal('wrong_attempt', `the answer is about another amount: ${amount}`);
  return answer;
}

/** A validation changes the status, of a part too: whether it was ours, the amount says. */
async function lookUpCapture(call: Call): Promise<Bookings> {
  const answer = await transactionOf(call);
  const status = officeText(answer.transactionStatus);
  const amount = amountIn(answer);
  const isOurs = amount === call.amount || (amount === null && call.whole);
  const isDone = isOurs && DONE.capture.includes(status);
  return {
    entries: isDone
      ? [{ operationReference: call.operationReference, amount: call.amount, state: 'succeeded', status }]
      : [],
    complete: NOT_DONE.capture.includes(status),
    status,
  };
}

/** Null for a part, which no status shows. */
async function lookUpWhole(kind: 'cancel' | 'refund', call: Call): Promise<Bookings | null> {
  if (!takesAll(call)) return null;
  const status = officeText((await transactionOf(call)).transactionStatus);
  // Where a part was refunded before, TO_CREDIT might be about that.
  const isSure = status !== 'TO_CREDIT' || call.before.refunded === 0;
  return {
    entries:
      DONE[kind].includes(status) && isSure ? [{ amount: call.amount, state: 'succeeded', status }] : [],
    complete: NOT_DONE[kind].includes(status),
    status,
  };
}

// --- The operations ---------------------------------------------------------------------------------------

function operation(
  kind: OperationKind,
  rule: ProviderOperation<Sips2Settings>['rule'],
): ProviderOperation<Sips2Settings> {
  return {
    rule,
    lacks: lacksSips2Office,
    execute: (order) => execute(kind, order),
    lookUp: (call) => (kind === 'capture' ? lookUpCapture(call) : lookUpWhole(kind, call)),
  };
}

/** cashManagement/validate: in VALIDATION mode only. */
export const sips2Capture = operation('capture', { parts: 'one', fundsSources: ['held'] });

/** cashManagement/cancel: before the capture; a smaller amount reduces what is captured. */
export const sips2Cancel = operation('cancel', { parts: 'many', fundsSources: ['held', 'paid'] });

/** cashManagement/refund: after the capture. */
export const sips2Refund = operation('refund', { parts: 'many', fundsSources: ['paid'] });

// --- The status query -------------------------------------------------------------------------------------

/** What an answer repeats of the request. A cancel of a part lowers the amount, so that it is not compared. */
function echoOf(answer: OfficeMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ['transactionReference', 'orderId', 'currencyCode'].flatMap((name) => {
      const value = officeText(answer[name]);
      return value === '' ? [] : [[name, value]];
    }),
  );
}

/**
 * One part of a payment in several, by its own reference; null: it is not taken, or not yet.
 * @throws Problem; Refusal when the answer is not to be believed
 */
async function partUpdate(query: StatusQuery<Sips2Settings>, number: number): Promise<ProviderUpdate | null> {
  const reference = partReference(query.order, number);
  const subject = { ...query, order: reference, orderId: query.order };
  const answer = await callOffice(query.fetch, subject, 'status');
  const code = officeText(answer.responseCode);
  if (code === '25') return null;
  if (code !== '00') throw failure(code, '');
  const status = officeText(answer.transactionStatus);
  const amount = amountIn(answer);
  if (meaningOf(SIPS2_TRANSACTION_STATUSES, status)?.outcome !== 'paid' || amount === null) return null;
  const numeric = officeText(answer.currencyCode);
  return providerUpdate({
    order: query.order,
    // As a message about it has them.
    key: `${reference}/00`,
    outcome: 'paid',
    amount,
    currency: numeric === '' ? null : (currencyByNumber(numeric)?.alpha ?? numeric),
    movement: reference,
    providerReference: reference,
    providerStatus: status,
  });
}

/** Every part that was taken. */
async function queryParts(
  query: StatusQuery<Sips2Settings>,
  count: number,
): Promise<readonly ProviderUpdate[] | null> {
  const updates: ProviderUpdate[] = [];
  for (let number = 1; number <= count; number += 1) {
    const update = await partUpdate(query, number);
    // Of what is due later nothing is known yet.
    if (!update) break;
    updates.push(update);
  }
  return updates.length > 0 ? updates : null;
}

/**
 * diagnostic/getTransactionData. Null while the platform knows no such transaction.
 * @throws Problem; Refusal when the answer is not to be believed, or is about another payment
 */
export async function querySips2Status(
  query: StatusQuery<Sips2Settings>,
): Promise<ProviderUpdate | readonly ProviderUpdate[] | null> {
  const { account, providerState, capture, known } = query;
  const isS10 = account.settings.use_s10_reference;
  const parts = providerState.parts ? await queryParts(query, Number(providerState.parts)) : null;
  // Before the first part is taken it is asked about as any other payment is.
  if (parts) return parts;
  // Before the first notification a SIPS 1 style transaction has no number that we know.
  if (isS10 && !providerState.s10_id) return null;
  const answer = await callOffice(query.fetch, query, 'status');
  const code = officeText(answer.responseCode);
  if (code === '25') return null;
  if (code !== '00') throw failure(code, '');
  const status = officeText(answer.transactionStatus);
  const amount = amountIn(answer);
  if (!isS10 && officeText(answer.transactionReference) === '')
    throw new Refusal('wrong_attempt', 'the answer names no transaction');
  if (amount !== null && amount > query.amount)
    throw new Refusal('wrong_attempt', `the answer is about another amount: ${amount}`);
  const number = officeText(answer.currencyCode);
  const movement = isS10 ? `${providerState.s10_date}/${providerState.s10_id}` : query.order;
  const outcome = meaningOf(SIPS2_TRANSACTION_STATUSES, status)?.outcome ?? 'none';
  // A validation leaves the amount that was validated, perhaps in the Merchant Extranet: without it the status does not say how much.
  const isKnown = !known?.paid && (capture === 'automatic' || amount !== null);
  const update: ProviderUpdate = providerUpdate({
    order: query.order,
    key: `status/${status}`,
    outcome: outcome === 'paid' && !isKnown ? 'none' : outcome,
    // What is refunded in full is refunded as far as it was paid.
    amount: outcome === 'refunded' ? 'asked' : (amount ?? 'asked'),
    currency: number === '' ? null : (currencyByNumber(number)?.alpha ?? number),
    movement,
    cumulative: true,
    ...((outcome === 'authorized' || outcome === 'expired') && { ofTransaction: true as const }),
    echo: echoOf(answer),
    providerReference: officeText(answer.transactionReference) || null,
    providerStatus: status || code,
  });
  // What is held may be known under no name: this is the transaction that held it.
  return outcome === 'expired' && known && known.authorized > 0
    ? [{ ...update, key: `${update.key}/held`, outcome: 'authorized', amount: known.authorized }, update]
    : update;
}
