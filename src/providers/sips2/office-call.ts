/**
 * Calls of Office JSON, the server interface of SIPS 2. Sealed JSON both ways. Facts: SHEET.md, "After payment".
 *
 * Safe readings:
 * - An answer must carry its seal. The test platform may omit it, and a rejection of the request itself (12, 30, 34) may go without.
 * - An answer counts where it is about the transaction that was asked for, as far as it names one.
 * - Scellius has no known Office address.
 */
import { currency } from '../../payments/currencies.ts';
import { Problem, Refusal } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import { equalText } from '../../signing/bytes.ts';
import type { ProviderAccount, StatusQuery } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';
import { providerError } from '../kit/provider-error.ts';
import type { Sips2Settings } from './settings.ts';
import { type OfficeMessage, sealSips2Json } from './signatures.ts';
import { SIPS2_UNSEALED } from './statuses.ts';

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

/** A value of an answer as text; empty where there is none. */
export function officeText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** @throws Refusal when the seal is wrong, or is missing where it must not be. */
function checkSeal(account: Account, answer: OfficeMessage): void {
  const received = officeText(answer.seal).toLowerCase();
  if (received !== '') {
    const { signature } = sealSips2Json(account.settings, answer);
    if (!equalText(signature, received))
      throw new Refusal('signature_mismatch', "the seal of the answer does not fit it and the account's key");
  } else if (!SIPS2_UNSEALED.has(officeText(answer.responseCode)) && account.environment !== 'test') {
    throw new Refusal('signature_missing', 'the answer has no seal');
  }
}

/** What an answer is to be about. */
export interface OfficeSubject
  extends Pick<StatusQuery<Sips2Settings>, 'account' | 'order' | 'providerState'> {
  /** ISO 4217 alpha. */
  readonly currency: string;
  /** orderId, where it is not the reference: of a part of a payment. */
  readonly orderId?: string;
}

/** How Office names the transaction. */
export function officeReference({ account, order, providerState }: OfficeSubject): OfficeMessage {
  if (!account.settings.use_s10_reference) return { transactionReference: order };
  const { s10_id: id = '', s10_date: date = '' } = providerState;
  if (!id || !date) throw new Problem('invalid_state', 'the s10 reference of this payment is not known');
  return { s10TransactionReference: { s10TransactionId: id, s10TransactionIdDate: date } };
}

/** @throws Refusal when an answer names another merchant, transaction, order or currency than was asked for. */
function requireSubject(answer: OfficeMessage, subject: OfficeSubject): void {
  const { s10TransactionReference: s10 } = answer;
  const isContainer = typeof s10 === 'object' && s10 !== null && !Array.isArray(s10);
  const named: OfficeMessage = isContainer ? { ...answer, ...(s10 as OfficeMessage) } : answer;
  const { settings } = subject.account;
  const expected: Readonly<Record<string, string | undefined>> = {
    merchantId: settings.merchant_id,
    transactionReference: settings.use_s10_reference ? undefined : subject.order,
    s10TransactionId: settings.use_s10_reference ? subject.providerState.s10_id : undefined,
    s10TransactionIdDate: settings.use_s10_reference ? subject.providerState.s10_date : undefined,
    orderId: subject.orderId ?? subject.order,
    currencyCode: currency(subject.currency)?.numeric,
  };
  for (const [name, value] of Object.entries(expected)) {
    const received = officeText(named[name]);
    if (received !== '' && value !== undefined && received !== value)
      throw new Refusal('wrong_attempt', `the answer is about another payment: ${name} is ${received}`);
  }
}

/**
 * Makes a call.
 * @throws Problem provider_unreachable, or provider_error when the answer has no response code
 * @throws Refusal when the answer is not to be believed, or is about another payment
 */
export async function callOffice(
  fetcher: typeof fetch,
  subject: OfficeSubject,
  what: keyof typeof PATHS,
  given: OfficeMessage = {},
): Promise<OfficeMessage> {
  const { account } = subject;
  const { settings, environment, endpoints } = account;
  const host = HOSTS[settings.brand]?.[environment === 'production' ? 'prod' : 'test'];
  if (!host) throw new Problem('unsupported_operation', lacksSips2Office(settings) ?? '');
  const message: OfficeMessage = {
    ...given,
    ...officeReference(subject),
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
  if (status !== 200 || officeText(answer.responseCode) === '')
    throw providerError(`the provider answered ${status} without a response code`, text.slice(0, 1000));
  checkSeal(account, answer);
  requireSubject(answer, subject);
  return answer;
}
