/** After the payment, beyond each provider's own protocol: keys, races, crashes, lost answers, people, and the clock. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { everyTenMinutes } from '../../src/gateway/scheduled.ts';
import type { OperationView } from '../../src/payments/types.ts';
import { decided, entryOf } from '../../src/sandbox/kit/bank-ledger.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { answering } from '../support/bank-office.ts';
import {
  admin,
  answerNextCall,
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
  const attempt = await journey(provider, options);
  await attempt.notify('pay');
  await runAlarms(attempt.payment.id);
  return attempt;
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
    const attempt = await paid('sips2');
    const first = await call(attempt, 'refund', { amount: 500 }, 'key-1');
    const again = await call(attempt, 'refund', { amount: 500 }, 'key-1');
    await call(attempt, 'refund', { amount: 300 }, 'key-2');
    const late = await call(attempt, 'refund', { amount: 500 }, 'key-1');
    expect(first.status).toBe(200);
    for (const { body, headers } of [again, late]) {
      expect(body).toEqual(first.body);
      expect(headers.get('idempotent-replayed')).toBe('true');
    }
    expect(moneyCalls(REFUND)).toHaveLength(2);
    expect((await read(attempt)).amounts.refunded).toBe(800);
  });

  it('belongs to one request', async () => {
    const attempt = await paid('sips2');
    await call(attempt, 'refund', { amount: 500 }, 'key-1');
    const other = await call(attempt, 'refund', { amount: 600 }, 'key-1');
    expect([other.status, other.body.code]).toEqual([409, 'reference_conflict']);
    expect(moneyCalls(REFUND)).toHaveLength(1);
  });

  it('has one answer for a decline too', async () => {
    const attempt = await paid('sips2');
    await trouble('sips2', 'fail');
    const first = await call(attempt, 'refund', {}, 'key-1');
    expect(await call(attempt, 'refund', {}, 'key-1')).toMatchObject({ status: 502, body: first.body });
    expect(moneyCalls(REFUND)).toHaveLength(1);
  });

  it.each(['', 'ü', 'x'.repeat(256)])('is rejected in the form %j', async (key) => {
    const attempt = await paid('sips2');
    const sent = request(`/v1/payments/${attempt.payment.id}/refund`, {
      method: 'POST',
      headers: { authorization: `Bearer ${attempt.shop.apiKey}`, 'idempotency-key': key },
    });
    expect((await sent).status).toBe(400);
  });
});

describe('at the same time', () => {
  it('two refunds of the whole are one refund and one 409', async () => {
    const attempt = await paid('sips2');
    const answers = await Promise.all([call(attempt, 'refund'), call(attempt, 'refund')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('invalid_state');
    expect(moneyCalls(REFUND)).toHaveLength(1);
    expect((await read(attempt)).amounts).toMatchObject({ paid: 1999, refunded: 1999 });
  });

  it('two parts that fit are both done', async () => {
    const attempt = await paid('sips2');
    const answers = await Promise.all([1000, 999].map((amount) => call(attempt, 'refund', { amount })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await read(attempt)).status).toBe('refunded');
  });

  it('one key twice is one operation', async () => {
    const attempt = await paid('sips2');
    const answers = await Promise.all([1, 2, 3].map(() => call(attempt, 'refund', {}, 'same')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(moneyCalls(REFUND)).toHaveLength(1);
  });

  it('a capture and a cancel are one of the two', async () => {
    const attempt = await held('sips2');
    const answers = await Promise.all([call(attempt, 'capture'), call(attempt, 'cancel')]);
    const { amounts } = await read(attempt);
    const [captured, cancelled] = answers.map(({ status }) => status === 200);
    expect(captured || cancelled).toBe(true);
    // What was captured can still be taken back before it is settled, and then no money is left.
    expect(amounts.paid - amounts.refunded).toBe(captured && !cancelled ? 1999 : 0);
  });
});

describe('what may not be done', () => {
  it('is rejected before the provider is called', async () => {
    const attempt = await paid('sips2');
    const before = net.calls.length;
    expect(await call(attempt, 'capture')).toMatchObject({ status: 409, body: { code: 'invalid_state' } });
    expect(await call(attempt, 'refund', { amount: 2000 })).toMatchObject({
      status: 422,
      body: { code: 'amount_out_of_range', detail: expect.stringContaining('19.99') },
    });
    for (const body of [{ amount: 0 }, { amount: -1 }, { amount: 1.5 }, { amount: '5' }, { attempt: 0 }])
      expect((await call(attempt, 'refund', body)).status).toBe(400);
    expect(await call(attempt, 'refund', { attempt: 2 })).toMatchObject({ status: 400 });
    expect(net.calls.length).toBe(before);
    expect((await read(attempt)).operations).toEqual([]);
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
  it('is waited for ten seconds; the operation is unknown, and reconciled by the alarm', {
    timeout: 30_000,
  }, async () => {
    const attempt = await paid('sips2');
    await trouble('sips2', 'lost');
    const { status, body } = await call(attempt, 'refund');
    expect([status, body.code]).toEqual([504, 'provider_unreachable']);
    expect(body.detail).toContain('not known');
    expect((await read(attempt)).operations).toMatchObject([{ state: 'unknown' }]);
    expect((await call(attempt, 'refund')).body.detail).toContain('not known yet');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 37_000 });
    await runAlarms(attempt.payment.id);
    expect(await read(attempt)).toMatchObject({ status: 'refunded', operations: [{ state: 'succeeded' }] });
    expect(moneyCalls(REFUND)).toHaveLength(1);
  });

  it('is not waited for where the calls before it hang: then nothing has happened', {
    timeout: 30_000,
  }, async () => {
    const attempt = await paid('payu');
    // The token has ended: a new one is asked for first.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 50_000_000 });
    answerNextCall(
      (_input, init) =>
        new Promise((_, fail) => init?.signal?.addEventListener('abort', () => fail(new Error('aborted')))),
    );
    const { status, body } = await call(attempt, 'refund');
    expect(status).toBe(504);
    expect(body.detail).not.toContain('not known');
    expect((await read(attempt)).operations).toMatchObject([{ state: 'failed' }]);
    expect((await call(attempt, 'refund')).status).toBe(200);
  });
});

describe('a crash between the call and its outcome', () => {
  /** The object dies when the bank has answered, before the outcome is written. */
  async function crashed(attempt: Journey): Promise<void> {
    const { id } = attempt.payment;
    await runInDurableObject(objectOf(id), (_object, state) => {
      const real = state.storage.transactionSync.bind(state.storage);
      let commits = 0;
      vi.spyOn(state.storage, 'transactionSync').mockImplementation((work) => {
        commits += 1;
        if (commits === 2) throw new Error('crashed before the commit');
        return real(work);
      });
    });
    expect((await call(attempt, 'refund', {}, 'crashed')).status).toBe(500);
    await evictDurableObject(objectOf(id));
  }

  it('leaves it unknown, reconciled by a query, and never executed again', async () => {
    const attempt = await paid('sips2');
    await crashed(attempt);
    expect((await read(attempt)).operations).toMatchObject([{ state: 'running' }]);
    const again = await call(attempt, 'refund', {}, 'crashed');
    expect([again.status, again.body.code]).toEqual([504, 'provider_unreachable']);
    expect((await call(attempt, 'refund')).status).toBe(409);
    await call(attempt, 'refresh');
    expect(await read(attempt)).toMatchObject({ status: 'refunded', operations: [{ state: 'succeeded' }] });
    expect((await call(attempt, 'refund', {}, 'crashed')).status).toBe(200);
    expect(moneyCalls(REFUND)).toHaveLength(1);
    expect((await entryOf(memory, attempt.order.order))?.returned).toBe(1999);
  });

  it('is noticed by the alarm, where nobody refreshes', async () => {
    const attempt = await paid('sips2');
    await crashed(attempt);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    await runAlarms(attempt.payment.id);
    expect(await read(attempt)).toMatchObject({ status: 'refunded', operations: [{ state: 'succeeded' }] });
    const types = (await attempt.shop.events(attempt.payment.id)).map(({ type }) => type);
    expect(types).toContain('operation.unknown');
    expect(moneyCalls(REFUND)).toHaveLength(1);
  });
});

