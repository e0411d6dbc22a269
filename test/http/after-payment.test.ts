/** After the payment, beyond each provider's own protocol: keys, races, crashes, lost answers, people, and the clock. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { everyTenMinutes } from '../../src/gateway/scheduled.ts';
import type { OperationView } from '../../src/payments/types.ts';
import { decided, entryOf } from '../../src/sandbox/kit/bank-ledger.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import {
  admin,
  BANK_API,
  bankOf,
  cut,
  deliver,
  type Journey,
  journey,
  makeAccount,
  makeShop,
  memory,
  network,
  objectOf,
  type Payment,
  type Problem,
  request,
  runAlarms,
  trouble,
  unique,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

type Read = Payment & { readonly operations: readonly OperationView[] };
type Answer = Omit<Read, 'status'> & Omit<Problem, 'status'> & { readonly status: string | number };

async function paid(provider: string, options: Parameters<typeof journey>[1] = {}): Promise<Journey> {
  const trip = await journey(provider, options);
  await trip.notify('pay');
  await runAlarms(trip.payment.id);
  return trip;
}

const held = (provider: string, settings: Record<string, unknown> = {}) =>
  paid(provider, { settings, fields: { capture: 'manual' } });

const call = ({ shop, payment }: Journey, kind: string, body: object = {}, key: string = unique()) =>
  shop.call<Answer>('POST', `/payments/${payment.id}/${kind}`, body, { 'idempotency-key': key });

const read = async ({ shop, payment }: Journey) =>
  (await shop.call<Read>('GET', `/payments/${payment.id}`)).body;

const moneyCalls = (path: string) =>
  net.calls.filter((url) => url.startsWith(BANK_API) && url.includes(path));
const REFUND = '/cashManagement/refund';

describe('one key', () => {
  it('has one answer, and reaches the provider once', async () => {
    const trip = await paid('sips2');
    const first = await call(trip, 'refund', { amount: 500 }, 'key-1');
    const again = await call(trip, 'refund', { amount: 500 }, 'key-1');
    await call(trip, 'refund', { amount: 300 }, 'key-2');
    const late = await call(trip, 'refund', { amount: 500 }, 'key-1');
    expect(first.status).toBe(200);
    for (const { body, headers } of [again, late]) {
      expect(body).toEqual(first.body);
      expect(headers.get('idempotent-replayed')).toBe('true');
    }
    expect(moneyCalls(REFUND)).toHaveLength(2);
    expect((await read(trip)).amounts.refunded).toBe(800);
  });

  it('belongs to one request', async () => {
    const trip = await paid('sips2');
    await call(trip, 'refund', { amount: 500 }, 'key-1');
    const other = await call(trip, 'refund', { amount: 600 }, 'key-1');
    expect([other.status, other.body.code]).toEqual([409, 'reference_conflict']);
    expect(moneyCalls(REFUND)).toHaveLength(1);
  });

  it('keeps a refusal too', async () => {
    const trip = await paid('sips2');
    await trouble('sips2', 'fail');
    const first = await call(trip, 'refund', {}, 'key-1');
    expect(await call(trip, 'refund', {}, 'key-1')).toMatchObject({ status: 502, body: first.body });
    expect(moneyCalls(REFUND)).toHaveLength(1);
  });

  it.each(['', 'ü', 'x'.repeat(256)])('is refused in the form %j', async (key) => {
    const trip = await paid('sips2');
    const sent = request(`/v1/payments/${trip.payment.id}/refund`, {
      method: 'POST',
      headers: { authorization: `Bearer ${trip.shop.apiKey}`, 'idempotency-key': key },
    });
    expect((await sent).status).toBe(400);
  });
});

describe('at the same time', () => {
  it('two refunds of the whole are one refund and one 409', async () => {
    const trip = await paid('sips2');
    const answers = await Promise.all([call(trip, 'refund'), call(trip, 'refund')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('invalid_state');
    expect(moneyCalls(REFUND)).toHaveLength(1);
    expect((await read(trip)).amounts).toMatchObject({ paid: 1999, refunded: 1999 });
  });

  it('two parts that fit are both done', async () => {
    const trip = await paid('sips2');
    const answers = await Promise.all([1000, 999].map((amount) => call(trip, 'refund', { amount })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await read(trip)).status).toBe('refunded');
  });

  it('one key twice is one operation', async () => {
    const trip = await paid('sips2');
    const answers = await Promise.all([1, 2, 3].map(() => call(trip, 'refund', {}, 'same')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(moneyCalls(REFUND)).toHaveLength(1);
  });

  it('a capture and a cancel are one of the two', async () => {
    const trip = await held('sips2');
    const answers = await Promise.all([call(trip, 'capture'), call(trip, 'cancel', { amount: 1999 })]);
    const { amounts } = await read(trip);
    expect(answers[0]?.status).toBe(200);
    // What was captured can still be taken back before it is settled, and then no money is left.
    expect(amounts.paid - amounts.refunded).toBe(answers[1]?.status === 200 ? 0 : 1999);
  });
});

describe('what may not be done', () => {
  it('is refused before the provider is called', async () => {
    const trip = await paid('sips2');
    const before = net.calls.length;
    expect(await call(trip, 'capture')).toMatchObject({ status: 409, body: { code: 'invalid_state' } });
    expect(await call(trip, 'refund', { amount: 2000 })).toMatchObject({
      status: 422,
      body: { code: 'amount_out_of_range', detail: expect.stringContaining('19.99') },
    });
    for (const body of [{ amount: 0 }, { amount: -1 }, { amount: 1.5 }, { amount: '5' }, { attempt: 0 }])
      expect((await call(trip, 'refund', body)).status).toBe(400);
    expect(await call(trip, 'refund', { attempt: 2 })).toMatchObject({ status: 400 });
    expect(net.calls.length).toBe(before);
    expect((await read(trip)).operations).toEqual([]);
  });

  it('is said of a provider without the operation, and of an account without what it needs', async () => {
    const without = await paid('spplus');
    expect(await call(without, 'refund')).toMatchObject({
      status: 422,
      body: { code: 'unsupported_operation', detail: expect.stringContaining('SPPlus') },
    });
    expect((await call(without, 'refresh')).status).toBe(422);
    const bare = await paid('ogone', { settings: { userid: undefined, pswd: undefined } });
    expect(await call(bare, 'refund')).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('userid') },
    });
  });

  it('is nothing of another shop, and of nobody', async () => {
    const [mine, other] = [await paid('sips2'), await paid('sips2')];
    expect((await call({ ...mine, shop: other.shop }, 'refund')).status).toBe(404);
    const path = `/v1/payments/${mine.payment.id}/refund`;
    expect((await request(path, { method: 'POST' })).status).toBe(401);
    expect((await request(path)).status).toBe(405);
  });
});

describe('an answer that does not come', () => {
  it('is waited for ten seconds; the operation is unknown, and found out by the alarm', {
    timeout: 30_000,
  }, async () => {
    const trip = await paid('sips2');
    await trouble('sips2', 'lost');
    const { status, body } = await call(trip, 'refund');
    expect([status, body.code]).toEqual([504, 'provider_unreachable']);
    expect(body.detail).toContain('not known');
    expect((await read(trip)).operations).toMatchObject([{ state: 'unknown' }]);
    expect((await call(trip, 'refund')).body.detail).toContain('not known yet');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
    await runAlarms(trip.payment.id);
    expect(await read(trip)).toMatchObject({ status: 'refunded', operations: [{ state: 'succeeded' }] });
    expect(moneyCalls(REFUND)).toHaveLength(1);
  });

  it('is not waited for where the calls before it hang: then nothing has happened', {
    timeout: 30_000,
  }, async () => {
    const trip = await paid('payu');
    // The token has ended: a new one is asked for first.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 50_000_000 });
    vi.mocked(globalThis.fetch).mockImplementationOnce(
      (_input, init) =>
        new Promise((_, fail) => init?.signal?.addEventListener('abort', () => fail(new Error('aborted')))),
    );
    const { status, body } = await call(trip, 'refund');
    expect(status).toBe(504);
    expect(body.detail).not.toContain('not known');
    expect((await read(trip)).operations).toMatchObject([{ state: 'failed' }]);
    expect((await call(trip, 'refund')).status).toBe(200);
  });
});

describe('a crash between the call and its outcome', () => {
  /** The object dies when the bank has answered, before the outcome is written. */
  async function crashed(trip: Journey): Promise<void> {
    const { id } = trip.payment;
    await runInDurableObject(objectOf(id), (_object, state) => {
      const real = state.storage.transactionSync.bind(state.storage);
      let commits = 0;
      vi.spyOn(state.storage, 'transactionSync').mockImplementation((work) => {
        commits += 1;
        if (commits === 2) throw new Error('crashed before the commit');
        return real(work);
      });
    });
    expect((await call(trip, 'refund', {}, 'crashed')).status).toBe(500);
    await evictDurableObject(objectOf(id));
  }

  it('leaves it unknown, resolved by asking, and never done again', async () => {
    const trip = await paid('sips2');
    await crashed(trip);
    expect((await read(trip)).operations).toMatchObject([{ state: 'running' }]);
    const again = await call(trip, 'refund', {}, 'crashed');
    expect([again.status, again.body.code]).toEqual([504, 'provider_unreachable']);
    expect((await call(trip, 'refund')).status).toBe(409);
    await call(trip, 'refresh');
    expect(await read(trip)).toMatchObject({ status: 'refunded', operations: [{ state: 'succeeded' }] });
    expect((await call(trip, 'refund', {}, 'crashed')).status).toBe(200);
    expect(moneyCalls(REFUND)).toHaveLength(1);
    expect((await entryOf(memory, trip.order.order))?.returned).toBe(1999);
  });

  it('is noticed by the alarm, where nobody asks again', async () => {
    const trip = await paid('sips2');
    await crashed(trip);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    await runAlarms(trip.payment.id);
    expect(await read(trip)).toMatchObject({ status: 'refunded', operations: [{ state: 'succeeded' }] });
    const types = (await trip.shop.events(trip.payment.id)).map(({ type }) => type);
    expect(types).toContain('operation.unknown');
    expect(moneyCalls(REFUND)).toHaveLength(1);
  });
});

