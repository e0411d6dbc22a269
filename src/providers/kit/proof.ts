/** What the signatures of many protocols prove, so that a provider names only what is its own. */
import type { Proof } from '../contract.ts';

/**
 * The merchant's key over everything that decides, with names and borders.
 * @param covered the fields that are signed, of those that we read.
 * @param own what is otherwise in this protocol, and why no request is an answer.
 */
export function merchantProof(
  covered: readonly string[],
  own: Partial<Proof> & Pick<Proof, 'requestIsNoAnswer'>,
): Proof {
  return {
    keyOf: 'merchant',
    covered,
    notCovered: [],
    undecided: [],
    bordersCovered: true,
    uniqueReading: null,
    environmentMark: null,
    ...own,
  };
}

/** A message that nobody signs: everything in it is a reason to ask, nothing more. */
export function unsignedProof(read: readonly string[]): Proof {
  return {
    keyOf: 'nobody',
    covered: [],
    notCovered: read,
    undecided: ['outcome', 'order', 'amount', 'currency'],
    bordersCovered: false,
    uniqueReading: null,
    environmentMark: null,
    requestIsNoAnswer: 'nothing is believed, so nothing of ours can be either',
  };
}
