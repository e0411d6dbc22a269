/** ASSIST after the payment: asking twice, answers about something else, the list of an order's operations, and legacy answers. */
import { env } from 'cloudflare:workers';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchReports } from '../../../src/gateway/reports.ts';
import { decided, setSlow } from '../../../src/sandbox/kit/bank-ledger.ts';
import { type Env, serviceOf } from '../../../src/worker.ts';
import {
  bankOf,
  cut,
  demoSettings,
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
  conclude,
  inBackOffice,
  outcome,
  paid,
  read,
  refreshed,
  tell,
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

const CANCEL = '/cancel/cancel.cfm';
const CHARGE = '/charge/charge.cfm';
const RESULT = '/orderresult/orderresult.cfm';
const LEGACY = {
  mode: 'legacy',
  sendresult_secret: 'Sendresult-Secret-1',
  login: 'demo-shop',
  password: 'demo-password',
};

const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex').toUpperCase();
const checkvalue = (text: string) => md5(md5(String(demoSettings('assist').salt)) + md5(text));

const state = async (attempt: Journey) => (await outcome(attempt)).states.at(-1);
const newest = async (attempt: Journey) => {
  const operation = (await bankEntry(attempt)).done.at(-1);
  if (!operation) throw new Error('the bank has none');
  return operation;
};

/** An answer of an older form: one order, with the values of its last operation among its own. */
function flat(attempt: Journey, changes: Record<string, string> = {}): string {
  const values: Record<string, string> = {
    ordernumber: attempt.order.order,
    billnumber: '500000000000001',
    testmode: '1',
    orderamount: '100.00',
    ordercurrency: 'RUB',
    amount: '10.00',
    currency: 'RUB',
    orderstate: 'PartialCanceled',
    responsecode: 'AS000',
    packetdate: `21.11.2026 11:00:${String(Date.now() % 60).padStart(2, '0')}`,
    ...changes,
  };
  const text = `679471${values.ordernumber}${values.amount}${values.currency}${values.orderstate}`;
  const inner = Object.entries({ checkvalue: checkvalue(text), ...values })
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `<${name}>${value}</${name}>`);
  return `<?xml version="1.0"?><result firstcode="0" secondcode="0" count="1"><orders><order>${inner.join('')}</order></orders></result>`;
}

/** Puts another text into the last element of each name. */
const withElements =
  (changes: Record<string, string>) =>
  (text: string): string =>
    Object.entries(changes).reduce((changed, [name, value]) => {
      const at = changed.lastIndexOf(`<${name}>`);
      const end = changed.indexOf(`</${name}>`, at);
      return (
        changed.slice(0, at) +
        (value && `<${name}>${value}`) +
        changed.slice(value ? end : end + name.length + 3)
      );
    }, text);

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
