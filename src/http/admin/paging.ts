/** Pages of numbered lists. */

/** Where the next page of a numbered list starts, if this one is full. */
export function nextCursor(entries: readonly { readonly id: number }[], limit: number): string | null {
  const last = entries.at(-1);
  return entries.length === limit && last ? String(last.id) : null;
}
