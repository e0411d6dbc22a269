/** What all our pages have in common, and the page at the root. No script or style from elsewhere; what is inline carries a nonce. */
import { html, raw } from 'hono/html';
import { checkoutStyle } from './checkout/style.ts';

/** The content security policy of our own pages: nothing is loaded, and what is inline carries the nonce. */
export function ownPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The headers of a page: nothing that its policy does not name, no frames, no referrer. */
export function pageHeaders(policy: string): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  };
}

/** The page at the root: whoever reads it is lost, or a developer. */
export function homePage(nonce: string): string {
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>countersign</title>
        <style nonce={nonce}>{raw(checkoutStyle(null))}</style>
      </head>
      <body>
        <main>
          <h1>countersign</h1>
          <p>
            This service signs payments for shops and takes their customers to the bank. If you came from a
            shop, please go back there: your order is not here.
          </p>
          <p>
            <a href="/docs">For developers: the reference of its API</a>
          </p>
        </main>
      </body>
    </html>
  );
  return `<!doctype html>${String(html`${page}`)}`;
}
