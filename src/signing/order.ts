/**
 * Names in the order in which they are signed. The messages of an account have the same names again and again, so an order that was found
 * is kept, and sorting is comparing with it.
 */

/** So many lists of names are remembered, the newest first. */
const MOST = 32;

interface Sorted {
  readonly names: readonly string[];
  /** The place in `names` of each, in order. */
  readonly places: readonly number[];
}

function areSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

/**
 * A function that gives the places of names in their order; equal ones stay in theirs.
 * @param compare left out: by UTF-16 units, which for ASCII is the order of bytes.
 */
export function keptOrder(
  compare: (a: string, b: string) => number = (a, b) => (a < b ? -1 : a > b ? 1 : 0),
): (names: readonly string[]) => readonly number[] {
  const known: Sorted[] = [];
  return (names) => {
    const before = known.find((one) => areSame(one.names, names));
    if (before) return before.places;
    const places = Array.from(names, (_, place) => place);
    places.sort((a, b) => compare(names[a] ?? '', names[b] ?? ''));
    known.unshift({ names, places });
    if (known.length > MOST) known.pop();
    return places;
  };
}
