/** Ogone and PostFinance after the payment: which operation is which, what became of it, and what an answer is about. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decided } from '../../../src/sandbox/kit/bank-ledger.ts';
import { bankOf, cut, type Journey, journey, memory, network, runAlarms } from '../../support/harness.ts';
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
  tell,
} from '../bank-journeys.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

/** The bank carries out the operation of a PAYIDSUB, or rejects it, and tells of it. */
async function endsTold(attempt: Journey, payidsub: number, state: 'done' | 'rejected'): Promise<void> {
  await ends(attempt, payidsub, state);
  await tell(attempt, payidsub);
}

describe.each(['ogone', 'postfinance'])('%s: two operations of one kind', (id) => {
  it.each([
    ['refund', false],
    ['capture', true],
  ] as const)('a %s that never reached the bank is not taken for the one before it', async (kind, held) => {
    const attempt = await ready(id, { held, slow: true });
    expect((await call(attempt, kind, { amount: 101 })).status).toBe(200);
    cut('before');
    expect((await call(attempt, kind, { amount: 202 })).status).toBe(504);
    for (const told of [false, true]) {
      if (told) await ends(attempt, 1, 'done');
      for (let times = 0; times < 3; times++) await call(attempt, 'refresh');
      const { operations } = await read(attempt);
      expect(operations.map(({ state }) => state)).toEqual([told ? 'succeeded' : 'accepted', 'unknown']);
      expect(operations.map(({ providerReference }) => providerReference ?? null)).toEqual([
        expect.stringMatching(/\/1$/),
        null,
      ]);
    }
    later(11 * MINUTE);
    await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual(['succeeded', 'failed']);
    const { amounts } = await read(attempt);
    expect(kind === 'refund' ? amounts.refunded : amounts.paid).toBe(101);
  });

  it('the one that the bank declined is the one that it names', async () => {
    const attempt = await ready(id, { slow: true });
    for (let count = 0; count < 3; count++) await call(attempt, 'refund', { amount: 2500 });
    await endsTold(attempt, 2, 'done');
    await endsTold(attempt, 3, 'done');
    await endsTold(attempt, 1, 'rejected');
    expect(await states(attempt)).toEqual(['failed', 'succeeded', 'succeeded']);
    expect((await read(attempt)).amounts.refunded).toBe(5000);
  });

  it('are told apart by asking too, where nothing is told', async () => {
    const attempt = await ready(id, { slow: true });
    for (let count = 0; count < 3; count++) await call(attempt, 'refund', { amount: 2500 });
    await ends(attempt, 1, 'rejected');
    await ends(attempt, 3, 'done');
    await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual(['failed', 'accepted', 'succeeded']);
    expect((await read(attempt)).amounts.refunded).toBe(2500);
  });

  it('a declined capture of a part leaves held what is held', async () => {
    const attempt = await ready(id, { held: true, slow: true });
    for (const amount of [2000, 3000]) await call(attempt, 'capture', { amount });
    await endsTold(attempt, 1, 'done');
    await endsTold(attempt, 2, 'rejected');
    expect(await states(attempt)).toEqual(['succeeded', 'failed']);
    expect((await read(attempt)).amounts).toMatchObject({ authorized: AMOUNT, paid: 2000 });
    const rest = await call(attempt, 'capture');
    expect(rest.status, JSON.stringify(rest.body)).toBe(200);
    await endsTold(attempt, 3, 'done');
    expect(await read(attempt)).toMatchObject({ status: 'paid', amounts: { paid: AMOUNT } });
  });

  it('a declined capture of the whole ends the authorization', async () => {
    const attempt = await ready(id, { held: true, slow: true });
    await call(attempt, 'capture');
    await endsTold(attempt, 1, 'rejected');
    expect(await states(attempt)).toEqual(['failed']);
    expect(await read(attempt)).toMatchObject({ status: 'denied', amounts: { authorized: 0, paid: 0 } });
  });
});

