/** What the signature of a message proves. */

/** What decides about money in a message. */
export type Deciding = 'outcome' | 'order' | 'amount' | 'currency';

/**
 * What the signature of a message proves (SHEET.md, "What its signature proves"). Where a message counts, and where it is
 * only a reason to ask, follows from it in one place (gateway/proof.ts).
 */
export interface Proof {
  /** Whose key signs: the merchant's own, the platform's one for every merchant, or nobody's. */
  readonly keyOf: 'merchant' | 'platform' | 'nobody';
  /** The provider's fields that are signed, of those that we read, by their names there. */
  readonly covered: readonly string[];
  /** Those that we read and that are not signed. */
  readonly notCovered: readonly string[];
  /** What a message says about the money in a field that is not signed. */
  readonly undecided: readonly Deciding[];
  /** Whether a name or a border between values that was moved breaks the signature. */
  readonly bordersCovered: boolean;
  /** Where it does not: why a signed text can be read in one way only; null: it may be read in several. */
  readonly uniqueReading: string | null;
  /** The field that says test or live; null: nothing does, the key is another one in each. */
  readonly environmentMark: string | null;
  /** Why no request of ours, signed by the same key, is taken for an answer. */
  readonly requestIsNoAnswer: string;
}
