/**
 * Przelewy24's recipes: SHA-384 over compact JSON texts and HTTP Basic (rest), MD5 over values between bars (3.2 and legacy).
 * Facts: SHEET.md; the tests of mnastalski/przelewy24-php and of django-getpaid 1.7.
 */
import * as v from 'valibot';
import { Refusal } from '../../payments/errors.ts';
import { base64, equalText, readable, type Signable, utf8 } from '../../signing/bytes.ts';
import { digests } from '../../signing/digests.ts';
import { weakDigests } from '../../signing/weak.ts';
import type { Json, Recipe, RecipeInput, Signed, Verdict } from '../contract.ts';
import { inputFields, textFields, uniqueValues } from '../kit/form-message.ts';
import { parseMessage, readMembers } from '../kit/json-message.ts';
import { statusAlone, verdict } from '../kit/verdict.ts';
import { type P24Members, type P24Values, readP24Notification, readP24Verification } from './messages.ts';
import type { P24Settings } from './settings.ts';

/** @throws Refusal when a received signature is missing, or is not the expected one. */
function requireSign({ base, signature }: Signed, received: string, missing: string, differs: string): void {
  if (received !== '' && equalText(signature, received)) return;
  throw new Refusal(
    received === '' ? 'signature_missing' : 'signature_mismatch',
    received === '' ? missing : differs,
    { base: readable(base), expected: signature, received },
  );
}

// --- rest -------------------------------------------------------------------------------------------------

/** What each text covers, in its order. The received order does not matter. */
const REGISTER = ['sessionId', 'merchantId', 'amount', 'currency'];
const VERIFY = ['sessionId', 'orderId', 'amount', 'currency'];
const NOTIFICATION = [
  'merchantId',
  'posId',
  'sessionId',
  'amount',
  'originAmount',
  'currency',
  'orderId',
  'methodId',
  'statement',
];
const REFUND = ['orderId', 'sessionId', 'refundsUuid', 'merchantId', 'amount', 'currency', 'status'];

const isValue = (value: unknown) => value === null || typeof value === 'string' || typeof value === 'number';

/** A union would note the first type that does not fit of each. */
const VALUE = v.exactOptional(v.custom<string | number | null>(isValue));

/** What is read of a message: all that is signed, and the signature. */
const MESSAGE = v.object(
  Object.fromEntries([...NOTIFICATION, ...REFUND, 'sign'].map((name) => [name, VALUE] as const)),
);

/** The text is what JSON.stringify makes: no spaces, integers unquoted, nothing escaped that need not be. */
function sha384(text: string): Signed {
  const base = text;
  return { base, algorithm: 'SHA-384', signature: digests.sha384.hex(base) };
}

function signMembers(names: readonly string[], members: P24Members, crc: string): Signed {
  const covered: Record<string, Json> = {};
  for (const name of names) covered[name] = members[name] ?? null;
  covered.crc = crc;
  return sha384(JSON.stringify(covered));
}

/** `sign` of `transaction/verify`, which names an order, or else of `transaction/register`. */
export function signP24Request(members: P24Members, crc: string): Signed {
  return signMembers('orderId' in members ? VERIFY : REGISTER, members, crc);
}

/**
 * Checks `sign` of a notification over its parsed values, as the protocol wants it.
 * @throws Refusal
 */
export function verifyP24Notification(
  text: string,
  crc: string,
): { readonly members: P24Members; readonly base: Signable; readonly signature: string } {
  const members = readMembers(MESSAGE, parseMessage(text)) as P24Members;
  const signed = signMembers('refundsUuid' in members ? REFUND : NOTIFICATION, members, crc);
  const received = typeof members.sign === 'string' ? members.sign : '';
  requireSign(signed, received, 'there is no sign', 'sign does not fit the values and the CRC');
  return { members, base: signed.base, signature: signed.signature };
}

