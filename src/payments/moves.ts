/** Accounts whose payments go to another account from now on. */

/** For each account that has a successor, the one at the end of its chain. */
export type Moves = Readonly<Record<string, string>>;

export const NO_MOVES: Moves = {};

/** Where the payments of an account go; null: they stay. */
export function movedTo(moves: Moves, account: string): string | null {
  return Object.hasOwn(moves, account) ? (moves[account] ?? null) : null;
}

/** The ends of chains. @param next the successor of each account that has one. */
export function endsOf(next: ReadonlyMap<string, string>): Moves {
  const moves = [...next.keys()].map((id): readonly [string, string] => {
    const seen = new Set([id]);
    let end = id;
    // What leads back ends before it does: a chain may be read while it is changed.
    for (let to = next.get(id); to !== undefined && !seen.has(to); to = next.get(to)) {
      seen.add(to);
      end = to;
    }
    return [id, end];
  });
  return Object.fromEntries(moves.filter(([id, end]) => id !== end));
}
