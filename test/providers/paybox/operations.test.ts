/** Paybox after the payment: what became of an operation, by codes and words that name no amounts. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PAYBOX_ERRORS, PAYBOX_OPERATIONS } from '../../../src/providers/paybox/statuses.ts';
import { concluded } from '../../../src/sandbox/kit/bank-ledger.ts';
import { admin, cut, memory, network, runAlarms } from '../../support/harness.ts';
import {
  AMOUNT,
  answering,
  call,
  ends,
  entry,
  later,
  MINUTE,
  performed,
  read,
  ready,
  states,
} from '../bank-journeys.ts';
import { operationRows } from '../operation-tables.ts';

const PAGE = '/PPPS.php';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

describe('the answer to an operation', () => {
  it.each([
    ['99999', 'accepted', 200],
    ['00001', 'unknown', 502],
    ['00015', 'unknown', 502],
    ['00039', 'unknown', 502],
    ['00097', 'unknown', 502],
    ['00197', 'unknown', 502],
    // Not documented, and not readable.
    ['00194', 'unknown', 502],
    ['0000', 'unknown', 502],
    ['OK', 'unknown', 502],
    ['', 'unknown', 502],
    ['00105', 'failed', 502],
    ['00011', 'failed', 502],
  ])('with the code %j is %s', async (code, state, http) => {
    const attempt = await ready('paybox');
    answering(PAGE, (answer, asked) =>
      asked.get('TYPE') === '00014' ? answer.replace('CODEREPONSE=00000', `CODEREPONSE=${code}`) : answer,
    );
    expect((await call(attempt, 'refund', { amount: 5000 })).status).toBe(http);
    expect(await states(attempt)).toEqual([state]);
    expect((await read(attempt)).amounts.refunded).toBe(0);
  });

  it.each([
    [
      'two codes',
      (answer: string) => answer.replace('CODEREPONSE=00000', 'CODEREPONSE=00105&CODEREPONSE=00000'),
    ],
    ['two codes in two cases', (answer: string) => `codereponse=00105&${answer}`],
    ['another question', (answer: string) => answer.replace(/NUMQUESTION=\d+/, 'NUMQUESTION=2147483647')],
    ['another site', (answer: string) => answer.replace(/SITE=\d+/, 'SITE=1234567')],
    ['another rank', (answer: string) => answer.replace(/RANG=\d+/, 'RANG=099')],
  ])('that says %s is none: the bank is asked', async (_what, change) => {
    const attempt = await ready('paybox');
    answering(PAGE, (answer, asked) => (asked.get('TYPE') === '00014' ? change(answer) : answer));
    const { status, body } = await call(attempt, 'refund', { amount: 5000 });
    expect([status, body.detail]).toEqual([502, expect.stringContaining('not known')]);
    await call(attempt, 'refresh');
    expect(await read(attempt)).toMatchObject({
      amounts: { refunded: 5000 },
      operations: [{ state: 'succeeded' }],
    });
    expect((await entry(attempt)).returned).toBe(5000);
  });

  it('gives no operation the number of its payment, nor that of another one', async () => {
    const attempt = await ready('paybox');
    const { NUMTRANS = '' } = attempt.order.data;
    answering(PAGE, (answer, asked) =>
      asked.get('TYPE') === '00014'
        ? answer.replace(/NUMTRANS=\d+/, `NUMTRANS=${`7${NUMTRANS}`.padStart(10, '0')}`)
        : answer,
    );
    for (let count = 0; count < 2; count++) await call(attempt, 'refund', { amount: 2000 });
    expect(
      (await read(attempt)).operations.map(({ providerReference }) => providerReference ?? null),
    ).toEqual([null, null]);
    expect(await states(attempt)).toEqual(['succeeded', 'succeeded']);
  });
});

describe('an operation that waits for the means of payment', () => {
  it.each([
    ['done', 'succeeded', 3000],
    ['rejected', 'failed', 0],
  ] as const)('is %s at the bank: it %s, by its own number', async (end, state, refunded) => {
    const attempt = await ready('paybox', { slow: true });
    expect((await call(attempt, 'refund', { amount: 3000 })).status).toBe(200);
    for (let times = 0; times < 2; times++) await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual(['accepted']);
    later(60 * MINUTE);
    await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual(['accepted']);
    await ends(attempt, 1, end);
    await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual([state]);
    expect((await read(attempt)).amounts.refunded).toBe(refunded);
  });

  it('is not taken for another one of the same payment', async () => {
    const attempt = await ready('paybox', { slow: true });
    for (const amount of [3000, 2000]) await call(attempt, 'refund', { amount });
    await ends(attempt, 2, 'done');
    await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual(['accepted', 'succeeded']);
    await ends(attempt, 1, 'rejected');
    await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual(['failed', 'succeeded']);
    expect((await read(attempt)).amounts.refunded).toBe(2000);
  });

  it('ends by the state of the payment where Direct does not know its number', async () => {
    const attempt = await ready('paybox', { slow: true });
    await call(attempt, 'refund', { amount: 3000 });
    answering(PAGE, (answer, asked) =>
      asked.get('NUMTRANS')?.startsWith('8')
        ? answer.replace('CODEREPONSE=00000', 'CODEREPONSE=00018')
        : answer,
    );
    await ends(attempt, 1, 'done');
    await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual(['succeeded']);
  });
});

describe('an operation whose answer was lost', () => {
  it('has not failed because the bank books it late', async () => {
    const attempt = await ready('paybox');
    cut('before');
    await call(attempt, 'refund', { amount: 5000 });
    for (let times = 0; times < 3; times++) await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual(['unknown']);
    expect((await call(attempt, 'refund', { amount: 5000 })).status).toBe(409);
    // 11.5 seconds after it was sent.
    await performed(attempt, 'refund', 5000);
    await call(attempt, 'refresh');
    expect(await read(attempt)).toMatchObject({
      amounts: { refunded: 5000 },
      operations: [{ state: 'succeeded' }],
    });
  });

  it('has failed when the bank does not show it long after', async () => {
    const attempt = await ready('paybox');
    cut('before');
    await call(attempt, 'refund', { amount: 5000 });
    later(9 * MINUTE);
    await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual(['unknown']);
    later(2 * MINUTE);
    await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual(['failed']);
  });

  it('is unknown beside an earlier refund: the state of the payment does not say how many there were', async () => {
    for (const when of ['before', 'after'] as const) {
      const attempt = await ready('paybox');
      await call(attempt, 'refund', { amount: 1000 });
      cut(when);
      await call(attempt, 'refund', { amount: 2000 });
      later(60 * MINUTE);
      await call(attempt, 'refresh');
      expect(await states(attempt)).toEqual(['succeeded', 'unknown']);
      expect((await read(attempt)).amounts.refunded).toBe(1000);
    }
  });

  it('has failed where the whole was cancelled instead: what is refunded cannot be cancelled', async () => {
    const attempt = await ready('paybox');
    cut('before');
    await call(attempt, 'refund', { amount: 2000 });
    await performed(attempt, 'cancel', AMOUNT);
    later(60 * MINUTE);
    await call(attempt, 'refresh');
    expect(await read(attempt)).toMatchObject({
      status: 'refunded',
      amounts: { refunded: AMOUNT },
      operations: [{ state: 'failed' }],
    });
  });
});

describe('what the inquiry says', () => {
  it.each([
    ['transaction', (answer: string) => answer.replace(/NUMTRANS=\d+/, 'NUMTRANS=0000000041')],
    ['call', (answer: string) => answer.replace(/NUMAPPEL=\d+/, 'NUMAPPEL=0000000041')],
    ['question', (answer: string) => answer.replace(/NUMQUESTION=\d+/, 'NUMQUESTION=2147483647')],
    ['state, beside its own', (answer: string) => `STATUS=Annul\u00e9&${answer}`],
  ])('is no answer where it is about another %s', async (_what, change) => {
    const attempt = await ready('paybox');
    cut('after');
    await call(attempt, 'refund', { amount: 5000 });
    answering(PAGE, (answer, asked) => (asked.get('TYPE') === '00017' ? change(answer) : answer));
    expect((await call(attempt, 'refresh')).status).toBe(502);
    later(60 * MINUTE);
    await call(attempt, 'refresh');
    expect(await read(attempt)).toMatchObject({
      status: 'paid',
      amounts: { paid: AMOUNT, refunded: 0 },
      operations: [{ state: 'unknown' }],
    });
  });

  it('is the same however often it is asked', async () => {
    const attempt = await ready('paybox', { held: true });
    await call(attempt, 'capture', { amount: 4000 });
    await call(attempt, 'refund', { amount: 1500 });
    for (let times = 0; times < 3; times++) await call(attempt, 'refresh');
    expect((await read(attempt)).amounts).toMatchObject({ paid: 4000, refunded: 1500 });
  });

  it('is nothing about a rejected operation that the bank has kept', async () => {
    const attempt = await ready('paybox', { slow: true });
    const { id } = await performed(attempt, 'refund', 1000);
    await concluded(memory, await entry(attempt), id, 'rejected');
    await call(attempt, 'refresh');
    expect(await read(attempt)).toMatchObject({ status: 'paid', operations: [] });
  });
});

describe('SHEET.md, "Operations"', () => {
  it.each(Object.entries(PAYBOX_OPERATIONS))(
    'says of each code or word what the code does: %s',
    (name, table) => {
      expect(operationRows('paybox', name)).toEqual(table);
    },
  );

  it('has every code that the table E has', () => {
    expect(Object.keys(PAYBOX_OPERATIONS.CODEREPONSE).toSorted()).toEqual(
      Object.keys(PAYBOX_ERRORS).toSorted(),
    );
  });
});

describe('a hold that somebody captures in the back office', () => {
  it('is shown to a person, who says how much it was, because the inquiry names no amount', async () => {
    const attempt = await ready('paybox', { held: true });
    const { shop, payment } = attempt;
    await performed(attempt, 'capture', 7500);
    const conclude = (body: object) => admin('POST', `/payments/${payment.id}/attempts/1`, body);
    expect((await conclude({ outcome: 'paid', amount: 7500 })).status).toBe(409);
    await shop.call('POST', `/payments/${payment.id}/refresh`);
    await shop.call('POST', `/payments/${payment.id}/refresh`);
    await runAlarms(payment.id);
    expect(await read(attempt)).toMatchObject({ status: 'authorized', amounts: { paid: 0 } });
    const conflicts = (await shop.events(payment.id)).filter(({ type }) => type === 'notification.conflict');
    expect(conflicts.map(({ detail }) => detail.reason)).toEqual(['amount_untold']);
    expect(net.webhooks.map(({ body }) => body.type)).toContain('payment.conflict');
    expect((await conclude({ outcome: 'paid' })).status).toBe(409);
    expect((await conclude({ outcome: 'denied' })).body).toMatchObject({ code: 'invalid_state' });
    expect((await conclude({ outcome: 'paid', amount: 7500 })).status).toBe(200);
    expect(await read(attempt)).toMatchObject({
      status: 'partially_paid',
      amounts: { paid: 7500 },
      signed: false,
    });
    expect((await conclude({ outcome: 'paid', amount: 7500 })).status).toBe(409);
  });

  it('is no riddle where a capture of ours explains it', async () => {
    const attempt = await ready('paybox', { held: true });
    await call(attempt, 'capture', { amount: 7500 });
    await attempt.shop.call('POST', `/payments/${attempt.payment.id}/refresh`);
    const types = (await attempt.shop.events(attempt.payment.id)).map(({ type }) => type);
    expect(types).not.toContain('notification.conflict');
    expect(await read(attempt)).toMatchObject({ amounts: { paid: 7500 } });
  });
});
