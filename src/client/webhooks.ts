/**
 * Checks that a webhook comes from countersign, in either dialect:
 * - `standard`: Standard Webhooks 1.0, HMAC-SHA-256 over `id.timestamp.body`; a message that was sent long ago is refused;
 * - `polybanking`: a form whose `sign` is the SHA-512 that the clients of PolyBanking know. It has no time: an old one can be sent again,
 *   so what it says is a reason to read the payment.
 *
 * Which one it is, its form says. A signature of one is none of the other, so whoever forges a message gains nothing by the choice.
 */
import { base64, concat, equalText, fromUtf8, hex, utf8 } from '../signing/bytes.ts';
import { polybankingBase } from '../signing/polybanking.ts';
import { clientProblem, optionObject } from './errors.ts';
import { hmacSha256, type Secrets, secretBytes, secretList, sha512 } from './mac.ts';
import { type HeaderSource, headerOf, rawBodyOf, type WebhookMessage } from './messages.ts';
import type { WebhookBody } from './types.ts';

export type { WebhookMessage } from './messages.ts';

/** A message by Standard Webhooks. The same message may come twice, by its `id`; of two messages, the one with the higher `data.version` is newer. */
export interface StandardWebhook extends WebhookBody {
  readonly dialect: 'standard';
  /** The same in every try of a message. */
  readonly id: string;
}

/** A message in the dialect of PolyBanking (an IPN). */
export interface PolybankingWebhook {
  readonly dialect: 'polybanking';
  readonly id: null;
  readonly type: 'ipn';
  /** When it happened, RFC 3339 UTC. */
  readonly timestamp: string;
  readonly data: {
    /** The id of the shop. */
    readonly config: string;
    readonly reference: string;
    /** A code of PostFinance, or the one that stands for the status. */
    readonly postfinance_status: string;
    /** Whether the shop may deliver. */
    readonly postfinance_status_good: boolean;
    readonly last_update: string;
    /** No real money moves. */
    readonly test: boolean;
  };
}

export type VerifiedWebhook = StandardWebhook | PolybankingWebhook;
export type MessageDialect = VerifiedWebhook['dialect'];

/** How a webhook is checked. */
export interface VerifyOptions<Dialect extends MessageDialect = MessageDialect> {
  /** Only messages of this dialect are taken; left out: of either. */
  readonly dialect?: Dialect | undefined;
  /** How far the clocks of the two servers may differ, in seconds; left out: five minutes. */
  readonly toleranceSeconds?: number | undefined;
  /** Milliseconds since 1970; for tests. */
  readonly now?: (() => number) | undefined;
}

const TOLERANCE_SECONDS = 300;

/**
 * Checks a webhook and reads it.
 * @param secrets the `whsec_` secret of the endpoint (of PolyBanking's dialect: the IPN key), or several while it is rotated.
 * @throws CountersignError `signature_missing`, `signature_mismatch`, `signature_expired`, `malformed`: answer 401 and change nothing;
 *   `body_parsed`, `invalid_option`: mend the program.
 */
export function verifyWebhook<Dialect extends MessageDialect = MessageDialect>(
  message: WebhookMessage,
  secrets: Secrets,
  options?: VerifyOptions<Dialect>,
): Promise<Extract<VerifiedWebhook, { readonly dialect: Dialect }>>;
export async function verifyWebhook(
  message: WebhookMessage,
  secrets: Secrets,
  options: VerifyOptions = {},
): Promise<VerifiedWebhook> {
  const keys = secretList(secrets);
  optionObject('the options', options);
  const { headers } = optionObject('the message', message);
  if (typeof headers !== 'object' || headers === null) {
    throw clientProblem(
      'invalid_option',
      'give the request, or its headers and its raw body: {headers, rawBody}',
    );
  }
  const body = await rawBodyOf(message);
  const dialect = dialectOf(headers);
  if (options.dialect !== undefined && options.dialect !== dialect) {
    throw clientProblem(
      'malformed',
      `the message is in the dialect ${dialect}, and only ${options.dialect} is taken`,
    );
  }
  return dialect === 'standard'
    ? verifyStandard(headers, body, keys, options)
    : verifyPolybanking(body, keys);
}

