/**
 * The books over HTTP, line by line. The failures ruled out: money in the wrong month, counted twice or not at all; a page that repeats
 * or leaves out a line; a file that a spreadsheet would run, or that cannot be read; money of shops that an operator may not see; a range
 * that nobody meant.
 */
import { env } from 'cloudflare:workers';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin, ledgerOf, makeShop, network, type Problem, runAlarms, unique } from '../support/harness.ts';
import { asToken, makeToken } from '../support/operators.ts';
import { exported, file, idsIn, type Line, money, type Page, payment } from './books-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

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
