/**
 * The books over HTTP. The failures ruled out: money in the wrong month, counted twice or not at all; a page that repeats or leaves out a
 * line; a file that a spreadsheet would run, or that cannot be read; money of shops that an operator may not see; a range that nobody meant.
 */
import { env } from 'cloudflare:workers';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ApplyUpdateCommand } from '../../src/ledger/commands.ts';
import type { Minor } from '../../src/payments/money.ts';
import { create, newId, notify } from '../ledger/support.ts';
import {
  admin,
  ledgerOf,
  makeShop,
  network,
  type Problem,
  request,
  runAlarms,
  unique,
} from '../support/harness.ts';
import { asToken, makeToken } from '../support/operators.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

type Line = Readonly<Record<string, unknown>>;
interface Page {
  readonly data: readonly Line[];
  readonly nextCursor: string | null;
}

/** All times are to come: an alarm that is set for one does not go off by itself. */
const at = (time: string) => vi.setSystemTime(new Date(time));
const money = (amount: number) => amount as Minor;

interface Step extends Partial<ApplyUpdateCommand> {
  readonly at: string;
}

/** A payment whose updates come at given times, pushed after each. */
async function payment(
  shop: string,
  created: string,
  steps: readonly Step[] = [],
  { amount = 1000, currency = 'EUR', reference = `order-${unique()}`, test = true } = {},
) {
  at(created);
  const id = newId();
  const { request: asked, attempt } = create(id);
  await ledgerOf(id).create(
    create(id, {
      shop,
      request: { ...asked, reference, amount: money(amount), currency },
      attempt: { ...attempt, amount: money(amount), test },
    }),
  );
  await runAlarms(id);
  for (const [index, { at: time, ...update }] of steps.entries()) {
    at(time);
    const key = `T${index}`;
    await ledgerOf(id).applyUpdate(
      notify({ key, movement: key, amount: money(amount), currency, ...update }),
    );
    await runAlarms(id);
  }
  return id;
}

const exported = async (query: string) => {
  const answer = await admin<Page>('GET', `/export?${query}`);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body;
};

