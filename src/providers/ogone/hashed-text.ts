/**
 * The texts that the platform hashes (SHEET.md, "Signature of a request", "Signature of feedback").
 *
 * In the regular mode the passphrase follows each `NAME=value`, so that no value can reach into the next one. "Main parameters
 * only" has no such borders and no names: its feedback does not prove where one value ends.
 */
import { type Signable, utf8 } from '../../signing/bytes.ts';
import { type CharsetName, charset } from '../../signing/charsets.ts';
import { fromOctets, isAscii, octets, signedOctets, utf8Octets } from '../../signing/octets.ts';
import { keptForNames, keptOrder } from '../../signing/order.ts';
import { isSignedInRequest } from './fields.ts';
import type { OgoneSettings } from './settings.ts';

/** A parameter that is signed: its name in upper case, its value in the octets that are hashed. */
export interface HashedField {
  readonly name: string;
  readonly octets: string;
}

/** Names that are signed are ASCII, in which the order of text is the order of bytes. */
const byteOrder = keptOrder();

/** The vendor's PHP SDK sorts as a dictionary: underscore, then digits, then letters. */
const dictionaryOrder = keptOrder((a, b) => {
  const [one, other] = [dictionaryKey(a), dictionaryKey(b)];
  return one < other ? -1 : one > other ? 1 : 0;
});

function dictionaryKey(name: string): string {
  return name.replaceAll('_', '\u0001');
}

/**
 * The first of these names whose place depends on which of the two orders the platform uses.
 * @param names as they are sent.
 * @returns the name in upper case; null when both orders agree.
 */
export function ambiguousName(names: readonly string[]): string | null {
  const upper = names.map((name) => name.toUpperCase());
  const inDictionary = dictionaryOrder(upper);
  const found = byteOrder(upper).find((place, index) => place !== inDictionary[index]);
  return found === undefined ? null : (upper[found] ?? null);
}

/** Empty values are not signed, the text `0` is. */
function eachParameter(
  fields: readonly HashedField[],
  orderOf: ReturnType<typeof keptOrder>,
  passphrase: string,
): string {
  let text = '';
  for (const place of orderOf(fields.map(({ name }) => name))) {
    const { name, octets: value } = fields[place] as HashedField;
    if (value !== '') text += `${utf8Octets(name)}=${value}${passphrase}`;
  }
  return text;
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
  passphrase: string,
): string {
  const values = names.map((name) => fields.find((field) => field.name === name)?.octets ?? '');
  return values.join('') + passphrase;
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

/** Whether the octets of a value hold the SHA-OUT passphrase, in either charset. */
export function holdsBorder({ sha_out = '' }: Partial<OgoneSettings>, value: string): boolean {
  // In either charset it has at least as many bytes as characters.
  if (sha_out === '' || value.length < sha_out.length) return false;
  return (['utf-8', 'iso-8859-1'] as const).some((name) => value.includes(octetsIn(sha_out, name)));
}

/** What a charset lacks is not sent. A passphrase that it lacks cannot be the account's: as UTF-8 it matches nothing. */
function octetsIn(text: string, name: CharsetName): string {
  return isAscii(text) ? text : octets(charset(name).encode(text) ?? utf8(text));
}

/** A signed field of a request. */
interface Covered {
  /** In upper case. */
  readonly name: string;
  /** The same with the equals sign behind it. */
  readonly before: string;
  /** Of a name that comes twice, the last. */
  readonly place: number;
}

function coveredBy(isSigned: (name: string) => boolean): (names: readonly string[]) => readonly Covered[] {
  return keptForNames((names) => {
    const places = new Map<string, number>();
    names.forEach((name, place) => {
      const upper = name.toUpperCase();
      if (upper !== 'SHASIGN' && isSigned(upper)) places.set(upper, place);
    });
    return Array.from(places, ([name, place]) => ({ name, before: `${name}=`, place })).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    );
  });
}

const coveredByList = coveredBy(isSignedInRequest);

/**
 * What is hashed of a request, in the account's charset.
 * @param fields what the charset lacks is not sent, and stands here in UTF-8.
 * @param unlisted a name that is signed although the SHA-IN list lacks it.
 */
export function shaInText(
  settings: Partial<OgoneSettings>,
  fields: readonly (readonly [name: string, value: string])[],
  passphrase: string,
  unlisted: string | null,
): Signable {
  const coveredOf =
    unlisted === null ? coveredByList : coveredBy((name) => name === unlisted || isSignedInRequest(name));
  const covered = coveredOf(fields.map(([name]) => name));
  const valueAt = (place: number) => fields[place]?.[1] ?? '';
  const encoding = ogoneCharset(settings);
  const isMain = settings.sha_mode === 'main-parameters-only';
  if (!isMain) {
    let text = '';
    for (const { before, place } of covered) {
      const value = valueAt(place);
      if (value !== '') text += before + value + passphrase;
    }
    const whole = encoding === 'utf-8' && text.isWellFormed() ? text : charset(encoding).encode(text);
    if (whole !== null) return whole;
  }
  const hashed = covered.map(({ name, place }) => ({ name, octets: octetsIn(valueAt(place), encoding) }));
  const border = octetsIn(passphrase, encoding);
  return signedOctets(
    isMain ? mainParameters(MAIN_IN, hashed, border) : eachParameter(hashed, byteOrder, border),
  );
}

/**
 * The texts that the platform may have hashed, as octets, the regular one first: the bytes as received, then the same
 * converted to the other charset, because a UTF-8 account notified through an ISO endpoint hashes one and
 * sends the other. Each comes in byte order and, where it differs, in the vendor's dictionary order.
 */
export function* shaOutTexts(
  settings: Partial<OgoneSettings>,
  received: readonly HashedField[],
): Generator<string> {
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
  yield { fields, passphrase: octetsIn(passphrase, ogoneCharset(settings)) };
  if (isAscii(passphrase) && fields.every(({ octets: value }) => isAscii(value))) return;
  for (const [from, to] of [
    ['iso-8859-1', 'utf-8'],
    ['utf-8', 'iso-8859-1'],
  ] as const) {
    const converted = convert(fields, from, to);
    if (converted) yield { fields: converted, passphrase: octetsIn(passphrase, to) };
  }
}

function convert(fields: readonly HashedField[], from: CharsetName, to: CharsetName): HashedField[] | null {
  const out: HashedField[] = [];
  for (const { name, octets: value } of fields) {
    const decoded = charset(from).decode(fromOctets(value));
    const converted = decoded === null ? null : charset(to).encode(decoded);
    if (!converted) return null;
    out.push({ name, octets: octets(converted) });
  }
  return out;
}