describe('a token that the provider does not take any more', () => {
  it.each(['payu', 'tpay'])(
    'is fetched anew, and the operation is carried out once: %s',
    async (provider) => {
      const trip = await paid(provider);
      vi.mocked(globalThis.fetch).mockImplementationOnce(async () => Response.json({}, { status: 401 }));
      expect((await call(trip, 'refund')).status).toBe(200);
      await call(trip, 'refresh');
      expect(await read(trip)).toMatchObject({ status: 'refunded', amounts: { refunded: 1999 } });
      expect((await entryOf(memory, trip.order.order))?.done).toHaveLength(1);
    },
  );
});

describe('an answer whose signature is wrong', () => {
  it.each(['sips2', 'assist'])('is no success: %s', async (provider) => {
    const trip = await paid(provider);
    await trouble(provider, 'bad-signature');
    const { status, body } = await call(trip, 'refund');
    expect([status, body.code]).toEqual([502, 'provider_error']);
    expect(body.detail).toContain('not to be believed');
    expect(await read(trip)).toMatchObject({ status: 'paid', operations: [{ state: 'unknown' }] });
    await call(trip, 'refresh');
    expect(await read(trip)).toMatchObject({ status: 'refunded', operations: [{ state: 'succeeded' }] });
  });
});

describe('what a provider accepts', () => {
  it('is reserved until its news, which settle it', async () => {
    const trip = await paid('ecommpay');
    const { status, body } = await call(trip, 'refund', { amount: 1500 });
    expect([status, body.status]).toEqual([200, 'paid']);
    expect((await read(trip)).operations).toMatchObject([{ state: 'accepted' }]);
    expect((await call(trip, 'refund', { amount: 500 })).body.code).toBe('amount_out_of_range');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
    await runAlarms(trip.payment.id);
    expect(await read(trip)).toMatchObject({
      status: 'partially_refunded',
      amounts: { refunded: 1500 },
      operations: [{ state: 'succeeded' }],
    });
    expect(net.webhooks.map(({ body: told }) => told.type)).toContain('payment.partially_refunded');
  });

  it('is free again when the provider refuses it after all', async () => {
    const trip = await paid('ogone');
    const accepted = await call(trip, 'refund', { amount: 1500 }, 'accepted');
    const { order, merchant: who } = trip;
    const message = bankOf('ogone').notification(order, who, 'pay', 'none');
    const refusal = await refusedRefund(String(message.body), String(who.settings.sha_out));
    expect((await deliver({ ...message, body: refusal })).status).toBe(200);
    expect((await read(trip)).operations).toMatchObject([
      { state: 'failed', error: { provider: { code: '83' } } },
    ]);
    // The key keeps its answer.
    expect(await call(trip, 'refund', { amount: 1500 }, 'accepted')).toMatchObject({
      status: 200,
      body: accepted.body,
    });
    // The whole is free for us again; this bank has done it meanwhile, and says so.
    expect((await call(trip, 'refund', { amount: 1999 })).body.code).toBe('provider_error');
  });
});

