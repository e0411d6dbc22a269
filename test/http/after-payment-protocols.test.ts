/**
 * Operations at protocols that differ: what each accepts and older ones can, orders that nobody has paid, parts, several attempts, and
 * documents in an order of their own. The failures ruled out: money that was asked back and is free to be asked back again; an answer of an
 * older protocol that is misread; an operation at another attempt than it is about; documents whose order changes what was paid.
 */
import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decided, entryOf } from '../../src/sandbox/kit/bank-ledger.ts';
import {
  bankOf,
  deliver,
  type Journey,
  journey,
  memory,
  network,
  objectOf,
  request,
  runAlarms,
  trouble,
  unique,
} from '../support/harness.ts';
import { call, held, paid, read } from './after-payment-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

describe('what a provider accepts', () => {
  it('is reserved until an update concludes it', async () => {
    const attempt = await paid('ecommpay');
    const { status, body } = await call(attempt, 'refund', { amount: 1500 });
    expect([status, body.status]).toEqual([200, 'paid']);
    expect((await read(attempt)).operations).toMatchObject([{ state: 'accepted' }]);
    expect((await call(attempt, 'refund', { amount: 500 })).body.code).toBe('amount_out_of_range');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 37_000 });
    await runAlarms(attempt.payment.id);
    expect(await read(attempt)).toMatchObject({
      status: 'partially_refunded',
      amounts: { refunded: 1500 },
      operations: [{ state: 'succeeded' }],
    });
    expect(net.webhooks.map(({ body }) => body.type)).toContain('payment.partially_refunded');
  });

  it('is free again when the provider declines it after all', async () => {
    const attempt = await paid('ogone');
    const accepted = await call(attempt, 'refund', { amount: 1500 }, 'accepted');
    const { order, merchant: who } = attempt;
    const message = bankOf('ogone').notification(order, who, 'pay', 'none');
    const decline = await declinedRefund(String(message.body), String(who.settings.sha_out));
    expect((await deliver({ ...message, body: decline })).status).toBe(200);
    expect((await read(attempt)).operations).toMatchObject([
      { state: 'failed', error: { provider: { code: '83' } } },
    ]);
    await runAlarms(attempt.payment.id);
    expect(net.webhooks.at(-1)?.body).toMatchObject({
      type: 'operation.failed',
      data: { status: 'paid', operations: [{ state: 'failed' }] },
    });
    // The key keeps its answer.
    expect(await call(attempt, 'refund', { amount: 1500 }, 'accepted')).toMatchObject({
      status: 200,
      body: accepted.body,
    });
    // The whole is free for us again; this bank has done it meanwhile, and says so.
    expect((await call(attempt, 'refund', { amount: 1999 })).body.code).toBe('provider_error');
  });
});

