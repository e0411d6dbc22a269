/** SIPS 2 after the payment: seals, answers about something else, codes that say neither yes nor no, and parts that nobody shows. */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { concluded, decided, setSlow } from '../../../src/sandbox/kit/bank-ledger.ts';
import {
  admin,
  BANK_API,
  bankOf,
  cut,
  deliver,
  demoSettings,
  type Journey,
  makeAccount,
  makeShop,
  memory,
  merchant,
  network,
  shopperAtBank,
  unique,
} from '../../support/harness.ts';
import {
  bankEntry,
  call,
  changeAnswer,
  inBackOffice,
  outcome,
  paid,
  read,
  refreshed,
  wait,
} from '../operations-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

const KEY = String(demoSettings('sips2').secret_key);

type Message = Record<string, unknown>;

/** An answer of the platform with a right seal. */
function sealed(answer: Message): string {
  const text = Object.keys(answer)
    .filter((name) => name !== 'seal')
    .sort()
    .map((name) => String(answer[name]))
    .join('');
  return JSON.stringify({ ...answer, seal: createHmac('sha256', KEY).update(text, 'utf8').digest('hex') });
}

/** Changes an answer, and seals it anew. */
const resealed =
  (changes: Message) =>
  (text: string): string =>
    sealed({ ...(JSON.parse(text) as Message), ...changes });

const state = async (attempt: Journey) => (await outcome(attempt)).states.at(-1);
const REFUND = '/cashManagement/refund';
const STATUS = '/getTransactionData';

describe('an answer to a refund', () => {
  it.each(['05', '24', '51', '00', '99'])('without a seal is no answer (%s)', async (responseCode) => {
    const attempt = await paid('sips2');
    changeAnswer(REFUND, () => JSON.stringify({ responseCode }));
    await call(attempt, 'refund');
    expect(await state(attempt)).toBe('unknown');
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['succeeded'], paid: 10_000, refunded: 10_000 });
  });

  it.each(['12', '30', '34'])('that rejects the request may lack a seal (%s)', async (responseCode) => {
    const attempt = await paid('sips2');
    changeAnswer(REFUND, () => JSON.stringify({ responseCode, errorFieldName: 'x' }));
    expect((await call(attempt, 'refund')).body.provider?.code).toBe(responseCode);
    expect(await state(attempt)).toBe('failed');
  });

  it.each(['60', '62'])('with the code %s is accepted, and not a no', async (responseCode) => {
    const attempt = await paid('sips2');
    changeAnswer(REFUND, resealed({ responseCode }));
    expect((await call(attempt, 'refund')).status).toBe(200);
    expect(await state(attempt)).toBe('accepted');
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['succeeded'], refunded: 10_000 });
  });

  it.each(['01', '17', '90', '91', '94', '97', '98', '99', '77', 'xx'])(
    'with the code %s is neither a yes nor a no',
    async (responseCode) => {
      const attempt = await paid('sips2');
      changeAnswer(REFUND, resealed({ responseCode }));
      await call(attempt, 'refund');
      expect(await state(attempt)).toBe('unknown');
    },
  );

  it.each([
    ['transaction', { transactionReference: '7ZK0M3Q9T2V8XW4B01' }],
    ['merchant', { merchantId: '002001000000009' }],
    ['order', { orderId: '7ZK0M3Q9T2V8XW4B01' }],
    ['currency', { currencyCode: '840' }],
    ['amount', { operationAmount: '1' }],
    ['operation', { newStatus: 'CANCELLED' }],
  ])('about another %s is no success and no decline', async (_what, changes) => {
    for (const responseCode of ['00', ...(_what === 'operation' ? [] : ['05'])]) {
      const attempt = await paid('sips2');
      changeAnswer(REFUND, resealed({ responseCode, ...changes }));
      await call(attempt, 'refund');
      expect(await state(attempt), responseCode).toBe('unknown');
    }
  });

  it('that says a thing twice is no answer', async () => {
    const attempt = await paid('sips2');
    changeAnswer(REFUND, (text) => text.replace('{', '{"responseCode":"05",'));
    await call(attempt, 'refund');
    expect(await state(attempt)).toBe('unknown');
  });

  it.each([408, 425, 429, 409, 500, 503])('with HTTP %s is never a no', async (status) => {
    const attempt = await paid('sips2');
    changeAnswer(REFUND, () => new Response(sealed({ responseCode: '05' }), { status }));
    await call(attempt, 'refund');
    expect(await state(attempt)).toBe('unknown');
  });
});

