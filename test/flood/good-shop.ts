/** The shop that nobody may notice: it creates payments, its bank notifies, and it is told by webhook. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bankOf } from '../../src/sandbox/banks/registry.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import type { BankMessage } from '../../src/sandbox/kit/bank.ts';
import type { DemoPayment } from '../../src/sandbox/run/storefront.ts';
import { type Answered, type Call, quantile, type Send } from './send.ts';

const ADMIN = { authorization: 'Bearer local-admin-token', 'content-type': 'application/json' };
const API_KEY = 'flood-good-shop-api-key';
const HEADERS = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
const ACCOUNT = 'ogone-sandbox';

/** How long webhooks may take after the last notification. */
const GRACE_MS = 30_000;

export function callOf(message: BankMessage): Call {
  const { pathname, search } = new URL(message.url);
  const { method, headers, body } = message;
  return { method, path: pathname + search, headers, ...(body !== null && { body }) };
}

/** The notification of a payment, signed by its bank. */
function notificationOf(origin: string, { id }: DemoPayment): Call {
  const merchant = {
    account: ACCOUNT,
    settings: { encoding: 'utf-8', ...DEMO_ACCOUNTS.ogone?.settings },
    callback: `${origin}/callback/${ACCOUNT}`,
  };
  const order = {
    id: 'flood',
    bank: 'ogone',
    account: ACCOUNT,
    order: `${id}01`,
    amount: 1999,
    currency: 'EUR',
    manual: false,
    shown: [],
    data: { PAYID: id.replace(/\D/g, '7') },
  };
  return callOf(bankOf('ogone').notification(order, merchant, 'pay', 'none'));
}

export interface GoodShopReport {
  readonly creates: readonly number[];
  readonly notifications: readonly number[];
  /** From when a notification was sent until its webhook was there. */
  readonly webhooks: readonly number[];
  readonly problems: readonly string[];
}

export class GoodShop {
  readonly #send: Send;
  readonly #origin: string;
  readonly #server: Server;
  /** When a payment's notification was sent, and when its webhook came (`performance.now()`). */
  readonly #notified = new Map<string, number>();
  readonly #told = new Map<string, number>();
  #counter = 0;

  private constructor(send: Send, origin: string) {
    this.#send = send;
    this.#origin = origin;
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { type, data } = JSON.parse(Buffer.concat(chunks).toString()) as {
          readonly type: string;
          readonly data: { readonly id: string };
        };
        if (type === 'payment.paid' && !this.#told.has(data.id)) this.#told.set(data.id, performance.now());
        response.writeHead(204).end();
      });
    });
  }

  /** Opens the shop, with its webhook on this machine. */
  static async open(send: Send, origin: string): Promise<GoodShop> {
    const shop = new GoodShop(send, origin);
    await new Promise<void>((listening) => shop.#server.listen(0, '127.0.0.1', listening));
    const { port } = shop.#server.address() as AddressInfo;
    const body = {
      accounts: [ACCOUNT],
      keys: { apiKey: API_KEY },
      webhook: { url: `http://127.0.0.1:${port}/webhook` },
    };
    const path = '/v1/admin/shops/flood-good';
    const { status, text } = await send({ method: 'PUT', path, headers: ADMIN, body: JSON.stringify(body) });
    if (status !== 201) throw new Error(`the good shop could not be made: ${status} ${text}`);
    return shop;
  }

  close(): void {
    this.#server.close();
  }

  async #call(call: Call, expected: number, due: number, times: number[], problems: string[]) {
    const answered: Answered = await this.#send(call);
    times.push(performance.now() - due);
    if (answered.status === expected) return answered;
    problems.push(`${call.method} ${call.path}: ${answered.status} ${answered.text.slice(0, 200)}`);
    return null;
  }

  /**
   * Trades at a fixed rate. Times are taken from when a create was due: a server that keeps one waiting does not hold up the next.
   * @param rate payments a second.
   */
  async trade(rate: number, seconds: number): Promise<GoodShopReport> {
    const report = { creates: [] as number[], notifications: [] as number[], problems: [] as string[] };
    const pending: Promise<string | null>[] = [];
    const startedAt = performance.now();
    for (let index = 0; index < rate * seconds; index++) {
      const due = startedAt + (index * 1000) / rate;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
      pending.push(this.#sale(due, report));
    }
    const sold = (await Promise.all(pending)).filter((id) => id !== null);
    const until = performance.now() + GRACE_MS;
    const missing = () => sold.filter((id) => !this.#told.has(id));
    while (missing().length > 0 && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 100));
    report.problems.push(...missing().map((id) => `no webhook says that ${id} is paid`));
    const webhooks = sold.map((id) => (this.#told.get(id) ?? Number.NaN) - (this.#notified.get(id) ?? 0));
    return { ...report, webhooks: webhooks.filter((time) => !Number.isNaN(time)) };
  }

  /** One payment; its id, or null where a call failed. */
  async #sale(
    due: number,
    { creates, notifications, problems }: { creates: number[]; notifications: number[]; problems: string[] },
  ): Promise<string | null> {
    this.#counter += 1;
    const payment = {
      reference: `flood-${this.#counter}`,
      amount: 1999,
      currency: 'EUR',
      description: 'Two tickets',
    };
    const create = { method: 'POST', path: '/v1/payments', headers: HEADERS, body: JSON.stringify(payment) };
    const created = await this.#call(create, 201, due, creates, problems);
    if (!created) return null;
    const made = JSON.parse(created.text) as DemoPayment;
    const now = performance.now();
    this.#notified.set(made.id, now);
    const taken = await this.#call(notificationOf(this.#origin, made), 200, now, notifications, problems);
    return taken && made.id;
  }
}

/** The p99 of the good shop's calls, in milliseconds. */
export function p99Of({ creates, notifications }: GoodShopReport): number {
  return quantile([...creates, ...notifications], 0.99);
}