/** The Authorization header: the user name is the shop number, the password the API key. */
export function p24Authorization(posId: string, apiKey: string): Signed {
  const base = utf8(`${posId}:${apiKey}`);
  return { base, algorithm: 'HTTP Basic', signature: `Basic ${base64(base)}` };
}

// --- 3.2 and legacy ---------------------------------------------------------------------------------------

/** A value that is not there is empty. */
function md5(values: readonly (string | undefined)[]): Signed {
  const base = values.join('|');
  return { base, algorithm: 'MD5', signature: weakDigests.md5.hex(base) };
}

/**
 * `p24_sign` (3.2) or `p24_crc` (legacy). The second value is the order where the form names one (notifications and
 * verifications), or else the merchant.
 */
export function signP24Form(mode: string, values: P24Values, crc: string): Signed {
  const value = (name: string) => values.get(`p24_${name}`);
  if (mode === 'legacy') {
    const second = value('order_id') ?? value('id_sprzedawcy');
    return md5([value('session_id'), second, value('kwota'), crc]);
  }
  // testConnection names no session.
  if (value('session_id') === undefined) return md5([value('pos_id'), crc]);
  const second = value('order_id') ?? value('merchant_id');
  return md5([value('session_id'), second, value('amount'), value('currency'), crc]);
}

/**
 * Checks the signature of a form notification.
 * @throws Refusal
 */
export function verifyP24Form(mode: string, values: P24Values, crc: string): Signed {
  // The signature of a registration has the merchant where the order belongs: without this it could be replayed.
  if (!values.get('p24_order_id')) throw new Refusal('field_missing', 'there is no p24_order_id');
  const signed = signP24Form(mode, values, crc);
  const received = values.get(mode === 'legacy' ? 'p24_crc' : 'p24_sign') ?? '';
  requireSign(signed, received, 'there is no signature', 'the signature does not fit the values and the CRC');
  return signed;
}

// --- By name ----------------------------------------------------------------------------------------------

/** Settings as the vectors spell them. */
type VectorSettings = Partial<P24Settings> & {
  readonly merchantId?: number;
  readonly posId?: number;
  readonly apiKey?: string;
};

function signRequest({ mode = 'rest', crc = '' }: VectorSettings, input: RecipeInput): Signed {
  if (mode !== 'rest') return signP24Form(mode, new Map(textFields(input)), crc);
  const members = Array.isArray(input.fields)
    ? Object.fromEntries(textFields(input))
    : ((input.fields ?? {}) as P24Members);
  // A vector of the bare text has no session.
  return 'sessionId' in members ? signP24Request(members, crc) : sha384(JSON.stringify(members));
}

/** A payment is pending until our call has verified it. */
function verifyNotification({ mode = 'rest', crc = '' }: VectorSettings, input: RecipeInput): Verdict {
  return verdict(() => {
    if (mode !== 'rest') {
      const signed = verifyP24Form(mode, uniqueValues(inputFields(input)), crc);
      return { ...signed, status: 'pending' as const };
    }
    const { members, base, signature } = verifyP24Notification(input.raw ?? '', crc);
    const message = readP24Notification(members);
    return { base, signature, status: statusAlone(message) };
  });
}

export const p24Signatures: Record<string, Recipe<P24Settings>> = {
  'request-signature': { kind: 'sign', sign: signRequest },
  'api-signature': { kind: 'sign', sign: signRequest },
  'notification-signature': { kind: 'verify', verify: verifyNotification },
  'authorization-header': {
    kind: 'sign',
    sign: (given: VectorSettings) =>
      p24Authorization(
        String(given.posId ?? given.pos_id ?? given.merchantId ?? given.merchant_id ?? ''),
        given.apiKey ?? given.api_key ?? '',
      ),
  },
  'api-response': {
    kind: 'case',
    answer: ({ mode = 'legacy' }, input) => {
      const { isVerified } = readP24Verification(mode, input.raw ?? '');
      return { valid: true, status: isVerified ? 'paid' : 'error' };
    },
  },
};