describe.each(['production', 'test'] as const)('on a platform of %s', (environment) => {
  /** A payment of an account of this environment, at the bank of the tests. */
  async function begun(): Promise<Journey> {
    const settings = {
      ...demoSettings('sips2'),
      merchant_id: `00200${unique().replace(/\D/g, '').padStart(10, '1').slice(-10)}`,
    };
    const account = await makeAccount('sips2', { environment, settings, endpoints: { api: BANK_API } });
    const shop = await makeShop([account]);
    const { body: payment } = await shop.pay({ amount: 10_000 });
    const who = merchant('sips2', account, settings);
    const order = await shopperAtBank('sips2', payment.redirect, who);
    await decided(memory, order, 'pay');
    await deliver(bankOf('sips2').notification(order, who, 'pay', 'none'));
    return { shop, account, merchant: who, payment, order, notify: async () => new Response() };
  }

  it('an unsealed decline of a refund that was booked is a no on the test platform alone', async () => {
    const attempt = await begun();
    expect((await read(attempt)).status).toBe('paid');
    changeAnswer(REFUND, () => JSON.stringify({ responseCode: '05' }));
    await call(attempt, 'refund');
    expect(await state(attempt)).toBe(environment === 'test' ? 'failed' : 'unknown');
  });

  it('an unsealed yes counts on the test platform alone', async () => {
    const attempt = await begun();
    changeAnswer(REFUND, () => JSON.stringify({ responseCode: '00' }));
    await call(attempt, 'refund');
    expect(await state(attempt)).toBe(environment === 'test' ? 'succeeded' : 'unknown');
  });
});

describe('a status answer', () => {
  it.each([
    ['transaction', { transactionReference: '7ZK0M3Q9T2V8XW4B01' }],
    ['transaction that it does not name', { transactionReference: '' }],
    ['merchant', { merchantId: '002001000000009' }],
    ['order', { orderId: '7ZK0M3Q9T2V8XW4B01' }],
    ['currency', { currencyCode: '840' }],
    ['amount', { amount: '20000' }],
  ])('about another %s pays nothing', async (_what, changes) => {
    const attempt = await paid('sips2');
    changeAnswer(STATUS, resealed({ ...changes, transactionStatus: 'CREDITED' }));
    expect((await call(attempt, 'refresh')).status).toBe(502);
    expect(await outcome(attempt)).toMatchObject({ paid: 10_000, refunded: 0 });
  });

  it.each([
    ['transaction', { transactionReference: '7ZK0M3Q9T2V8XW4B01' }],
    ['merchant', { merchantId: '002001000000009' }],
    ['amount', { amount: '500' }],
    ['currency', { currencyCode: '840' }],
  ])('about another %s refunds nothing', async (_what, changes) => {
    const attempt = await paid('sips2');
    cut('before');
    await call(attempt, 'refund');
    wait();
    // The status query of the payment is the first to ask.
    changeAnswer(STATUS, resealed({ ...changes, transactionStatus: 'TO_CREDIT' }), 2);
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['unknown'], paid: 10_000, refunded: 0 });
  });

  it('of a payment that is refunded in full in the back office counts', async () => {
    const attempt = await paid('sips2');
    await inBackOffice(attempt, 'refund', null);
    changeAnswer(STATUS, resealed({ transactionStatus: 'CREDITED' }));
    expect((await refreshed(attempt)).amounts.refunded).toBe(10_000);
  });

  it('that was asked for three times changes nothing', async () => {
    const attempt = await paid('sips2');
    await call(attempt, 'refund', { amount: 1000 });
    for (let count = 0; count < 3; count += 1)
      expect((await refreshed(attempt)).amounts).toMatchObject({ paid: 10_000, refunded: 1000 });
  });
});

describe('a refund that is booked late', () => {
  it('is not given up while the platform does not show it, and counts when it does', async () => {
    const attempt = await paid('sips2');
    cut('before');
    expect((await call(attempt, 'refund')).status).toBe(504);
    for (const seconds of [1, 60, 300]) {
      wait(seconds * 1000);
      await refreshed(attempt);
      expect(await state(attempt)).toBe('unknown');
      expect((await call(attempt, 'refund')).status).toBe(409);
    }
    await inBackOffice(attempt, 'refund', null);
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['succeeded'], paid: 10_000, refunded: 10_000 });
  });

  it('and after a part: the status of the whole decides', async () => {
    const attempt = await paid('sips2');
    await call(attempt, 'refund', { amount: 1000 });
    cut('before');
    await call(attempt, 'refund');
    wait();
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['succeeded', 'failed'], refunded: 1000 });
  });
});

