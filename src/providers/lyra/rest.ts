/**
 * The REST API V4 of Lyra's platform: capture (Validate), cancel, refund and status of what was paid by the form. JSON over HTTPS
 * with the shop number and a password, which is of test or of production. Facts: SHEET.md, "After payment".
 *
 * Safe readings:
 * - HTTP 200 is the answer to errors too, so only `status` of the JSON counts;
 * - what came of a call that ended in PSP_998, PSP_999 or INT_999, the platform's own failures, is unknown;
 * - an answer with another amount than the one asked for is no success.
 * A partial capture first lowers the amount (Update), which can be repeated, then validates, once.
 */
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import type { Bookings } from '../../payments/reconciliation.ts';
import type {
  OperationCall,
  OperationOrder,
  OperationResult,
  ProviderAccount,
  ProviderOperation,
  ProviderUpdate,
  StatusQuery,
} from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';
import { LYRA_HOSTS } from './hosts.ts';
import { type LyraSettings, lyraMode } from './settings.ts';
import { lyraAuthorization } from './signatures.ts';
import { isPlatformFailure, lyraOutcome, TRANSACTION_NOT_FOUND } from './statuses.ts';
import { firstWith, type LyraTransaction, lyraRestUpdate } from './transactions.ts';

/** Why an account cannot use the REST API; null: it can. */
export function cannotUseLyraRest({ brand, rest_password }: LyraSettings): string | null {
  if (!LYRA_HOSTS[brand].rest) return `the address of the REST API of ${brand} is not known`;
  return rest_password ? null : 'rest_password is not set';
}

/**
 * Calls one service of the API. An answer of the other mode is none.
 * @returns its `answer`.
 * @throws Declined with errorCode when the platform declined it.
 * @throws Problem provider_error, provider_unreachable: the outcome is unknown; unsupported_operation before the call.
 */
async function call<Answer>(
  fetcher: typeof fetch,
  { settings, environment, endpoints }: ProviderAccount<LyraSettings>,
  service: string,
  body: object,
): Promise<Answer> {
  const host = LYRA_HOSTS[settings.brand].rest;
  if (!host) throw new Problem('unsupported_operation', cannotUseLyraRest(settings) ?? '');
  const url = atOrigin(`${host}/api-payment/V4/${service}`, endpoints.api);
  const { status, text } = await callApi(fetcher, url, {
    headers: {
      'content-type': 'application/json',
      authorization: lyraAuthorization(settings).signature,
    },
    body: JSON.stringify(body),
  });
  const reply = jsonObject(text) as { status?: string; mode?: string; answer?: Record<string, unknown> };
  const isOurs = reply.mode === lyraMode(environment);
  if (reply.status === 'SUCCESS' && reply.answer && isOurs) return reply.answer as Answer;
  const code = String(reply.answer?.errorCode ?? '');
  const message = String(reply.answer?.detailedErrorMessage ?? reply.answer?.errorMessage ?? '');
  if (reply.status === 'ERROR' && code !== '' && !isPlatformFailure(code)) throw new Declined(code, message);
  throw new Problem(
    'provider_error',
    `the provider answered ${status} ${reply.status} ${code} (${reply.mode})`,
    {
      cause: text.slice(0, 1000),
      ...(code !== '' && { provider: { code, text: message } }),
    },
  );
}

/** In minor units; the platform names nothing where nothing was refunded. */
function refundedSoFar({ transactionDetails }: LyraTransaction): number {
  return transactionDetails?.cardDetails?.captureResponse?.refundAmount ?? 0;
}

/** What is left of an order's amount once an operation that lowers it is done. */
function remaining({ before, fundsSource, amount }: OperationCall<LyraSettings>): number {
  return (fundsSource === 'held' ? before.authorized - before.paid : before.paid - before.refunded) - amount;
}

/** @throws Problem invalid_state */
function uuidOf({ providerState }: Pick<OperationCall<LyraSettings>, 'providerState'>): string {
  if (!providerState.uuid)
    throw new Problem('invalid_state', 'the transaction number of this payment is not known');
  return providerState.uuid;
}

/**
 * What a transaction's word means for the operation that led to it.
 * @throws Declined, Problem provider_error
 */
function resultOf(kind: OperationKind, transaction: LyraTransaction, isPart: boolean): OperationResult {
  const { detailedStatus: status = '', uuid = null } = transaction;
  // A capture and a cancel change the payment's transaction, whose number names no operation.
  const providerReference = kind === 'refund' ? uuid : null;
  const result = (state: OperationResult['state']) => ({ state, status, providerReference });
  const isDone =
    kind === 'cancel' ? isPart || status === 'CANCELLED' : status === 'AUTHORISED' || status === 'CAPTURED';
  if (isDone) return result('succeeded');
  if (lyraOutcome(status) === 'pending' || status === 'REFUND_TO_RETRY') return result('accepted');
  if (status === 'REFUSED' || status === 'CANCELLED') throw new Declined(status, '');
  throw new Problem('provider_error', `the provider answered with the status ${status}`);
}

/** @throws Problem provider_error */
function requireAmount(transaction: LyraTransaction, amount: number): LyraTransaction {
  if (transaction.amount === amount) return transaction;
  throw new Problem(
    'provider_error',
    `the provider answered with the amount ${transaction.amount}, not ${amount}`,
  );
}