function dialectOf(headers: HeaderSource): MessageDialect {
  const isForm = headerOf(headers, 'content-type')
    ?.toLowerCase()
    .startsWith('application/x-www-form-urlencoded');
  return isForm && headerOf(headers, 'webhook-signature') === null ? 'polybanking' : 'standard';
}

/** @throws CountersignError */
function textOf(body: Uint8Array): string {
  const text = fromUtf8(body);
  if (text !== null) return text;
  throw clientProblem('malformed', 'the body is not UTF-8');
}

async function verifyStandard(
  headers: HeaderSource,
  body: Uint8Array,
  secrets: readonly string[],
  { toleranceSeconds = TOLERANCE_SECONDS, now = Date.now }: VerifyOptions,
): Promise<StandardWebhook> {
  const required = (name: string) => {
    const value = headerOf(headers, name);
    if (value) return value;
    throw clientProblem(
      'signature_missing',
      `the header ${name} is missing: this is no webhook of countersign`,
    );
  };
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
    required,
  ) as [string, string, string];
  const signed = concat([utf8(`${id}.${timestamp}.`), body]);
  // The three are joined by dots before they are signed: with one in the id, the text would read in two ways.
  if (id.includes('.')) throw clientProblem('malformed', 'the header webhook-id has a dot in it');
  const given = signatures.split(' ').filter((one) => one.startsWith('v1,'));
  let isGenuine = false;
  for (const secret of secrets) {
    const expected = `v1,${base64(await hmacSha256(secretBytes(secret), signed))}`;
    // Every one is compared: the time says nothing about which.
    for (const one of given) isGenuine = equalText(expected, one) || isGenuine;
  }
  if (!isGenuine) {
    throw clientProblem(
      'signature_mismatch',
      'no secret fits the signature: another secret, or a body that is not as it was sent',
    );
  }
  const sentAt = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  if (!(Math.abs(now() / 1000 - sentAt) <= toleranceSeconds)) {
    throw clientProblem(
      'signature_expired',
      `the message was sent at ${timestamp}, too far from the time of this server`,
    );
  }
  return { dialect: 'standard', id, ...readBody(textOf(body)) };
}

/** @throws CountersignError */
function readBody(text: string): WebhookBody {
  let parsed: Partial<WebhookBody> | null = null;
  try {
    parsed = JSON.parse(text) as Partial<WebhookBody> | null;
  } catch {
    // Told below.
  }
  if (typeof parsed?.type === 'string' && typeof parsed.data === 'object' && parsed.data !== null)
    return parsed as WebhookBody;
  throw clientProblem('malformed', 'the body is signed, and not of the form of a webhook of countersign');
}

async function verifyPolybanking(body: Uint8Array, secrets: readonly string[]): Promise<PolybankingWebhook> {
  const pairs = [...new URLSearchParams(textOf(body))];
  const fields = Object.fromEntries(pairs);
  if (Object.keys(fields).length !== pairs.length) throw clientProblem('malformed', 'a field is there twice');
  const { sign, ...signed } = fields;
  if (!sign) throw clientProblem('signature_missing', 'the field sign is missing: this is no IPN');
  let isGenuine = false;
  for (const secret of secrets) {
    const expected = hex(await sha512(polybankingBase(signed, secret)));
    isGenuine = equalText(expected, sign) || isGenuine;
  }
  if (!isGenuine) throw clientProblem('signature_mismatch', 'no key fits the field sign');
  const required = (name: string) => {
    const value = signed[name];
    if (value !== undefined) return value;
    throw clientProblem('malformed', `the IPN is signed, and has no ${name}`);
  };
  const lastUpdate = required('last_update');
  const at = Date.parse(lastUpdate.replace(' ', 'T'));
  if (Number.isNaN(at)) throw clientProblem('malformed', 'last_update is no time');
  return {
    dialect: 'polybanking',
    id: null,
    type: 'ipn',
    timestamp: new Date(at).toISOString(),
    data: {
      config: required('config'),
      reference: required('reference'),
      postfinance_status: required('postfinance_status'),
      postfinance_status_good: required('postfinance_status_good') === 'True',
      last_update: lastUpdate,
      test: signed.test === 'True',
    },
  };
}
