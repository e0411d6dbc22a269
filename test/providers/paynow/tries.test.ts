/**
 * A buyer who tries again at Paynow: several of its payments for one of ours. The failures ruled out: a number of another payment that is
 * believed; an abandoned payment taken for the end, and its late refusal for the last word.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StatusQuery } from '../../../src/providers/contract.ts';
import { paynow } from '../../../src/providers/paynow/index.ts';
import type { PaynowSettings } from '../../../src/providers/paynow/settings.ts';
import { attemptOfPayments } from '../../../src/providers/paynow/status-query.ts';
import { PAYNOW_STATUSES } from '../../../src/providers/paynow/statuses.ts';
import { decided } from '../../../src/sandbox/kit/bank-ledger.ts';
import {
  admin,
  bankNetwork,
  bankOf,
  deliver,
  type Journey,
  journey,
  memory,
  network,
  runAlarms,
  shopperAtBank,
} from '../../support/harness.ts';
import { call, changeAnswer, outcome, read, refreshed, wait, withJson } from '../operations-support.ts';
import { accountOf, ORDER } from '../support.ts';

const ID = 'paynow';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

/** The order at the bank, after the shopper has come to the same page once more. */
async function again(attempt: Journey): Promise<Journey> {
  const { paymentId, token } = attempt.order.data;
  const page = `https://paywall.bank-demo.com/paynow/payment/${paymentId}?token=${token}`;
  const redirect = { kind: 'url', method: 'GET', url: page } as const;
  const order = await shopperAtBank(ID, redirect, attempt.merchant);
  const bank = bankOf(ID);
  return {
    ...attempt,
    order,
    notify: async (decision, spoiling = 'none') => {
      await decided(memory, order, decision);
      await bank.decide?.(order, attempt.merchant, decision, memory);
      return deliver(bank.notification(order, attempt.merchant, decision, spoiling));
    },
  };
}

/** The bank's message about a payment, whatever has become of it. */
const told = (attempt: Journey, decision: 'pay' | 'decline' | 'wait') =>
  deliver(bankOf(ID).notification(attempt.order, attempt.merchant, decision, 'none'));

/** The message is answered well. */
async function taken(answer: Promise<Response>): Promise<void> {
  expect((await answer).status).toBe(200);
}

function queryOf(changes: object) {
  return {
    order: ORDER,
    account: accountOf(paynow) as never,
    amount: 1999,
    currency: 'PLN',
    capture: 'automatic' as const,
    providerState: {},
    startedAt: new Date('2026-11-21T09:00:00Z'),
    hint: {},
    now: new Date('2026-11-21T09:05:00Z'),
    fetch: bankNetwork,
    daily: async () => 1,
    ...changes,
  };
}

describe('a buyer who tries again', () => {
  it('pays by another payment of the same order: it counts, and the late refusal of the first does not', async () => {
    const first = await journey(ID);
    await taken(first.notify('decline'));
    await runAlarms(first.payment.id);
    expect((await read(first)).status).toBe('denied');
    const second = await again(first);
    expect(second.order.data.paymentId).not.toBe(first.order.data.paymentId);
    await taken(second.notify('pay'));
    await runAlarms(first.payment.id);
    expect(await read(first)).toMatchObject({
      status: 'paid',
      providerReference: second.order.data.paymentId,
    });
    await taken(told(first, 'decline'));
    await runAlarms(first.payment.id);
    expect(await read(first)).toMatchObject({ status: 'paid', amounts: { paid: 1999 } });
  });

  it('is found by a query although the message of success is lost, where an earlier one has named the payment', async () => {
    const first = await journey(ID);
    await first.notify('decline');
    await runAlarms(first.payment.id);
    const second = await again(first);
    // It says NEW: the number is kept all the same.
    await taken(told(second, 'wait'));
    await runAlarms(first.payment.id);
    await bankOf(ID).decide?.(second.order, second.merchant, 'pay', memory);
    wait(2 * 3_600_000);
    expect(await refreshed(first)).toMatchObject({ status: 'paid', amounts: { paid: 1999 } });
  });

  it('and of whom no message tells: a person has to look, and the payment is not called denied', async () => {
    const first = await journey(ID);
    await bankOf(ID).decide?.(first.order, first.merchant, 'decline', memory);
    const second = await again(first);
    wait(2 * 3_600_000);
    expect(await refreshed(first)).toMatchObject({ status: 'pending', pendingReason: 'person_needed' });
    await taken(second.notify('pay'));
    await runAlarms(first.payment.id);
    expect(await read(first)).toMatchObject({ status: 'paid', pendingReason: null });
  });

  /** Two payments of one order, both paid. */
  async function paidTwice() {
    const first = await journey(ID);
    await first.notify('decline');
    await runAlarms(first.payment.id);
    const second = await again(first);
    await second.notify('pay');
    await runAlarms(first.payment.id);
    changeAnswer(String(first.order.data.paymentId), withJson({ status: 'CONFIRMED' }));
    await refreshed(first);
    expect(await read(first)).toMatchObject({ status: 'paid', amounts: { paid: 2 * 1999 } });
    return { first, both: [first, second].map(({ order }) => order.data.paymentId).toSorted() };
  }

  /** Gives one of the two back, which is under way then. @returns which it was. */
  async function givenBack(first: Journey, number: number): Promise<string> {
    const accepted = { refundId: `REFX-00${number}-435-213`, status: 'PENDING' };
    changeAnswer('/refunds', () => Response.json(accepted, { status: 201 }));
    expect((await call(first, 'refund', { amount: 1999 })).status).toBe(200);
    const posted = vi.mocked(globalThis.fetch).mock.calls.map(([url]) => String(url));
    const [, id = ''] =
      /([^/]+)\/refunds$/.exec(posted.findLast((url) => url.endsWith('/refunds')) ?? '') ?? [];
    return id;
  }

  it('and pays twice: both count, and it is said', async () => {
    const { first, both } = await paidTwice();
    // Neither of the two is done when the other is asked for.
    const of = [await givenBack(first, 1), await givenBack(first, 2)];
    expect(of.toSorted()).toEqual(both);
    expect(await outcome(first)).toMatchObject({ states: ['accepted', 'accepted'], refunded: 0 });
  });

  it('and of two refunds a person says that one was not made: its payment can be given back again', async () => {
    const { first, both } = await paidTwice();
    const undone = await givenBack(first, 1);
    const path = `/payments/${first.payment.id}/operations/1`;
    expect((await admin('POST', path, { outcome: 'failed', note: 'not in the panel' })).status).toBe(200);
    const of = [await givenBack(first, 2), await givenBack(first, 3)];
    expect(of[0]).toBe(undone);
    expect(of.toSorted()).toEqual(both);
    expect((await outcome(first)).states).toEqual(['failed', 'accepted', 'accepted']);
  });
});

