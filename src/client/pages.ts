/** Lists that come in pages, as one. */

/** A page of a list. */
export interface PageOf<Item> {
  readonly data: readonly Item[];
  /** Null: this is the last. */
  readonly nextCursor: string | null;
}

/** Every item of a list; a page is read when the one before is used up. */
export async function* everyItem<Item>(
  from: string | null | undefined,
  pageAt: (cursor: string | undefined) => Promise<PageOf<Item>>,
): AsyncGenerator<Item, void, undefined> {
  let cursor = from ?? undefined;
  do {
    const { data, nextCursor } = await pageAt(cursor);
    yield* data;
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
}
