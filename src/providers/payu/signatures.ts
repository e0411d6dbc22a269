/**
 * PayU's recipes. REST: a digest over the raw body and the second key, the order form, the header of early REST. Classic: MD5
 * over values without separators. Facts: SHEET.md; the tests of PayU-EMEA/openpayu_php and of django-getpaid 1.7; the Ruby gem
 * payu.
 */
import { Refusal } from '../../payments/errors.ts';
import type { Status } from '../../payments/statuses.ts';
import { base64, concat, equalText, readable, type Signable, utf8 } from '../../signing/bytes.ts';
import { type Digest, digests } from '../../signing/digests.ts';
import { kept } from '../../signing/kept.ts';
import { keptOrder } from '../../signing/order.ts';
import { weakDigests } from '../../signing/weak.ts';
import type { Recipe, RecipeInput, Signed, UpdateOutcome, Verdict } from '../contract.ts';
import { inputFields, textFields, uniqueValues } from '../kit/form-message.ts';
import { meaningOf } from '../kit/statuses.ts';
import { statusAlone, verdict, verifyingSecret } from '../kit/verdict.ts';
import { type PayuValues, payuLinesOf, readPayuNotification } from './messages.ts';
import type { PayuSettings } from './settings.ts';
import { PAYU_CLASSIC_STATUSES } from './statuses.ts';

/** What verified: the bytes that were signed, and the signature. */
interface Verified {
  readonly base: Signable;
  readonly signature: string;
}

/** @throws Refusal when a received signature is missing, or is not the expected one. */
function requireSame({ base, signature }: Verified, received: string, missing: string, differs: string) {
  if (received !== '' && equalText(signature, received)) return { base, signature };
  throw new Refusal(
    received === '' ? 'signature_missing' : 'signature_mismatch',
    received === '' ? missing : differs,
    { base: readable(base), expected: signature, received },
  );
}

// --- REST -------------------------------------------------------------------------------------------------

const DIGESTS: Readonly<Record<string, Digest>> = {
  MD5: weakDigests.md5,
  SHA1: weakDigests.sha1,
  SHA: digests.sha256,
  SHA256: digests.sha256,
  SHA384: digests.sha384,
  SHA512: digests.sha512,
};

/** The digest that a name stands for; null for one that is not taken. */
const digestOf = kept((name) => DIGESTS[name.toUpperCase().replace('-', '')] ?? null);

/** `signature=...;algorithm=MD5;sender=checkout`: parts in any order. */
function partsOf(header: string): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  for (const part of header.split(';')) {
    const at = part.indexOf('=');
    if (part !== '') parts.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
  }
  return parts;
}

/**
 * Checks the header `OpenPayu-Signature`: the digest of the raw bytes followed by the second key.
 * @throws Refusal
 */
export function verifyPayuNotification(
  body: Signable,
  header: string,
  settings: Pick<Partial<PayuSettings>, 'second_key'>,
): Verified {
  const secondKey = verifyingSecret(settings.second_key, 'second_key');
  const parts = partsOf(header);
  const algorithm = parts.get('algorithm') ?? 'MD5';
  const digest = digestOf(algorithm);
  if (!digest) throw new Refusal('signature_malformed', `the algorithm ${algorithm} is not taken`);
  const base = typeof body === 'string' ? body + secondKey : concat([body, utf8(secondKey)]);
  return requireSame(
    { base, signature: digest.hex(base) },
    parts.get('signature') ?? '',
    'there is no OpenPayu-Signature',
    'the signature does not fit the body and the second key',
  );
}