describe('a part whose answer was lost', () => {
  it('may be all that another one that still waits has left: the status of the whole does not decide', async () => {
    const attempt = await paid('sips2');
    await setSlow(memory, attempt.order.order, true);
    expect((await call(attempt, 'refund', { amount: 300 })).status).toBe(200);
    await setSlow(memory, attempt.order.order, false);
    cut('after');
    await call(attempt, 'refund');
    expect(await outcome(attempt)).toMatchObject({ states: ['accepted', 'unknown'] });
    wait();
    const { operations } = await refreshed(attempt);
    expect(operations.map(({ state }) => state)).toEqual(['accepted', 'unknown']);
    expect(operations[1]?.error?.detail).toContain('look in the Merchant Extranet for a refund of 97.00 EUR');
  });

  it('stays unknown, says what to look up, and is settled by the operator', async () => {
    const kind = 'refund';
    const attempt = await paid('sips2');
    cut('after');
    const { status, body } = await call(attempt, kind, { amount: 1250 });
    expect([status, body.code]).toEqual([504, 'provider_unreachable']);
    expect(body.detail).toContain(
      `look in the Merchant Extranet for a ${kind} of 12.50 EUR among the operations of the transaction ${attempt.order.order}`,
    );
    wait();
    await refreshed(attempt);
    expect(await state(attempt)).toBe('unknown');
    expect((await read(attempt)).operations[0]).toMatchObject({
      error: { detail: expect.stringContaining('12.50 EUR') },
    });
    expect((await call(attempt, kind, { amount: 100 })).status).toBe(409);
    const settled = await admin('POST', `/payments/${attempt.payment.id}/operations/1`, {
      outcome: 'succeeded',
    });
    expect(settled.status).toBe(200);
    expect(await state(attempt)).toBe('succeeded');
    expect((await call(attempt, kind, { amount: 100 })).status).toBe(200);
    expect((await bankEntry(attempt)).done.map(({ amount }) => amount)).toEqual([1250, 100]);
  });

  it('says so of an answer that is not to be believed, too', async () => {
    const attempt = await paid('sips2');
    changeAnswer(REFUND, (text) => text.replace('"responseCode":"00"', '"responseCode":"01"'));
    const { body } = await call(attempt, 'refund', { amount: 1250 });
    expect(body.detail).toContain('not to be believed');
    expect(body.detail).toContain('Merchant Extranet');
  });

  it('is not advice for a decline', async () => {
    const attempt = await paid('sips2');
    changeAnswer(REFUND, resealed({ responseCode: '24' }));
    expect((await call(attempt, 'refund', { amount: 1250 })).body.detail).not.toContain('Extranet');
  });

  it('and was a validation is known by the status and the amount', async () => {
    for (const [when, last] of [
      ['after', 'succeeded'],
      ['before', 'failed'],
    ] as const) {
      const attempt = await paid('sips2', { held: true });
      cut(when);
      await call(attempt, 'capture', { amount: 4000 });
      wait();
      await refreshed(attempt);
      expect(await outcome(attempt)).toMatchObject({
        states: [last],
        paid: when === 'after' ? 4000 : 0,
      });
    }
  });

  it.each([10_000, 4000])(
    'a validation of %d in the back office is money, and can be refunded',
    async (amount) => {
      const attempt = await paid('sips2', { held: true });
      await inBackOffice(attempt, 'capture', amount);
      await refreshed(attempt);
      expect(await outcome(attempt)).toMatchObject({ paid: amount, refunded: 0 });
      expect((await call(attempt, 'capture')).status).toBe(409);
      expect((await call(attempt, 'refund', { amount: 100 })).status).toBe(200);
      await refreshed(attempt);
      expect(await outcome(attempt)).toMatchObject({ paid: amount, refunded: 100 });
    },
  );

  it('and was a validation of another amount is not ours', async () => {
    const attempt = await paid('sips2', { held: true });
    cut('before');
    await call(attempt, 'capture', { amount: 4000 });
    await inBackOffice(attempt, 'capture', 6000);
    wait();
    await refreshed(attempt);
    expect(await state(attempt)).toBe('unknown');
  });
});

describe('a refund that the platform carries out later', () => {
  it('stays accepted until it is done', async () => {
    const attempt = await paid('sips2');
    await setSlow(memory, attempt.order.order, true);
    expect((await call(attempt, 'refund')).status).toBe(200);
    wait();
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['accepted'], refunded: 0 });
    const [operation] = (await bankEntry(attempt)).done;
    await concluded(memory, await bankEntry(attempt), operation?.id ?? '', 'done');
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['succeeded'], refunded: 10_000 });
  });
});
