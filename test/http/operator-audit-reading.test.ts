/**
 * Reading the audit log. The failures ruled out: a change without who made it, from where and by which request; a filter that lets others
 * through; a cell that is a formula; entries of shops that a token may not see.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  admin,
  makeAccount,
  makeShop,
  network,
  type Problem,
  request,
  type TestShop,
} from '../support/harness.ts';
import { asToken, makeToken } from '../support/operators.ts';

let net: ReturnType<typeof network>;
let shop: TestShop;
beforeAll(async () => {
  shop = await makeShop([await makeAccount('paybox')], { group: 'theatres' });
});
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

describe('the audit log', () => {
  type Entry = {
    id: number;
    actor: string;
    actorName: string;
    address: string;
    request: string;
    action: string;
    subject: string;
    shop: string | null;
  };
  const read = async (query: string) => (await admin<{ data: Entry[] }>('GET', `/audit?${query}`)).body.data;

  it('names the token, the address and the request of every change, and is filtered by each', async () => {
    const { token, id, name } = await makeToken({ role: 'configure' });
    const answer = await asToken(token, { 'cf-connecting-ip': '203.0.113.77' })('PUT', `/shops/${shop.id}`, {
      name: 'Renamed',
    });
    const requestId = answer.headers.get('x-request-id') ?? '';
    const expected = {
      actor: `token:${id}`,
      actorName: name,
      address: '203.0.113.77',
      request: requestId,
      action: 'shop.updated',
      subject: shop.id,
      shop: shop.id,
    };
    for (const [filter, value] of Object.entries(expected)) {
      if (filter === 'actorName') continue;
      const entries = await read(`${filter}=${encodeURIComponent(value)}`);
      expect(entries, filter).toContainEqual(expect.objectContaining(expected));
      for (const entry of entries) expect(entry[filter as keyof Entry]).toBe(value);
    }
    expect(await read(`request=${requestId}&action=shop.created`)).toEqual([]);
    const now = Date.now();
    const moment = (at: number) => new Date(at).toISOString();
    expect(
      await read(`request=${requestId}&from=${moment(now - 60_000)}&to=${moment(now + 1)}`),
    ).toHaveLength(1);
    expect(await read(`request=${requestId}&to=${moment(now - 60_000)}`)).toEqual([]);
    expect(await read(`request=${requestId}&from=${moment(now + 1)}`)).toEqual([]);
  });

  it('is exported as NDJSON and CSV, in pages, and no cell is a formula', async () => {
    const evil = await makeShop([], { name: '=HYPERLINK("https://evil.example")' });
    const file = (query: string) =>
      request(`/v1/admin/audit?${query}`, { headers: { authorization: 'Bearer test-admin-token' } });
    const csv = await file(`format=csv&subject=${evil.id}`);
    expect(csv.headers.get('content-type')).toContain('text/csv');
    const lines = (await csv.text()).split('\r\n');
    expect(lines[0]).toBe('id,at,actor,actorName,address,request,action,subject,shop,detail');
    expect(lines).toHaveLength(3);
    const first = await file('format=ndjson&limit=2');
    const ids = (await first.text())
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Entry).id);
    const next = await file(`format=ndjson&limit=2&cursor=${first.headers.get('x-next-cursor')}`);
    const more = (await next.text())
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Entry).id);
    expect([...ids, ...more]).toEqual([...ids, ...more].toSorted((a, b) => b - a));
    expect(new Set([...ids, ...more]).size).toBe(4);
    const named = await makeToken({ role: 'configure', name: '@SUM(1)' });
    await asToken(named.token)('PUT', `/shops/${evil.id}`, { name: 'x' });
    expect(await (await file(`format=csv&actor=token:${named.id}`)).text()).toContain(",'@SUM(1),");
  });

  it.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=101'],
    ['cursor', 'cursor=x'],
    ['from', 'from=yesterday'],
    ['from', 'from=2026-02-30T00:00:00Z'],
    ['to', 'from=2026-02-02T00:00:00Z&to=2026-02-01T00:00:00Z'],
    ['format', 'format=xml'],
    ['shop', 'shop=a%20b'],
    ['actr', 'actr=x'],
    ['actor', 'actor=x&actor=y'],
  ])('takes no wrong %s: %s', async (path, query) => {
    const answer = await admin<Problem>('GET', `/audit?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map((error) => error.path)).toContain(path);
  });

  it('shows a limited token the entries about its shops and their accounts, and no others', async () => {
    const account = await makeAccount('ogone');
    const mine = await makeShop([account]);
    const foreign = await makeShop([await makeAccount('ogone')]);
    const { token } = await makeToken({ role: 'view', shops: [mine.id] });
    const { data } = (await asToken(token)<{ data: Entry[] }>('GET', '/audit')).body;
    expect(new Set(data.map(({ subject }) => subject))).toEqual(new Set([mine.id, account]));
    expect((await asToken(token)('GET', `/audit?shop=${foreign.id}`)).status).toBe(404);
    const text = await request('/v1/admin/audit?format=csv', {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await text.text()).not.toContain(foreign.id);
  });
});
