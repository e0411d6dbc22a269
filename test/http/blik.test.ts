/**
 * BLIK codes that a shop passes on. The failures ruled out: a code that is kept or logged anywhere, one that is tried again after it was
 * taken, and a code whose answer was lost and that takes the money twice.
 */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextHop } from '../../src/gateway/checkout.ts';
import type { LedgerClient } from '../../src/gateway/service.ts';
import type { PaymentId } from '../../src/payments/id.ts';
import { decided } from '../../src/sandbox/kit/bank-ledger.ts';
import { serviceOf } from '../../src/worker.ts';
import {
  bankOf,
  deliver,
  hopFailures,
  ledgerOf,
  memory,
  merchant,
  network,
  ORIGIN,
  objectOf,
  type Payment,
  type Problem,
  placeAt,
  request,
  runAlarms,
  shopperAtBank,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.restoreAllMocks();
  net.restore();
});

const CODE = '734528';
const BAD_CODE = '734529';

/** A code by itself: six digits of a random number are none. */
const standing = (code: string) => new RegExp(`(?<![\\w-])${code}(?![\\w-])`);

/** Everything that is stored anywhere, and everything that was logged, as one text. */
async function everythingKept(id: string, logged: readonly unknown[]): Promise<string> {
  const ledger = await runInDurableObject(objectOf(id), (_object, { storage }) =>
    ['payment', 'events', 'notifications', 'jobs'].map((table) =>
      storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
    ),
  );
  const { results: tables } = await env.DIRECTORY.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'd1%'",
  ).all<{ name: string }>();
  const directory = await Promise.all(
    tables.map(async ({ name }) => (await env.DIRECTORY.prepare(`SELECT * FROM "${name}"`).all()).results),
  );
  return JSON.stringify([ledger, directory, logged]);
}

describe.each(['przelewy24', 'payu', 'tpay'])('a BLIK code at %s', (provider) => {
  const blik = (code: string) => ({ kind: 'blik', code });
  const CUSTOMER_IP = '203.0.113.7';

  async function paidBy(code: string) {
    const place = await placeAt(provider);
    const logged: unknown[] = [];
    for (const name of ['log', 'warn', 'error', 'info', 'debug'] as const)
      vi.spyOn(console, name).mockImplementation((...args: unknown[]) => void logged.push(args));
    const fields = {
      reference: `blik-${Math.random()}`,
      account: place.account,
      currency: 'PLN',
      method: blik(code),
      customer: { email: 'zoe@example.com', firstName: 'Zoe', lastName: 'M', ip: CUSTOMER_IP },
    };
    const created = await place.shop.pay(fields);
    return { ...place, fields, created, logged };
  }

  it('begins the payment at once, and is kept nowhere', async () => {
    const { shop, account, created, logged } = await paidBy(CODE);
    expect(created.status).toBe(201);
    const payment = created.body;
    expect([payment.status, payment.method]).toEqual(['forwarded', { kind: 'blik' }]);
    expect(JSON.stringify(payment)).not.toContain(CODE);
    await runAlarms(payment.id);
    expect(await everythingKept(payment.id, logged)).not.toMatch(standing(CODE));
    // The shopper confirms in the app.
    const who = merchant(provider, account);
    const place =
      { przelewy24: '/trnRequest/T-', payu: '/pay/summary/', tpay: '/tpay/payment/' }[provider] ?? '';
    const url = `https://api.bank-demo.com${place}${payment.id}01`;
    const order = await shopperAtBank(provider, { kind: 'url', method: 'GET', url }, who);
    await decided(memory, order, 'pay');
    await bankOf(provider).decide?.(order, who, 'pay', memory);
    await deliver(bankOf(provider).notification(order, who, 'pay', 'none'));
    await runAlarms(payment.id);
    expect((await shop.payment(payment.id)).status).toBe('paid');
  });

  it('that is wrong is 502 in the words of the provider without the code; another code is tried for the same payment', async () => {
    const { shop, fields, created, logged } = await paidBy(BAD_CODE);
    expect(created.status).toBe(502);
    const problem = created.body as unknown as Problem;
    expect(problem.code).toBe('provider_error');
    expect(JSON.stringify(problem)).not.toContain(BAD_CODE);
    const { body: found } = await shop.call<{ data: Payment[] }>(
      'GET',
      `/payments?reference=${fields.reference}`,
    );
    const payment = found.data[0] as Payment;
    expect(payment.status).toBe('created');
    expect(await hopFailures(payment.id)).toHaveLength(1);
    await runAlarms(payment.id);
    expect(await everythingKept(payment.id, logged)).not.toMatch(standing(BAD_CODE));
    const again = await shop.pay({ ...fields, method: blik(CODE) });
    expect([again.status, again.body.id, again.body.status]).toEqual([200, payment.id, 'forwarded']);
  });

  it('is not handed on again once it was taken, whoever repeats the call', async () => {
    const { shop, fields, created } = await paidBy(CODE);
    const before = net.calls.length;
    const again = await shop.pay({ ...fields, method: blik('111112') });
    expect([again.status, again.body.id]).toEqual([200, created.body.id]);
    expect(net.calls.length).toBe(before);
  });
});