async function executeCapture(order: OperationOrder<LyraSettings>): Promise<OperationResult> {
  const { account, amount, currency, whole } = order;
  const uuid = uuidOf(order);
  if (!whole) {
    const body = { uuid, cardUpdate: { amount, currency }, comment: order.operationReference };
    requireAmount(await call<LyraTransaction>(order.fetch, account, 'Transaction/Update', body), amount);
  }
  const answer = await call<LyraTransaction>(order.send, account, 'Transaction/Validate', { uuid });
  return resultOf('capture', requireAmount(answer, amount), false);
}

async function executeCancel(order: OperationOrder<LyraSettings>): Promise<OperationResult> {
  const { account, amount, currency, whole, operationReference: comment } = order;
  const uuid = uuidOf(order);
  if (whole) {
    const body = { uuid, amount, currency, comment, resolutionMode: 'CANCELLATION_ONLY' };
    return resultOf('cancel', await call(order.send, account, 'Transaction/CancelOrRefund', body), false);
  }
  const left = remaining(order);
  const body = { uuid, cardUpdate: { amount: left, currency }, comment };
  const answer = await call<LyraTransaction>(order.send, account, 'Transaction/Update', body);
  return resultOf('cancel', requireAmount(answer, left), true);
}

async function executeRefund(order: OperationOrder<LyraSettings>): Promise<OperationResult> {
  const { account, amount, currency, operationReference: comment } = order;
  const body = { uuid: uuidOf(order), amount, currency, comment, resolutionMode: 'REFUND_ONLY' };
  const answer = await call<LyraTransaction>(order.send, account, 'Transaction/CancelOrRefund', body);
  return resultOf('refund', requireAmount(answer, amount), false);
}

/** What Transaction/Get shows of the operations of a kind. */
async function lookUp(lost: OperationCall<LyraSettings>): Promise<Bookings | null> {
  const found = await call<LyraTransaction>(lost.fetch, lost.account, 'Transaction/Get', {
    uuid: uuidOf(lost),
  });
  const status = found.detailedStatus ?? '';
  const entry = (isDone: boolean, complete: boolean): Bookings => ({
    entries: isDone ? [{ amount: null, state: 'succeeded', status }] : [],
    complete,
    status,
  });
  if (lost.kind === 'refund') return { entries: [], complete: true, total: refundedSoFar(found), status };
  if (lost.kind === 'capture') {
    const isCaptured = status === 'AUTHORISED' || status === 'CAPTURED';
    return entry(isCaptured && found.amount === lost.amount, status.endsWith('_TO_VALIDATE'));
  }
  if (lost.whole)
    return entry(status === 'CANCELLED', status.startsWith('AUTHORISED') || status === 'CAPTURED');
  return entry(found.amount === remaining(lost), found.amount === remaining(lost) + lost.amount);
}

type OrderAnswer = { readonly orderId?: string | null; readonly transactions?: readonly LyraTransaction[] };

/**
 * Order/Get; null: the platform does not know the order.
 * @throws Refusal when the answer is about another one.
 */
async function findOrder({ account, order, fetch: fetcher }: StatusQuery<LyraSettings>) {
  try {
    const about = { orderId: order, operationType: 'DEBIT' };
    const answer = await call<OrderAnswer>(fetcher, account, 'Order/Get', about);
    if ((answer.orderId ?? order) === order) return answer;
    throw new Refusal('wrong_attempt', `the answer is about the order ${answer.orderId}`);
  } catch (error) {
    if (error instanceof Declined && error.provider?.code === TRANSACTION_NOT_FOUND) return null;
    throw error;
  }
}

/**
 * What Order/Get says: the transaction that has brought money, or else the newest one; and what was refunded of it. Null: the
 * platform has none.
 * @throws Declined, Problem provider_error, provider_unreachable; Refusal when the answer is about another order
 */
export async function queryLyraOrder(
  query: StatusQuery<LyraSettings>,
): Promise<readonly ProviderUpdate[] | null> {
  const transactions = (await findOrder(query))?.transactions;
  const found =
    firstWith(transactions, 'paid') ?? firstWith(transactions, 'authorized') ?? transactions?.at(-1);
  if (!found) return null;
  const update = lyraRestUpdate(query.order, found);
  const refunded = refundedSoFar(found);
  if (refunded === 0) return [update];
  const refund: ProviderUpdate = {
    ...update,
    key: `${update.movement}/refunded/${refunded}`,
    outcome: 'refunded',
    amount: refunded,
    cumulative: true,
  };
  return [update, refund];
}

type Operation = ProviderOperation<LyraSettings>;

/** Validate: only once, for the whole or a part. */
export const validateTransaction: Operation = {
  rule: { fundsSources: ['held'], parts: 'one' },
  lacks: cannotUseLyraRest,
  execute: executeCapture,
  lookUp,
};

/** CancelOrRefund as a cancellation, before the remittance; a part of it is an Update. */
export const cancelBeforeRemittance: Operation = {
  rule: { fundsSources: ['held', 'paid'], parts: 'many' },
  lacks: cannotUseLyraRest,
  execute: executeCancel,
  lookUp,
};

/** CancelOrRefund as a refund, after the remittance. */
export const refundAfterRemittance: Operation = {
  rule: { fundsSources: ['paid'], parts: 'many' },
  lacks: cannotUseLyraRest,
  execute: executeRefund,
  lookUp,
};
