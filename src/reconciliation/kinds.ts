/** What the words of a file that is not known say of a line: refunds, chargebacks, what is no money of ours. All others are payments. */
import type { MappedKind } from '../payments/reconciled.ts';

/** How something was paid. The credit of a credit card is none to the shopper. */
const MEANS =
  /(?:credit|debit)[ -]?(?:cards?|transfers?)|cartes? (?:bancaires? )?(?:de |[àa] )?cr[eé]dit|kreditkarten?|kart\p{L}* kredytow\p{L}*|кредитн\p{L}* карт\p{L}*/giu;

const KINDS: readonly (readonly [MappedKind, RegExp])[] = [
  ['refund', /refund|rembours|zwrot|r[üu]ckerstatt|gutschrift|credit|возврат/i],
  ['chargeback', /charge ?-?back|impay|r[üu]cklast|obci[aą][zż]enie zwrotne/i],
  [
    'none',
    /fee|payout|withdraw|prowizja|wyp[lł]ata|geb[üu]hr|auszahlung|frais|virement|declin|refus|reject|cancel|fail|denied|odrzuc|pending/i,
  ],
];

export function mappedKind(word: string): MappedKind {
  const bare = word.replace(MEANS, ' ');
  return KINDS.find(([, pattern]) => pattern.test(bare))?.[0] ?? 'payment';
}

/** Words that are shown with what they become. */
const MOST_WORDS = 20;

export function mappedKinds(words: readonly string[]): Readonly<Record<string, MappedKind>> {
  const known = new Set(words.map((word) => word.trim()).filter((word) => word !== ''));
  return Object.fromEntries([...known].slice(0, MOST_WORDS).map((word) => [word, mappedKind(word)]));
}
