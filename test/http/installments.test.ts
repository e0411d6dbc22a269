/**
 * Payments in several parts, over HTTP, with banks that check the form by a recipe of their own and count what they take. The failures
 * ruled out: a part that does not count or counts twice, a shopper who is asked for the rest, parts that are asked of who cannot take
 * them, a bank that is told another division than the shop.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OverdueCommand } from '../../src/ledger/commands.ts';
import { entryOf } from '../../src/sandbox/kit/bank-ledger.ts';
import {
  CUSTOMER,
  currencyOf,
  journey,
  ledgerOf,
  makeAccount,
  makeShop,
  memory,
  network,
  type Payment,
  PROVIDER_IDS,
  type Problem,
  placeAt,
  request,
  runAlarms,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  net.restore();
  vi.useRealTimers();
});

const AMOUNT = 10_000;
const INSTALLMENTS = { count: 3, periodDays: 30 };
const PARTS = [3334, 3333, 3333];

/** Those that take a payment in parts. */
const TAKERS = ['payzen', 'systempay', 'sips2', 'paybox'];

describe.each(TAKERS)('a payment in parts at %s', (provider) => {
  const begun = () => journey(provider, { fields: { amount: AMOUNT, installments: INSTALLMENTS } });

  it('is divided as the shop says, by the bank that has checked its form', async () => {
    const { payment, order } = await begun();
    expect(payment.installments).toEqual({ ...INSTALLMENTS, firstAmount: 3334 });
    expect(order.amount).toBe(AMOUNT);
    expect(order.data.parts?.split(',').map(Number)).toEqual(PARTS);
  });

  it('counts each part when its message comes, once, and asks the shopper for nothing more', async () => {
    const { payment, order, shop, notify } = await begun();
    const seen: [status: string, paid: number][] = [];
    for (const part of [1, 2, 3]) {
      expect((await notify('pay', 'none', part)).status).toBe(200);
      // Twice.
      expect((await notify('pay', 'none', part)).status).toBe(200);
      await runAlarms(payment.id);
      const now = await shop.payment(payment.id);
      seen.push([now.status, now.amounts.paid]);
      expect(now.redirect).toBeNull();
      const hop = await request(payment.checkoutUrl);
      expect(hop.headers.get('location')).toMatch(/^https:\/\/shop-demo\.com\/thanks/);
    }
    expect(seen).toEqual([
      ['partially_paid', 3334],
      ['partially_paid', 6667],
      ['paid', AMOUNT],
    ]);
    expect((await entryOf(memory, order.order))?.taken).toBe(AMOUNT);
    const types = net.webhooks.map(({ body }) => body.type);
    expect(types.filter((type) => type === 'payment.partially_paid')).toHaveLength(2);
    expect(types.filter((type) => type === 'payment.paid')).toHaveLength(1);
    expect(types).not.toContain('payment.paid_twice');
    const log = await shop.events(payment.id);
    expect(log.map(({ type }) => type)).not.toContain('notification.conflict');
  });

  it('does not count a part whose message nobody of the bank has signed', async () => {
    const { payment, shop, notify } = await begun();
    await notify('pay');
    await notify('pay', 'unknown-key', 2);
    expect((await shop.payment(payment.id)).amounts.paid).toBe(3334);
  });

  it('refuses parts that cannot be, by their names', async () => {
    const { shop } = await placeAt(provider);
    const asked = async (installments: object, more: object = {}) =>
      (
        await shop.call<Problem>('POST', '/payments', {
          ...{ reference: `r-${Math.random()}`, amount: AMOUNT, currency: currencyOf(provider) },
          ...{ customer: CUSTOMER, installments, ...more },
        })
      ).body;
    expect(await asked({ count: 1, periodDays: 30 })).toMatchObject({
      code: 'invalid_request',
      errors: [{ path: 'installments.count' }],
    });
    expect(await asked({ count: 13, periodDays: 30 })).toMatchObject({ code: 'invalid_request' });
    expect(await asked({ count: 3, periodDays: 91 })).toMatchObject({
      code: 'invalid_request',
      errors: [{ path: 'installments.periodDays' }],
    });
    expect(await asked({ ...INSTALLMENTS, firstAmount: 9999 })).toMatchObject({
      code: 'invalid_request',
      errors: [{ path: 'installments.firstAmount' }],
    });
    expect(await asked(INSTALLMENTS, { capture: 'manual' })).toMatchObject({
      code: 'unsupported_operation',
      errors: [{ path: 'installments' }],
    });
  });
});

describe('every other provider', () => {
  it.each(PROVIDER_IDS.filter((id) => !TAKERS.includes(id)))('%s refuses parts by name', async (provider) => {
    const account = await makeAccount(provider);
    const shop = await makeShop([account]);
    const { status, body } = await shop.pay({
      currency: currencyOf(provider),
      amount: AMOUNT,
      installments: INSTALLMENTS,
    });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'unsupported_operation', errors: [{ path: 'installments' }] });
  });

  it('Paybox takes three parts and no other number', async () => {
    const { shop } = await placeAt('paybox');
    const { status, body } = await shop.pay({ amount: AMOUNT, installments: { count: 4, periodDays: 30 } });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'unsupported_operation', errors: [{ path: 'installments' }] });
  });
});

describe('a part that nobody has told of', () => {
  const DAY = 86_400_000;
  const schedules = (account: string): OverdueCommand => ({
    schedules: { [account]: { queryAfter: [900], expireAfterMs: DAY } },
  });

  it.each(['payzen', 'sips2'])(
    'is asked about at %s a day after it was due, and never expires',
    async (provider) => {
      const attempt = await journey(provider, { fields: { amount: AMOUNT, installments: INSTALLMENTS } });
      const { payment, order, shop, account } = attempt;
      await attempt.notify('pay');
      await runAlarms(payment.id);
      const ledger = ledgerOf(payment.id);
      const first = Date.now();
      vi.useFakeTimers({ toFake: ['Date'] });
      vi.setSystemTime(first + 30 * DAY);
      expect(await ledger.overdue(schedules(account))).toBeGreaterThan(first + 30 * DAY);
      expect((await shop.payment(payment.id)).status).toBe('partially_paid');
      // The bank takes it, and its message is lost.
      const { decided } = await import('../../src/sandbox/kit/bank-ledger.ts');
      const { withPart } = await import('../../src/sandbox/kit/parts.ts');
      await decided(memory, withPart(order, 2), 'pay');
      vi.setSystemTime(first + 31 * DAY + 60_000);
      await ledger.overdue(schedules(account));
      await runAlarms(payment.id);
      const now: Payment = await shop.payment(payment.id);
      expect([now.status, now.amounts.paid]).toEqual(['partially_paid', 6667]);
      // A message that comes after all is the same part.
      await attempt.notify('pay', 'none', 2);
      expect((await shop.payment(payment.id)).amounts.paid).toBe(6667);
    },
  );
});
