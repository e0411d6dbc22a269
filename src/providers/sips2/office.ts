/**
 * Office JSON, the server calls of SIPS 2: validate (capture), cancel, refund, and getTransactionData. Sealed JSON both ways.
 * Facts: SHEET.md, "After payment".
 *
 * Safe readings:
 * - An answer of 00 must carry its seal, except on the test platform, which may omit it; a rejection may go without.
 * - 90, 91 and 97 to 99 leave the outcome unknown, because nothing is idempotent.
 * - The amounts of getTransactionData have names that are not public for certain: only its transactionStatus is concluded from, and nothing
 *   from it after an operation on a part.
 * - Scellius has no known Office address.
 */
import { currency, currencyByNumber } from '../../payments/currencies.ts';
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import { equalText } from '../../signing/bytes.ts';
import type { ProviderAccount, ProviderOperation, ProviderUpdate, StatusQuery } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';
import { meaningOf } from '../kit/statuses.ts';
import type { Sips2Settings } from './settings.ts';
import { type OfficeMessage, sealSips2Json } from './signatures.ts';
import { SIPS2_TEMPORARY, SIPS2_TRANSACTION_STATUSES } from './statuses.ts';

type Account = ProviderAccount<Sips2Settings>;

const HOSTS: Readonly<
  Record<Sips2Settings['brand'], { readonly test: string; readonly prod: string } | null>
> = {
  sips: { test: 'office-server.test.sips-services.com', prod: 'office-server.sips-services.com' },
  mercanet: { test: 'office-server-mercanet.test.sips-services.com', prod: 'office-server.mercanet.com' },
  sherlocks: {
    test: 'office-server-sherlocks.test.sips-services.com',
    prod: 'sherlocks-office-server.secure.lcl.fr',
  },
  sogenactif: {
    test: 'office-server-sogenactif.test.sips-services.com',
    prod: 'office-server.sogenactif.com',
  },
  scellius: null,
};

/** Why an account cannot use Office; null: it can. */
export function lacksSips2Office({ brand }: Sips2Settings): string | null {
  return HOSTS[brand] ? null : 'the address of the Office server of Scellius is not known';
}

const PATHS: Readonly<Record<OperationKind | 'status', string>> = {
  capture: 'cashManagement/validate',
  cancel: 'cashManagement/cancel',
  refund: 'cashManagement/refund',
  status: 'diagnostic/getTransactionData',
};

/** What transactionStatus says once an operation on the whole is done. */
const DONE: Readonly<Record<OperationKind, readonly string[]>> = {
  capture: ['TO_CAPTURE', 'CAPTURED'],
  cancel: ['CANCELLED'],
  refund: ['TO_CREDIT', 'CREDITED'],
};

/** What transactionStatus says while an operation is not done. */
const NOT_DONE: Readonly<Record<OperationKind, readonly string[]>> = {
  capture: ['TO_VALIDATE'],
  cancel: ['TO_CAPTURE', 'TO_VALIDATE', 'CAPTURED'],
  refund: ['CAPTURED'],
};

// --- A call -----------------------------------------------------------------------------------------------

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** @throws Refusal when the seal is wrong, or is missing where it must not be. */
function checkSeal(account: Account, answer: OfficeMessage): void {
  const received = textOf(answer.seal).toLowerCase();
  if (received !== '') {
    const { signature } = sealSips2Json(account.settings, answer);
    if (!equalText(signature, received))
      throw new Refusal('signature_mismatch', "the seal of the answer does not fit it and the account's key");
  } else if (answer.responseCode === '00' && account.environment !== 'test') {
    throw new Refusal('signature_missing', 'the answer has no seal');
  }
}

/**
 * Makes a call.
 * @throws Problem provider_unreachable, or provider_error when the answer has no response code
 * @throws Refusal when the answer is not to be believed
 */
async function callOffice(
  fetcher: typeof fetch,
  account: Account,
  what: keyof typeof PATHS,
  given: OfficeMessage,
): Promise<OfficeMessage> {
  const { settings, environment, endpoints } = account;
  const host = HOSTS[settings.brand]?.[environment === 'production' ? 'prod' : 'test'];
  if (!host) throw new Problem('unsupported_operation', lacksSips2Office(settings) ?? '');
  const message: OfficeMessage = {
    ...given,
    interfaceVersion: what === 'status' ? 'DR_WS_2.9' : 'CR_WS_2.3',
    merchantId: settings.merchant_id,
    keyVersion: settings.key_version,
  };
  const url = atOrigin(`https://${host}/rs-services/v2/${PATHS[what]}`, endpoints.api);
  const { status, text } = await callApi(fetcher, url, {
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ ...message, seal: sealSips2Json(settings, message).signature }),
  });
  const answer = jsonObject(text) as OfficeMessage;
  if (textOf(answer.responseCode) === '')
    throw new Problem('provider_error', `the provider answered ${status} without a response code`, {
      cause: text.slice(0, 1000),
    });
  checkSeal(account, answer);
  return answer;
}

