/**
 * The books over HTTP, in sums. The failures ruled out: a sum that is not that of its lines, that adds test to real money or one currency
 * to another; money of shops that an operator may not see.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin, makeShop, network, type Problem, request, unique } from '../support/harness.ts';
import { type Line, money, payment } from './books-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

describe('a summary', () => {
  type Sums = { dateBy: string; data: Line[]; totals: Line[] };

  it('sums what came and went in the month, by shop, group and account, never real money with other money', async () => {
    const group = `group-${unique()}`;
    const [one, other] = [
      await makeShop([], { group, name: 'One' }),
      await makeShop([], { group, name: 'Other' }),
    ];
    await payment(one.id, '2030-03-31T21:59:00Z', [
      { at: '2030-03-31T21:59:59Z' },
      { at: '2030-04-02T10:00:00Z', outcome: 'refunded', amount: money(250) },
      { at: '2030-04-03T10:00:00Z', outcome: 'charged_back', amount: money(750) },
      { at: '2030-05-03T10:00:00Z', outcome: 'chargeback_reversed', amount: money(750) },
    ]);
    await payment(one.id, '2030-04-30T21:00:00Z', [{ at: '2030-04-30T21:59:59Z' }], { amount: 400 });
    await payment(other.id, '2030-04-05T10:00:00Z', [{ at: '2030-04-05T10:00:00Z' }], {
      amount: 70,
      currency: 'JPY',
    });
    await payment(other.id, '2030-04-05T10:00:00Z', [{ at: '2030-04-05T10:00:00Z' }], {
      amount: 9,
      test: false,
    });
    const summary = (query: string) =>
      admin<Sums>('GET', `/summary?timeZone=Europe/Zurich&group=${group}&${query}`);
    const { body } = await summary('month=2030-04');
    const zero = { refundCount: 0, chargebackCount: 0, refunds: 0, chargebacks: 0 };
    expect(body).toMatchObject({
      dateBy: 'movement',
      from: '2030-03-31T22:00:00.000Z',
      to: '2030-04-30T22:00:00.000Z',
    });
    expect(body.data).toEqual([
      {
        month: '2030-04',
        key: one.id,
        name: 'One',
        currency: 'EUR',
        test: true,
        payments: 1,
        gross: 400,
        refundCount: 1,
        refunds: 250,
        chargebackCount: 1,
        chargebacks: 750,
        net: -600,
      },
      {
        month: '2030-04',
        key: other.id,
        name: 'Other',
        currency: 'EUR',
        test: false,
        payments: 1,
        gross: 9,
        net: 9,
        ...zero,
      },
      {
        month: '2030-04',
        key: other.id,
        name: 'Other',
        currency: 'JPY',
        test: true,
        payments: 1,
        gross: 70,
        net: 70,
        ...zero,
      },
    ]);
    const months = await summary('month=2030-03&to=2030-05&by=group&test=true');
    expect(
      months.body.data.map(({ month, key, currency, gross, net }) => [month, key, currency, gross, net]),
    ).toEqual([
      ['2030-03', group, 'EUR', 1000, 1000],
      ['2030-04', group, 'EUR', 400, -600],
      ['2030-04', group, 'JPY', 70, 70],
      ['2030-05', group, 'EUR', 0, 750],
    ]);
    expect(months.body.totals.map(({ currency, net }) => [currency, net])).toEqual([
      ['EUR', 1150],
      ['JPY', 70],
    ]);
    const accounts = await summary('month=2030-03&by=account');
    expect(accounts.body.data).toMatchObject([{ key: 'bank', gross: 1000 }]);
    // By the day of the payment: all that has come and gone since.
    const created = await summary('month=2030-03&dateBy=created');
    expect(created.body.data).toMatchObject([{ gross: 1000, refunds: 250, chargebacks: 0, net: 750 }]);
    const csv = await request(`/v1/admin/summary?month=2030-04&group=${group}&format=csv&amounts=decimal`, {
      headers: { authorization: 'Bearer test-admin-token' },
    });
    expect((await csv.text()).split('\r\n')[0]).toBe(
      'month,key,name,currency,test,payments,refundCount,chargebackCount,gross,refunds,chargebacks,net',
    );
  });

  it.each([
    ['summary?month=2030-04&group=nope', 'group'],
    ['export?group=nope', 'group'],
    ['summary?month=0000-01', 'month'],
    ['summary?month=9999-12', 'month'],
    ['export?from=0000-01-01', 'from'],
    ['export?to=9999-12', 'to'],
  ])('%s is refused by name', async (path, field) => {
    const { status, body } = await admin<{ errors: { path: string }[] }>('GET', `/${path}`);
    expect([status, body.errors.map((one) => one.path)]).toEqual([400, [field]]);
  });

  it('of a shop and a group that it is not in is refused by name', async () => {
    const shop = await makeShop([]);
    const { status, body } = await admin<{ errors: { path: string }[] }>(
      'GET',
      `/summary?month=2030-04&shop=${shop.id}&group=nope`,
    );
    expect([status, body.errors.map((one) => one.path)]).toEqual([400, ['group']]);
  });

  it('counts a payment once, and books its money where it came, although it has brought some to two accounts and in two months', async () => {
    const { id: shop } = await makeShop([]);
    const id = await payment(shop, '2030-01-05T10:00:00Z', [
      { at: '2030-01-06T10:00:00Z', amount: money(300) },
      { at: '2030-01-07T10:00:00Z', amount: money(100) },
      { at: '2030-02-06T10:00:00Z', amount: money(600) },
      { at: '2030-02-08T10:00:00Z', outcome: 'charged_back', amount: money(50) },
    ]);
    // The first two parts came by an attempt before the newest.
    await env.DIRECTORY.prepare('UPDATE movements SET account = ? WHERE payment = ? AND at < ?')
      .bind('account-before', id, '2030-01-07')
      .run();
    const summary = async (query: string) => {
      const { body } = await admin<Sums>('GET', `/summary?shop=${shop}&${query}`);
      const shown = ({ key, payments, gross, chargebacks }: Line) => [key, payments, gross, chargebacks];
      return { lines: body.data.map(shown), totals: body.totals.map((line) => shown(line).slice(1)) };
    };
    const whole = [[1, 1000, 50]];
    for (const dateBy of ['created', 'paid']) {
      const month = dateBy === 'created' ? '2030-01' : '2030-02';
      expect(await summary(`month=${month}&dateBy=${dateBy}&by=account`)).toEqual({
        lines: [
          ['account-before', 1, 300, 0],
          ['bank', 1, 700, 50],
        ],
        totals: whole,
      });
      expect(await summary(`month=${month}&dateBy=${dateBy}`)).toEqual({
        lines: [[shop, ...(whole[0] ?? [])]],
        totals: whole,
      });
    }
    expect(await summary('month=2030-01&by=account')).toEqual({
      lines: [
        ['account-before', 1, 300, 0],
        ['bank', 1, 100, 0],
      ],
      totals: [[1, 400, 0]],
    });
    expect(await summary('month=2030-01')).toEqual({ lines: [[shop, 1, 400, 0]], totals: [[1, 400, 0]] });
    expect(await summary('month=2030-01&to=2030-02')).toEqual({
      lines: [
        [shop, 1, 400, 0],
        [shop, 1, 600, 50],
      ],
      totals: whole,
    });
  });

  it.each([
    ['month=2030-11&to=2030-10', 'to'],
    ['month=2030-13', 'month'],
    ['month=2020-01&to=2030-01', 'to'],
    ['month=2030-11&timeZone=Nowhere/Else', 'timeZone'],
    ['month=2030-11&by=provider', 'by'],
    ['', 'month'],
  ])('that nobody can mean is rejected by name: %s', async (query, path) => {
    const { status, body } = await admin<Problem>('GET', `/summary?${query}`);
    expect(status).toBe(400);
    expect(body.errors?.[0]?.path).toBe(path);
  });
});
