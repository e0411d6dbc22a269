/** Behind the scenes of the demo shop: a workbench that orders at any account, and what a payment's log and webhooks say. */
import { html, raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { ReceivedWebhook } from './kit/store.ts';

const STYLE = `
  *{box-sizing:border-box}
  :root{color-scheme:light dark;--paper:#f7f6f2;--surface:#fff;--ink:#17201b;--muted:#56615a;--line:#d9ded8;--accent:#14532d;--on:#fff}
  @media(prefers-color-scheme:dark){:root{--paper:#0f1412;--surface:#171d1a;--ink:#eef2ee;--muted:#a9b5ad;--line:#323c36;--accent:#86efac;--on:#052e16}}
  body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
  main{max-width:60rem;margin:0 auto;padding:16px}
  h1{font-size:28px;line-height:1.2} h2{font-size:17px;margin:24px 0 4px}
  a{color:var(--accent)}
  label{display:block;margin:0 0 12px}
  select,input,button{display:block;font:inherit;min-height:44px;padding:8px 16px;width:100%;max-width:26rem;margin-top:4px;color:var(--ink);background:var(--surface);border:1px solid var(--muted);border-radius:6px}
  button{background:var(--accent);color:var(--on);border-color:var(--accent);font-weight:600;cursor:pointer}
  ol,ul{list-style:none;margin:0;padding:0}
  li{background:var(--surface);border:1px solid var(--line);border-radius:6px;margin:8px 0;padding:8px 12px}
  code{font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap}
  summary{min-height:44px;display:flex;align-items:center;gap:12px;flex-wrap:wrap;cursor:pointer}
  small{color:var(--muted);font-size:13px}
  :focus-visible{outline:3px solid var(--accent);outline-offset:2px}
`;

function Page({ title, children }: { title: string; children: Child }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <style>{raw(STYLE)}</style>
      </head>
      <body>
        <main>
          <h1>{title}</h1>
          {children}
        </main>
      </body>
    </html>
  );
}

function rendered(page: Child): string {
  return `<!doctype html>${String(html`${page}`)}`;
}

/** An account that an order can be made at. */
export interface BenchAccount {
  readonly id: string;
  readonly caption: string;
  readonly currencies: readonly string[];
}

/** The workbench: an order at any account of the demo. */
export function benchPage(accounts: readonly BenchAccount[]): string {
  return rendered(
    <Page title="Behind the scenes">
      <p>
        An order of two tickets at the simulated bank of your choice: one call to create the payment, one
        redirect, one webhook. <a href="/shop">The shop</a> does the same for its tea.
      </p>
      <form method="post" action="/shop/behind/orders">
        <label>
          Pay with
          <select name="account">
            {accounts.map(({ id, caption, currencies }) => (
              <option value={`${id} ${currencies[0]}`}>
                {caption}, {currencies[0]}
              </option>
            ))}
          </select>
        </label>
        <label>
          Amount in minor units
          <input name="amount" value="1999" inputmode="numeric" required />
        </label>
        <button type="submit">Order two tickets</button>
      </form>
    </Page>,
  );
}

/** One line of a payment's log. */
export interface ShownEvent {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly source: string;
  readonly detail: unknown;
}

interface ShownPayment {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly checkoutUrl: string;
}

/** A payment's log, and what the shop's webhook received: each line folds out. */
export function behindPage(
  payment: ShownPayment,
  events: readonly ShownEvent[],
  webhooks: readonly ReceivedWebhook[],
): string {
  return rendered(
    <Page title={`Order ${payment.reference}`}>
      <p>
        Payment <code>{payment.id}</code> is <strong id="status">{payment.status}</strong>.{' '}
        <a href="/shop/behind">Another order</a>, <a href={payment.checkoutUrl}>to the checkout again</a>,{' '}
        <a href={`/shop/back?payment=${payment.id}`}>reload</a>.
      </p>
      <h2>Webhooks that the shop received</h2>
      <ul id="webhooks">
        {webhooks.map(({ type, id, verified, problem, body }) => (
          <li>
            <details>
              <summary>
                <strong>{type}</strong> {verified ? 'verified' : (problem ?? 'wrong')} <small>{id}</small>
              </summary>
              <code>{body}</code>
            </details>
          </li>
        ))}
      </ul>
      <h2>The log of the payment</h2>
      <ol id="events">
        {events.map(({ seq, at, type, source, detail }) => (
          <li>
            <details>
              <summary>
                <small>
                  {seq} · {at.slice(11, 23)}
                </small>
                <strong>{type}</strong> {source}
              </summary>
              <code>{JSON.stringify(detail, null, 2)}</code>
            </details>
          </li>
        ))}
      </ol>
    </Page>,
  );
}
