/** Lyra after the payment: answers about something else, status answers, captures, and what the remittance changes. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setSlow } from '../../../src/sandbox/kit/bank-ledger.ts';
import { cut, type Journey, memory, network } from '../../support/harness.ts';
import {
  bankEntry,
  call,
  changeAnswer,
  conclude,
  inBackOffice,
  outcome,
  paid,
  read,
  refreshed,
  wait,
  withJson,
} from '../operations-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

const EDITIONS = ['systempay', 'payzen'] as const;
const EDITION = 'systempay';

const state = async (attempt: Journey) => (await outcome(attempt)).states.at(-1);
const newest = async (attempt: Journey) => {
  const operation = (await bankEntry(attempt)).done.at(-1);
  if (!operation) throw new Error('the bank has none');
  return operation;
};

describe.each(EDITIONS)('%s: an answer to a refund', (edition) => {
  it.each([
    ['another currency', { currency: 'USD' }],
    ['another amount', { amount: 1 }],
    ['another operation type', { operationType: 'DEBIT' }],
    ['another order', { orderId: '7ZK0M3Q9T2V8XW4B01' }],
    ['another transaction that it gives back', { parentTransactionUuid: '0'.repeat(32) }],
    ['another shop', { shopId: '99999999' }],
    ['the other mode', { mode: 'PRODUCTION' }],
    ['another service', { webService: 'Transaction/Get' }],
    ['no number', { uuid: null }],
    ['a word that is not documented', { detailedStatus: 'A_NEW_WORD' }],
  ])('with %s is no success and no decline: the list decides', async (_what, changes) => {
    const attempt = await paid(edition);
    changeAnswer('CancelOrRefund', withJson(changes));
    const { status, body } = await call(attempt, 'refund', { amount: 2500 });
    expect(status, JSON.stringify(body)).toBe(502);
    expect(body.detail).toContain('not known');
    expect(await outcome(attempt)).toEqual({ states: ['unknown'], paid: 10_000, refunded: 0 });
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['succeeded'], paid: 10_000, refunded: 2500 });
  });
});

describe('an answer to an operation', () => {
  it('about the payment itself is no refund of it', async () => {
    const attempt = await paid(EDITION);
    const { operations: _, ...payment } = await read(attempt);
    changeAnswer('CancelOrRefund', withJson({ uuid: String(payment.providerReference) }));
    await call(attempt, 'refund', { amount: 2500 });
    expect(await state(attempt)).toBe('unknown');
  });

  it('about another transaction does not capture nor cancel', async () => {
    for (const [kind, service] of [
      ['capture', 'Transaction/Validate'],
      ['cancel', 'CancelOrRefund'],
    ] as const) {
      for (const changes of [{ uuid: 'f'.repeat(32) }, { operationType: 'CREDIT' }, { currency: 'USD' }]) {
        const attempt = await paid(EDITION, { held: true });
        changeAnswer(service, withJson(changes));
        await call(attempt, kind);
        expect(await state(attempt), `${kind} ${JSON.stringify(changes)}`).toBe('unknown');
        await refreshed(attempt);
        expect(await state(attempt)).toBe('succeeded');
      }
    }
  });

  it('that says a thing twice is no answer', async () => {
    const attempt = await paid(EDITION);
    changeAnswer('CancelOrRefund', (text) =>
      text.replace('"status":"SUCCESS"', '"status":"ERROR","status":"SUCCESS"'),
    );
    await call(attempt, 'refund', { amount: 2500 });
    expect(await state(attempt)).toBe('unknown');
  });

  const ERROR = (errorCode: string, changes: object = {}) =>
    JSON.stringify({
      webService: 'Transaction/CancelOrRefund',
      status: 'ERROR',
      mode: 'TEST',
      answer: { errorCode, errorMessage: 'no' },
      ...changes,
    });

  it.each(['PSP_998', 'PSP_999', 'INT_999', 'ACQ_999', 'PSP_113', 'AUTH_149', 'NEW', ''])(
    'with the error %j says nothing of what was done',
    async (code) => {
      const attempt = await paid(EDITION);
      changeAnswer('CancelOrRefund', () => ERROR(code));
      await call(attempt, 'refund', { amount: 2500 });
      expect(await state(attempt)).toBe('unknown');
    },
  );

  it.each([408, 425, 429, 409, 500, 502, 503])('with HTTP %s is never a no', async (status) => {
    const attempt = await paid(EDITION);
    changeAnswer('CancelOrRefund', () => new Response(ERROR('ACQ_001'), { status }));
    await call(attempt, 'refund', { amount: 2500 });
    expect(await state(attempt)).toBe('unknown');
  });

  it('that is a documented no of the other mode declines nothing', async () => {
    const attempt = await paid(EDITION);
    changeAnswer('CancelOrRefund', () => ERROR('ACQ_001', { mode: 'PRODUCTION' }));
    await call(attempt, 'refund', { amount: 2500 });
    expect(await state(attempt)).toBe('unknown');
  });

  it.each(['ACQ_001', 'PSP_076', 'PSP_104', 'INT_015'])('with the error %s is a no', async (code) => {
    const attempt = await paid(EDITION);
    changeAnswer('CancelOrRefund', () => ERROR(code));
    expect((await call(attempt, 'refund', { amount: 2500 })).body.provider?.code).toBe(code);
    expect(await state(attempt)).toBe('failed');
  });
});

describe('a status answer', () => {
  it.each([
    ['another order', { orderId: '7ZK0M3Q9T2V8XW4B01' }],
    ['another shop', { shopId: '99999999' }],
    ['the other mode', { mode: 'PRODUCTION' }],
  ])('about %s pays nothing', async (_what, changes) => {
    const attempt = await paid(EDITION, { fields: { amount: 10_000 } });
    const other = await paid(EDITION, { fields: { amount: 10_000 } });
    changeAnswer('Order/Get', withJson({ ...changes, uuid: 'e'.repeat(32) }));
    expect((await call(attempt, 'refresh')).status).toBe(502);
    expect((await read(attempt)).amounts).toMatchObject({ paid: 10_000, refunded: 0 });
    expect((await read(other)).amounts.paid).toBe(10_000);
  });

  it.each([
    ['transaction', { uuid: 'd'.repeat(32) }],
    ['order', { orderId: '7ZK0M3Q9T2V8XW4B01' }],
    ['currency', { currency: 'USD' }],
  ])('about another %s decides no refund', async (_what, changes) => {
    const attempt = await paid(EDITION);
    cut('before');
    await call(attempt, 'refund');
    wait();
    changeAnswer('Transaction/Get', (text) => withJson({ ...changes, refundAmount: 10_000 })(text));
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['unknown'], paid: 10_000, refunded: 0 });
  });

  it('that lists credits of something else decides no refund by them', async () => {
    const attempt = await paid(EDITION);
    await inBackOffice(attempt, 'refund', 2500);
    cut('before');
    await call(attempt, 'refund', { amount: 2500 });
    wait();
    changeAnswer('"CREDIT"', withJson({ parentTransactionUuid: 'c'.repeat(32) }));
    changeAnswer('Transaction/Get', withJson({ refundAmount: null }));
    await refreshed(attempt);
    expect(await state(attempt)).toBe('failed');
  });

  it('that was asked for three times changes nothing', async () => {
    const attempt = await paid(EDITION);
    await call(attempt, 'refund', { amount: 1000 });
    for (let count = 0; count < 3; count += 1) {
      wait(61_000);
      expect((await refreshed(attempt)).amounts.refunded).toBe(1000);
    }
  });
});

describe('a capture', () => {
  it('of a part whose validation never was leaves no doubt about the next', async () => {
    const attempt = await paid(EDITION, { held: true });
    cut('before');
    await call(attempt, 'capture', { amount: 4000 });
    wait();
    await refreshed(attempt);
    expect(await state(attempt)).toBe('failed');
    // The platform holds no more than the part by now, and the payment says so: more cannot be captured, and the rest of it can.
    expect((await read(attempt)).amounts.authorized).toBe(4000);
    const more = await call(attempt, 'capture', { amount: 4001 });
    expect([more.status, more.body.code]).toEqual([422, 'amount_out_of_range']);
    expect((await call(attempt, 'capture')).status).toBe(200);
    expect([(await bankEntry(attempt)).taken, (await read(attempt)).amounts.paid]).toEqual([4000, 4000]);
  });

  it('that the platform authorises later is accepted until it says so', async () => {
    for (const [end, paidThen, last] of [
      ['done', 10_000, 'succeeded'],
      ['rejected', 0, 'failed'],
    ] as const) {
      const attempt = await paid(EDITION, { held: true });
      await setSlow(memory, attempt.order.order, true);
      await call(attempt, 'capture');
      expect(await state(attempt)).toBe('accepted');
      await conclude(attempt, await newest(attempt), end);
      await refreshed(attempt);
      expect(await outcome(attempt)).toMatchObject({ states: [last], paid: paidThen });
    }
  });

  it('that somebody else made of another amount is not ours', async () => {
    const attempt = await paid(EDITION, { held: true });
    cut('before');
    await call(attempt, 'capture', { amount: 4000 });
    // It is the Update that was made, and the merchant validates in the back office.
    await inBackOffice(attempt, 'capture', null);
    for (const service of ['Transaction/Get', 'Order/Get']) changeAnswer(service, withJson({ amount: 7000 }));
    wait();
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['failed'], paid: 7000 });
  });
});

describe('before the remittance', () => {
  async function unremitted() {
    const attempt = await paid(EDITION);
    await memory.put(`lyra/unremitted/${attempt.order.order}`, 'yes');
    return attempt;
  }

  it('a part that the back office took back is learnt by asking, and adds to ours', async () => {
    const attempt = await unremitted();
    await inBackOffice(attempt, 'cancel', 300);
    for (const _ of [1, 2])
      expect((await refreshed(attempt)).amounts).toMatchObject({ paid: 9700, refunded: 0 });
    expect((await call(attempt, 'cancel')).status).toBe(200);
    expect((await refreshed(attempt)).amounts).toMatchObject({ paid: 9700, refunded: 9700 });
  });

  it('a cancel whose answer was lost is found by what is left', async () => {
    const attempt = await unremitted();
    await inBackOffice(attempt, 'cancel', 300);
    await refreshed(attempt);
    changeAnswer('Transaction/CancelOrRefund', () => new Response('bad gateway', { status: 502 }));
    await call(attempt, 'cancel');
    expect(await state(attempt)).toBe('unknown');
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['succeeded'], refunded: 9700 });
  });
});