/** The platform's feedback with STATUS 83 for a refund of 15.00, signed anew. */
async function refusedRefund(body: string, passphrase: string): Promise<string> {
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

describe('a person', () => {
  const settle = (id: string, body: object, number = 1) =>
    admin<Answer>('POST', `/payments/${id}/operations/${number}`, body);

  it('says what became of an operation that nothing else tells of', async () => {
    const trip = await paid('tpay', {
      settings: { mode: 'classic', api_key: 'key-of-tpay', api_password: 'secret', require_jws: false },
    });
    cut('after');
    expect((await call(trip, 'refund')).status).toBe(504);
    await call(trip, 'refresh');
    const { id } = trip.payment;
    expect((await read(trip)).operations).toMatchObject([{ state: 'unknown' }]);
    for (const [body, status] of [
      [{}, 400],
      [{ outcome: 'perhaps' }, 400],
    ] as const)
      expect((await settle(id, body)).status).toBe(status);
    expect((await settle(id, { outcome: 'failed' }, 2)).status).toBe(404);
    const told = await settle(id, { outcome: 'succeeded', note: 'seen in the panel' });
    expect(told).toMatchObject({ status: 200, body: { status: 'refunded' } });
    expect((await settle(id, { outcome: 'failed' })).status).toBe(409);
    const { body } = await admin<{ data: { action: string; subject: string; detail: object }[] }>(
      'GET',
      '/audit',
    );
    expect(body.data[0]).toMatchObject({
      action: 'operation.settled',
      subject: id,
      detail: { operation: 1, outcome: 'succeeded', note: 'seen in the panel' },
    });
  });

  it('sees in the log what was asked, what came of it, and that somebody has to look', async () => {
    const trip = await paid('tpay', {
      settings: { mode: 'classic', api_key: 'key-of-tpay', api_password: 'secret', require_jws: false },
    });
    cut('before');
    await call(trip, 'refund', { amount: 700 });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    for (let tries = 0; tries < 8; tries += 1) {
      vi.setSystemTime(Date.now() + 100_000_000);
      await runAlarms(trip.payment.id);
    }
    const log = await trip.shop.events(trip.payment.id);
    const types = log.map(({ type }) => type).filter((type) => type.startsWith('operation'));
    expect(types).toEqual(['operation.requested', 'operation.unknown', 'operation.abandoned']);
    expect(log.find(({ type }) => type === 'operation.requested')?.detail).toMatchObject({
      kind: 'refund',
      amount: 700,
    });
    expect(await ledgerIsWhole(trip)).toBeNull();
    expect((await call(trip, 'refund')).status).toBe(409);
  });
});

const ledgerIsWhole = ({ payment }: Journey) =>
  (objectOf(payment.id) as unknown as { brokenLink(): Promise<number | null> }).brokenLink();

describe('an order that nobody has paid', () => {
  it.each(['payu', 'tpay', 'dummy'])('is cancelled: %s', async (provider) => {
    const trip = await journey(provider);
    await request(trip.payment.checkoutUrl, { headers: { 'cf-connecting-ip': '203.0.113.9' } });
    const { status } = await call(trip, 'cancel');
    expect(status).toBe(200);
    await call(trip, 'refresh');
    expect((await read(trip)).status).toBe('cancelled');
    expect((await call(trip, 'cancel')).status).toBe(409);
  });

  it('is paid all the same where the money comes', async () => {
    const trip = await journey('dummy');
    await request(trip.payment.checkoutUrl);
    await call(trip, 'cancel');
    await trip.notify('pay');
    expect((await read(trip)).status).toBe('paid');
  });
});

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
    const trip = await paid('payu', { settings: CLASSIC, fields: { customer, currency: 'PLN' } });
    expect((await read(trip)).status).toBe('authorized');
    await trouble('payu', 'fail');
    expect(await call(trip, kind)).toMatchObject({
      status: 502,
      body: { provider: { code: '599', text: 'wrong state' } },
    });
    expect((await call(trip, kind)).status).toBe(200);
    await call(trip, 'refresh');
    expect(await read(trip)).toMatchObject({
      status,
      operations: [{ state: 'failed' }, { state: 'succeeded' }],
    });
    expect((await call(trip, 'refund')).status).toBe(422);
  });

  it('PayU classic: an answer with a wrong signature is no success', async () => {
    const trip = await paid('payu', { settings: CLASSIC, fields: { customer, currency: 'PLN' } });
    await trouble('payu', 'bad-signature');
    expect(await call(trip, 'capture')).toMatchObject({ status: 502, body: { code: 'provider_error' } });
    expect(await read(trip)).toMatchObject({ status: 'authorized', operations: [{ state: 'unknown' }] });
    await call(trip, 'refresh');
    expect((await read(trip)).status).toBe('paid');
  });

  it('Dotpay classic: a part, then the rest', async () => {
    const trip = await paid('dotpay', { settings: { mode: 'legacy' } });
    expect((await call(trip, 'refund', { amount: 500 })).status).toBe(200);
    expect((await call(trip, 'refund')).body.status).toBe('refunded');
    expect((await entryOf(memory, trip.order.order))?.returned).toBe(1999);
  });

  const ASSIST = {
    mode: 'legacy',
    sendresult_secret: 'Sendresult-Secret-1',
    login: 'demo-shop',
    password: 'demo-password',
  };

  it('ASSIST classic: the text of a refusal is Russian, as it is', async () => {
    const trip = await held('assist', ASSIST);
    await trouble('assist', 'fail');
    expect(await call(trip, 'capture')).toMatchObject({
      status: 502,
      body: { detail: expect.stringContaining('Невозможно выполнить операцию по платежу!') },
    });
    expect((await call(trip, 'capture')).body.status).toBe('paid');
    expect((await call(trip, 'refund', { amount: 999 })).body.status).toBe('partially_refunded');
  });

  it('ASSIST classic: an authorization is charged within 14 days, and released', async () => {
    const trip = await held('assist', ASSIST);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-12-06T00:00:00Z') });
    expect(await call(trip, 'capture')).toMatchObject({
      status: 409,
      body: { code: 'invalid_state', detail: expect.stringContaining('14 days') },
    });
    expect((await call(trip, 'cancel')).body.status).toBe('cancelled');
  });

  it('ASSIST today: a refusal has its codes and text', async () => {
    const trip = await held('assist');
    await trouble('assist', 'fail');
    expect(await call(trip, 'capture')).toMatchObject({
      status: 502,
      body: { provider: { code: '10/200', text: 'Невозможно выполнить операцию по платежу!' } },
    });
  });
});

