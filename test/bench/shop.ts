/** A shop with one account, its payments, and what its bank says of them. */
import type { Redirect } from '../../src/payments/types.ts';
import { bankOf } from '../../src/sandbox/banks/registry.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import { type Call, send, type Target } from './load.ts';
import { ADMIN_TOKEN, PORTS } from './workers.ts';

export interface Created {
  readonly id: string;
  readonly redirect: Redirect;
}

function json(method: string, path: string, body: unknown, token: string): Call {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return { method, path, headers, body: JSON.stringify(body) };
}

/** A shop as the bench uses it: the calls it makes. */
export interface BenchShop {
  /** The next payment. */
  readonly create: () => Call;
  readonly get: (path: string) => Call;
}

/** Makes the account and the shop, or takes the shop that is there. */
export async function shopAt(to: Target): Promise<BenchShop> {
  const { settings, currencies } = DEMO_ACCOUNTS.ogone ?? { settings: {}, currencies: [] };
  const account = { provider: 'ogone', currencies, settings };
  await send(to, json('PUT', '/v1/admin/accounts/ogone', account, ADMIN_TOKEN));
  const apiKey = 'bench-api-key';
  // No shop makes as many requests as a bench.
  const rateLimit = { perMinute: 10_000_000, burst: 1_000_000 };
  const shop = { accounts: ['ogone'], keys: { apiKey }, rateLimit };
  await send(to, json('PUT', '/v1/admin/shops/bench', shop, ADMIN_TOKEN));
  let counter = 0;
  return {
    create: () => {
      counter += 1;
      const reference = `bench-${Date.now()}-${counter}`;
      const payment = { reference, amount: 1999, currency: 'EUR', description: 'Two tickets' };
      return json('POST', '/v1/payments', payment, apiKey);
    },
    get: (path) => ({ method: 'GET', path, headers: { authorization: `Bearer ${apiKey}` } }),
  };
}

/** So many payments over so many connections, and how many a second those were. */
export async function manyPayments(to: Target, { create }: BenchShop, count: number, connections: number) {
  const payments: Created[] = [];
  let left = count;
  const connection = async () => {
    while (left > 0) {
      left -= 1;
      payments.push(JSON.parse(await send(to, create())) as Created);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: connections }, connection));
  return { payments, perSecond: count / ((performance.now() - startedAt) / 1000) };
}

/** The notification of a payment, as its bank sends it. */
export function notificationOf(created: Created): Call {
  const bank = bankOf('ogone');
  const settings = { encoding: 'utf-8', ...DEMO_ACCOUNTS.ogone?.settings };
  const merchant = { account: 'ogone', settings, callback: `http://127.0.0.1:${PORTS.app}/callback/ogone` };
  const order = {
    id: 'bench',
    bank: 'ogone',
    account: 'ogone',
    order: `${created.id}01`,
    amount: 1999,
    currency: 'EUR',
    manual: false,
    shown: [],
    data: { PAYID: created.id.replace(/\D/g, '7') },
  };
  const message = bank.notification(order, merchant, 'pay', 'none');
  return { method: 'POST', path: '/callback/ogone', headers: message.headers, body: String(message.body) };
}
