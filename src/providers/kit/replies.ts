/** Replies that several protocols share. */
import type { Reply } from '../contract.ts';

/** HTTP 200 with an empty body, the reply that most protocols want. */
export const EMPTY_OK: Reply = { status: 200, headers: {}, body: '' };

/** HTTP 200 with a word, which some protocols look for. */
export function okText(body: string): Reply {
  return { status: 200, headers: { 'content-type': 'text/plain' }, body };
}
