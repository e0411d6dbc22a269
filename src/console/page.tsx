/** Answers with a page: its frame, its headers, its policy. */

import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import { Layout, NarrowLayout, type NavEntry } from './components/layout.tsx';
import type { ConsoleContext } from './context.ts';
import { dropFlash } from './flash.ts';

/** Nothing inline and nothing from elsewhere: what a page needs has an address of our own. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  // A file that goes in pieces.
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** A page may frame pages of our own, which their own policies lock up. */
const FRAMING_POLICY = `${POLICY}; frame-src 'self'`;

export interface PageParts {
  readonly title: string;
  /** The area whose entry in the navigation is marked. */
  readonly area?: string;
  readonly actions?: Child;
  /** Instead of the title as heading; it has an h1. */
  readonly heading?: Child;
  readonly body: Child;
  readonly status?: number;
  /** Whether the page frames pages of our own. */
  readonly frames?: boolean;
}

async function answer(c: ConsoleContext, page: Child, status: number, frames = false): Promise<Response> {
  // Parts of a page may ask the API for themselves.
  if (c.get('view').flash) dropFlash(c);
  const text = String(await html`${page}`);
  const response = new Response(`<!doctype html>${text}`, { status, headers: PAGE_HEADERS });
  if (frames) response.headers.set('content-security-policy', FRAMING_POLICY);
  // Cookies that the request has set.
  for (const cookie of c.res.headers.getSetCookie()) response.headers.append('set-cookie', cookie);
  return response;
}

/** A page for who is signed in. @param c of a request behind the sign-in. */
export function consolePage(
  c: ConsoleContext,
  { title, area, actions, heading, body, status = 200, frames }: PageParts,
): Promise<Response> {
  const entries: readonly NavEntry[] = c.get('entries');
  return answer(
    c,
    <Layout
      view={c.get('view')}
      title={title}
      entries={entries}
      area={area}
      actions={actions}
      heading={heading}
    >
      {body}
    </Layout>,
    status,
    frames,
  );
}

/** A page for who is not signed in, or for a single message. */
export function narrowPage(
  c: ConsoleContext,
  { title, body, status = 200 }: Pick<PageParts, 'title' | 'body' | 'status'>,
): Promise<Response> {
  return answer(
    c,
    <NarrowLayout view={c.get('view')} title={title}>
      {body}
    </NarrowLayout>,
    status,
  );
}