/** The platform's feedback with STATUS 83 for a refund of 15.00, signed anew. */
async function declinedRefund(body: string, passphrase: string): Promise<string> {
  const fields = new Map(new URLSearchParams(body));
  fields.delete('SHASIGN');
  fields.set('STATUS', '83');
  fields.set('PAYIDSUB', '1');
  fields.set('amount', '15');
  const text = [...fields]
    .filter(([, value]) => value !== '')
    .map(([name, value]) => [name.toUpperCase(), value] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}${passphrase}`)
    .join('');
  const digest = await crypto.subtle.digest('SHA-512', new TextEncoder().encode(text));
  const sign = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return new URLSearchParams([...fields, ['SHASIGN', sign.toUpperCase()]]).toString();
}

describe('older protocols', () => {
  const CLASSIC = {
    mode: 'legacy',
    pos_auth_key: '1234567',
    key1: 'fedcba9876543210fedcba9876543210',
    key2: '0123456789abcdef0123456789abcdef',
    auto_receive: false,
  };
  const customer = { ip: '203.0.113.9', email: 'jan@example.com', firstName: 'Jan', lastName: 'Nowak' };

  it.each([
    ['capture', 'paid'],
    ['cancel', 'cancelled'],
  ])('PayU classic: %s', async (kind, status) => {
    const attempt = await paid('payu', { settings: CLASSIC, fields: { customer, currency: 'PLN' } });
    expect((await read(attempt)).status).toBe('authorized');
    await trouble('payu', 'fail');
    expect(await call(attempt, kind)).toMatchObject({
      status: 502,
      body: { provider: { code: '599', text: 'wrong state' } },
    });
    expect((await call(attempt, kind)).status).toBe(200);
    await call(attempt, 'refresh');
    expect(await read(attempt)).toMatchObject({
      status,
      operations: [{ state: 'failed' }, { state: 'succeeded' }],
    });
    expect((await call(attempt, 'refund')).status).toBe(422);
  });

  it('PayU classic: an answer with a wrong signature is no success', async () => {
    const attempt = await paid('payu', { settings: CLASSIC, fields: { customer, currency: 'PLN' } });
    await trouble('payu', 'bad-signature');
    expect(await call(attempt, 'capture')).toMatchObject({ status: 502, body: { code: 'provider_error' } });
    expect(await read(attempt)).toMatchObject({ status: 'authorized', operations: [{ state: 'unknown' }] });
    await call(attempt, 'refresh');
    expect((await read(attempt)).status).toBe('paid');
  });

  it('Dotpay classic: a part, then the rest', async () => {
    const attempt = await paid('dotpay', { settings: { mode: 'legacy' } });
    expect((await call(attempt, 'refund', { amount: 500 })).status).toBe(200);
    expect((await call(attempt, 'refund')).body.status).toBe('refunded');
    expect((await entryOf(memory, attempt.order.order))?.returned).toBe(1999);
  });

  const ASSIST = {
    mode: 'legacy',
    sendresult_secret: 'Sendresult-Secret-1',
    login: 'demo-shop',
    password: 'demo-password',
  };

  it('ASSIST classic: the text of a decline is Russian, as it is', async () => {
    const attempt = await held('assist', ASSIST);
    await trouble('assist', 'fail');
    expect(await call(attempt, 'capture')).toMatchObject({
      status: 502,
      body: { detail: expect.stringContaining('Невозможно выполнить операцию по платежу!') },
    });
    expect((await call(attempt, 'capture')).body.status).toBe('paid');
    expect((await call(attempt, 'refund', { amount: 999 })).body.status).toBe('partially_refunded');
  });

  it('ASSIST classic: an authorization is charged within 14 days, and released', async () => {
    const attempt = await held('assist', ASSIST);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-12-06T00:00:00Z') });
    expect(await call(attempt, 'capture')).toMatchObject({
      status: 409,
      body: { code: 'invalid_state', detail: expect.stringContaining('14 days') },
    });
    expect((await call(attempt, 'cancel')).body.status).toBe('cancelled');
  });

  it('ASSIST today: a decline has its codes and text', async () => {
    const attempt = await held('assist');
    await trouble('assist', 'fail');
    expect(await call(attempt, 'capture')).toMatchObject({
      status: 502,
      body: { provider: { code: '10/200', text: 'Невозможно выполнить операцию по платежу!' } },
    });
  });
});

describe('an order that nobody has paid', () => {
  it.each(['payu', 'tpay', 'dummy'])('is cancelled: %s', async (provider) => {
    const attempt = await journey(provider);
    await request(attempt.payment.checkoutUrl, { headers: { 'cf-connecting-ip': '203.0.113.9' } });
    const { status } = await call(attempt, 'cancel');
    expect(status).toBe(200);
    await call(attempt, 'refresh');
    expect((await read(attempt)).status).toBe('cancelled');
    expect((await call(attempt, 'cancel')).status).toBe(200);
  });

  it('is paid all the same where the money comes', async () => {
    const attempt = await journey('dummy');
    await request(attempt.payment.checkoutUrl);
    await call(attempt, 'cancel');
    await attempt.notify('pay');
    expect((await read(attempt)).status).toBe('paid');
  });
});

describe('a capture of a part', () => {
  it('leaves the shopper nothing to pay', async () => {
    const attempt = await held('sips2');
    expect((await call(attempt, 'capture', { amount: 500 })).body.status).toBe('partially_paid');
    const response = await request(attempt.payment.checkoutUrl);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toContain('https://shop-demo.com/');
  });
});

describe('several attempts', () => {
  /** Two payments of one order: both brought money. */
  async function paidTwice(): Promise<Journey> {
    const attempt = await paid('sips2', { fields: { amount: 1999 } });
    const { shop, account, payment } = attempt;
    await runInDurableObject(objectOf(payment.id), (object) => {
      const ledger = object as unknown as {
        notify(command: object): unknown;
        start(number: number, attempt: object): unknown;
      };
      const next = {
        account,
        provider: 'sips2',
        test: true,
        capture: 'automatic',
        amount: 1999,
        oneRedirect: true,
        redirect: payment.redirect,
        deferred: false,
        providerState: {},
        goodUntil: null,
        queryAt: null,
      };
      ledger.start(2, next);
    });
    const order = { ...attempt.order, order: `${payment.id}02`, id: unique() };
    const bank = bankOf('sips2');
    await decided(memory, order, 'pay');
    await deliver(bank.notification(order, attempt.merchant, 'pay', 'none'));
    expect((await shop.payment(payment.id)).amounts.paid).toBe(3998);
    return attempt;
  }

  it('are refunded one by one, by their number', async () => {
    const attempt = await paidTwice();
    expect(await call(attempt, 'refund')).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('1 and 2') },
    });
    expect(await call(attempt, 'refund', { attempt: 2 })).toMatchObject({
      status: 200,
      body: { amounts: { paid: 3998, refunded: 1999 } },
    });
    expect((await entryOf(memory, `${attempt.payment.id}02`))?.returned).toBe(1999);
    expect((await call(attempt, 'refund')).body.status).toBe('refunded');
  });
});

describe('provider documents in an order of their own', () => {
  const ASSIST = { mode: 'legacy', sendresult_secret: 'Sendresult-Secret-1' };

  /** A push about another bill of the order. */
  async function push(attempt: Journey, bill: string, status: string, packet: string): Promise<void> {
    const message = bankOf('assist').notification(attempt.order, attempt.merchant, 'pay', 'none');
    const fields = new URLSearchParams(String(message.body));
    fields.set('BillNumber', bill);
    fields.set('Status', status);
    fields.set('PacketDate', packet);
    expect((await deliver({ ...message, body: fields.toString() })).status).toBe(200);
  }

  const PUSHES = [
    ['500000000000100', 'Authorized', '21.11.2026 10:00:00'],
    ['500000000000101', 'Reversaled', '21.11.2026 10:10:00'],
    ['500000000000102', 'Authorized', '21.11.2026 10:20:00'],
  ] as const;

  it.each([[[0, 1, 2]], [[2, 1, 0]], [[1, 2, 0]]])(
    'a payment after a reversal is paid, in the order %j',
    async (order) => {
      const attempt = await journey('assist', { settings: ASSIST });
      for (const index of order) {
        const [bill, status, packet] = PUSHES[index] ?? PUSHES[0];
        await push(attempt, bill, status, packet);
      }
      expect((await read(attempt)).status).toBe('paid');
    },
  );

  it('a reversal after the payment takes it back', async () => {
    const attempt = await journey('assist', { settings: ASSIST });
    await push(attempt, ...PUSHES[0]);
    await push(attempt, ...PUSHES[1]);
    expect((await read(attempt)).status).toBe('refunded');
  });

  it('an authorization after a reversal holds money again', async () => {
    const attempt = await journey('assist', { settings: ASSIST, fields: { capture: 'manual' } });
    await push(attempt, '500000000000100', 'Preauthorized', '21.11.2026 10:00:00');
    await push(attempt, '500000000000101', 'Reversaled', '21.11.2026 10:10:00');
    expect((await read(attempt)).status).toBe('cancelled');
    await push(attempt, '500000000000102', 'Preauthorized', '21.11.2026 10:20:00');
    expect(await read(attempt)).toMatchObject({ status: 'authorized', amounts: { authorized: 1999 } });
  });
});