describe('a capture of a part', () => {
  it('asks the shopper for nothing more', async () => {
    const trip = await held('sips2');
    expect((await call(trip, 'capture', { amount: 500 })).body.status).toBe('partially_paid');
    const response = await request(trip.payment.checkoutUrl);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toContain('https://shop-demo.com/');
  });
});

describe('several trips', () => {
  /** Two payments of one order: both brought money. */
  async function paidTwice(): Promise<Journey> {
    const trip = await paid('sips2', { fields: { amount: 1999 } });
    const { shop, account, payment } = trip;
    await runInDurableObject(objectOf(payment.id), (object) => {
      const ledger = object as unknown as {
        notify(command: object): unknown;
        start(number: number, trip: object): unknown;
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
    const order = { ...trip.order, order: `${payment.id}02`, id: unique() };
    const bank = bankOf('sips2');
    await decided(memory, order, 'pay');
    await deliver(bank.notification(order, trip.merchant, 'pay', 'none'));
    expect((await shop.payment(payment.id)).amounts.paid).toBe(3998);
    return trip;
  }

  it('are refunded one by one, by their number', async () => {
    const trip = await paidTwice();
    expect(await call(trip, 'refund')).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('1 and 2') },
    });
    expect(await call(trip, 'refund', { attempt: 2 })).toMatchObject({
      status: 200,
      body: { amounts: { paid: 3998, refunded: 1999 } },
    });
    expect((await entryOf(memory, `${trip.payment.id}02`))?.returned).toBe(1999);
    expect((await call(trip, 'refund')).body.status).toBe('refunded');
  });
});

