/** What the names of a list of means of payment say of their kinds, and which of them a shop may ask for. */
import type { MeansKind } from '../../payments/means.ts';
import type { WantedKind, WantedMethod } from '../../payments/types.ts';

const KINDS_BY_NAME: readonly (readonly [MeansKind, RegExp])[] = [
  ['blik', /\bblik/i],
  [
    'wallet',
    /apple ?pay|google ?pay|paypal|visa (?:mobile|checkout)|click to pay|masterpass|\bwallet|portfel/i,
  ],
  ['instalments', /\braty\b|instal|paypo|twisto|p[lł]a[cć][ęe]? p[oó][zź]niej|pay later|odrocz/i],
  ['transfer', /tradycyjn|przekaz|traditional|zwyk[lł]y/i],
  ['card', /\bkart|card|visa|mastercard/i],
];

/** The kind that a name says, where a list has no kinds; a bank where it says none. */
export function kindByName(name: string): MeansKind {
  return KINDS_BY_NAME.find(([, form]) => form.test(name))?.[0] ?? 'bank';
}

/** Whether the ids of a list have the form of an id. The text follows "method: ". */
export function methodProblemOf(
  method: WantedMethod,
  kinds: readonly WantedKind[],
  bankId: RegExp,
): string | null {
  if (!kinds.includes(method.kind)) return `this provider takes ${kinds.join(', ')}, not ${method.kind}`;
  return method.kind !== 'bank' || bankId.test(method.id)
    ? null
    : 'has an id of another form than those that this provider lists';
}

/**
 * When a shopper who pays by a BLIK code may be given another order (a code is good for two minutes, and so is its confirmation), and when
 * the provider is asked if no result has come.
 */
export const CODE_TIMES = { goodForSeconds: 900, queryAfterSeconds: 240 };
