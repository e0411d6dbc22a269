/** Lists that come in pages, as one. */
import { clientProblem } from './errors.ts';

/** A page of a list. */
export interface PageOf<Item> {
  readonly data: readonly Item[];
  /** Null: this is the last. */
  readonly nextCursor: string | null;
}

/**
 * Where a list goes on.
 * @throws CountersignError unexpected_answer, where a page leads to itself: the list would have no end.
 */
export function nextPlace(nextCursor: string | null, here: string | null | undefined): string | null {
  if (nextCursor === null || nextCursor !== here) return nextCursor;
  throw clientProblem('unexpected_answer', `the page after ${nextCursor} leads to itself`);
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
    cursor = nextPlace(nextCursor, cursor) ?? undefined;
  } while (cursor !== undefined);
}
