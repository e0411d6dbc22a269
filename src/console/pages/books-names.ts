/** Names of lines that cannot be taken for one another: shops and accounts may be called alike. */

/**
 * Names by their keys.
 * @returns each with its key behind it where another one is called the same, or where it has no name.
 */
export function distinctNames(
  named: Iterable<readonly [key: string, name: string]>,
): ReadonlyMap<string, string> {
  const names = new Map(named);
  const count = new Map<string, number>();
  for (const name of names.values()) count.set(name, (count.get(name) ?? 0) + 1);
  return new Map(
    [...names].map(([key, name]) => [
      key,
      name !== key && (count.get(name) ?? 0) > 1 ? `${name} (${key})` : name,
    ]),
  );
}
