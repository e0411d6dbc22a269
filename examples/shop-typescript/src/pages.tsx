/** The pages of the shop. */
import type { Child } from 'hono/jsx';
import { CURRENCY, type Order, type OrderLine, PRODUCTS } from './orders.ts';

export const STYLE = `
*{box-sizing:border-box}
:root{color-scheme:light dark;--paper:#faf7f0;--surface:#fff;--ink:#2a2118;--muted:#6a5c4c;--line:#e2d9c9;--accent:#7c3f1d;--on:#fff;--good:#e6efdf}
@media(prefers-color-scheme:dark){:root{--paper:#17130e;--surface:#211b14;--ink:#f3ece1;--muted:#bfae99;--line:#40372b;--accent:#f0b184;--on:#2b1405;--good:#2c3a23}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
a{color:var(--accent)}
header,main,footer{max-width:62rem;margin:0 auto;padding:16px 20px}
header{display:flex;flex-wrap:wrap;gap:8px 24px;align-items:center;justify-content:space-between;border-bottom:1px solid var(--line)}
header a{display:inline-flex;align-items:center;min-height:44px}
.name{font:600 24px/1.2 Georgia,serif;color:var(--ink);text-decoration:none}
h1{font:400 34px/1.2 Georgia,serif;margin:24px 0 8px}
h2{font-size:18px;margin:0}
.lead{color:var(--muted);max-width:38rem;margin:0 0 24px}
.products{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:16px;padding:0;margin:0;list-style:none}
.products li,.card{background:var(--surface);border:1px solid var(--line);border-radius:10px;overflow:hidden}
.products li{display:flex;flex-direction:column}
.products svg{display:block;width:100%;height:auto}
.products div{flex:1;display:flex;flex-direction:column;padding:12px 16px 16px}
.products form{margin-top:auto}
.products p{margin:0 0 8px;color:var(--muted);font-size:14px}
.card{max-width:34rem;padding:20px}
button,.button{display:inline-flex;align-items:center;justify-content:center;min-height:44px;padding:8px 18px;border:1px solid var(--accent);border-radius:6px;background:var(--accent);color:var(--on);font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
.products button{width:100%;padding:8px 4px}
.plain{background:none;color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
table{width:100%;border-collapse:collapse;margin:0 0 16px}
th,td{padding:10px 8px 10px 0;border-bottom:1px solid var(--line);text-align:left;font-variant-numeric:tabular-nums}
.amount{text-align:right;white-space:nowrap;padding-right:0}
label{display:block;margin:0 0 12px;font-weight:600}
input{display:block;width:100%;min-height:44px;padding:8px 12px;margin-top:4px;font:inherit;color:var(--ink);background:var(--surface);border:1px solid var(--muted);border-radius:6px}
.status{display:inline-block;padding:4px 12px;border-radius:99px;background:var(--good);font-weight:600}
footer{color:var(--muted);font-size:14px;border-top:1px solid var(--line);margin-top:40px}
@media(max-width:30rem){.wide{display:none}}
`;

/** An amount in cents, for people. */
export function euros(cents: number): string {
  return new Intl.NumberFormat('en-GB', { style: 'currency', currency: CURRENCY }).format(cents / 100);
}

/** The statuses of a payment, in the words of this shop. */
const STATUS: Readonly<Record<string, string>> = {
  created: 'Waiting for the payment',
  forwarded: 'Waiting for the payment',
  pending: 'The bank is checking the payment',
  authorized: 'Paid',
  paid: 'Paid',
  partially_paid: 'Paid in part',
  denied: 'The bank declined the payment',
  cancelled: 'The payment was cancelled',
  expired: 'Not paid in time',
  error: 'The payment could not be made',
  partially_refunded: 'Refunded in part',
  refunded: 'Refunded',
  charged_back: 'Taken back by the bank',
};

export function statusText(status: string): string {
  return STATUS[status] ?? status;
}

export interface Frame {
  /** Where the shop begins, like `/shop`. */
  readonly base: string;
  /** How many things are in the basket. */
  readonly count: number;
  /** A page for developers; null: there is none. */
  readonly behind: string | null;
}

