/** Text on its way into a protocol's fields: text for people is made to fit, all other is sent as it is, left out or rejected. */
import type { PaymentRequest } from '../../payments/types.ts';
import type { Charset } from '../../signing/charsets.ts';
import { spellingOf } from './spelling.ts';

/** Which characters a field can carry. */
export type Takes = (character: string) => boolean;

/** Those that exist in a charset. */
export function inCharset(charset: Charset): Takes {
  return (character) => charset.firstMissing(character) === null;
}

/** The printable ones of ASCII. */
export const ASCII: Takes = (character) => /^[\x20-\x7e]$/.test(character);

/** No printed text has these: control characters, line separators, halves of surrogate pairs, and what is no character. */
const NOT_PRINTED = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]+/gu;

/** How a character that a field does not take is written there: as a table says, without its accents, or not at all. */
function spelt(character: string, takes: Takes): string {
  const plainer =
    spellingOf(character) ??
    (/\p{Zs}/u.test(character) ? ' ' : character.normalize('NFKD').replace(/\p{M}/gu, ''));
  if (plainer === character) return '';
  return Array.from(plainer, (one) => (takes(one) ? one : spelt(one, takes))).join('');
}

/**
 * A text for people in the characters that a field takes: others are transliterated (’ to ', Ł to L, Œ to OE, € to EUR) or left out, so
 * that it never stops a payment. A text that the field takes is not changed. None of this is for what identifies: references, amounts.
 */
export function written(value: string, takes: Takes): string {
  const printed = value.replace(NOT_PRINTED, ' ');
  if (Array.from(printed).every(takes)) return printed;
  return Array.from(printed.normalize('NFC'), (character) =>
    takes(character) ? character : spelt(character, takes),
  ).join('');
}

const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** At most `limit` code points of a text, and no half of what people see as one character. */
function cutAt(text: string, limit: number): string {
  const characters = Array.from(text);
  if (characters.length <= limit) return text;
  let kept = '';
  let length = 0;
  for (const { segment } of letters.segment(text)) {
    length += Array.from(segment).length;
    if (length > limit) break;
    kept += segment;
  }
  return kept || characters.slice(0, limit).join('');
}

/**
 * A text for people as a field carries it: in the characters that it takes, cut at `limit` of them. Undefined where nothing is left.
 * @param takes left out: every printed character.
 */
export function cut(
  value: string | null | undefined,
  limit: number,
  takes: Takes = () => true,
): string | undefined {
  const text = cutAt(written(value ?? '', takes).trim(), limit).trim();
  return text || undefined;
}

/** Stands in a field that must not be empty for a text of which the field takes nothing. */
export const NOTHING_LEFT = 'X';

/** The same for a field that must not be empty. Undefined only where there is no text at all. */
export function cutMandatory(
  value: string | null | undefined,
  limit: number,
  takes: Takes = () => true,
): string | undefined {
  return cut(value, limit, takes) ?? (value?.trim() ? NOTHING_LEFT : undefined);
}

/**
 * A value without outer blanks that fits, or nothing: for optional data that makes no sense when cut or rewritten, such as an e-mail
 * address.
 * @param takes left out: every character.
 */
export function ifFits(
  value: string | null | undefined,
  limit: number,
  takes: Takes = () => true,
): string | undefined {
  const characters = Array.from(value?.trim() ?? '');
  const fits = characters.length > 0 && characters.length <= limit && characters.every(takes);
  return fits ? characters.join('') : undefined;
}

/** First and last name in one, or undefined. */
export function fullName(payment: PaymentRequest): string | undefined {
  const { firstName, lastName } = payment.customer;
  const names = [firstName, lastName].map((name) => name?.trim());
  return names.filter(Boolean).join(' ') || undefined;
}

/** A text in plain ASCII: accents dropped, ligatures spelt out, what cannot be spelt left out. */
export function plainAscii(value: string): string {
  return written(value, ASCII);
}