/** The call that hands the code over. */
const CHARGES: Record<string, RegExp> = {
  przelewy24: /chargeByCode$/,
  payu: /\/orders$/,
  tpay: /\/pay$/,
};

describe.each(['przelewy24', 'payu', 'tpay'])('a BLIK code at %s whose answer is lost', (provider) => {
  /** The bank carries a call out, and its answer goes as `lose` does. */
  async function lost(lose: (sent: Request) => Promise<Response>) {
    const place = await placeAt(provider);
    const through = vi.mocked(globalThis.fetch).getMockImplementation() as typeof fetch;
    let charges = 0;
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
      const sent = new Request(input as RequestInfo, init);
      if (!CHARGES[provider]?.test(new URL(sent.url).pathname)) return through(input, init);
      charges += 1;
      await through(sent.clone());
      return lose(sent);
    });
    const fields = {
      reference: `blik-${Math.random()}`,
      account: place.account,
      currency: 'PLN',
      method: { kind: 'blik', code: CODE },
      customer: { email: 'zoe@example.com', firstName: 'Zoe', lastName: 'M', ip: '203.0.113.7' },
    };
    const created = await place.shop.pay(fields);
    return { ...place, fields, created, charges: () => charges };
  }

  async function confirmed(payment: Payment, account: string): Promise<void> {
    const who = merchant(provider, account);
    const place =
      { przelewy24: '/trnRequest/T-', payu: '/pay/summary/', tpay: '/tpay/payment/' }[provider] ?? '';
    const url = `https://api.bank-demo.com${place}${payment.id}01`;
    const order = await shopperAtBank(provider, { kind: 'url', method: 'GET', url }, who);
    await decided(memory, order, 'pay');
    await bankOf(provider).decide?.(order, who, 'pay', memory);
    await deliver(bankOf(provider).notification(order, who, 'pay', 'none'));
    await runAlarms(payment.id);
  }

  it.each([
    ['no answer', () => Promise.reject(new TypeError('cut'))],
    ['a fault', async () => new Response('<html>', { status: 502 })],
    ['half an answer', async () => new Response('{"status":{"sta')],
  ])(
    '(%s) is begun: no other code and no visit to the checkout begins a second order',
    async (_how, lose) => {
      const { shop, account, fields, created, charges } = await lost(lose);
      expect([created.status, created.body.status]).toEqual([201, 'forwarded']);
      const again = await shop.pay({ ...fields, method: { kind: 'blik', code: '111112' } });
      expect([again.status, again.body.id, charges()]).toEqual([200, created.body.id, 1]);
      const orders = () => net.calls.filter((url) => /register$|\/orders$|\/transactions$/.test(url)).length;
      const before = orders();
      const hop = await request(new URL(created.body.checkoutUrl).pathname);
      expect(hop.status).toBe(303);
      expect(orders()).toBe(before);
      const there = hop.headers.get('location') ?? '';
      expect(there).toContain(`${created.body.id}${provider === 'payu' ? '' : '01'}`);
      await confirmed(created.body, account);
      expect((await shop.payment(created.body.id)).status).toBe('paid');
      const back = await shop.call(
        'POST',
        `/payments/${created.body.id}/refund`,
        {},
        { 'idempotency-key': 'r1' },
      );
      expect(back.status).toBeLessThan(300);
    },
  );

  it('because it takes longer than a shopper waits, is waited for', async () => {
    // Twenty times as fast: the time that a shopper waits, and that of the call, in the same order.
    const soon = setTimeout;
    vi.stubGlobal('setTimeout', (done: () => void, ms = 0) => soon(done, ms >= 5000 ? ms / 20 : ms));
    const { shop, fields, created, charges } = await lost(
      (sent) =>
        new Promise((_, fail) => {
          sent.signal.addEventListener('abort', () => fail(new DOMException('late', 'AbortError')));
        }),
    );
    vi.unstubAllGlobals();
    expect([created.status, created.body.status]).toEqual([201, 'forwarded']);
    const again = await shop.pay({ ...fields, method: { kind: 'blik', code: '111112' } });
    expect([again.body.id, charges()]).toEqual([created.body.id, 1]);
  });
});

