/** The pages of the simulated banks. They look like a blueprint: nobody is to take one for a bank's. */
import { html, raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { display } from '../../payments/money.ts';
import { provider } from '../../providers/registry.ts';
import type { Bank, BankOrder } from './bank.ts';
import { DISORDER_STEPS, type StepResult } from './disorder.ts';

const STYLE = `
  *{box-sizing:border-box}
  :root{color-scheme:light dark;--paper:#e8eefb;--surface:#f7f9ff;--ink:#12213f;--muted:#44557a;--line:#5673ad;--accent:#1d3f8f;--on:#fff}
  @media(prefers-color-scheme:dark){:root{--paper:#0d1626;--surface:#131f35;--ink:#e6edfc;--muted:#a8b8d8;--line:#5673ad;--accent:#9cc2ff;--on:#0b1a33}}
  body{margin:0;color:var(--ink);font:15px/1.5 ui-monospace,monospace;overflow-wrap:anywhere;background:repeating-linear-gradient(0deg,transparent 0 23px,#5673ad22 23px 24px),repeating-linear-gradient(90deg,transparent 0 23px,#5673ad22 23px 24px),var(--paper)}
  .ribbon{margin:0;padding:8px 16px;background:var(--accent);color:var(--on);text-align:center;font-weight:700}
  main{max-width:46rem;margin:24px auto;padding:16px;background:var(--surface);border:2px dashed var(--line)}
  h1{font-size:21px;line-height:1.2;margin:0 0 8px} h2{font-size:15px;margin:16px 0 4px}
  p{margin:8px 0}
  table{border-collapse:collapse;width:100%;margin:8px 0;table-layout:fixed} th,td{text-align:left;padding:6px 8px;border-bottom:1px dashed var(--line);vertical-align:top} th{width:9rem;color:var(--muted);font-weight:400}
  code,pre{font:13px/1.5 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}
  a{color:var(--accent)}
  button,select,input{font:inherit;min-height:44px;padding:8px 16px;margin:4px 6px 4px 0;max-width:100%;border:1px solid var(--line);background:var(--surface);color:var(--ink);cursor:pointer}
  button.main{background:var(--accent);color:var(--on);font-weight:700}
  summary{min-height:44px;display:flex;align-items:center;cursor:pointer} summary::before{content:"+ "}
  :focus-visible{outline:3px solid var(--accent);outline-offset:2px}
  .error{border-left:6px solid #b91c1c;padding-left:12px}
  @media(max-width:30rem){th{width:8.5rem}main{margin:12px 8px}}
`;

interface SimulatedPageProps {
  readonly title: string;
  /** Whose simulation it is. */
  readonly caption: string;
  readonly children: Child;
}

function Page({ title, caption, children }: SimulatedPageProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{title}</title>
        <style>{raw(STYLE)}</style>
      </head>
      <body>
        <header class="ribbon">
          Simulation by countersign of {caption}. It is not its page, and no money moves.
        </header>
        <main>
          <h1>{title}</h1>
          {children}
        </main>
      </body>
    </html>
  );
}

const DISORDER_ACTIONS = Object.entries(DISORDER_STEPS);

/** What a shopper does at a bank; the rest is how a bank misbehaves. */
const DECISIONS = new Set(['pay', 'decline', 'cancel', 'wait']);

function rendered(page: Child): string {
  return `<!doctype html>${String(html`${page}`)}`;
}

function actionButton([action, { label }]: (typeof DISORDER_ACTIONS)[number]) {
  return (
    <button class={action === 'pay' ? 'main' : ''} type="submit" name="action" value={action}>
      {label}
    </button>
  );
}

/** The bank's page: the order, and what the shopper can do. */
export function orderPage(bank: Bank, order: BankOrder): string {
  // One bank may play several brands.
  const whose = provider(order.bank)?.caption.replace(/ \(.*/, '') ?? bank.caption;
  const actions = DISORDER_ACTIONS.filter(([, { needs }]) =>
    needs.every((need) => bank.decisions.includes(need)),
  );
  return rendered(
    <Page title={`${whose} (sandbox)`} caption={whose}>
      <p>This bank has checked the signature of the order with its own copy of the recipe.</p>
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
        {actions.filter(([action]) => DECISIONS.has(action)).map(actionButton)}
        <h2>Or let the bank misbehave</h2>
        {actions.filter(([action]) => !DECISIONS.has(action)).map(actionButton)}
      </form>
    </Page>,
  );
}

/** The bank's error page, which names the field. */
export function bankErrorPage(caption: string, field: string, message: string): string {
  return rendered(
    <Page title={`${caption} (sandbox): the order was rejected`} caption={caption}>
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
    <Page title={`${caption} (sandbox): sent`} caption={caption}>
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