describe('the clock', () => {
  const cron = () => everyTenMinutes(serviceOf(env as unknown as Env));
  const HOUR = 3_600_000;
  let clock: number;
  beforeEach(async () => {
    // A cron serves every account and payment there is: those of other tests are over.
    await (env as unknown as Env).DIRECTORY.exec('DELETE FROM accounts');
    await (env as unknown as Env).DIRECTORY.exec('DELETE FROM payments');
    clock = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: clock });
  });
  const cronAfter = async (hours: number) => {
    vi.setSystemTime(clock + hours * HOUR);
    await cron();
  };

  it('asks about a payment that has been silent, by schedule, and takes the answer', async () => {
    const trip = await journey('ecommpay');
    await request(trip.payment.checkoutUrl);
    await runAlarms(trip.payment.id);
    const asked = () => net.calls.filter((url) => url.endsWith('/payment/status')).length;
    await cronAfter(0.1);
    await runAlarms(trip.payment.id);
    expect(asked()).toBe(0);
    await cronAfter(0.5);
    await runAlarms(trip.payment.id);
    expect(asked()).toBe(1);
    await cronAfter(0.6);
    await runAlarms(trip.payment.id);
    const { order } = trip;
    await decided(memory, order, 'pay');
    await cronAfter(1.5);
    await runAlarms(trip.payment.id);
    expect((await read(trip)).status).toBe('paid');
    const before = asked();
    await cronAfter(30);
    await runAlarms(trip.payment.id);
    expect(asked()).toBe(before);
    expect((await read(trip)).status).toBe('paid');
  });

  it.each(['created', 'forwarded', 'pending'])(
    'gives up what stays %s, and later money still counts',
    async (status) => {
      const trip = await journey('paybox');
      if (status !== 'created') await request(trip.payment.checkoutUrl);
      if (status === 'pending') await trip.notify('wait');
      await runAlarms(trip.payment.id);
      await cronAfter(23);
      await runAlarms(trip.payment.id);
      expect((await read(trip)).status).toBe(status);
      await cronAfter(25);
      await runAlarms(trip.payment.id);
      expect((await read(trip)).status).toBe('expired');
      expect(net.webhooks.map(({ body }) => body.type)).toContain('payment.expired');
      await trip.notify('pay');
      expect((await read(trip)).status).toBe('paid');
    },
  );

  it("keeps to the account's own limit", async () => {
    const account = await makeAccount('spplus', { expireAfterHours: 2 });
    const shop = await makeShop([account]);
    const { body: payment } = await shop.pay();
    await runAlarms(payment.id);
    await cronAfter(1.5);
    expect((await shop.payment(payment.id)).status).toBe('created');
    await cronAfter(2.5);
    await runAlarms(payment.id);
    expect((await shop.payment(payment.id)).status).toBe('expired');
    for (const expireAfterHours of [0, 1.5, 10_000])
      expect(
        (await admin('PUT', `/accounts/${account}`, { provider: 'spplus', expireAfterHours })).status,
      ).toBe(400);
  });

  it('leaves alone what has a result, and wakes no ledger twice without reason', async () => {
    const trip = await journey('paybox');
    await trip.notify('pay');
    await runAlarms(trip.payment.id);
    const row = () =>
      (env as unknown as Env).DIRECTORY.prepare('SELECT check_at FROM payments WHERE id = ?')
        .bind(trip.payment.id)
        .first<{ check_at: string | null }>();
    expect((await row())?.check_at).toBeNull();
    await cronAfter(48);
    expect((await read(trip)).status).toBe('paid');
  });

  it('goes on where one payment fails', async () => {
    const [broken, fine] = [await journey('paybox'), await journey('paybox')];
    for (const { payment } of [broken, fine]) await runAlarms(payment.id);
    await (env as unknown as Env).DIRECTORY.exec(
      `UPDATE payments SET id = 'not an id' WHERE id = '${broken.payment.id}'`,
    );
    await cronAfter(25);
    expect((await read(fine)).status).toBe('expired');
  });
});