/** What PHP's urlencode makes of each character of ASCII; undefined: itself. */
const ESCAPES = /* @__PURE__ */ Array.from({ length: 128 }, (_, code) => {
  if (/[\w.-]/.test(String.fromCharCode(code))) return undefined;
  return code === 0x20 ? '+' : `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
});

/** PHP's urlencode. Most values have nothing to encode. */
function encoded(value: string): string {
  let [text, done] = ['', 0];
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code > 0x7f) return encodedBeyondAscii(value);
    const written = ESCAPES[code];
    if (written === undefined) continue;
    text += value.slice(done, at) + written;
    done = at + 1;
  }
  return text + value.slice(done);
}

function encodedBeyondAscii(value: string): string {
  const escaped = (part: string) => (part === '%20' ? '+' : (ESCAPES[part.charCodeAt(0)] ?? part));
  return encodeURIComponent(value).replace(/['()!~*]|%20/g, escaped);
}

const orderOf = keptOrder(undefined, (name) => name !== 'OpenPayu-Signature');

/** `OpenPayu-Signature` of the order form, which a browser posts to the address of the orders. */
function signOrderForm(
  fields: readonly (readonly [name: string, value: string])[],
  { pos_id = '', second_key = '' }: Pick<Partial<PayuSettings>, 'pos_id' | 'second_key'>,
  algorithm: string,
): Signed {
  const names = fields.map(([name]) => name);
  let text = '';
  for (const place of orderOf(names)) text += `${names[place]}=${encoded(fields[place]?.[1] ?? '')}&`;
  const base = text + second_key;
  const digest = digestOf(algorithm) ?? digests.sha256;
  return {
    base,
    algorithm,
    signature: `sender=${pos_id};algorithm=${algorithm};signature=${digest.hex(base)}`,
  };
}

/** The Authorization header of early REST. */
function earlyAuthorization({
  pos_id = '',
  second_key = '',
}: Pick<Partial<PayuSettings>, 'pos_id' | 'second_key'>): Signed {
  const base = utf8(`${pos_id}:${second_key}`);
  return { base, algorithm: 'HTTP Basic', signature: `Basic ${base64(base)}` };
}

// --- Classic ----------------------------------------------------------------------------------------------

/** What each signature covers, in this order. Key 1 signs what the shop sends, key 2 what PayU sends. */
const NEW_PAYMENT = [
  'pos_id',
  'pay_type',
  'session_id',
  'pos_auth_key',
  'amount',
  'desc',
  'desc2',
  'trsDesc',
  'order_id',
  'first_name',
  'last_name',
  'payback_login',
  'street',
  'street_hn',
  'street_an',
  'city',
  'post_code',
  'country',
  'email',
  'phone',
  'language',
  'client_ip',
  'ts',
];
const SHORT = ['pos_id', 'session_id', 'ts'];
const ANSWER = [
  'trans_pos_id',
  'trans_session_id',
  'trans_order_id',
  'trans_status',
  'trans_amount',
  'trans_desc',
  'trans_ts',
];
const SHORT_ANSWER = ['trans_pos_id', 'trans_session_id', 'trans_ts'];

/** No separators; a value that is not there is empty. */
function md5(names: readonly string[], values: PayuValues, key: string | undefined): Signed {
  let text = '';
  for (const name of names) text += values.get(name) ?? '';
  const base = text + (key ?? '');
  return { base, algorithm: 'MD5', signature: weakDigests.md5.hex(base) };
}

/** `sig` of the form NewPayment. */
export function signPayuNewPayment(
  values: PayuValues,
  { key1 }: Pick<Partial<PayuSettings>, 'key1'>,
): Signed {
  return md5(NEW_PAYMENT, values, key1);
}

/** `sig` of Payment/get, Payment/confirm and Payment/cancel. */
export function signPayuCall(values: PayuValues, { key1 }: Pick<Partial<PayuSettings>, 'key1'>): Signed {
  return md5(SHORT, values, key1);
}

/**
 * Checks `sig` of a notification (UrlOnline), and that it is for our point of sale.
 * @throws Refusal
 */
export function verifyPayuUrlOnline(
  values: PayuValues,
  settings: Pick<Partial<PayuSettings>, 'key2' | 'pos_id'>,
): Verified {
  const verified = requireSame(
    md5(SHORT, values, verifyingSecret(settings.key2, 'key2')),
    values.get('sig') ?? '',
    'there is no sig',
    'sig does not fit',
  );
  if (settings.pos_id !== undefined && values.get('pos_id') !== settings.pos_id) {
    throw new Refusal('wrong_account', `the message is for the point of sale ${values.get('pos_id')}`);
  }
  return verified;
}

/**
 * Checks `trans_sig` of an answer. Those of Payment/get carry a status; those of Payment/confirm and Payment/cancel do not.
 * @throws Refusal
 */
export function verifyPayuAnswer(
  values: PayuValues,
  { key2 }: Pick<Partial<PayuSettings>, 'key2'>,
): Verified {
  const names = values.has('trans_status') ? ANSWER : SHORT_ANSWER;
  return requireSame(
    md5(names, values, verifyingSecret(key2, 'key2')),
    values.get('trans_sig') ?? '',
    'there is no trans_sig',
    'trans_sig does not fit',
  );
}

// --- By name ----------------------------------------------------------------------------------------------

/** Settings as the vectors have them: with modes of their own for the order form and early REST. */
type VectorSettings = Partial<Omit<PayuSettings, 'mode'>> & { readonly mode?: string };

function signRequest(settings: VectorSettings, input: RecipeInput): Signed {
  if (settings.mode === 'legacy') return signPayuNewPayment(new Map(textFields(input)), settings);
  const algorithm = /algorithm=([\w-]+)/.exec(String(input.rest?.signature ?? ''))?.[1] ?? 'SHA-256';
  return signOrderForm(textFields(input), settings, algorithm);
}

/** The header of a vector, or one made of its bare digest. */
function headerOf({ rest }: RecipeInput): string {
  if (rest?.header !== undefined) return String(rest.header_value ?? '');
  return `signature=${String(rest?.signature ?? '')};algorithm=${String(rest?.algorithm ?? 'MD5').split(/[ (]/, 1)[0]}`;
}

function verifyNotification(settings: VectorSettings, input: RecipeInput): Verdict {
  return verdict(() => {
    if (settings.mode === 'legacy')
      return { ...verifyPayuUrlOnline(uniqueValues(inputFields(input)), settings), status: null };
    const verified = verifyPayuNotification(input.raw ?? '', headerOf(input), settings);
    // A vector of a bare text is no message.
    const isMessage = input.raw?.trim().startsWith('{') === true;
    const message = isMessage ? readPayuNotification(input.raw ?? '', settings.pos_id) : null;
    return { ...verified, status: message?.kind === 'update' ? statusAlone(message) : null };
  });
}

/** The payment's status by an outcome of the classic API alone. */
function classicStatusOf(outcome: UpdateOutcome = 'none'): Status | null {
  if (outcome === 'none') return null;
  return outcome === 'voided' ? 'cancelled' : (outcome as Status);
}

function verifyAnswer(settings: Partial<PayuSettings>, input: RecipeInput): Verdict {
  return verdict(() => {
    const values = payuLinesOf(input.raw ?? '');
    const verified = verifyPayuAnswer(values, settings);
    const meaning = meaningOf(PAYU_CLASSIC_STATUSES, values.get('trans_status') ?? '');
    return { ...verified, status: classicStatusOf(meaning?.outcome) };
  });
}

export const payuSignatures: Record<string, Recipe<PayuSettings>> = {
  'request-signature': { kind: 'sign', sign: signRequest },
  'api-signature': {
    kind: 'sign',
    sign: (settings, input) => signPayuCall(new Map(textFields(input)), settings),
  },
  'notification-signature': { kind: 'verify', verify: verifyNotification },
  'api-response-signature': { kind: 'verify', verify: verifyAnswer },
  'authorization-header': { kind: 'sign', sign: earlyAuthorization },
};
