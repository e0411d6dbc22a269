/**
 * The REST API V4 of Lyra's platform: capture (validate), cancel, refund and status of what was paid by the form. JSON over HTTPS
 * with the shop number and a password, which is of test or of production.
 *
 * Facts: the vendor's REST documentation and its WooCommerce plug-in. Safe readings: HTTP 200 is the answer to errors
 * too; what came of PSP_998, PSP_999 and INT_999 (their own failures) is unknown; an amount that is not the one asked for is no
 * success. A partial capture first lowers the amount (Update), which can be repeated, then validates, once.
 */
import { Declined, Problem } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import { base64, utf8 } from '../../signing/bytes.ts';
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
import { factOf, STATUSES } from './transactions.ts';

/** Where each brand's API is; null: not known. */
const REST_HOSTS = {
  systempay: 'https://api.systempay.fr',
  payzen: 'https://api.payzen.eu',
  'payzen-lat': 'https://api.payzen.lat',
  'payzen-br': 'https://api.payzen.com.br',
  'payzen-in': 'https://secure.payzen.co.in',
  sogecommerce: 'https://api-sogecommerce.societegenerale.eu',
  clicandpay: 'https://api-clicandpay.groupecdn.fr',
  scellius: 'https://api.scelliuspaiement.labanquepostale.fr',
  'lyra-collect': 'https://api.lyra.com',
  micuentaweb: 'https://api.micuentaweb.pe',
  epaync: 'https://epaync.nc',
  osb: null,
  payty: 'https://api.payty.com',
  cobroinmediato: 'https://api.cobroinmediato.tech',
  innopay: null,
  bnpp: null,
} as const;

export type RestBrand = keyof typeof REST_HOSTS;

/** What the REST API needs of an account's settings. */
interface RestSettings {
  readonly brand: RestBrand;
  readonly site_id: string;
  readonly rest_password?: string | undefined;
}

/** Why an account cannot use the REST API; null: it can. */
function lacksRest({ brand, rest_password }: RestSettings): string | null {
  if (!REST_HOSTS[brand]) return `the address of the REST API of ${brand} is not known`;
  return rest_password ? null : 'rest_password is not set';
}

/** A transaction as the API shows it. */
interface RestTransaction {
  readonly uuid?: string;
  readonly amount?: number;
  readonly currency?: string;
  readonly detailedStatus?: string;
  readonly operationType?: string;
  readonly transactionDetails?: {
    readonly cardDetails?: {
      readonly captureResponse?: { readonly refundAmount?: number | null } | null;
    } | null;
  } | null;
}

/** Failures of the platform itself. */
const TEMPORARY = new Set(['PSP_998', 'PSP_999', 'INT_999']);

/** The platform knows no such transaction or order. */
const UNKNOWN = new Set(['PSP_010']);

function refundedSoFar({ transactionDetails }: RestTransaction): number {
  return transactionDetails?.cardDetails?.captureResponse?.refundAmount ?? 0;
}