describe('bills in an order of their own', () => {
  const ASSIST = { mode: 'legacy', sendresult_secret: 'Sendresult-Secret-1' };

  /** A push about another bill of the order. */
  async function push(trip: Journey, bill: string, status: string, packet: string): Promise<void> {
    const message = bankOf('assist').notification(trip.order, trip.merchant, 'pay', 'none');
    const fields = new URLSearchParams(String(message.body));
    fields.set('BillNumber', bill);
    fields.set('Status', status);
    fields.set('PacketDate', packet);
    expect((await deliver({ ...message, body: fields.toString() })).status).toBe(200);
  }

  const NEWS = [
    ['500000000000100', 'Authorized', '21.11.2026 10:00:00'],
    ['500000000000101', 'Reversaled', '21.11.2026 10:10:00'],
    ['500000000000102', 'Authorized', '21.11.2026 10:20:00'],
  ] as const;

  it.each([[[0, 1, 2]], [[2, 1, 0]], [[1, 2, 0]]])(
    'a payment after a reversal is paid, in the order %j',
    async (order) => {
      const trip = await journey('assist', { settings: ASSIST });
      for (const index of order) {
        const [bill, status, packet] = NEWS[index] ?? NEWS[0];
        await push(trip, bill, status, packet);
      }
      expect((await read(trip)).status).toBe('paid');
    },
  );

  it('a reversal after the payment takes it back', async () => {
    const trip = await journey('assist', { settings: ASSIST });
    await push(trip, ...NEWS[0]);
    await push(trip, ...NEWS[1]);
    expect((await read(trip)).status).toBe('refunded');
  });

  it('an authorization after a reversal holds money again', async () => {
    const trip = await journey('assist', { settings: ASSIST, fields: { capture: 'manual' } });
    await push(trip, '500000000000100', 'Preauthorized', '21.11.2026 10:00:00');
    await push(trip, '500000000000101', 'Reversaled', '21.11.2026 10:10:00');
    expect((await read(trip)).status).toBe('cancelled');
    await push(trip, '500000000000102', 'Preauthorized', '21.11.2026 10:20:00');
    expect(await read(trip)).toMatchObject({ status: 'authorized', amounts: { authorized: 1999 } });
  });
});
