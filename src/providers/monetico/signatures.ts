/**
 * The one recipe of the protocol (SHEET.md, "MAC"): all fields but MAC, empty ones too, sorted by name in byte order, `name=value` joined
 * with asterisks; HMAC-SHA-1 in hex. We sign forms and server calls with it, the bank signs notifications.
 *
 * Nothing marks where a value ends. A name has letters, digits, `-` and `_` only, and a value with an asterisk, a name and `=` inside is
 * refused, so that a signed text has one reading.
 */
import { Refusal } from '../../payments/errors.ts';
import { compareBytes, concat, equalBytes, fromHex, hex, readable, utf8 } from '../../signing/bytes.ts';
import { hmacOf } from '../../signing/digests.ts';
import { type RawField, rawFields } from '../../signing/form.ts';
import { kept } from '../../signing/kept.ts';
import type { Recipe, RecipeInput, Signed } from '../contract.ts';
import { inputFields, textFields } from '../kit/form-message.ts';
import { statusAlone, verdict, verifyingSecret } from '../kit/verdict.ts';
import { moneticoKeyBytes } from './key.ts';
import { readMoneticoNotification } from './notification.ts';
import { moneticoAnswer } from './operation-answer.ts';
import { moneticoReply } from './replies.ts';
import type { MoneticoSettings } from './settings.ts';

const ALGORITHM = 'HMAC-SHA1 hex';
const EQUALS = utf8('=');
const ASTERISK = utf8('*');

const keyBytes = kept(moneticoKeyBytes);

function keyOf({ key }: Partial<MoneticoSettings>): Uint8Array {
  const bytes = keyBytes(key ?? '');
  if (!bytes) throw new RangeError('the key has 38 hexadecimal digits, and two more characters');
  return bytes;
}

/** The signed text of fields of which none is the MAC. */
function signedText(fields: readonly RawField[]): Uint8Array {
  const sorted = fields.toSorted((a, b) => compareBytes(a.name, b.name));
  const parts = sorted.flatMap(({ name, value }, index) => [
    ...(index > 0 ? [ASTERISK] : []),
    name,
    EQUALS,
    value,
  ]);
  return concat(parts);
}

function signed(settings: Partial<MoneticoSettings>, base: Uint8Array): Signed {
  return { base, algorithm: ALGORITHM, signature: hex(hmacOf('sha1', keyOf(settings), base)) };
}

/** Signs the fields of a form or of a server call; a MAC among them is left out. */
export function signMonetico(
  settings: Partial<MoneticoSettings>,
  fields: Iterable<readonly [name: string, value: string]>,
): Signed {
  const unsigned = Array.from(fields).filter(([name]) => name !== 'MAC');
  return signed(settings, signedText(rawFields(unsigned)));
}

const NAME = /^[A-Za-z0-9_-]+$/;

/** Another field inside a value. */
const FIELD_INSIDE = /\*[A-Za-z0-9_-]+=/;

/** A message whose MAC is right. */
interface VerifiedFields {
  /** Decoded, by name; no MAC. */
  readonly values: ReadonlyMap<string, string>;
  readonly base: Uint8Array;
  readonly signature: string;
}

/** The fields by name. */
function uniqueFields(fields: readonly RawField[]): ReadonlyMap<string, RawField> {
  const found = new Map<string, RawField>();
  for (const field of fields) {
    const name = readable(field.name);
    if (!NAME.test(name)) throw new Refusal('malformed', 'a field has a name that the protocol has not');
    if (found.has(name)) throw new Refusal('duplicate_field', `the field ${name} came twice`);
    found.set(name, field);
  }
  return found;
}

/**
 * Verifies the fields of a notification.
 * @throws Refusal malformed, duplicate_field, signature_missing, signature_malformed, signature_mismatch
 */
export function verifyMonetico(
  settings: Partial<MoneticoSettings>,
  received: readonly RawField[],
): VerifiedFields {
  verifyingSecret(settings.key, 'key');
  const fields = uniqueFields(received);
  const mac = readable(fields.get('MAC')?.value ?? new Uint8Array());
  const others = received.filter((field) => field !== fields.get('MAC'));
  const { base, signature } = signed(settings, signedText(others));
  if (mac === '') throw new Refusal('signature_missing', 'there is no MAC');
  const bytes = fromHex(mac);
  if (bytes?.length !== 20) throw new Refusal('signature_malformed', 'MAC is not 40 hexadecimal digits');
  if (!equalBytes(fromHex(signature) ?? new Uint8Array(), bytes))
    throw new Refusal('signature_mismatch', 'MAC does not fit the fields and the key', {
      base: readable(base),
      expected: signature,
      received: mac,
    });
  const values = new Map<string, string>();
  for (const [name, { value }] of fields) {
    const text = readable(value);
    if (FIELD_INSIDE.test(text)) throw new Refusal('malformed', `${name} has another field inside`);
    if (name !== 'MAC') values.set(name, text);
  }
  return { values, base, signature };
}

const sign = (settings: Partial<MoneticoSettings>, input: RecipeInput) =>
  signMonetico(settings, textFields(input));

export const moneticoSignatures: Record<string, Recipe<MoneticoSettings>> = {
  'request-signature': { kind: 'sign', sign },
  'notification-signature': {
    kind: 'verify',
    verify: (settings, input) =>
      verdict(() => {
        const { values, base, signature } = verifyMonetico(settings, inputFields(input));
        const status = statusAlone(readMoneticoNotification(settings, values));
        return { base, signature, status, reply: moneticoReply(true) };
      }),
  },
  /** Of captures, cancels and refunds. */
  'api-signature': { kind: 'sign', sign },
  'api-response': {
    kind: 'response',
    read: (_settings, raw) => {
      const { cdr, aut } = moneticoAnswer(raw);
      return { ok: cdr === '1', code: cdr, authorisation: aut };
    },
  },
  /** The MAC of a text. */
  primitive: {
    kind: 'sign',
    sign: (settings, { rest }) => signed(settings, utf8(String(rest?.base ?? ''))),
  },
  'key-decryption': {
    kind: 'sign',
    sign: (settings) => ({ base: new Uint8Array(), algorithm: 'none', signature: hex(keyOf(settings)) }),
  },
};
