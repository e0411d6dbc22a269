/**
 * What the words of a file that is not known say of its lines. A word is known where each part of it is: whoever takes "Refund bounced" for a
 * refund hides that none was made. What is not known is no payment either: a person says what it is.
 */
import type { KindOverrides, MappedKind, ShownKind } from '../payments/reconciled.ts';
import { CHARGEBACKS, MEANS, NOTHING, PAYMENTS, PHRASES, PLAIN, REFUNDS } from './kind-words.ts';

/** A word as it is compared: in lower case, without accents and doubled blanks. */
export function bareWords(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ł', 'l')
    .replaceAll('ø', 'o')
    .replaceAll('æ', 'ae')
    .replaceAll('ß', 'ss')
    .replaceAll(/[\s_]+/g, ' ')
    .trim();
}

/** What a word of a file's own says; null: nobody knows it. */
function guessedKind(word: string): MappedKind | null {
  const known = PHRASES.reduce((text, [pattern, one]) => text.replaceAll(pattern, one), bareWords(word));
  const bare = MEANS.reduce((text, pattern) => text.replaceAll(pattern, ' '), known);
  const parts = bare.split(/[^\p{L}]+/u).filter((part) => part !== '');
  // Nothing but how it was paid: a payment. A code has no letters, or none that mean something.
  if (parts.length === 0) return bare === known ? null : 'payment';
  // Whatever else it says: that it failed, waits or is a fee comes first.
  if (parts.some((part) => NOTHING.test(part))) return 'none';
  const kinds = parts.filter((part) => !PLAIN.test(part)).map(kindOfPart);
  if (kinds.length === 0 || kinds.includes(null)) return null;
  return kinds.find((kind) => kind === 'chargeback') ?? kinds.find((kind) => kind === 'refund') ?? 'payment';
}

function kindOfPart(part: string): MappedKind | null {
  if (CHARGEBACKS.test(part)) return 'chargeback';
  if (REFUNDS.test(part)) return 'refund';
  return PAYMENTS.test(part) ? 'payment' : null;
}

/**
 * What a word says of its lines; null: nobody knows it, and nobody has said it.
 * @param said what a person has said of words.
 */
export function mappedKind(word: string, said: KindOverrides = {}): MappedKind | null {
  const bare = bareWords(word);
  const [, own] = Object.entries(said).find(([one]) => bareWords(one) === bare) ?? [];
  return own ?? guessedKind(word);
}

/** Words that are shown with what they become. */
const MOST_WORDS = 20;

export function mappedKinds(
  words: readonly string[],
  said: KindOverrides = {},
): Readonly<Record<string, ShownKind>> {
  const known = new Set(words.map((word) => word.trim()).filter((word) => word !== ''));
  return Object.fromEntries(
    [...known].slice(0, MOST_WORDS).map((word) => [word, mappedKind(word, said) ?? 'unknown']),
  );
}