describe('an operation that the bank books late', () => {
  it('has not failed because the bank does not show it yet', async () => {
    const attempt = await ready('ogone');
    cut('before');
    await call(attempt, 'refund', { amount: 5000 });
    for (let times = 0; times < 3; times++) await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual(['unknown']);
    expect((await call(attempt, 'refund', { amount: 5000 })).status).toBe(409);
    // 11.5 seconds after it was sent.
    await performed(attempt, 'refund', 5000);
    await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual(['succeeded']);
    expect((await read(attempt)).amounts.refunded).toBe(5000);
    expect((await entry(attempt)).returned).toBe(5000);
  });

  it('has failed when it is not shown long after the longest time', async () => {
    const attempt = await ready('ogone');
    cut('before');
    await call(attempt, 'refund', { amount: 5000 });
    later(9 * MINUTE);
    await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual(['unknown']);
    later(2 * MINUTE);
    await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual(['failed']);
    expect((await call(attempt, 'refund', { amount: 5000 })).status).toBe(200);
  });
});

describe('a refund made in the back office', () => {
  it.each([['before'], ['after']])('adds to ours, made %s it', async (order) => {
    const attempt = await ready('ogone');
    if (order === 'before') await performed(attempt, 'refund', 500);
    await call(attempt, 'refund', { amount: 2500 });
    if (order === 'after') await performed(attempt, 'refund', 500);
    for (const payidsub of [1, 2, 1]) await tell(attempt, payidsub);
    for (let times = 0; times < 2; times++) await call(attempt, 'refresh');
    expect(await read(attempt)).toMatchObject({
      amounts: { refunded: 3000 },
      operations: [{ state: 'succeeded', amount: 2500 }],
    });
  });

  it('counts when nothing tells of it but the question', async () => {
    const attempt = await ready('ogone');
    await call(attempt, 'refund', { amount: 2500 });
    await performed(attempt, 'refund', 500);
    await call(attempt, 'refresh');
    expect((await read(attempt)).amounts.refunded).toBe(3000);
  });

  it('is not ours, whose answer was lost: ours has its own number', async () => {
    const attempt = await ready('ogone');
    const panel = await performed(attempt, 'refund', 500);
    await tell(attempt, 1);
    expect((await read(attempt)).amounts.refunded).toBe(500);
    cut('before');
    await call(attempt, 'refund', { amount: panel.amount });
    later(11 * MINUTE);
    await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual(['failed']);
    expect((await read(attempt)).amounts.refunded).toBe(500);
  });
});

describe('one refund', () => {
  /** The ways in which the bank's result comes. */
  const WAYS: Readonly<Record<string, (attempt: Journey) => Promise<unknown>>> = {
    notification: (attempt) => tell(attempt, 1),
    'the same notification again': (attempt) => tell(attempt, 1),
    refresh: (attempt) => call(attempt, 'refresh'),
    alarm: async (attempt) => {
      later(40_000);
      await runAlarms(attempt.payment.id);
    },
  };

  it.each([
    [['notification', 'refresh', 'alarm']],
    [['refresh', 'notification', 'the same notification again']],
    [['alarm', 'refresh', 'notification']],
    [['notification', 'the same notification again', 'refresh']],
  ])('is not counted twice, in the order %j, the answer lost or not', async (ways) => {
    for (const isLost of [false, true]) {
      const attempt = await ready('ogone');
      if (isLost) cut('after');
      await call(attempt, 'refund', { amount: 2500 });
      for (const way of ways) await WAYS[way]?.(attempt);
      vi.useRealTimers();
      const after = await read(attempt);
      expect(after.operations).toMatchObject([{ state: 'succeeded' }]);
      expect(after.operations[0]?.providerReference).toMatch(/\/1$/);
      expect(after.amounts.refunded).toBe(2500);
    }
  });
});

