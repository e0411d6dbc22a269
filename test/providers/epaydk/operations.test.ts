/** ePay after the payment: answers about something else, what the panel did beside us, and transactions that only a question named. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decided, setSlow } from '../../../src/sandbox/kit/bank-ledger.ts';
import {
  bankOf,
  cut,
  deliver,
  type Journey,
  journey,
  memory,
  network,
  runAlarms,
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

const state = async (attempt: Journey) => (await outcome(attempt)).states.at(-1);
const QUERY = '<gettransaction ';
const CREDIT = '<credit ';

/** Puts another text into elements of an answer. */
const withElements =
  (changes: Record<string, string>) =>
  (text: string): string =>
    Object.entries(changes).reduce(
      (changed, [name, value]) =>
        changed.replace(new RegExp(`<${name}>[^<]*</${name}>`), value && `<${name}>${value}</${name}>`),
      text,
    );

describe('an answer of gettransaction', () => {
  it.each([
    ['transactionid', '4838999'],
    ['orderid', '083000099'],
    ['currency', '978'],
  ])('with another %s pays nothing and refunds nothing', async (name, value) => {
    const attempt = await paid('epaydk');
    const other = withElements({ [name]: value, capturedamount: '20000', creditedamount: '10000' });
    changeAnswer(QUERY, other);
    const { status, body } = await call(attempt, 'refresh');
    expect([status, body.code]).toEqual([502, 'provider_error']);
    expect(await outcome(attempt)).toEqual({ states: [], paid: 10_000, refunded: 0 });
    cut('before');
    await call(attempt, 'refund');
    wait();
    changeAnswer(QUERY, other, 2);
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['unknown'], paid: 10_000, refunded: 0 });
  });

  it.each(['capturedamount', 'creditedamount', 'authamount'])(
    'without %s does not say that nothing was done',
    async (name) => {
      const attempt = await paid('epaydk');
      cut('after');
      await call(attempt, 'refund', { amount: 500 });
      wait();
      for (const value of ['', 'none']) {
        changeAnswer(QUERY, withElements({ [name]: value }), 2);
        await refreshed(attempt);
        expect(await state(attempt)).toBe('unknown');
      }
    },
  );

  it('with a status that is not documented decides nothing', async () => {
    const attempt = await paid('epaydk');
    cut('before');
    await call(attempt, 'refund', { amount: 500 });
    wait();
    changeAnswer(QUERY, withElements({ status: 'PAYMENT_SOMETHING' }), 2);
    await refreshed(attempt);
    expect(await state(attempt)).toBe('unknown');
  });

  it.each([
    ['status', '<status>PAYMENT_CAPTURED</status><Status>PAYMENT_DELETED</Status>'],
    ['creditedamount', '<creditedamount>0</creditedamount><creditedamount>500</creditedamount>'],
  ])('that says %s twice is none', async (name, twice) => {
    const attempt = await paid('epaydk');
    cut('after');
    await call(attempt, 'refund', { amount: 500 });
    wait();
    changeAnswer(QUERY, (text) => text.replace(new RegExp(`<${name}>[^<]*</${name}>`), twice), 2);
    await refreshed(attempt);
    expect(await state(attempt)).toBe('unknown');
  });

  it('that was asked for three times changes nothing', async () => {
    const attempt = await paid('epaydk');
    await call(attempt, 'refund', { amount: 1000 });
    for (let count = 0; count < 3; count += 1)
      expect((await refreshed(attempt)).amounts).toMatchObject({ paid: 10_000, refunded: 1000 });
  });
});

describe('an answer to a credit', () => {
  it.each([408, 425, 429, 409, 500, 503])('with HTTP %s is never a no', async (status) => {
    const attempt = await paid('epaydk');
    changeAnswer(CREDIT, (text) => new Response(text.replace('>true<', '>false<'), { status }));
    await call(attempt, 'refund', { amount: 500 });
    expect(await state(attempt)).toBe('unknown');
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['succeeded'], refunded: 500 });
  });

  it.each([
    [
      'its result',
      (text: string) => text.replace(/<creditResult>/, '<creditResult>false</creditResult><creditResult>'),
    ],
    [
      'a code',
      (text: string) =>
        text
          .replace('>true<', '>false<')
          .replace('<epayresponse>', '<epayResponse>-4</epayResponse><epayresponse>'),
    ],
    ['the whole', (text: string) => text.replace(/(<creditResponse.*<\/creditResponse>)/s, '$1$1')],
  ])('that says %s twice is none', async (_what, change) => {
    const attempt = await paid('epaydk');
    changeAnswer(CREDIT, change);
    await call(attempt, 'refund', { amount: 500 });
    expect(await state(attempt)).toBe('unknown');
  });

  it('that is the result of another operation is none', async () => {
    const attempt = await paid('epaydk');
    changeAnswer(CREDIT, (text) => text.replaceAll('credit', 'capture'));
    await call(attempt, 'refund', { amount: 500 });
    expect(await state(attempt)).toBe('unknown');
  });
});

