/**
 * The one recipe of the protocol (SHEET.md, "MAC"): all fields but MAC, empty ones too, sorted by name in byte order, `name=value` joined
 * with asterisks; HMAC-SHA-1 in hex. We sign forms and server calls with it, the bank signs notifications.
 *
 * Nothing marks where a value ends. A name has letters, digits, `-` and `_` only, and a value with an asterisk, a name and `=` inside is
 * refused, so that a signed text has one reading.
 */
import { Refusal } from '../../payments/errors.ts';
import { equalText, hex, readable, type Signable } from '../../signing/bytes.ts';
import { hmacBy } from '../../signing/digests.ts';
import type { RawField } from '../../signing/form.ts';
import { kept } from '../../signing/kept.ts';
import { signedText } from '../../signing/octets.ts';
import { keptForNames, keptOrder } from '../../signing/order.ts';
import type { Recipe, RecipeInput, Signed } from '../contract.ts';
import { inputFields, textFields, UniqueFields, type Values } from '../kit/form-message.ts';
import { statusAlone, verdict, verifyingSecret } from '../kit/verdict.ts';
import { moneticoKeyBytes } from './key.ts';
import { readMoneticoNotification } from './notification.ts';
import { moneticoAnswer } from './operation-answer.ts';
import { moneticoReply } from './replies.ts';
import type { MoneticoSettings } from './settings.ts';

const ALGORITHM = 'HMAC-SHA1 hex';

function keyOf({ key }: Partial<MoneticoSettings>): Uint8Array {
  const bytes = moneticoKeyBytes(key ?? '');
  if (!bytes) throw new RangeError('the key has 38 hexadecimal digits, and two more characters');
  return bytes;
}

const macOf = kept((key) => hmacBy('sha1', keyOf({ key })));

const orderOf = keptOrder(undefined, (name) => name !== 'MAC');

/** The signed text of names and values; the MAC among them is left out. */
function joined(names: readonly string[], valueAt: (place: number) => string | undefined): string {
  let text = '';
  for (const place of orderOf(names)) text += `${names[place]}=${valueAt(place)}*`;
  return text.slice(0, -1);
}

function signed(settings: Partial<MoneticoSettings>, base: Signable): Signed {
  return { base, algorithm: ALGORITHM, signature: macOf(settings.key ?? '')(base, 'hex') };
}

/** Signs the fields of a form or of a server call; a MAC among them is left out. */
export function signMonetico(
  settings: Partial<MoneticoSettings>,
  fields: Iterable<readonly [name: string, value: string]>,
): Signed {
  const [names, values]: [string[], string[]] = [[], []];
  for (const [name, value] of fields) {
    names.push(name);
    values.push(value);
  }
  return signed(
    settings,
    joined(names, (place) => values[place]),
  );
}

const NAME = /^[A-Za-z0-9_-]+$/;

const areOurs = keptForNames((names) => names.every((name) => NAME.test(name)));

const MAC = /^[0-9A-Fa-f]{40}$/;

/** Another field inside a value. */
const FIELD_INSIDE = /\*[A-Za-z0-9_-]+=/;

/** A message whose MAC is right. */
interface VerifiedFields {
  /** Without the MAC. */
  readonly values: Values;
  readonly base: Signable;
  readonly signature: string;
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
  if (!areOurs(received.map(({ name }) => name)))
    throw new Refusal('malformed', 'a field has a name that the protocol has not');
  const form = new UniqueFields(received);
  const { names } = form;
  const mac = form.get('MAC') ?? '';
  const text = joined(names, (place) => received[place]?.value);
  const octets = () => joined(names, (place) => received[place]?.octets);
  const { base, signature } = signed(settings, signedText(text, octets));
  if (mac === '') throw new Refusal('signature_missing', 'there is no MAC');
  if (!MAC.test(mac)) throw new Refusal('signature_malformed', 'MAC is not 40 hexadecimal digits');
  if (!equalText(signature, mac.toLowerCase()))
    throw new Refusal('signature_mismatch', 'MAC does not fit the fields and the key', {
      base: readable(base),
      expected: signature,
      received: mac,
    });
  for (const { name, value } of received)
    if (value.includes('*') && FIELD_INSIDE.test(value))
      throw new Refusal('malformed', `${name} has another field inside`);
  const values = { get: (name: string) => (name === 'MAC' ? undefined : form.get(name)) };
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
    sign: (settings, { rest }) => signed(settings, String(rest?.base ?? '')),
  },
  'key-decryption': {
    kind: 'sign',
    sign: (settings) => ({ base: new Uint8Array(), algorithm: 'none', signature: hex(keyOf(settings)) }),
  },
};