describe('a BLIK code that is handed over', () => {
  it('and not noted, because our side fails, is not followed by another within its time', async () => {
    const { shop, account } = await placeAt('przelewy24');
    const blik = (code: string) => ({ method: { kind: 'blik', code } });
    const fields = { reference: `blik-${Math.random()}`, account, currency: 'PLN' };
    // The payment is there, and its first code was wrong.
    expect((await shop.pay({ ...fields, ...blik(BAD_CODE) })).status).toBe(502);
    const { body: found } = await shop.call<{ data: Payment[] }>(
      'GET',
      `/payments?reference=${fields.reference}`,
    );
    const id = found.data[0]?.id as PaymentId;
    const charges = () => net.calls.filter((url) => url.endsWith('chargeByCode')).length;
    const service = serviceOf(env as never);
    const ledger = ledgerOf(id);
    const failing = {
      hop: (...given: Parameters<LedgerClient['hop']>) => ledger.hop(...given),
      start: () => Promise.reject(new Error('the ledger is overloaded')),
      startFailed: (...given: Parameters<LedgerClient['startFailed']>) => ledger.startFailed(...given),
    } as unknown as LedgerClient;
    const shopper = { ip: null, chosen: null, origin: ORIGIN, requestId: 'r', blikCode: CODE };
    await expect(nextHop({ ...service, ledger: () => failing }, id, shopper)).rejects.toThrow('overloaded');
    expect(charges()).toBe(2);
    for (const seconds of [0, 60, 600]) {
      vi.setSystemTime(Date.now() + seconds * 1000);
      const again = await shop.pay({ ...fields, ...blik('111112') });
      expect([again.body.status, charges()]).toEqual(['created', 2]);
    }
    vi.setSystemTime(Date.now() + 300_000);
    expect((await shop.pay({ ...fields, ...blik('111112') })).body.status).toBe('forwarded');
    expect(charges()).toBe(3);
    vi.useRealTimers();
  });
});

describe('a BLIK code at Dotpay', () => {
  it('is refused by name: its form would carry it', async () => {
    const { shop, account } = await placeAt('dotpay');
    const { status, body } = await shop.pay({
      account,
      currency: 'PLN',
      method: { kind: 'blik', code: CODE },
    });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'unsupported_operation', errors: [{ path: 'method' }] });
    expect(JSON.stringify(body)).not.toContain(CODE);
  });
});