type OfficeSubject = Pick<StatusQuery<Sips2Settings>, 'account' | 'order' | 'providerState'>;

/** How Office names the transaction. */
function referenceOf({ account, order, providerState }: OfficeSubject): OfficeMessage {
  if (!account.settings.use_s10_reference) return { transactionReference: order };
  const { s10_id: id = '', s10_date: date = '' } = providerState;
  if (!id || !date) throw new Problem('invalid_state', 'the s10 reference of this payment is not known');
  return { s10TransactionReference: { s10TransactionId: id, s10TransactionIdDate: date } };
}

function getTransactionData(fetcher: typeof fetch, subject: OfficeSubject): Promise<OfficeMessage> {
  return callOffice(fetcher, subject.account, 'status', referenceOf(subject));
}

function failure(code: string, text: string): Problem {
  return new Problem('provider_error', `the provider answered ${code}`, { provider: { code, text } });
}

// --- Later operations -------------------------------------------------------------------------------------

function operation(
  kind: OperationKind,
  rule: ProviderOperation<Sips2Settings>['rule'],
): ProviderOperation<Sips2Settings> {
  return {
    rule,
    lacks: lacksSips2Office,

    async execute(order) {
      const answer = await callOffice(order.send, order.account, kind, {
        currencyCode: currency(order.currency)?.numeric ?? '',
        operationAmount: String(order.amount),
        ...referenceOf(order),
      });
      const code = textOf(answer.responseCode);
      const text = [textOf(answer.newStatus), textOf(answer.errorFieldName)].filter(Boolean).join(', ');
      if (SIPS2_TEMPORARY.has(code)) throw failure(code, text);
      if (code !== '00') throw new Declined(code, text);
      return { state: 'succeeded', status: textOf(answer.newStatus) || code, providerReference: null };
    },

    async lookUp(call) {
      const isFirst = call.before.refunded === 0 && call.before.released === 0;
      if (!call.whole || !isFirst) return null;
      const status = textOf((await getTransactionData(call.fetch, call)).transactionStatus);
      return {
        entries: DONE[kind].includes(status) ? [{ amount: null, state: 'succeeded', status }] : [],
        complete: NOT_DONE[kind].includes(status),
        status,
      };
    },
  };
}

/** cashManagement/validate: in VALIDATION mode only. */
export const sips2Capture = operation('capture', { parts: 'one', fundsSources: ['held'] });

/** cashManagement/cancel: before the capture; a smaller amount reduces what is captured. */
export const sips2Cancel = operation('cancel', { parts: 'many', fundsSources: ['held', 'paid'] });

/** cashManagement/refund: after the capture. */
export const sips2Refund = operation('refund', { parts: 'many', fundsSources: ['paid'] });

/** What an answer repeats of the request. A cancel of a part lowers the amount, so that it is not compared. */
function echoOf(answer: OfficeMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ['transactionReference', 'orderId', 'currencyCode'].flatMap((name) => {
      const value = textOf(answer[name]);
      return value === '' ? [] : [[name, value]];
    }),
  );
}

/** diagnostic/getTransactionData. Null while the platform knows no such transaction. */
export async function querySips2Status(query: StatusQuery<Sips2Settings>): Promise<ProviderUpdate | null> {
  const { account, providerState, capture, known } = query;
  // Before the first notification a SIPS 1 style transaction has no number that we know.
  if (account.settings.use_s10_reference && !providerState.s10_id) return null;
  const answer = await getTransactionData(query.fetch, query);
  const code = textOf(answer.responseCode);
  if (code === '25') return null;
  if (code !== '00') throw failure(code, '');
  const status = textOf(answer.transactionStatus);
  const amount = textOf(answer.amount);
  const number = textOf(answer.currencyCode);
  const outcome = meaningOf(SIPS2_TRANSACTION_STATUSES, status)?.outcome ?? 'none';
  // After a validation the amount may be a part of what was authorized.
  const isWhole = capture === 'automatic' && !known?.paid;
  return {
    kind: 'update',
    order: query.order,
    key: `status/${status}`,
    outcome: outcome === 'paid' && !isWhole ? 'none' : outcome,
    amount: /^\d{1,12}$/.test(amount) ? Number(amount) : 'asked',
    currency: number === '' ? null : (currencyByNumber(number)?.alpha ?? number),
    movement: query.order,
    cumulative: true,
    echo: echoOf(answer),
    providerReference: textOf(answer.transactionReference) || null,
    providerStatus: status || code,
    detail: {},
  };
}
