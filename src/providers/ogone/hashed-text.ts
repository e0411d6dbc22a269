/**
 * The texts that the platform hashes (SHEET.md, "Signature of a request", "Signature of feedback").
 *
 * In the regular mode the passphrase follows each `NAME=value`, so that no value can reach into the next one. "Main parameters
 * only" has no such borders and no names: its feedback does not prove where one value ends.
 */
import { concat, utf8 } from '../../signing/bytes.ts';
import { type CharsetName, charset } from '../../signing/charsets.ts';
import type { OgoneSettings } from './settings.ts';

/** A parameter that is signed: its name in upper case, its value in the bytes that are hashed. */
export interface HashedField {
  readonly name: string;
  readonly value: Uint8Array;
}

type Order = (a: HashedField, b: HashedField) => number;

/** Names that are signed are ASCII, in which the order of text is the order of bytes. */
const byteOrder: Order = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** The vendor's PHP SDK sorts as a dictionary: underscore, then digits, then letters. */
const dictionaryOrder: Order = (a, b) => {
  const [one, other] = [dictionaryKey(a.name), dictionaryKey(b.name)];
  return one < other ? -1 : one > other ? 1 : 0;
};

function dictionaryKey(name: string): string {
  return name.replaceAll('_', '\u0001');
}

/**
 * The first of these names whose place depends on which of the two orders the platform uses.
 * @param names as they are sent.
 * @returns the name in upper case; null when both orders agree.
 */
export function ambiguousName(names: readonly string[]): string | null {
  const fields = names.map((name) => ({ name: name.toUpperCase(), value: new Uint8Array() }));
  const inDictionary = fields.toSorted(dictionaryOrder);
  const found = fields.toSorted(byteOrder).find((field, index) => field !== inDictionary[index]);
  return found?.name ?? null;
}

const EQUALS = utf8('=');

/** Empty values are not signed, the text `0` is. */
function eachParameter(fields: readonly HashedField[], order: Order, passphrase: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { name, value } of fields.filter((field) => field.value.length > 0).sort(order)) {
    parts.push(utf8(name), EQUALS, value, passphrase);
  }
  return concat(parts);
}

/** The feedback parameters of "main parameters only", in its order. */
export const MAIN_OUT = [
  'ORDERID',
  'CURRENCY',
  'AMOUNT',
  'PM',
  'ACCEPTANCE',
  'STATUS',
  'CARDNO',
  'PAYID',
  'NCERROR',
  'BRAND',
];
const MAIN_IN = ['ORDERID', 'AMOUNT', 'CURRENCY', 'PSPID'];

function mainParameters(
  names: readonly string[],
  fields: readonly HashedField[],
  passphrase: Uint8Array,
): Uint8Array {
  const values = names.flatMap((name) =>
    fields.filter((field) => field.name === name).map(({ value }) => value),
  );
  return concat([...values, passphrase]);
}

/** The charset that was chosen in the back office. */
export function ogoneCharset(settings: Partial<OgoneSettings>): CharsetName {
  return settings.encoding ?? 'utf-8';
}

/** Whether a text holds one of an account's passphrases, which are the borders between the values. */
export function holdsPassphrase(settings: Partial<OgoneSettings>, text: string): boolean {
  return [settings.sha_in, settings.sha_out, settings.sha_in_directlink].some(
    (passphrase) => passphrase !== undefined && passphrase !== '' && text.includes(passphrase),
  );
}

/** Whether the bytes of a value hold the SHA-OUT passphrase, in either charset. */
export function holdsBorder({ sha_out = '' }: Partial<OgoneSettings>, value: Uint8Array): boolean {
  // In either charset it has at least as many bytes as characters.
  if (sha_out === '' || value.length < sha_out.length) return false;
  const text = oneCharacterAByte(value);
  return (['utf-8', 'iso-8859-1'] as const).some((name) =>
    text.includes(oneCharacterAByte(passphraseBytes(sha_out, name))),
  );
}

function oneCharacterAByte(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** A passphrase that the charset lacks cannot be the account's. As UTF-8 it matches nothing. */
function passphraseBytes(passphrase: string, name: CharsetName): Uint8Array {
  return charset(name).encode(passphrase) ?? utf8(passphrase);
}

/**
 * The text of a request, in the account's charset.
 * @param values by names in upper case; what the charset lacks is not sent, and stands here in UTF-8.
 */
export function shaInText(
  settings: Partial<OgoneSettings>,
  values: ReadonlyMap<string, string>,
  passphrase: string,
): Uint8Array {
  const encoder = charset(ogoneCharset(settings));
  const isMain = settings.sha_mode === 'main-parameters-only';
  if (!isMain) {
    let text = '';
    for (const [name, value] of [...values].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      if (value !== '') text += `${name}=${value}${passphrase}`;
    const whole = encoder.encode(text);
    if (whole) return whole;
  }
  const bytes = passphraseBytes(passphrase, encoder.name);
  const fields = Array.from(values, ([name, value]) => ({
    name,
    value: encoder.encode(value) ?? utf8(value),
  }));
  return isMain ? mainParameters(MAIN_IN, fields, bytes) : eachParameter(fields, byteOrder, bytes);
}

/**
 * The texts that the platform may have hashed, the regular one first: the bytes as received, then the same
 * converted to the other charset, because a UTF-8 account notified through an ISO endpoint hashes one and
 * sends the other. Each comes in byte order and, where it differs, in the vendor's dictionary order.
 */
export function* shaOutTexts(
  settings: Partial<OgoneSettings>,
  received: readonly HashedField[],
): Generator<Uint8Array> {
  for (const { fields, passphrase } of inEitherCharset(settings, received)) {
    if (settings.sha_mode === 'main-parameters-only') {
      yield mainParameters(MAIN_OUT, fields, passphrase);
      continue;
    }
    yield eachParameter(fields, byteOrder, passphrase);
    // The two orders differ about the underscore alone.
    if (fields.some(({ name }) => name.includes('_'))) {
      yield eachParameter(fields, dictionaryOrder, passphrase);
    }
  }
}

function* inEitherCharset(settings: Partial<OgoneSettings>, fields: readonly HashedField[]) {
  const passphrase = settings.sha_out ?? '';
  yield { fields, passphrase: passphraseBytes(passphrase, ogoneCharset(settings)) };
  const isAscii = !fields.some(({ value }) => value.some((byte) => byte > 127));
  if (isAscii && !/[^\0-\x7f]/.test(passphrase)) return;
  for (const [from, to] of [
    ['iso-8859-1', 'utf-8'],
    ['utf-8', 'iso-8859-1'],
  ] as const) {
    const converted = convert(fields, from, to);
    if (converted) yield { fields: converted, passphrase: passphraseBytes(passphrase, to) };
  }
}

function convert(fields: readonly HashedField[], from: CharsetName, to: CharsetName): HashedField[] | null {
  const out: HashedField[] = [];
  for (const { name, value } of fields) {
    const decoded = charset(from).decode(value);
    const converted = decoded === null ? null : charset(to).encode(decoded);
    if (!converted) return null;
    out.push({ name, value: converted });
  }
  return out;
}
