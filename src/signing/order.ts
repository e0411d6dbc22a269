/**
 * Names in the order in which they are signed. The messages of an account have the same names again and again, so what was found for a list of
 * them is kept, and sorting is comparing with it.
 */

/** So many lists of names are remembered, the newest first. */
const MOST = 32;

function areSame(one: readonly string[], other: readonly string[]): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

/**
 * A function that makes a thing of a list of names once.
 * @param make depends on the names alone. They are kept, and not to be changed.
 */
export function keptForNames<Made>(
  make: (names: readonly string[]) => Made,
): (names: readonly string[]) => Made {
  const known: { readonly names: readonly string[]; readonly made: Made }[] = [];
  return (names) => {
    for (const one of known) if (areSame(one.names, names)) return one.made;
    const made = make(names);
    known.unshift({ names, made });
    if (known.length > MOST) known.pop();
    return made;
  };
}

/**
 * A function that gives the places of names in their order; equal ones stay in theirs.
 * @param compare left out: by UTF-16 units, which for ASCII is the order of bytes.
 * @param isSigned of the others no place is given.
 */
export function keptOrder(
  compare: (a: string, b: string) => number = (a, b) => (a < b ? -1 : a > b ? 1 : 0),
  isSigned: (name: string) => boolean = () => true,
): (names: readonly string[]) => readonly number[] {
  return keptForNames((names) =>
    [...names.entries()]
      .filter(([, name]) => isSigned(name))
      .sort(([, a], [, b]) => compare(a, b))
      .map(([place]) => place),
  );
}