describe('a token that the provider does not take any more', () => {
  it.each(['payu', 'tpay'])('is fetched anew, and the operation is executed once: %s', async (provider) => {
    const attempt = await paid(provider);
    answerNextCall(async () => Response.json({}, { status: 401 }));
    expect((await call(attempt, 'refund')).status).toBe(200);
    await call(attempt, 'refresh');
    expect(await read(attempt)).toMatchObject({ status: 'refunded', amounts: { refunded: 1999 } });
    expect((await entryOf(memory, attempt.order.order))?.done).toHaveLength(1);
  });
});

describe('an answer whose signature is wrong', () => {
  it.each(['sips2', 'assist'])('is no success: %s', async (provider) => {
    const attempt = await paid(provider);
    await trouble(provider, 'bad-signature');
    const { status, body } = await call(attempt, 'refund');
    expect([status, body.code]).toEqual([502, 'provider_error']);
    expect(body.detail).toContain('not to be believed');
    expect(await read(attempt)).toMatchObject({ status: 'paid', operations: [{ state: 'unknown' }] });
    await call(attempt, 'refresh');
    expect(await read(attempt)).toMatchObject({ status: 'refunded', operations: [{ state: 'succeeded' }] });
  });
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

describe('a person', () => {
  const conclude = (id: string, body: object, number = 1) =>
    admin<Answer>('POST', `/payments/${id}/operations/${number}`, body);

  /** A payment whose provider does not say what became of its refunds. */
  async function unanswered(): Promise<Journey> {
    answering(
      ({ url }) => url.endsWith('/chargeback/status'),
      () => new Response('', { status: 503 }),
    );
    return paid('tpay', {
      settings: { mode: 'classic', api_key: 'key-of-tpay', api_password: 'secret', require_jws: false },
    });
  }

  it('says what became of an operation whose outcome stays unknown', async () => {
    const attempt = await unanswered();
    cut('after');
    expect((await call(attempt, 'refund')).status).toBe(504);
    await call(attempt, 'refresh');
    const { id } = attempt.payment;
    expect((await read(attempt)).operations).toMatchObject([{ state: 'unknown' }]);
    for (const [body, status] of [
      [{}, 400],
      [{ outcome: 'perhaps' }, 400],
    ] as const)
      expect((await conclude(id, body)).status).toBe(status);
    expect((await conclude(id, { outcome: 'failed' }, 2)).status).toBe(404);
    const concluded = await conclude(id, { outcome: 'succeeded', note: 'seen in the panel' });
    expect(concluded).toMatchObject({ status: 200, body: { status: 'refunded' } });
    expect((await conclude(id, { outcome: 'failed' })).status).toBe(409);
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

  it('sees in the log what was requested, what came of it, and that somebody has to look', async () => {
    const attempt = await unanswered();
    cut('before');
    await call(attempt, 'refund', { amount: 700 });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    for (let tries = 0; tries < 12; tries += 1) {
      vi.setSystemTime(Date.now() + 400_000_000);
      await runAlarms(attempt.payment.id);
    }
    const log = await attempt.shop.events(attempt.payment.id);
    const types = log.map(({ type }) => type).filter((type) => type.startsWith('operation'));
    expect(types).toEqual(['operation.requested', 'operation.unknown', 'operation.abandoned']);
    expect(log.find(({ type }) => type === 'operation.requested')?.detail).toMatchObject({
      kind: 'refund',
      amount: 700,
    });
    expect(await ledgerIsWhole(attempt)).toBeNull();
    expect((await call(attempt, 'refund')).status).toBe(409);
  });
});

const ledgerIsWhole = ({ payment }: Journey) =>
  (objectOf(payment.id) as unknown as { brokenLink(): Promise<number | null> }).brokenLink();

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

  it('queries a payment without a result by schedule, and takes the answer', async () => {
    const attempt = await journey('ecommpay');
    await request(attempt.payment.checkoutUrl);
    await runAlarms(attempt.payment.id);
    const queries = () => net.calls.filter((url) => url.endsWith('/payment/status')).length;
    await cronAfter(0.1);
    await runAlarms(attempt.payment.id);
    expect(queries()).toBe(0);
    await cronAfter(0.5);
    await runAlarms(attempt.payment.id);
    expect(queries()).toBe(1);
    await cronAfter(0.6);
    await runAlarms(attempt.payment.id);
    const { order } = attempt;
    await decided(memory, order, 'pay');
    await cronAfter(1.5);
    await runAlarms(attempt.payment.id);
    expect((await read(attempt)).status).toBe('paid');
    const before = queries();
    await cronAfter(30);
    await runAlarms(attempt.payment.id);
    expect(queries()).toBe(before);
    expect((await read(attempt)).status).toBe('paid');
  });

  it.each(['created', 'forwarded', 'pending'])(
    'gives up what stays %s, and later money still counts',
    async (status) => {
      const attempt = await journey('paybox');
      if (status !== 'created') await request(attempt.payment.checkoutUrl);
      if (status === 'pending') await attempt.notify('wait');
      await runAlarms(attempt.payment.id);
      await cronAfter(23);
      await runAlarms(attempt.payment.id);
      expect((await read(attempt)).status).toBe(status);
      await cronAfter(25);
      await runAlarms(attempt.payment.id);
      expect((await read(attempt)).status).toBe('expired');
      expect(net.webhooks.map(({ body }) => body.type)).toContain('payment.expired');
      await attempt.notify('pay');
      expect((await read(attempt)).status).toBe('paid');
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
    const attempt = await journey('paybox');
    await attempt.notify('pay');
    await runAlarms(attempt.payment.id);
    const row = () =>
      (env as unknown as Env).DIRECTORY.prepare('SELECT check_at FROM payments WHERE id = ?')
        .bind(attempt.payment.id)
        .first<{ check_at: string | null }>();
    expect((await row())?.check_at).toBeNull();
    await cronAfter(48);
    expect((await read(attempt)).status).toBe('paid');
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
