/** What is kept of a refused message: no secret of the account in any form, no whole card number. */
import { readable, utf8 } from '../../signing/bytes.ts';
import { type Charset, type CharsetName, charset } from '../../signing/charsets.ts';

const CHARSETS: readonly CharsetName[] = ['utf-8', 'iso-8859-1', 'windows-1251'];

/** A text as a regular expression that takes nothing else (flag `u`). */
function literal(text: string): string {
  return Array.from(text, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`).join('');
}

/** The bytes of a text in every charset that has it. */
function bytesOf(text: string, encoder: Charset): Uint8Array[] {
  return [encoder, ...CHARSETS.map(charset)]
    .map(({ encode }) => encode(text))
    .filter((bytes) => bytes !== null);
}

/** Bytes read as people may find them in a log: as UTF-8, as Latin-1, and percent-encoded. */
function readings(bytes: Uint8Array): string[] {
  const each = (write: (byte: number) => string) => Array.from(bytes, write).join('');
  return [
    readable(bytes),
    each((byte) => String.fromCharCode(byte)),
    each((byte) => `%${byte.toString(16).padStart(2, '0')}`),
  ];
}

/** One character of a secret in every form; the flag `i` covers both cases of letters and of hexadecimal digits. */
function characterPattern(character: string, encoder: Charset): string {
  const cases = [character, character.toUpperCase(), character.toLowerCase()];
  const forms = cases.flatMap((one) => [one, ...bytesOf(one, encoder).flatMap(readings)]);
  if (character === ' ') forms.push('+');
  return `(?:${[...new Set(forms)].map(literal).join('|')})`;
}

/** A secret in every form: as it is, or mixed with percent-encoded parts, in either case, its bytes read in another charset. */
function secretPattern(secret: string, encoder: Charset): string {
  const whole = bytesOf(secret, encoder).map((bytes) => literal(readable(bytes)));
  const mixed = Array.from(secret, (character) => characterPattern(character, encoder)).join('');
  return [...new Set(whole), mixed].join('|');
}

/**
 * A text with secrets replaced by their names.
 * @param secrets by name; of two that are parts of each other the longer one is replaced.
 * @param encoder the account's charset.
 */
export function withoutSecrets(
  text: string,
  secrets: readonly (readonly [name: string, value: string])[],
  encoder: Charset,
): string {
  const ordered = secrets
    .filter(([, value]) => value.trim() !== '')
    .map(([name, value]) => [name, value.trim()] as const)
    .toSorted(([, one], [, other]) => utf8(other).length - utf8(one).length);
  if (ordered.length === 0) return text;
  const pattern = ordered.map(([, value]) => `(${secretPattern(value, encoder)})`).join('|');
  return text.replace(new RegExp(pattern, 'giu'), (_match, ...groups: (string | undefined)[]) => {
    const found = groups.findIndex((group, index) => index < ordered.length && group !== undefined);
    return `‹${ordered[found]?.[0] ?? 'secret'}›`;
  });
}

/** What may stand between two groups of a card number, as it is or percent-encoded. */
const BETWEEN = '[ +\\u00a0-]|%20';

/** How card numbers are written: as they are, or in the groups that stand on a card, all with the same character between them. */
const CARDS: readonly RegExp[] = [
  '\\d{13,19}',
  `\\d{4}(?<between>${BETWEEN})(?:\\d{4}\\k<between>){3}\\d{1,3}`,
  `\\d{4}(?<between>${BETWEEN})(?:\\d{4}\\k<between>){2}\\d{1,4}`,
  `\\d{4}(?<between>${BETWEEN})\\d{6}\\k<between>\\d{4,5}`,
].map((written) => new RegExp(`(?<!\\d)(?=(?<card>${written})(?!\\d))`, 'g'));

/** Card numbers keep their first six and last four digits, however they are grouped. */
export function withoutCards(text: string): string {
  return CARDS.reduce(withoutCardsWritten, text);
}

/** A number that is no card may overlap with one that is: every place is looked at. */
function withoutCardsWritten(text: string, pattern: RegExp): string {
  let [kept, from] = ['', 0];
  for (const { index, groups } of text.matchAll(pattern)) {
    const written = groups?.card ?? '';
    const digits = written.replaceAll('%20', '').replace(/\D/g, '');
    if (index < from || !passesLuhn(digits)) continue;
    kept += `${text.slice(from, index)}${digits.slice(0, 6)}${'*'.repeat(digits.length - 10)}${digits.slice(-4)}`;
    from = index + written.length;
  }
  return kept + text.slice(from);
}

function passesLuhn(digits: string): boolean {
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, digit, index) => {
      const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}