async function call<T>(
  fetcher: typeof fetch,
  { settings, environment, endpoints }: ProviderAccount<RestSettings>,
  name: string,
  body: object,
): Promise<T> {
  const host = REST_HOSTS[settings.brand];
  if (!host) throw new Problem('unsupported_operation', lacksRest(settings) ?? '');
  const { status, text } = await callApi(fetcher, atOrigin(`${host}/api-payment/V4/${name}`, endpoints.api), {
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${base64(utf8(`${settings.site_id}:${settings.rest_password ?? ''}`))}`,
    },
    body: JSON.stringify(body),
  });
  const reply = jsonObject(text) as { status?: string; mode?: string; answer?: Record<string, unknown> };
  const mode = environment === 'production' ? 'PRODUCTION' : 'TEST';
  if (reply.status === 'SUCCESS' && reply.answer && reply.mode === mode) return reply.answer as T;
  const code = String(reply.answer?.errorCode ?? '');
  const message = String(reply.answer?.detailedErrorMessage ?? reply.answer?.errorMessage ?? '');
  if (reply.status === 'ERROR' && code !== '' && !TEMPORARY.has(code)) throw new Declined(code, message);
  throw new Problem(
    'provider_error',
    `the provider answered ${status} ${reply.status} ${code} (${reply.mode})`,
    {
      cause: text.slice(0, 1000),
      ...(code !== '' && { provider: { code, text: message } }),
    },
  );
}

/** What is left of an order's amount once an operation that lowers it is done. */
function remaining({ before, fundsSource, amount }: OperationCall<RestSettings>): number {
  return (fundsSource === 'held' ? before.authorized - before.paid : before.paid - before.refunded) - amount;
}

function uuidOf({ providerState }: Pick<OperationCall<RestSettings>, 'providerState'>): string {
  if (!providerState.uuid)
    throw new Problem('invalid_state', 'the transaction number of this payment is not known');
  return providerState.uuid;
}

/** What a transaction's word means for the operation that led to it. */
function judged(kind: OperationKind, transaction: RestTransaction, isPart: boolean): OperationResult {
  const status = transaction.detailedStatus ?? '';
  const result = (state: OperationResult['state']) => ({
    state,
    status,
    providerReference: transaction.uuid ?? null,
  });
  if (kind === 'cancel') {
    if (isPart || status === 'CANCELLED') return result('succeeded');
  } else if (status === 'AUTHORISED' || status === 'CAPTURED') return result('succeeded');
  if (STATUSES[status] === 'pending' || status === 'REFUND_TO_RETRY') return result('accepted');
  if (status === 'REFUSED' || status === 'CANCELLED') throw new Declined(status, '');
  throw new Problem('provider_error', `the provider answered with the status ${status}`);
}

function requireAmount(transaction: RestTransaction, amount: number): RestTransaction {
  if (transaction.amount === amount) return transaction;
  throw new Problem(
    'provider_error',
    `the provider answered with the amount ${transaction.amount}, not ${amount}`,
  );
}

async function capture(order: OperationOrder<RestSettings>): Promise<OperationResult> {
  const { account, amount, currency, whole } = order;
  const uuid = uuidOf(order);
  if (!whole) {
    const body = { uuid, cardUpdate: { amount, currency }, comment: order.operationReference };
    requireAmount(await call<RestTransaction>(order.fetch, account, 'Transaction/Update', body), amount);
  }
  const answer = await call<RestTransaction>(order.send, account, 'Transaction/Validate', { uuid });
  return judged('capture', requireAmount(answer, amount), false);
}

async function cancel(order: OperationOrder<RestSettings>): Promise<OperationResult> {
  const { account, amount, currency, whole, operationReference: comment } = order;
  const uuid = uuidOf(order);
  if (whole) {
    const body = { uuid, amount, currency, comment, resolutionMode: 'CANCELLATION_ONLY' };
    return judged('cancel', await call(order.send, account, 'Transaction/CancelOrRefund', body), false);
  }
  const left = remaining(order);
  const body = { uuid, cardUpdate: { amount: left, currency }, comment };
  const answer = await call<RestTransaction>(order.send, account, 'Transaction/Update', body);
  return judged('cancel', requireAmount(answer, left), true);
}

async function refund(order: OperationOrder<RestSettings>): Promise<OperationResult> {
  const { account, amount, currency, operationReference: comment } = order;
  const body = { uuid: uuidOf(order), amount, currency, comment, resolutionMode: 'REFUND_ONLY' };
  const answer = await call<RestTransaction>(order.send, account, 'Transaction/CancelOrRefund', body);
  return judged('refund', requireAmount(answer, amount), false);
}

/** What Transaction/Get says of an operation. */
async function outcome(asked: OperationCall<RestSettings>): Promise<OperationResult | null> {
  const found = await call<RestTransaction>(asked.fetch, asked.account, 'Transaction/Get', {
    uuid: uuidOf(asked),
  });
  const status = found.detailedStatus ?? '';
  const done: OperationResult = { state: 'succeeded', status, providerReference: null };
  /** Of one that was accepted it says only that it is not done yet. */
  const notDone = (): null => {
    if (asked.accepted) return null;
    throw new Declined(status, 'the platform says that it was not carried out');
  };
  if (asked.kind === 'refund') {
    const so = refundedSoFar(found);
    if (so >= asked.expected) return done;
    return so === asked.before.refunded ? notDone() : null;
  }
  if (asked.kind === 'capture') {
    if (status === 'AUTHORISED' || status === 'CAPTURED') return found.amount === asked.amount ? done : null;
    return status.endsWith('_TO_VALIDATE') ? notDone() : null;
  }
  if (asked.whole) {
    if (status === 'CANCELLED') return done;
    return status.startsWith('AUTHORISED') || status === 'CAPTURED' ? notDone() : null;
  }
  if (found.amount === remaining(asked)) return done;
  return found.amount === remaining(asked) + asked.amount ? notDone() : null;
}

/** Order/Get: the transaction that has brought money, else the newest word; and what was refunded of it. */
async function ask(question: StatusQuery<RestSettings>): Promise<readonly ProviderUpdate[] | null> {
  const { account, order } = question;
  let answer: { readonly transactions?: readonly RestTransaction[] };
  try {
    answer = await call(question.fetch, account, 'Order/Get', { orderId: order, operationType: 'DEBIT' });
  } catch (error) {
    if (error instanceof Declined && UNKNOWN.has(error.provider?.code ?? '')) return null;
    throw error;
  }
  const found =
    answer.transactions?.find(({ detailedStatus = '' }) => STATUSES[detailedStatus] === 'paid') ??
    answer.transactions?.find(({ detailedStatus = '' }) => STATUSES[detailedStatus] === 'authorized') ??
    answer.transactions?.at(-1);
  if (!found) return null;
  const fact = factOf({
    order,
    uuid: found.uuid ?? '',
    operation: found.operationType ?? 'DEBIT',
    status: found.detailedStatus ?? '',
    amount: Number.isSafeInteger(found.amount) ? (found.amount ?? null) : null,
    currency: found.currency ?? null,
    detail: {},
  });
  const refunded = refundedSoFar(found);
  if (refunded === 0) return [fact];
  const back: ProviderUpdate = {
    ...fact,
    key: `${fact.movement}/refunded/${refunded}`,
    outcome: 'refunded',
    amount: refunded,
    cumulative: true,
  };
  return [fact, back];
}

/** What accounts of the platform can do beside the form. */
export function restCalls<Settings extends RestSettings>() {
  const operation = (
    fundsSources: ProviderOperation<Settings>['rule']['fundsSources'],
    parts: ProviderOperation<Settings>['rule']['parts'],
    run: ProviderOperation<Settings>['execute'],
  ): ProviderOperation<Settings> => ({
    rule: { fundsSources, parts },
    lacks: lacksRest,
    execute: run,
    reconcile: outcome,
  });
  return {
    capture: operation(['held'], 'one', capture),
    cancel: operation(['held', 'paid'], 'many', cancel),
    refund: operation(['paid'], 'many', refund),
    lacks: lacksRest,
    ask: (question: StatusQuery<Settings>) => ask(question),
  };
}