async function file(query: string, token = 'test-admin-token') {
  const response = await request(`/v1/admin/export?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return {
    response,
    text: new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(await response.arrayBuffer()),
  };
}

const idsIn = ({ data }: Page) => data.map(({ id }) => id);

describe('a range', () => {
  it('takes by each date what is in it, in the zone that is named, on days when the clocks change too', async () => {
    const { id: shop } = await makeShop([]);
    // 27 October 2030 has 25 hours in Zurich: it ends at 23:00 UTC.
    const inside = await payment(shop, '2030-10-27T22:59:59.999Z', [
      { at: '2030-10-31T22:59:59Z' },
      { at: '2030-11-01T02:59:59Z', outcome: 'refunded', amount: money(300) },
    ]);
    const after = await payment(shop, '2030-10-27T23:00:00.000Z', [{ at: '2030-10-31T23:00:00Z' }]);
    const query = (by: string, from: string, to: string, zone: string) =>
      exported(`shop=${shop}&dateBy=${by}&from=${from}&to=${to}&timeZone=${zone}`).then(idsIn);
    expect(await query('created', '2030-10-27', '2030-10-28', 'Europe/Zurich')).toEqual([inside]);
    expect(await query('created', '2030-10-28', '2030-10-29', 'Europe/Zurich')).toEqual([after]);
    expect(await query('created', '2030-10-27', '2030-10-28', 'UTC')).toEqual([inside, after]);
    expect(await query('paid', '2030-10', '2030-11', 'Europe/Zurich')).toEqual([inside]);
    expect(await query('paid', '2030-11', '2030-12', 'Europe/Zurich')).toEqual([after]);
    expect(await query('paid', '2030-10', '2030-11', 'America/Sao_Paulo')).toEqual([inside, after]);
    // The refund came at 23:59:59 of 31 October in São Paulo, and in November in Zurich.
    expect(await query('movement', '2030-11', '2030-12', 'Europe/Zurich')).toEqual([after, inside]);
    expect(await query('movement', '2030-11', '2030-12', 'America/Sao_Paulo')).toEqual([]);
    // One with two movements in the range is there once.
    expect(await query('movement', '2030-10', '2030-11', 'America/Sao_Paulo')).toEqual([inside, after]);
    expect(await query('created', '2030-10-27T23:59', '2030-10-28T00:00', 'Europe/Zurich')).toEqual([inside]);
  });

  it.each([
    ['from=2030-11-02&to=2030-11-01', 'to'],
    ['from=2030-11-01&to=2030-11-01', 'to'],
    ['from=yesterday', 'from'],
    ['from=2030-02-30', 'from'],
    ['to=2030-13', 'to'],
    ['from=2030-11-01T25:00', 'from'],
    ['timeZone=Europe/Zurch', 'timeZone'],
    ['timeZone=', 'timeZone'],
    ['what=everything', 'what'],
    ['dateBy=updated', 'dateBy'],
    ['format=xls', 'format'],
    ['limit=5001', 'limit'],
    ['limit=0', 'limit'],
    ['cursor=abc', 'cursor'],
    ['separator=comma', 'separator'],
    ['what=movements&dateBy=paid', 'dateBy'],
    ['format=csv&logs=true', 'logs'],
    ['form=csv', 'form'],
  ])('that nobody can mean is rejected by name: %s', async (query, path) => {
    const { status, body } = await admin<Problem>('GET', `/export?${query}`);
    expect(status).toBe(400);
    expect(body.errors?.[0]?.path).toBe(path);
  });

  it('shows nobody a shop outside of the limit of a token', async () => {
    const group = `group-${unique()}`;
    const [own, other] = [await makeShop([], { group }), await makeShop([])];
    const seen = await payment(own.id, '2030-09-01T10:00:00Z', [{ at: '2030-09-01T11:00:00Z' }]);
    await payment(other.id, '2030-09-01T10:00:00Z', [{ at: '2030-09-01T11:00:00Z' }]);
    const { token } = await makeToken({ role: 'view', groups: [group] });
    const call = asToken(token);
    const range = 'from=2030-09-01&to=2030-09-02';
    expect((await call('GET', `/export?${range}&shop=${other.id}`)).status).toBe(404);
    expect((await call('GET', `/summary?month=2030-09&shop=${other.id}`)).status).toBe(404);
    for (const what of ['payments', 'operations', 'events', 'movements']) {
      const { body } = await call<Page>('GET', `/export?${range}&what=${what}`);
      expect(new Set(idsIn(body))).toEqual(new Set(what === 'operations' ? [] : [seen]));
    }
    const { text } = await file(`${range}&format=xml`, token);
    expect(text.match(/<id>/g)).toHaveLength(1);
    const summary = await call<{ data: Line[] }>('GET', '/summary?month=2030-09');
    expect(summary.body.data).toMatchObject([{ key: own.id, gross: 1000 }]);
    for (const path of ['/report', '/checks/payments', '/checks/anchors'])
      expect((await call('GET', path)).status).toBe(403);
  });
});

describe('pages', () => {
  it('have each line once, in order, whatever the date and the size, and although many have the same moment', async () => {
    const { id: shop } = await makeShop([]);
    const ids: string[] = [];
    for (let count = 0; count < 7; count += 1)
      ids.push(
        await payment(shop, '2030-08-01T10:00:00Z', [
          { at: '2030-08-02T10:00:00Z', amount: money(400) },
          { at: '2030-08-02T10:00:00Z', amount: money(600) },
        ]),
      );
    for (const [query, times] of [
      ['what=payments&dateBy=created', 1],
      ['what=payments&dateBy=paid', 1],
      ['what=payments&dateBy=movement', 1],
      ['what=movements', 2],
    ] as const)
      for (const limit of [1, 2, 3, 7, 50]) {
        const found: unknown[] = [];
        let cursor = '';
        do {
          const page = await exported(`shop=${shop}&${query}&limit=${limit}${cursor && `&cursor=${cursor}`}`);
          found.push(...idsIn(page));
          cursor = page.nextCursor ?? '';
        } while (cursor);
        expect(found.toSorted()).toEqual(ids.flatMap((id) => Array(times).fill(id)).toSorted());
      }
    const { response } = await file(`shop=${shop}&dateBy=movement&format=csv&limit=3&count=true`);
    expect(response.headers.get('x-total-count')).toBe('7');
    const cursor = response.headers.get('x-next-cursor');
    expect((await admin<Problem>('GET', `/export?shop=${shop}&dateBy=paid&cursor=${cursor}`)).status).toBe(
      400,
    );
  });
});

describe('a file', () => {
  it('of CSV has the columns of the contract, quotes as RFC 4180 says, and nothing that a spreadsheet would run', async () => {
    const { id: shop } = await makeShop([]);
    const reference = '=HYPERLINK("http://x";1), "a"';
    const id = await payment(shop, '2030-07-01T10:00:00Z', [{ at: '2030-07-01T10:05:00Z' }], {
      reference,
      amount: 1999,
    });
    const { response, text } = await file(`shop=${shop}&format=csv`);
    expect(response.headers.get('content-type')).toContain('text/csv');
    const [head, line, end] = text.split('\r\n');
    expect(head).toBe(
      'id,reference,shop,account,provider,status,currency,amount,paid,refunded,createdAt,paidAt,providerReference',
    );
    expect(line).toBe(
      `${id},"'=HYPERLINK(""http://x"";1), ""a""",${shop},bank,paybox,paid,EUR,1999,1999,0,2030-07-01T10:00:00.000Z,2030-07-01T10:05:00.000Z,T1`,
    );
    expect(end).toBe('');
    const other = await file(`shop=${shop}&format=csv&separator=semicolon&bom=true&amounts=decimal`);
    expect(other.text.startsWith('\uFEFFid;reference;')).toBe(true);
    expect(other.text).toContain(';EUR;19.99;19.99;0.00;');
    expect(other.text).toContain(`;"'=HYPERLINK(""http://x"";1), ""a""";`);
  });

  it('has the decimals of each currency, and an apostrophe before no number', async () => {
    const { id: shop } = await makeShop([]);
    await payment(shop, '2030-07-02T10:00:00Z', [{ at: '2030-07-02T10:05:00Z' }], {
      amount: 1999,
      currency: 'JPY',
    });
    await payment(shop, '2030-07-02T11:00:00Z', [{ at: '2030-07-02T11:05:00Z' }], {
      amount: 5,
      currency: 'KWD',
    });
    const { data } = await exported(`shop=${shop}&amounts=decimal`);
    expect(data.map(({ amount, paid }) => [amount, paid])).toEqual([
      ['1999', '1999'],
      ['0.005', '0.005'],
    ]);
    // What a transaction has brought falls: a movement of less than nothing.
    await payment(shop, '2030-07-03T10:00:00Z', [
      { at: '2030-07-03T10:05:00Z', ofTransaction: true, movement: 'A' },
      { at: '2030-07-03T10:06:00Z', ofTransaction: true, movement: 'A', amount: money(600) },
    ]);
    const { text } = await file(`shop=${shop}&what=movements&format=csv&from=2030-07-03`);
    expect(text.split('\r\n').map((line) => line.split(',').at(-3))).toEqual([
      'paid',
      '1000',
      '-400',
      undefined,
    ]);
    const decimals = await file(`shop=${shop}&what=movements&format=csv&from=2030-07-03&amounts=decimal`);
    expect(decimals.text).toContain(',-4.00,0.00,0.00');
  });

  it('of NDJSON and JSON has the same lines, with logs where they are asked for', async () => {
    const { id: shop } = await makeShop([]);
    const id = await payment(shop, '2030-06-01T10:00:00Z', [{ at: '2030-06-01T10:05:00Z' }]);
    const { data } = await exported(`shop=${shop}&logs=true`);
    const { text } = await file(`shop=${shop}&logs=true&format=ndjson`);
    expect(
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Line),
    ).toEqual(data);
    expect(data).toMatchObject([
      { id, paid: 1000, logs: [{ type: 'created' }, { type: 'notification.applied' }, {}] },
    ]);
    const events = await exported(`shop=${shop}&what=events`);
    expect(events.data.map(({ type }) => type).slice(0, 2)).toEqual(['created', 'notification.applied']);
    expect(events.data[1]).toMatchObject({ id, shop, detail: { money: [{ attempt: 1, paid: 1000 }] } });
  });

  it('of XML has the names of PolyBanking, with logs, and text that is no markup', async () => {
    const { id: shop } = await makeShop([], { name: 'Fish & <Chips>' });
    await payment(shop, '2030-06-01T10:00:00Z', [{ at: '2030-06-01T10:05:00Z' }], {
      reference: 'a<b>&"\u0001',
    });
    const range = 'from=2030-06-01&to=2030-06-02&format=xml&timeZone=Europe/Zurich';
    const { text, response } = await file(`${range}&shop=${shop}`);
    expect(response.headers.get('content-type')).toContain('xml');
    const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'item' });
    const items = (body: string) =>
      (parser.parse(body) as { data: { export: { item: Record<string, unknown>[] } } }).data.export.item;
    const [item = {}] = items(text);
    expect(item).toMatchObject({
      reference: 'a<b>&"\uFFFD',
      amount: '1000',
      amount_chf: '10',
      postfinance_status: '9',
      internal_status: 'fb',
      creation_date: '2030-06-01 12:00:00+02:00',
    });
    expect(item).not.toHaveProperty('config');
    expect((item.logs as { item: Line[] }).item.map((log) => log.log_type)).toEqual(
      ['created', 'postfinanceId', 'postfinanceStatus', 'ipnsuccess'].slice(
        0,
        (item.logs as { item: Line[] }).item.length,
      ),
    );
    const all = items((await file(range)).text).find(({ reference }) => String(reference).startsWith('a<b>'));
    expect(all).toMatchObject({ config: 'Fish & <Chips>' });
  });

  it('of XML is well-formed, although a shopper was erased: what that line keeps has numbers for names', async () => {
    const { id: shop } = await makeShop([]);
    const id = await payment(shop, '2030-06-02T10:00:00Z', [{ at: '2030-06-02T10:05:00Z' }]);
    expect(await ledgerOf(id).erase()).toBe('erased');
    const { text } = await file(`shop=${shop}&what=events&format=xml`);
    expect(XMLValidator.validate(text)).toBe(true);
    const line = /<item name="2"><item><attempt>1<\/attempt>.*?<paid>1000<\/paid>/;
    expect(text).toMatch(line);
  });

  it('has good ones alone where it is asked to', async () => {
    const { id: shop } = await makeShop([]);
    const time = '2030-05-01T10:00:00Z';
    const good = await payment(shop, time, [{ at: time }]);
    await payment(shop, time);
    await payment(shop, time, [{ at: time, outcome: 'denied', amount: null }]);
    await payment(shop, time, [{ at: time }, { at: time, outcome: 'refunded' }]);
    const held = await payment(shop, time, [{ at: time, outcome: 'authorized' }]);
    const { data } = await exported(`shop=${shop}&good=true`);
    expect(data.map(({ id }) => id).toSorted()).toEqual([good, held].toSorted());
  });
});

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

describe('money that moves', () => {
  it('is in the log by how much, with what was held, and stays there when the shopper is erased', async () => {
    const { id: shop } = await makeShop([]);
    const id = await payment(shop, '2030-02-01T10:00:00Z', [
      { at: '2030-02-01T10:01:00Z', outcome: 'authorized' },
      { at: '2030-02-02T10:01:00Z' },
      { at: '2030-02-03T10:01:00Z', outcome: 'refunded', amount: money(1000) },
    ]);
    const moneyIn = async () => (await ledgerOf(id).check([]))?.movements;
    const before = await moneyIn();
    expect(before).toMatchObject([
      { at: '2030-02-02T10:01:00.000Z', paid: 1000 },
      { at: '2030-02-03T10:01:00.000Z', refunded: 1000 },
    ]);
    expect(await ledgerOf(id).erase()).toBe('erased');
    expect(await moneyIn()).toEqual(before);
    expect((await ledgerOf(id).check([]))?.problems).toEqual([]);
  });

  it('of payments that an older version had pushed are estimates, until the ledger pushes its own', async () => {
    const { id: shop } = await makeShop([]);
    const id = await payment(shop, '2030-02-05T10:00:00Z', [{ at: '2030-02-05T10:01:00Z' }]);
    await env.DIRECTORY.prepare('UPDATE movements SET seq = 0 WHERE payment = ?').bind(id).run();
    await ledgerOf(id).reproject();
    await runAlarms(id);
    const { data } = await exported(`shop=${shop}&what=movements`);
    expect(data).toMatchObject([{ id, seq: 2, paid: 1000 }]);
  });
});