export function Page({ title, frame, children }: { title: string; frame: Frame; children: Child }) {
  const { base, count, behind } = frame;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · Leaf & Kettle`}</title>
        <link rel="stylesheet" href={`${base}/style.css`} />
      </head>
      <body>
        <header>
          <a class="name" href={base || '/'}>
            Leaf &amp; Kettle
          </a>
          <a href={`${base}/basket`}>Basket ({count})</a>
        </header>
        <main>{children}</main>
        <footer>
          A shop for demonstration: nothing is sent, and no money moves.{' '}
          <a href={`${base}/keeper`}>For the shopkeeper</a>
          {behind !== null && (
            <>
              {' · '}
              <a href={behind}>Behind the scenes</a>
            </>
          )}
        </footer>
      </body>
    </html>
  );
}

export function CataloguePage({ frame }: { frame: Frame }) {
  return (
    <Page title="Tea" frame={frame}>
      <h1>Tea, and what it is made in</h1>
      <p class="lead">Picked this spring, packed by hand. Everything is in stock.</p>
      <ul class="products">
        {PRODUCTS.map(({ id, name, about, price, colour }) => (
          <li>
            <svg viewBox="0 0 200 140" aria-hidden="true">
              <path fill={colour} d="M0 0h200v140H0z" />
              <path
                fill="#fff"
                fill-opacity=".85"
                d={
                  id === 'pot'
                    ? 'M62 62h70c14 0 22 8 22 18s-8 18-22 18h-4c-4 8-14 14-30 14-22 0-36-18-36-50zm70 10v16c8 0 12-3 12-8s-4-8-12-8zM84 50h26v7H84zM62 70L40 56l-6 8 26 24z'
                    : 'M100 22c34 20 42 54 0 96-42-42-34-76 0-96zm-2 22v66h4V44z'
                }
              />
            </svg>
            <div>
              <h2>{name}</h2>
              <p>{about}</p>
              <form method="post" action={`${frame.base}/basket`}>
                <button type="submit" name="add" value={id}>
                  Add, {euros(price)}
                </button>
              </form>
            </div>
          </li>
        ))}
      </ul>
    </Page>
  );
}

function Lines({ lines, total }: { lines: readonly OrderLine[]; total: number }) {
  return (
    <table>
      {lines.map(({ name, quantity, amount }) => (
        <tr>
          <td>
            {quantity} × {name}
          </td>
          <td class="amount">{euros(amount)}</td>
        </tr>
      ))}
      <tr>
        <th>Total</th>
        <th class="amount">{euros(total)}</th>
      </tr>
    </table>
  );
}

/** @param props.order the reference of the order that it becomes. */
export function BasketPage(props: {
  frame: Frame;
  lines: readonly OrderLine[];
  total: number;
  order: string;
}) {
  const { frame, lines, total, order } = props;
  return (
    <Page title="Basket" frame={frame}>
      <h1>Your basket</h1>
      {lines.length === 0 ? (
        <p>
          It is empty. <a href={frame.base || '/'}>See what there is</a>.
        </p>
      ) : (
        <div class="card">
          <Lines lines={lines} total={total} />
          <form method="post" action={`${frame.base}/checkout`}>
            <input type="hidden" name="order" value={order} />
            <label>
              E-mail address
              <input name="email" type="email" autocomplete="email" value="jane@example.com" required />
            </label>
            <button type="submit">Pay {euros(total)}</button>
          </form>
          <form method="post" action={`${frame.base}/basket`}>
            <p>
              <button class="plain" type="submit" name="empty" value="1">
                Empty the basket
              </button>
            </p>
          </form>
        </div>
      )}
    </Page>
  );
}

/** The first page after the payment: what it says is signed, or it says that it does not know. */
export function ThanksPage(props: { frame: Frame; status: string | null; order: Order | null }) {
  const { frame, status, order } = props;
  const isPaid = status === 'paid' || status === 'authorized';
  const isOpen = status === null || status === 'pending' || status === 'created' || status === 'forwarded';
  return (
    <Page title={isPaid ? 'Thank you' : 'Your order'} frame={frame}>
      <h1>{isPaid ? 'Thank you' : isOpen ? 'We are waiting for your bank' : statusText(status)}</h1>
      <p class="lead">
        {isPaid && 'Your payment has arrived. We pack your tea today.'}
        {!isPaid && isOpen && 'Your order is kept. Please do not pay again: the order page shows the result.'}
        {!isPaid && !isOpen && 'Your order is kept, and you can pay again.'}
      </p>
      {order && (
        <p>
          <a class="button" href={`${frame.base}/orders/${order.reference}`}>
            See the order
          </a>
        </p>
      )}
    </Page>
  );
}

const PAYABLE = new Set(['created', 'forwarded', 'denied', 'cancelled', 'error']);

/** The shopkeeper has asked for it, and the bank has not said yet that it is done. */
export function isRefundOnItsWay({ isRefundAsked, status }: Order): boolean {
  return isRefundAsked && status === 'paid';
}

export function OrderPage({ frame, order }: { frame: Frame; order: Order }) {
  return (
    <Page title={`Order ${order.reference}`} frame={frame}>
      <h1>Order {order.reference}</h1>
      <p>
        <strong class="status" id="status" data-status={order.status}>
          {statusText(order.status)}
        </strong>
      </p>
      <div class="card">
        <Lines lines={order.lines} total={order.total} />
        {isRefundOnItsWay(order) && <p>Your money is on its way back: the bank may take some days.</p>}
        {order.refunded > 0 && <p>Refunded: {euros(order.refunded)}</p>}
        {PAYABLE.has(order.status) && (
          <form method="post" action={`${frame.base}/orders/${order.reference}/pay`}>
            <button type="submit">Pay {euros(order.total)}</button>
          </form>
        )}
      </div>
    </Page>
  );
}

const REFUNDABLE = new Set(['paid', 'partially_refunded']);

export function KeeperPage({ frame, orders }: { frame: Frame; orders: readonly Order[] }) {
  return (
    <Page title="Orders" frame={frame}>
      <h1>Orders</h1>
      {orders.length === 0 && <p>There are none yet.</p>}
      {orders.length > 0 && (
        <table>
          <tr>
            <th>Order</th>
            <th class="wide">Placed</th>
            <th>Status</th>
            <th class="amount">Total</th>
          </tr>
          {orders.map((order) => {
            const { reference, placedAt, status, total, isRefundAsked } = order;
            return (
              <tr>
                <td>
                  <a href={`${frame.base}/orders/${reference}`}>{reference}</a>
                </td>
                <td class="wide">{placedAt.slice(0, 16).replace('T', ' ')} UTC</td>
                <td>
                  {statusText(status)}
                  {isRefundOnItsWay(order) && ', refund on its way'}
                  {!isRefundAsked && REFUNDABLE.has(status) && (
                    <form method="post" action={`${frame.base}/keeper/${reference}/refund`}>
                      <button class="plain" type="submit">
                        Refund {euros(total)}
                      </button>
                    </form>
                  )}
                </td>
                <td class="amount">{euros(total)}</td>
              </tr>
            );
          })}
        </table>
      )}
    </Page>
  );
}
