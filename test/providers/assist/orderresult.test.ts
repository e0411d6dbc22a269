/**
 * The list of an order's operations at ASSIST. The failures ruled out: a list that is not signed, cut off or of another order and counts;
 * an operation that is taken for another one; a refund of the back office, or one whose answer was lost, that is not recorded or recorded
 * twice.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setSlow } from '../../../src/sandbox/kit/bank-ledger.ts';
import { cut, memory, network } from '../../support/harness.ts';
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
  tell,
  wait,
} from '../operations-support.ts';
import { checkvalue, flat, newest, RESULT, state, withElements } from './answers.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

describe('an answer of orderresult', () => {
  it.each([
    ['another order', { ordernumber: '7ZK0M3Q9T2V8XW4B01' }],
    ['another currency', { ordercurrency: 'USD' }],
    ['the other mode', { testmode: '0' }],
    ['another check value', { checkvalue: '0'.repeat(32) }],
  ])('about %s decides nothing, and sends nothing', async (_what, changes) => {
    const attempt = await paid('assist');
    cut('before');
    await call(attempt, 'refund', { amount: 2500 });
    wait();
    changeAnswer(RESULT, withElements(changes), 3);
    expect((await call(attempt, 'refresh')).status).toBe(502);
    expect(await state(attempt)).toBe('unknown');
  });

  it('about another currency decides nothing, rightly signed as it may be', async () => {
    const attempt = await paid('assist');
    cut('after');
    await call(attempt, 'refund', { amount: 2500 });
    const text = `679471${attempt.order.order}100.00USDPartialCanceled`;
    const other = { ordercurrency: 'USD', checkvalue: checkvalue(text) };
    changeAnswer(RESULT, withElements(other), 2);
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['unknown'], paid: 10_000, refunded: 0 });
  });

  it('that says the state of the order twice decides nothing', async () => {
    const attempt = await paid('assist');
    cut('before');
    await call(attempt, 'refund', { amount: 2500 });
    wait();
    const twice = (text: string) =>
      text.replace('<orderstate>', '<orderstate>Canceled</orderstate><orderstate>');
    changeAnswer(RESULT, twice, 2);
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['unknown'], paid: 10_000, refunded: 0 });
  });

  it('with a document type that brings entities is not read', async () => {
    const attempt = await paid('assist');
    cut('before');
    await call(attempt, 'refund', { amount: 2500 });
    wait();
    changeAnswer(RESULT, (text) => text.replace('<!ELEMENT result', '<!ENTITY x "y">\n<!ELEMENT result'), 2);
    await refreshed(attempt);
    expect(await state(attempt)).toBe('unknown');
  });

  it('of two bills of one order is about the one that brought the money', async () => {
    const attempt = await paid('assist');
    changeAnswer(RESULT, (text) => {
      const order = /<order>.*<\/order>/s.exec(text)?.[0] ?? '';
      const number = attempt.order.order;
      const check = checkvalue(`679471${number}100.00RUBDeclined`);
      const declined = `<order><ordernumber>${number}</ordernumber><billnumber>599999999999999</billnumber><orderamount>100.00</orderamount><ordercurrency>RUB</ordercurrency><orderstate>Declined</orderstate><checkvalue>${check}</checkvalue></order>`;
      return text.replace(order, order + declined);
    });
    expect((await call(attempt, 'refund', { amount: 2500 })).status).toBe(200);
  });
});

describe('the number of an operation', () => {
  it('names it: of two accepted refunds the second is declined', async () => {
    const attempt = await paid('assist');
    await setSlow(memory, attempt.order.order, true);
    for (let count = 0; count < 2; count += 1)
      expect((await call(attempt, 'refund', { amount: 500 })).status).toBe(200);
    await setSlow(memory, attempt.order.order, false);
    const { operations } = await read(attempt);
    expect(operations.map(({ state: one }) => one)).toEqual(['accepted', 'accepted']);
    expect(
      operations.map(({ providerReference = '' }) => String(providerReference).replace(/^\d+/, '')),
    ).toEqual(['.2', '.3']);
    const [first, second] = (await bankEntry(attempt)).done;
    if (!first || !second) throw new Error('the bank has not both');
    await conclude(attempt, second, 'rejected');
    await refreshed(attempt);
    expect((await outcome(attempt)).states).toEqual(['accepted', 'failed']);
    await conclude(attempt, first, 'done');
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['succeeded', 'failed'], refunded: 500 });
  });

  it('is not sent as that of the bill', async () => {
    const attempt = await paid('assist');
    const bill = String((await read(attempt)).providerReference);
    changeAnswer(RESULT, () => flat(attempt, { billnumber: `${bill}.2`, operationtype: '300' }));
    // The simulated bank knows the plain number, and an extended one as its order's.
    const sent: string[] = [];
    const spy = vi.mocked(globalThis.fetch);
    const real = spy.getMockImplementation() as typeof fetch;
    spy.mockImplementation(async (input, init) => {
      if (String(init?.body).includes('CancelReason'))
        sent.push(String(new URLSearchParams(String(init?.body)).get('Billnumber')));
      return real(input, init);
    });
    await call(attempt, 'refund', { amount: 500 });
    expect(sent).toEqual([bill]);
  });

  it('of a message is kept', async () => {
    const attempt = await paid('assist', { settings: { login: undefined, password: undefined } });
    await tell(attempt, await inBackOffice(attempt, 'refund', 500));
    const { body } = await attempt.shop.call<{ attempts: { bills: { number: string }[] }[] }>(
      'GET',
      `/payments/${attempt.payment.id}`,
    );
    expect(body.attempts[0]?.bills.map(({ number }) => number)).toContainEqual(
      expect.stringMatching(/^\d{15}\.2$/),
    );
  });
});

describe('a refund of the back office', () => {
  it('is not taken for one of ours that was accepted, by the sum of both', async () => {
    const attempt = await paid('assist');
    await setSlow(memory, attempt.order.order, true);
    await call(attempt, 'refund', { amount: 500 });
    await setSlow(memory, attempt.order.order, false);
    await inBackOffice(attempt, 'refund', 500);
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['accepted'], refunded: 500 });
  });

  it('that an older answer has named is not taken for one of ours that never was', async () => {
    const attempt = await paid('assist');
    const bill = String((await read(attempt)).providerReference);
    await inBackOffice(attempt, 'refund', 500);
    const changes = { billnumber: `${bill}.2`, operationtype: '300', amount: '5.00' };
    changeAnswer(RESULT, () => flat(attempt, changes));
    expect((await refreshed(attempt)).amounts.refunded).toBe(500);
    cut('before');
    await call(attempt, 'refund', { amount: 500 });
    wait();
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['failed'], paid: 10_000, refunded: 500 });
  });
});

describe('a refund whose answer was lost', () => {
  it('is not given up at once, is found when it is booked late, and is failed after its time', async () => {
    const attempt = await paid('assist');
    cut('before');
    await call(attempt, 'refund', { amount: 500 });
    wait(60_000);
    await refreshed(attempt);
    expect(await state(attempt)).toBe('unknown');
    await inBackOffice(attempt, 'refund', 500);
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['succeeded'], refunded: 500 });
    cut('before');
    await call(attempt, 'refund', { amount: 700 });
    wait();
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['succeeded', 'failed'], refunded: 500 });
  });

  it('is not taken for one that was accepted before it', async () => {
    const attempt = await paid('assist');
    await setSlow(memory, attempt.order.order, true);
    await call(attempt, 'refund', { amount: 500 });
    await setSlow(memory, attempt.order.order, false);
    cut('before');
    await call(attempt, 'refund', { amount: 500 });
    wait();
    await conclude(attempt, await newest(attempt), 'done');
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['succeeded', 'failed'], refunded: 500 });
  });
});