describe('an account whose messages do not say PAYIDSUB', () => {
  const MAIN = { sha_mode: 'main-parameters-only' };

  it('has no refund taken for another: which one a message means is asked', async () => {
    const attempt = await ready('ogone', { slow: true, settings: MAIN });
    for (let count = 0; count < 2; count++) await call(attempt, 'refund', { amount: 2500 });
    await endsTold(attempt, 2, 'rejected');
    expect(await states(attempt)).toEqual(['accepted', 'accepted']);
    await endsTold(attempt, 1, 'done');
    await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual(['succeeded', 'failed']);
    expect((await read(attempt)).amounts.refunded).toBe(2500);
  });

  it('has no refund counted under two names', async () => {
    const attempt = await ready('ogone', { settings: MAIN });
    await performed(attempt, 'refund', 2500);
    await tell(attempt, 1);
    await call(attempt, 'refresh');
    await tell(attempt, 1);
    expect((await read(attempt)).amounts.refunded).toBe(2500);
  });
});

describe('what the status query says', () => {
  it('is a payment too, where it was never told and a part was given back', async () => {
    const attempt = await journey('ogone', { fields: { amount: AMOUNT } });
    await decided(memory, attempt.order, 'pay');
    await bankOf('ogone').decide?.(attempt.order, attempt.merchant, 'pay', memory);
    await performed(attempt, 'refund', 700);
    await call(attempt, 'refresh');
    expect(await read(attempt)).toMatchObject({
      status: 'partially_refunded',
      amounts: { paid: AMOUNT, refunded: 700 },
    });
    // The PAYID is kept, whichever way it came.
    expect((await call(attempt, 'refund', { amount: 300 })).status).toBe(200);
  });

  it.each([
    ['order', (xml: string) => xml.replace(/orderID="[^"]*"/, 'orderID="7ZK0M3Q9T2V8XW4B01"')],
    ['PAYID', (xml: string) => xml.replace(/ PAYID="[^"]*"/, ' PAYID="3199999999"')],
    ['currency', (xml: string) => xml.replace(/currency="[^"]*"/, 'currency="USD"')],
    ['STATUS, said twice', (xml: string) => xml.replace('STATUS="8"', 'STATUS="9" STATUS="8"')],
    [
      'STATUS, said twice in two cases',
      (xml: string) => xml.replace(' STATUS="8"', ' status="9" STATUS="8"'),
    ],
    [
      'STATUS, said in an element too',
      (xml: string) => xml.replace('/>', '><STATUS>9</STATUS></ncresponse>'),
    ],
  ])('is no answer where it is about another %s', async (_what, change) => {
    const attempt = await ready('ogone');
    cut('after');
    await call(attempt, 'refund', { amount: 5000 });
    answering('/querydirect.asp', change);
    const answer = await call(attempt, 'refresh');
    expect(answer.status, JSON.stringify(answer.body)).toBe(502);
    later(60 * MINUTE);
    await call(attempt, 'refresh');
    expect(await read(attempt)).toMatchObject({
      amounts: { paid: AMOUNT, refunded: 0 },
      operations: [{ state: 'unknown' }],
    });
  });
});

describe('the answer to an operation', () => {
  it.each([
    ['another PAYID', (xml: string) => xml.replace(/ PAYID="[^"]*"/, ' PAYID="3199999999"')],
    ['another order', (xml: string) => xml.replace(/orderID="[^"]*"/, 'orderID="7ZK0M3Q9T2V8XW4B01"')],
    ['another amount', (xml: string) => xml.replace(/amount="[^"]*"/, 'amount="1"')],
    ['no amount', (xml: string) => xml.replace(/amount="[^"]*"/, '')],
    ['another currency', (xml: string) => xml.replace(/currency="[^"]*"/, 'currency="CHF"')],
    ['an error beside its status', (xml: string) => xml.replace('NCERROR="0"', 'NCERROR="50001111"')],
    ['an NCSTATUS that contradicts', (xml: string) => xml.replace('NCSTATUS="0"', 'NCSTATUS="3"')],
    ['another operation', (xml: string) => xml.replace('STATUS="81"', 'STATUS="91"')],
    ['a status that is not documented', (xml: string) => xml.replace('STATUS="81"', 'STATUS="87"')],
    ['two statuses', (xml: string) => xml.replace('STATUS="81"', 'STATUS="83" STATUS="81"')],
  ])('is unknown where it says %s, and then the bank is asked', async (_what, change) => {
    const attempt = await ready('ogone');
    answering('/maintenancedirect.asp', change);
    const answer = await call(attempt, 'refund', { amount: 5000 });
    expect([answer.status, answer.body.detail]).toEqual([502, expect.stringContaining('not known')]);
    expect(await states(attempt)).toEqual(['unknown']);
    await call(attempt, 'refresh');
    expect(await read(attempt)).toMatchObject({
      amounts: { refunded: 5000 },
      operations: [{ state: 'succeeded' }],
    });
    expect((await entry(attempt)).returned).toBe(5000);
  });

  it('has the number of another operation of ours only where it is about that one', async () => {
    const attempt = await ready('ogone');
    await call(attempt, 'refund', { amount: 2500 });
    answering('/maintenancedirect.asp', (xml) => xml.replace(/PAYIDSUB="\d+"/, 'PAYIDSUB="1"'));
    await call(attempt, 'refund', { amount: 2500 });
    expect((await states(attempt)).at(-1)).toBe('unknown');
    await call(attempt, 'refresh');
    expect((await read(attempt)).operations.map(({ providerReference }) => providerReference)).toEqual([
      expect.stringMatching(/\/1$/),
      expect.stringMatching(/\/2$/),
    ]);
  });
});

describe('the end of the history', () => {
  const ended = (ncerror: string) =>
    `<ncresponse orderID="" PAYID="0" NCSTATUS="5" NCERROR="${ncerror}" NCERRORPLUS="" STATUS="" amount="" currency=""/>`;

  it.each([
    ['the payment again', null, 'unknown'],
    ['that it does not know the order', ended('50001130'), 'unknown'],
    ['that something is wrong', ended('50001111'), 'unknown'],
    ['that there is no such item', ended('50001131'), 'failed'],
  ])('is where the platform says so: it answers %s', async (_what, said, state) => {
    const attempt = await ready('ogone');
    cut('before');
    await call(attempt, 'refund', { amount: 5000 });
    let last = '';
    answering('/querydirect.asp', (xml, asked) => {
      if (!asked.has('PAYIDSUB')) last = xml;
      return xml.includes('50001131') ? (said ?? last) : xml;
    });
    later(60 * MINUTE);
    await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual([state]);
  });

  it('does not make one refund many, where the last item is answered for every number beyond it', async () => {
    const attempt = await ready('ogone');
    await call(attempt, 'refund', { amount: 2500 });
    let last = '';
    answering('/querydirect.asp', (xml, asked) => {
      if (!asked.has('PAYIDSUB')) last = xml;
      return xml.includes('50001131') || asked.get('PAYIDSUB') === '0' ? last : xml;
    });
    await call(attempt, 'refresh');
    expect(await read(attempt)).toMatchObject({
      amounts: { paid: AMOUNT, refunded: 2500 },
      operations: [{ state: 'succeeded' }],
    });
  });

  it('is nowhere before the number that the query without PAYIDSUB names', async () => {
    const attempt = await ready('ogone');
    cut('before');
    await call(attempt, 'refund', { amount: 5000 });
    answering('/querydirect.asp', (xml, asked) =>
      asked.has('PAYIDSUB') ? xml : xml.replace('PAYIDSUB="0"', 'PAYIDSUB="3"'),
    );
    later(60 * MINUTE);
    await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual(['unknown']);
  });

  it('proves nothing where an amount may be that of the order', async () => {
    const attempt = await ready('ogone');
    cut('after');
    await call(attempt, 'refund', { amount: 5000 });
    answering('/querydirect.asp', (xml) => xml.replace(/amount="[^"]*"/, 'amount="100"'));
    later(60 * MINUTE);
    await call(attempt, 'refresh');
    expect(await states(attempt)).toEqual(['unknown']);
  });
});
