/**
 * `npm run demo [-- --disorder]`: for every provider, a payment from the API to the sandbox bank and back, as a table. Uses the
 * server on PORT (8787) if it runs, else starts one of its own. Exit 1 when any cell is wrong.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { provider } from '../../providers/registry.ts';
import { DEMO_ACCOUNTS } from '../demo-accounts.ts';
import { DEMO_CUSTOMER } from './customer.ts';
import { disorder, isHinted } from './disorder.ts';
import { portOf } from './port.ts';
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
  'refunded once',
] as const;

const good = (text: string): Cell => ({ text, ok: true });
const check = (ok: boolean, text = ok ? 'yes' : 'NO'): Cell => ({ text, ok });

/** The algorithm with which the demo account signs its redirects. */
function algorithmOf(providerId: string): string {
  const found = provider(providerId);
  const recipe = found?.signatures['request-signature'];
  if (!found || recipe?.kind !== 'sign') return 'none';
  const { algorithm } = recipe.sign(v.parse(found.settings, DEMO_ACCOUNTS[providerId]?.settings), {
    fields: [],
  });
  return algorithm.split(',', 1)[0] ?? algorithm;
}

/** Whether a bank was told that its message is not believed. Monetico's protocol has one status, and says it in the body. */
const isRefused = ({ status, body }: { readonly status: number; readonly body: string }) =>
  status === 403 || body === 'version=2\ncdr=1\n';

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
    customer: DEMO_CUSTOMER,
  });
  const order = await shop.toBank(payment.redirect);
  const accepted = order.order.startsWith(payment.id) && order.amount === 1999;
  const notify = { do: 'notify', decision: 'pay', disorder: 'none' } as const;
  const tampered = await shop.play(order, [{ ...notify, disorder: 'bad-signature' }]);
  const untouched = await shop.payment(payment.id);
  const paid = await shop.play(order, [notify, notify, notify]);
  // Where the protocol needs a status query, the result comes a moment after the message.
  const after = await shop.until(
    () => shop.payment(payment.id),
    ({ status }) => status === 'paid',
  );
  const webhooks = await shop.until(
    () => shop.webhooks(payment.id),
    (list) => list.some(({ type }) => type === 'payment.paid'),
  );
  const replies = new Set(paid.map(({ status, body }) => `${status} ${body}`));
  const announced = webhooks.filter(({ type }) => type === 'payment.paid');
  return [
    good(account.provider),
    check(accepted, payment.redirect.kind),
    good(algorithmOf(account.provider)),
    check(payment.status === 'created', payment.status),
    check(after.status === 'paid' && after.amounts.paid === 1999, after.status),
    check(paid.length === 3 && replies.size === 1 && paid[0]?.status === 200),
    check(
      tampered.every((reply) => isRefused(reply) || isHinted(account.provider)) &&
        (untouched.status === 'created' || untouched.status === 'forwarded'),
    ),
    check(announced.length === 1 && announced.every(({ verified }) => verified)),
    await refunded(shop, payment.id, account.provider),
  ];
}

/** Requests a refund, twice at once, where the provider has refunds. */
async function refunded(shop: Storefront, id: string, providerId: string): Promise<Cell> {
  const refund = provider(providerId)?.refund;
  const lacks = refund?.lacks?.(
    v.parse(provider(providerId)?.settings ?? v.object({}), DEMO_ACCOUNTS[providerId]?.settings),
  );
  if (!refund || lacks) return good('-');
  const answers = await Promise.all([shop.operate(id, 'refund'), shop.operate(id, 'refund')]);
  // Where the provider accepts first and has the result later, its status is queried.
  await shop.operate(id, 'refresh');
  const { status, amounts } = await shop.payment(id);
  const codes = answers.toSorted();
  return check(codes[0] === 200 && codes[1] === 409 && status === 'refunded' && amounts.refunded === 1999);
}

function print(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const texts = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
  for (const row of texts) {
    console.log(
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
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
  const port = portOf(process.env.PORT);
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

/** The orderly walk. Returns how many cells are wrong. */
async function orderly(shop: Storefront): Promise<number> {
  const rows: Cell[][] = [];
  for (const account of await shop.accounts()) rows.push(await walk(shop, account));
  print(
    COLUMNS,
    rows.map((row) => row.map(({ text }) => text)),
  );
  const wrong = rows.flat().filter(({ ok }) => !ok).length;
  const verdict = wrong === 0 ? 'every cell as it should be' : `${wrong} cells are wrong`;
  console.log(`\n${rows.length} providers, ${verdict}.`);
  return wrong;
}

/** Disorder on purpose. Returns how many rows are wrong. */
async function disorderly(shop: Storefront): Promise<number> {
  const rows = await disorder(shop);
  print(
    ['provider', 'disorder', 'answers', 'status', 'paid', 'webhooks', 'as it should be'],
    rows.map((row) => [
      row.provider,
      row.scenario,
      row.answers,
      row.status,
      String(row.paid),
      String(row.webhooks),
      row.problem ?? 'yes',
    ]),
  );
  const wrong = rows.filter(({ problem }) => problem !== null).length;
  const verdict =
    wrong === 0 ? 'no money lost, counted twice or moved by anything unverified' : `${wrong} are wrong`;
  console.log(`\n${rows.length} disorders: ${verdict}.`);
  return wrong;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { disorder: { type: 'boolean' } } });
  const { origin, stop } = await server();
  try {
    const shop = new Storefront(origin);
    return (values.disorder ? await disorderly(shop) : await orderly(shop)) === 0 ? 0 : 1;
  } finally {
    await stop();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
