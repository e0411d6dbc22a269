/**
 * Calls of the REST API V4 of Lyra's platform: JSON over HTTPS with the shop number and a password, which is of test or of
 * production. Facts: SHEET.md, "After payment".
 *
 * Safe readings:
 * - HTTP 200 is the answer to errors too, so only `status` of the JSON counts; another HTTP status is no answer;
 * - an answer of the other mode, of another shop, or of another service than the one that was called is none;
 * - what came of a call that ended in a technical error is unknown, and so is an error that is not documented as a no.
 */
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import type { OperationCall, ProviderAccount } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';
import { LYRA_HOSTS } from './hosts.ts';
import { type LyraSettings, lyraMode } from './settings.ts';
import { lyraAuthorization } from './signatures.ts';
import { isLyraDecline } from './statuses.ts';
import type { LyraTransaction } from './transactions.ts';

/** Why an account cannot use the REST API; null: it can. */
export function cannotUseLyraRest({ brand, rest_password }: LyraSettings): string | null {
  if (!LYRA_HOSTS[brand].rest) return `the address of the REST API of ${brand} is not known`;
  return rest_password ? null : 'rest_password is not set';
}

interface Envelope {
  readonly webService?: string | null;
  readonly status?: string;
  readonly mode?: string | null;
  readonly answer?: Record<string, unknown> | null;
}

/**
 * Calls one service of the API.
 * @returns its `answer`.
 * @throws Declined with errorCode when the platform declined it.
 * @throws Problem provider_error, provider_unreachable: the outcome is unknown; unsupported_operation before the call.
 */
export async function callLyra<Answer>(
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
  const reply = jsonObject(text) as Envelope;
  const code = String(reply.answer?.errorCode ?? '');
  const message = String(reply.answer?.detailedErrorMessage ?? reply.answer?.errorMessage ?? '');
  const isAnswer = status === 200 && (reply.webService ?? service) === service;
  const isOurMode = reply.mode === lyraMode(environment);
  if (isAnswer && isOurMode && reply.status === 'SUCCESS' && reply.answer) return reply.answer as Answer;
  // Where the password is wrong, the platform knows no mode.
  const isNo = isAnswer && reply.status === 'ERROR' && (isOurMode || reply.mode == null);
  if (isNo && isLyraDecline(code)) throw new Declined(code, message);
  throw new Problem(
    'provider_error',
    `the provider answered ${status} ${reply.status} ${code} (${reply.mode})`,
    {
      cause: text.slice(0, 1000),
      ...(code !== '' && { provider: { code, text: message } }),
    },
  );
}

/** What a transaction in an answer has to be, where it names it. */
interface Expected {
  readonly operationType: 'DEBIT' | 'CREDIT';
  /** Its number. */
  readonly uuid?: string;
  /** The number of the transaction that it gives back. */
  readonly parent?: string;
  /** Minor units. */
  readonly amount?: number;
}

type Asked = Pick<OperationCall<LyraSettings>, 'account' | 'order' | 'currency'>;

/** Whether the shop and the order of a transaction are those that were asked about, where it names them. */
export function isOfOrder({ shopId, orderDetails }: LyraTransaction, { account, order }: Asked): boolean {
  return (
    (shopId ?? account.settings.site_id) === account.settings.site_id &&
    (orderDetails?.orderId ?? order) === order
  );
}

/**
 * A transaction of an answer, compared with what was asked.
 * @throws Refusal when it is another one.
 */
export function requireLyraTransaction(
  transaction: LyraTransaction,
  asked: Asked,
  { operationType, uuid, parent, amount }: Expected,
): LyraTransaction {
  const { parentTransactionUuid } = transaction.transactionDetails ?? {};
  const isOurs =
    isOfOrder(transaction, asked) &&
    transaction.operationType === operationType &&
    transaction.currency === asked.currency &&
    typeof transaction.uuid === 'string' &&
    transaction.uuid === (uuid ?? transaction.uuid) &&
    // What gives back a transaction is another one.
    transaction.uuid !== parent &&
    (parentTransactionUuid ?? parent) === parent &&
    Number.isSafeInteger(transaction.amount) &&
    transaction.amount === (amount ?? transaction.amount);
  if (isOurs) return transaction;
  const { uuid: found, operationType: type, amount: sum, currency } = transaction;
  throw new Refusal(
    'wrong_attempt',
    `the answer is about another transaction: ${type} ${found} of ${sum} ${currency}`,
  );
}
