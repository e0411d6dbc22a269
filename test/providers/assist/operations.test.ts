/**
 * ASSIST after the payment: asking twice, answers about something else, and legacy answers. The failures ruled out: money that goes back
 * twice, an answer about another operation that counts, and a refusal that nobody has sent.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchReports } from '../../../src/gateway/reports.ts';
import { decided, setSlow } from '../../../src/sandbox/kit/bank-ledger.ts';
import { type Env, serviceOf } from '../../../src/worker.ts';
import { bankOf, cut, journey, memory, network, runAlarms } from '../../support/harness.ts';
import {
  call,
  changeAnswer,
  conclude,
  inBackOffice,
  outcome,
  paid,
  read,
  refreshed,
  tell,
  wait,
} from '../operations-support.ts';
import { CANCEL, CHARGE, flat, LEGACY, newest, RESULT, state, withElements } from './answers.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

describe('asking twice', () => {
  it.each([
    ['the list of operations', null],
    ['an older answer that names the operation', '.2'],
    ['an older answer that names none', ''],
  ])('changes nothing, by %s', async (_what, suffix) => {
    const attempt = await paid('assist');
    const bill = String((await read(attempt)).providerReference);
    expect((await call(attempt, 'refund', { amount: 1000 })).status).toBe(200);
    const events: number[] = [];
    for (let count = 0; count < 3; count += 1) {
      wait(61_000);
      const changes = { billnumber: bill + suffix, operationtype: suffix ? '300' : '' };
      if (suffix !== null) changeAnswer(RESULT, () => flat(attempt, changes));
      await refreshed(attempt);
      expect(await outcome(attempt)).toEqual({ states: ['succeeded'], paid: 10_000, refunded: 1000 });
      const log = await attempt.shop.events(attempt.payment.id);
      events.push(log.filter(({ type }) => type !== 'notification.duplicate').length);
    }
    // Nor is it news.
    expect(events[2]).toBe(events[0]);
  });

  it('counts a refund of the back office once, and adds it to ours, before and after', async () => {
    const attempt = await paid('assist');
    await inBackOffice(attempt, 'refund', 300);
    expect((await refreshed(attempt)).amounts.refunded).toBe(300);
    await call(attempt, 'refund', { amount: 1000 });
    expect((await read(attempt)).amounts.refunded).toBe(1300);
    await inBackOffice(attempt, 'refund', 1000);
    for (let count = 0; count < 3; count += 1) {
      wait(61_000);
      await refreshed(attempt);
      expect(await outcome(attempt)).toEqual({ states: ['succeeded'], paid: 10_000, refunded: 2300 });
    }
  });

  it('after a refund of the back office that an older answer names adds it to ours', async () => {
    const attempt = await paid('assist');
    await call(attempt, 'refund', { amount: 1000 });
    const changes = { billnumber: '500000000000001.9', operationtype: '300', amount: '3.00' };
    changeAnswer(RESULT, () => flat(attempt, changes), 2);
    await refreshed(attempt);
    await refreshed(attempt);
    expect((await read(attempt)).amounts.refunded).toBe(1300);
  });

  it('learns that an order was paid which a part was given back of already', async () => {
    const attempt = await journey('assist', { fields: { amount: 10_000 } });
    await decided(memory, attempt.order, 'pay');
    await bankOf('assist').decide?.(attempt.order, attempt.merchant, 'pay', memory);
    await inBackOffice(attempt, 'refund', 500);
    expect((await refreshed(attempt)).amounts).toMatchObject({ paid: 10_000, refunded: 500 });
  });
});

describe('an answer to a refund', () => {
  it.each([
    ['another order', { ordernumber: '7ZK0M3Q9T2V8XW4B01' }],
    ['another bill', { billnumber: '599999999999999.2' }],
    ['another amount', { amount: '1.00' }],
    ['no amount', { amount: '' }],
    ['another currency', { currency: 'USD' }],
    ['another currency of the order', { ordercurrency: 'USD' }],
    ['the other mode', { testmode: '0' }],
    ['another type', { operationtype: '100' }],
    ['another check value', { checkvalue: '0'.repeat(32) }],
    ['a code that is not documented', { responsecode: 'AS777' }],
    ['a system error', { responsecode: 'AS998' }],
    ['a repeated operation', { responsecode: 'AS200' }],
    ['a state that contradicts its code', { operationstate: 'Declined' }],
    ['neither code nor state', { responsecode: '', operationstate: '' }],
  ])('with %s is no success and no decline: the list decides', async (_what, changes) => {
    const attempt = await paid('assist');
    changeAnswer(CANCEL, withElements(changes));
    await call(attempt, 'refund', { amount: 2500 });
    expect(await outcome(attempt)).toEqual({ states: ['unknown'], paid: 10_000, refunded: 0 });
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['succeeded'], paid: 10_000, refunded: 2500 });
  });

  it.each([
    ['another merchant', { merchant_id: '1' }],
    ['another state of the order', { orderstate: 'Approved' }],
    ['another order', { ordernumber: '7ZK0M3Q9T2V8XW4B01' }],
    ['another amount', { amount: '1.00' }],
  ])('of the older form with %s is no success', async (_what, changes) => {
    const attempt = await paid('assist');
    const bill = String((await read(attempt)).providerReference);
    changeAnswer(CANCEL, () => flat(attempt, { billnumber: bill, amount: '25.00', ...changes }));
    await call(attempt, 'refund', { amount: 2500 });
    expect(await state(attempt)).toBe('unknown');
  });

  it('of the older form is read, without a merchant number too', async () => {
    for (const merchant_id of ['', '679471']) {
      const attempt = await paid('assist');
      const bill = String((await read(attempt)).providerReference);
      changeAnswer(CANCEL, () => flat(attempt, { billnumber: bill, amount: '25.00', merchant_id }));
      expect((await call(attempt, 'refund', { amount: 2500 })).status).toBe(200);
      expect(await state(attempt)).toBe('succeeded');
    }
  });

  it.each([
    [
      'its code',
      (text: string) => text.replace('<responsecode>', '<responsecode>AS100</responsecode><responsecode>'),
    ],
    ['its amount', (text: string) => text.replace('<amount>', '<Amount>1.00</Amount><amount>')],
    ['firstcode', (text: string) => text.replace('firstcode="0"', 'firstcode="5" firstcode="0"')],
    [
      'the state of the order',
      (text: string) => text.replace('<orderstate>', '<orderstate>Approved</orderstate><orderstate>'),
    ],
  ])('that says %s twice is none', async (_what, change) => {
    const attempt = await paid('assist');
    changeAnswer(CANCEL, change);
    await call(attempt, 'refund', { amount: 2500 });
    expect(await state(attempt)).toBe('unknown');
  });

  it.each([408, 425, 429, 409, 500, 503])('with HTTP %s is never a no', async (status) => {
    for (const no of ['<result firstcode="10" secondcode="200"/>', 'ERROR:no']) {
      const attempt = await paid('assist');
      changeAnswer(CANCEL, () => new Response(no, { status }));
      await call(attempt, 'refund', { amount: 2500 });
      expect(await state(attempt), no).toBe('unknown');
    }
  });

  it.each([
    ['<result firstcode="1" secondcode="0"/>', 'unknown'],
    ['<result firstcode="10" secondcode="200"/>', 'failed'],
  ])('with the codes %s: %s', async (answer, expected) => {
    const attempt = await paid('assist');
    changeAnswer(CANCEL, () => answer);
    await call(attempt, 'refund', { amount: 2500 });
    expect(await state(attempt)).toBe(expected);
  });

  it.each(['AS100', 'AS102', 'AS110', 'AS400'])('with the code %s is a no', async (responsecode) => {
    const attempt = await paid('assist');
    changeAnswer(CANCEL, withElements({ responsecode, operationstate: 'Declined' }));
    expect((await call(attempt, 'refund', { amount: 2500 })).body.provider?.code).toBe(responsecode);
    expect(await state(attempt)).toBe('failed');
  });
});

describe('a charge and a cancel', () => {
  it.each([
    ['capture', CHARGE, { operationtype: '300' }],
    ['capture', CHARGE, { orderstate: 'Delayed' }],
    ['cancel', CANCEL, { operationtype: '100' }],
    ['cancel', CANCEL, { amount: '1.00' }],
  ])('%s: an answer of %s with %j is no success', async (kind, path, changes) => {
    const attempt = await paid('assist', { held: true });
    changeAnswer(path, withElements(changes));
    await call(attempt, kind);
    expect(await state(attempt)).toBe('unknown');
    await refreshed(attempt);
    expect(await state(attempt)).toBe('succeeded');
  });

  it('of a part brings no more than that, and what the back office charged counts', async () => {
    const attempt = await paid('assist', { held: true });
    await call(attempt, 'capture', { amount: 4000 });
    expect((await refreshed(attempt)).amounts.paid).toBe(4000);
    const other = await paid('assist', { held: true });
    await inBackOffice(other, 'capture', 2500);
    expect((await refreshed(other)).amounts.paid).toBe(2500);
  });
});

describe('a message about an operation', () => {
  it('is a reason to ask, and counts once with the answer and the list', async () => {
    const attempt = await paid('assist');
    await setSlow(memory, attempt.order.order, true);
    await call(attempt, 'refund', { amount: 500 });
    await setSlow(memory, attempt.order.order, false);
    await tell(attempt, await conclude(attempt, await newest(attempt), 'done'));
    await runAlarms(attempt.payment.id);
    expect((await read(attempt)).amounts.refunded).toBe(500);
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['succeeded'], paid: 10_000, refunded: 500 });
  });

  it('that was declined moves nothing', async () => {
    const attempt = await paid('assist');
    await setSlow(memory, attempt.order.order, true);
    await call(attempt, 'refund', { amount: 500 });
    await setSlow(memory, attempt.order.order, false);
    await tell(attempt, await conclude(attempt, await newest(attempt), 'rejected'));
    await runAlarms(attempt.payment.id);
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['failed'], paid: 10_000, refunded: 0 });
    // Its amount is that of the operation, and not what was paid.
    const types = (await attempt.shop.events(attempt.payment.id)).map(({ type }) => type);
    expect(types).not.toContain('notification.conflict');
  });
});

describe('the legacy protocol', () => {
  const RVR = '/rvr/rvr.cfm';
  let shops = 400_000;
  beforeEach(async () => {
    await (env as unknown as Env).DIRECTORY.exec('DELETE FROM accounts');
  });
  const legacy = () => {
    shops += 1;
    return paid('assist', { settings: { ...LEGACY, merchant_id: String(shops) } });
  };

  it.each([
    ['HTTP 500', () => new Response('ERROR:no', { status: 500 })],
    ['HTTP 429', () => new Response('ERROR:no', { status: 429 })],
    ['its error twice', () => new Response('ERROR:no;BILLNUMBER:1;ERROR:')],
    ['another order', () => new Response('ERROR:;ORDERNUMBER:7ZK0M3Q9T2V8XW4B01')],
    ['another currency', () => new Response('ERROR:;CURRENCY:USD')],
    ['no error', () => new Response('BILLNUMBER:1')],
    ['a page', () => new Response('<html>ERROR: gone</html>')],
  ])('an answer with %s is neither a yes nor a no', async (_what, answer) => {
    const attempt = await legacy();
    changeAnswer(RVR, answer);
    await call(attempt, 'refund', { amount: 2500 });
    expect(await state(attempt)).toBe('unknown');
  });

  it('a refund is counted once: by its answer, the push and the report', async () => {
    const attempt = await legacy();
    await call(attempt, 'refund', { amount: 2500 });
    await tell(attempt, await newest(attempt));
    await fetchReports(serviceOf(env as unknown as Env));
    expect(await outcome(attempt)).toEqual({ states: ['succeeded'], paid: 10_000, refunded: 2500 });
    await tell(attempt, await inBackOffice(attempt, 'refund', 300));
    await fetchReports(serviceOf(env as unknown as Env));
    expect((await read(attempt)).amounts.refunded).toBe(2800);
  });

  it('a refund whose answer was lost shows in the report', async () => {
    const attempt = await legacy();
    cut('after');
    await call(attempt, 'refund', { amount: 2500 });
    await refreshed(attempt);
    expect(await state(attempt)).toBe('unknown');
    await fetchReports(serviceOf(env as unknown as Env));
    expect(await outcome(attempt)).toEqual({ states: ['succeeded'], paid: 10_000, refunded: 2500 });
  });

  it('a refund that was declined does not end another one', async () => {
    const attempt = await legacy();
    changeAnswer(RVR, () => 'ERROR:no');
    await call(attempt, 'refund', { amount: 2500 });
    cut('after');
    await call(attempt, 'refund', { amount: 2500 });
    expect((await outcome(attempt)).states).toEqual(['failed', 'unknown']);
  });
});