describe('a credit that was cut before it was booked', () => {
  it('is not given up at once, and failed after its time, although the panel has made another', async () => {
    const attempt = await paid('epaydk');
    await call(attempt, 'refund', { amount: 700 });
    cut('before');
    await call(attempt, 'refund', { amount: 500 });
    await inBackOffice(attempt, 'refund', 300);
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['succeeded', 'unknown'], refunded: 1000 });
    wait();
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['succeeded', 'failed'], refunded: 1000 });
    expect((await call(attempt, 'refund', { amount: 500 })).status).toBe(200);
    expect((await read(attempt)).amounts.refunded).toBe(1500);
    expect((await bankEntry(attempt)).returned).toBe(1500);
    expect((await refreshed(attempt)).amounts.refunded).toBe(1500);
  });

  it('and is booked late is found', async () => {
    const attempt = await paid('epaydk');
    cut('before');
    await call(attempt, 'refund', { amount: 500 });
    wait(60_000);
    await refreshed(attempt);
    expect(await state(attempt)).toBe('unknown');
    await inBackOffice(attempt, 'refund', 500);
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['succeeded'], paid: 10_000, refunded: 500 });
  });
});

describe('what the panel did', () => {
  it('adds to a credit of ours, and to a capture', async () => {
    const attempt = await paid('epaydk', { held: true });
    await inBackOffice(attempt, 'capture', 2000);
    await refreshed(attempt);
    await call(attempt, 'capture', { amount: 3000 });
    expect((await read(attempt)).amounts.paid).toBe(5000);
    await inBackOffice(attempt, 'refund', 400);
    await refreshed(attempt);
    await call(attempt, 'refund', { amount: 100 });
    for (let count = 0; count < 2; count += 1) {
      expect((await read(attempt)).amounts).toMatchObject({ paid: 5000, refunded: 500 });
      await refreshed(attempt);
    }
  });

  it('ends an authorization that it deleted', async () => {
    const attempt = await paid('epaydk', { held: true });
    await inBackOffice(attempt, 'cancel', null);
    expect((await refreshed(attempt)).status).toBe('cancelled');
  });
});

describe('a capture and a delete whose answers were lost', () => {
  it.each([
    ['capture', 'after', 'succeeded'],
    ['capture', 'before', 'failed'],
    ['cancel', 'after', 'succeeded'],
    ['cancel', 'before', 'failed'],
  ] as const)('%s, cut %s: %s', async (kind, when, last) => {
    const attempt = await paid('epaydk', { held: true });
    cut(when);
    await call(attempt, kind);
    wait();
    await refreshed(attempt);
    expect(await state(attempt)).toBe(last);
  });
});

it('nothing is done later: what ePay has confirmed is done', async () => {
  const attempt = await paid('epaydk');
  await setSlow(memory, attempt.order.order, true);
  await call(attempt, 'refund', { amount: 500 });
  expect(await outcome(attempt)).toMatchObject({ states: ['succeeded'], refunded: 500 });
  expect((await bankEntry(attempt)).returned).toBe(500);
});

it('a transaction that only a question has named is kept for what comes after', async () => {
  const attempt = await journey('epaydk', { fields: { amount: 100 } });
  const { order, merchant } = attempt;
  await decided(memory, order, 'pay');
  await bankOf('epaydk').decide?.(order, merchant, 'pay', memory);
  // The evening of the eighth of December: the callback can be cut in two ways, and is a reason to ask.
  const url = new URL(bankOf('epaydk').notification(order, merchant, 'pay', 'none').url);
  const changes: Record<string, string> = {
    date: '20261208',
    time: '2026',
    txnfee: '0',
    paymenttype: '4',
    cardno: '222222XXXXXX4000',
  };
  const fields = [...url.searchParams]
    .filter(([name]) => name !== 'hash')
    .map(([name, value]): [string, string] => [name, changes[name] ?? value]);
  const text = fields.map(([, value]) => value).join('') + String(merchant.settings.secret);
  const hash = createHash('md5').update(text, 'utf8').digest('hex');
  url.search = new URLSearchParams([...fields, ['hash', hash]]).toString();
  await deliver({ method: 'GET', url: url.href, headers: {}, body: null });
  expect((await read(attempt)).status).not.toBe('paid');
  await runAlarms(attempt.payment.id);
  expect((await read(attempt)).status).toBe('paid');
  expect((await call(attempt, 'refund', { amount: 50 })).status).toBe(200);
});
