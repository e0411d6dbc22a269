/** The pages of the sandbox: the banks, and the demo shop. */
import { html, raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { display } from '../../payments/money.ts';
import type { Bank, BankOrder } from './bank.ts';
import { DISORDER_STEPS, type StepResult } from './disorder.ts';
import type { ReceivedWebhook } from './store.ts';

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
  button, select, input { font: inherit; padding: .5rem 1rem; margin: .2rem .3rem .2rem 0; box-sizing: border-box; max-width: 100%; }
  table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8885; vertical-align: top; }
  code, pre { font-size: .85rem; overflow-wrap: anywhere; white-space: pre-wrap; }
  .bank { border-top: .5rem solid #b45309; } .shop { border-top: .5rem solid #1d4ed8; }
  .error { border-left: .4rem solid #b91c1c; padding-left: 1rem; }
`;

function Page({ title, kind, children }: { title: string; kind: 'bank' | 'shop'; children: Child }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <style>{raw(STYLE)}</style>
      </head>
      <body class={kind}>
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

/** The bank's page: the order, and what the shopper can do. */
export function orderPage(bank: Bank, order: BankOrder): string {
  const actions = Object.entries(DISORDER_STEPS).filter(([, { needs }]) =>
    needs.every((need) => bank.decisions.includes(need)),
  );
  return rendered(
    <Page title={`${bank.caption} (sandbox)`} kind="bank">
      <p>
        A simulated bank. It has checked the signature of this order with its own copy of the recipe; no money
        moves.
      </p>
      <table>
        <tr>
          <th>Amount</th>
          <td id="amount">{display(order.amount, order.currency)}</td>
        </tr>
        {order.shown
          .filter(([, value]) => value)
          .map(([label, value]) => (
            <tr>
              <th>{label}</th>
              <td>{value}</td>
            </tr>
          ))}
        <tr>
          <th>Kind</th>
          <td>{order.manual ? 'authorise only' : 'pay at once'}</td>
        </tr>
      </table>
      <form method="post" action={`/sandbox/orders/${order.id}`}>
        {actions.map(([action, { label }]) => (
          <button type="submit" name="action" value={action}>
            {label}
          </button>
        ))}
      </form>
    </Page>,
  );
}

/** The bank's error page, which names the field. */
export function bankErrorPage(caption: string, field: string, message: string): string {
  return rendered(
    <Page title={`${caption} (sandbox): the order was rejected`} kind="bank">
      <p class="error">
        The field <code id="field">{field}</code> {message}.
      </p>
    </Page>,
  );
}

/** What the bank sent and got, and the way on. */
export function sentPage(
  caption: string,
  sent: readonly StepResult[],
  order: BankOrder,
  back: string,
): string {
  return rendered(
    <Page title={`${caption} (sandbox): sent`} kind="bank">
      <table>
        <tr>
          <th>Sent</th>
          <th>Answer</th>
        </tr>
        {sent.map(({ request, status, body, location }) => (
          <tr>
            <td>
              <code>{request}</code>
            </td>
            <td>
              <code>
                {status} {location ?? (body || '(empty body)')}
              </code>
            </td>
          </tr>
        ))}
      </table>
      <form method="post" action={`/sandbox/orders/${order.id}`}>
        <a id="back" href={back}>
          Back to the shop
        </a>{' '}
        <button type="submit" name="action" value="pay">
          Pay now
        </button>
      </form>
    </Page>,
  );
}

/** The demo shop's order form. */
export function shopPage(
  accounts: readonly {
    readonly id: string;
    readonly caption: string;
    readonly currencies: readonly string[];
  }[],
) {
  return rendered(
    <Page title="Demo shop" kind="shop">
      <p>
        A storefront that knows nothing of banks: one call to create the payment, one redirect, one webhook.
      </p>
      <form method="post" action="/shop/orders">
        <p>
          <label>
            Pay with{' '}
            <select name="account">
              {accounts.map(({ id, caption, currencies }) => (
                <option value={`${id} ${currencies[0]}`}>
                  {caption}, {currencies[0]}
                </option>
              ))}
            </select>
          </label>
        </p>
        <p>
          <label>
            Amount in minor units <input name="amount" value="1999" inputmode="numeric" required />
          </label>
        </p>
        <button type="submit">Order two tickets</button>
      </form>
    </Page>,
  );
}

interface ShownEvent {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly source: string;
  readonly detail: unknown;
}

/** Where the shopper comes back to: the payment's log, and what the shop's webhook received. */
export function backPage(
  payment: {
    readonly id: string;
    readonly reference: string;
    readonly status: string;
    readonly checkoutUrl: string;
  },
  events: readonly ShownEvent[],
  webhooks: readonly ReceivedWebhook[],
) {
  return rendered(
    <Page title={`Order ${payment.reference}`} kind="shop">
      <p>
        Payment <code>{payment.id}</code> is <strong id="status">{payment.status}</strong>.{' '}
        <a href="/shop">Another order</a>, <a href={payment.checkoutUrl}>to the checkout again</a>,{' '}
        <a href={`/shop/back?payment=${payment.id}`}>reload</a>.
      </p>
      <h2>Webhooks that the shop received</h2>
      <table id="webhooks">
        <tr>
          <th>Type</th>
          <th>Message</th>
          <th>Signature</th>
        </tr>
        {webhooks.map(({ type, id, verified, problem }) => (
          <tr>
            <td>{type}</td>
            <td>
              <code>{id}</code>
            </td>
            <td>{verified ? 'verified' : (problem ?? 'wrong')}</td>
          </tr>
        ))}
      </table>
      <h2>The log of the payment</h2>
      <table id="events">
        {events.map(({ seq, at, type, source, detail }) => (
          <tr>
            <td>{seq}</td>
            <td>{at.slice(11, 23)}</td>
            <td>
              <strong>{type}</strong>
              <br />
              {source}
            </td>
            <td>
              <code>{JSON.stringify(detail)}</code>
            </td>
          </tr>
        ))}
      </table>
    </Page>,
  );
}
