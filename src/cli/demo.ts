/**
 * `npm run demo`: for every provider, a payment from the API to the sandbox bank and back, as a table. Uses the
 * server on PORT (8787) if it runs, else starts one of its own. Exit 1 when any cell is wrong.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { provider } from '../providers/registry.ts';
import { DEMO_ACCOUNTS } from '../sandbox/demo.ts';
import { localServer } from './server.ts';
import { Storefront } from './storefront.ts';

/** One cell: what is shown, and whether it is as it should be. */
interface Cell {
  readonly text: string;
  readonly ok: boolean;
}

const COLUMNS = [
  'provider',
  'redirect',
  'signature',
  'before',
  'after',
  'replies same',
  'tampered refused',
  'webhook verified',
] as const;

const good = (text: string): Cell => ({ text, ok: true });
const check = (ok: boolean, text = ok ? 'yes' : 'NO'): Cell => ({ text, ok });

/** The algorithm with which the demo account signs its redirects. */
function algorithmOf(providerId: string): string {
  const found = provider(providerId);
  const recipe = found?.signatures['request-signature'];
  if (!found || recipe?.kind !== 'sign') return '';
  const { algorithm } = recipe.sign(v.parse(found.settings, DEMO_ACCOUNTS[providerId]?.settings), {
    fields: [],
  });
  return algorithm.split(',', 1)[0] ?? algorithm;
}

async function walk(
  shop: Storefront,
  account: { id: string; provider: string; currencies: string[] },
): Promise<Cell[]> {
  const payment = await shop.create({
    reference: `demo-${account.provider}-${Date.now()}`,
    amount: 1999,
    currency: account.currencies[0],
    account: account.id,
    description: 'Two tickets',
    customer: {
      email: 'jane@example.com',
      firstName: 'Jane',
      lastName: 'Doe',
      address: { line1: '12 rue de la Paix', postalCode: '75002', city: 'Paris', country: 'FR' },
    },
  });
  const order = await shop.toBank(payment.redirect);
  const accepted = order.order.startsWith(payment.id) && order.amount === 1999;
  const tampered = await shop.decide(order, { decision: 'pay', notifications: 1, spoiling: 'bad-signature' });
  const untouched = await shop.payment(payment.id);
  const paid = await shop.decide(order, { decision: 'pay', notifications: 3 });
  const after = await shop.payment(payment.id);
  const webhooks = await shop.until(
    () => shop.webhooks(payment.id),
    (list) => list.length > 0,
  );
  const replies = new Set(paid.sent.map(({ status, body }) => `${status} ${body}`));
  const told = webhooks.filter(({ type }) => type === 'payment.paid');
  return [
    good(account.provider),
    check(accepted, payment.redirect.kind),
    good(algorithmOf(account.provider)),
    check(payment.status === 'created', payment.status),
    check(after.status === 'paid' && after.amounts.paid === 1999, after.status),
    check(paid.sent.length === 3 && replies.size === 1 && paid.sent[0]?.status === 200),
    check(tampered.sent.every(({ status }) => status === 403) && untouched.status === 'created'),
    check(told.length === 1 && told.every(({ verified }) => verified)),
  ];
}

function print(rows: readonly (readonly Cell[])[]): void {
  const texts = [[...COLUMNS], ...rows.map((row) => row.map(({ text }) => text))];
  const widths = COLUMNS.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
  for (const row of texts)
    console.log(
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

async function answers(origin: string): Promise<boolean> {
  try {
    return (await fetch(`${origin}/health`)).ok;
  } catch {
    return false;
  }
}

/** The running server, or one with data of its own that is thrown away. */
async function server(): Promise<{ origin: string; stop(): Promise<void> }> {
  const port = Number(process.env.PORT ?? 8787);
  const origin = `http://localhost:${port}`;
  if (await answers(origin)) return { origin, stop: async () => {} };
  const state = mkdtempSync(join(tmpdir(), 'countersign-demo-'));
  const own = await localServer(port, { output: 'ignore', state });
  return {
    origin: own.origin,
    stop: async () => {
      own.stop();
      await own.ended;
      rmSync(state, { recursive: true, force: true });
    },
  };
}

async function main(): Promise<number> {
  const { origin, stop } = await server();
  try {
    const shop = new Storefront(origin);
    const rows: Cell[][] = [];
    for (const account of await shop.accounts()) rows.push(await walk(shop, account));
    print(rows);
    const wrong = rows.flat().filter(({ ok }) => !ok).length;
    console.log(
      wrong === 0 ? `\n${rows.length} providers, every cell as it should be.` : `\n${wrong} cells are wrong.`,
    );
    return wrong === 0 ? 0 : 1;
  } finally {
    await stop();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
