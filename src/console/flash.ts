/** What a page says about what was done before it: kept in a cookie from the redirect to the next page, once. */

import type { ConsoleContext } from './context.ts';
import { dropCookie, readCookie, writeCookie } from './cookies.ts';
import type { Flash } from './view.ts';

/** A cookie holds four thousand bytes. */
const LONGEST = 600;

export function writeFlash(c: ConsoleContext, { kind, text }: Flash): void {
  writeCookie(c, 'flash', `${kind}.${text.slice(0, LONGEST)}`, 60);
}

/** What the page before has left. It stays until a page shows it: a redirect on the way does not take it. */
export function readFlash(c: ConsoleContext): Flash | null {
  const match = /^(ok|warn|bad)\.(.*)$/s.exec(readCookie(c, 'flash') ?? '');
  return match && { kind: match[1] as Flash['kind'], text: match[2] ?? '' };
}

/** It was shown: the next page does not say it again. */
export function dropFlash(c: ConsoleContext): void {
  dropCookie(c, 'flash');
}