const A = 'NAAA-AAA-AAA-AA0';
const B = 'NBBB-BBB-BBB-BB0';

/** What payments with these statuses come to, the first of them registered. */
const cameTo = (statuses: readonly string[], changes: object = {}) => {
  const query = queryOf({ providerState: { paymentId: A, [`retry/${B}`]: '' }, ...changes });
  return attemptOfPayments(
    query as StatusQuery<PaynowSettings>,
    statuses.map((status, index) => ({ id: [A, B][index] ?? '', status })),
  )?.map(({ movement, outcome, pendingReason }) =>
    [movement, outcome, pendingReason].filter(Boolean).join(' '),
  );
};

describe('the payments of an order', () => {
  it.each([
    [['NEW'], undefined],
    [['PENDING'], [`${A} pending`]],
    [['CONFIRMED'], [`${A} paid`]],
    [['REJECTED'], [`${A} denied`]],
    [['ERROR'], [`${A} error`]],
    [['EXPIRED'], [`${A} expired`]],
    [['ABANDONED'], undefined],
    [['CANCELLED'], [`${A} pending person_needed`]],
    [['WAITING_FOR_CONFIRMATION'], [`${A} pending person_needed`]],
    [['something new'], undefined],
    [['ABANDONED', 'NEW'], undefined],
    [['ABANDONED', 'CONFIRMED'], [`${B} paid`]],
    [['CONFIRMED', 'REJECTED'], [`${A} paid`]],
    [['REJECTED', 'PENDING'], [`${B} pending`]],
    [['REJECTED', 'NEW'], undefined],
    [['ABANDONED', 'EXPIRED'], [`${B} expired`]],
    [
      ['REJECTED', 'ERROR'],
      [`${A} denied`, `${B} error`],
    ],
    [
      ['CONFIRMED', 'CONFIRMED'],
      [`${A} paid`, `${B} paid`],
    ],
  ])('%j: %j', (statuses, expected) => {
    expect(cameTo(statuses)).toEqual(expected);
  });

  it('money is never hidden by what is said of another one, and none is made up', () => {
    const word = fc.constantFrom(...Object.keys(PAYNOW_STATUSES), '', 'toString');
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 2 }), (statuses) => {
        const paid = (cameTo(statuses) ?? []).filter((one) => one.endsWith(' paid'));
        expect(paid.length).toBe(statuses.filter((one) => one === 'CONFIRMED').length);
      }),
    );
  });

  it('one that cannot be asked about hides no money of another, and is an error otherwise', async () => {
    for (const [status, isPaid] of [
      ['CONFIRMED', true],
      ['REJECTED', false],
    ] as const) {
      const fetcher = (async (input) =>
        String(input).includes(A)
          ? Response.json({ errors: [{ errorType: 'NOT_FOUND' }] }, { status: 404 })
          : Response.json({ paymentId: B, status })) as typeof fetch;
      const query = queryOf({ providerState: { paymentId: A }, hint: { paymentId: B }, fetch: fetcher });
      const asked = paynow.queryStatus?.(query);
      if (isPaid) expect(await asked).toMatchObject([{ movement: B, outcome: 'paid', amount: 1999 }]);
      else await expect(asked).rejects.toMatchObject({ code: 'provider_error' });
    }
  });

  it('an answer about another payment is refused', async () => {
    const fetcher = (async () => Response.json({ paymentId: B, status: 'CONFIRMED' })) as typeof fetch;
    const query = queryOf({ providerState: { paymentId: A }, fetch: fetcher });
    await expect(paynow.queryStatus?.(query)).rejects.toMatchObject({ reason: 'wrong_account' });
  });

  it('no more than eight are asked about, the newest', async () => {
    const asked: string[] = [];
    const fetcher = (async (input) => {
      const [, id = ''] = /payments\/([^/]+)\//.exec(String(input)) ?? [];
      asked.push(id);
      return Response.json({ paymentId: id, status: 'ABANDONED' });
    }) as typeof fetch;
    const many = Array.from({ length: 30 }, (_, index) => `NAAA-AAA-AAA-A${String(index).padStart(2, '0')}`);
    const providerState = { paymentId: A, ...Object.fromEntries(many.map((id) => [`retry/${id}`, ''])) };
    await paynow.queryStatus?.(queryOf({ providerState, hint: { paymentId: B }, fetch: fetcher }));
    expect(asked).toEqual([...many.slice(-7), B]);
  });
});
