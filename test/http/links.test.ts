/** The link of a payment: who has only its id sees nothing, and changes nothing. */

import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { createHmac, hkdfSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Env, serviceOf } from '../../src/worker.ts';
import {
  journey,
  makeAccount,
  makeShop,
  network,
  ORIGIN,
  objectOf,
  request,
  runAlarms,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  net.restore();
  vi.restoreAllMocks();
});

const DAY_MS = 86_400_000;

/** A page without its nonces, and what comes with it. */
async function shown(response: Response) {
  const plain = (text: string | null) => text?.replace(/nonce[-=]["']?[\w-]+["']?/g, 'nonce');
  const { headers } = response;
  return {
    status: response.status,
    text: plain(await response.text()),
    policy: plain(headers.get('content-security-policy')),
    headers: [...headers].filter(([name]) => !/^(?:x-request-id|content-security-policy)$/.test(name)),
  };
}

/** Makes a payment one of before links had tokens, as a ledger of that time stores it. */
async function madeBefore(id: string): Promise<void> {
  await runInDurableObject(objectOf(id), async (_, state) => {
    state.storage.sql.exec(`UPDATE payment SET record = json_remove(record, '$.link')`);
  });
  await evictDurableObject(objectOf(id));
}

/** The last part of a link. */
const tokenOf = (checkoutUrl: string) => checkoutUrl.split('/').at(-1) ?? '';

const pathsWithout = (id: string, token: string) => [
  `/pay/${id}`,
  `/pay/${id}/`,
  `/pay/${id}/${'A'.repeat(22)}`,
  `/pay/${id}/${token.slice(0, -1)}`,
  `/pay/${id}/${token}A`,
  `/pay/${id}/${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
  `/pay/${id}/${token.toUpperCase()}`,
  `/pay/${id}/${token}/more`,
  `/pay/${id}/%00`,
  `/pay/${id}/undefined`,
];

const visits = [
  ['GET', {}],
  ['HEAD', {}],
  ['POST', {}],
  ['GET', { headers: { 'user-agent': 'Slackbot-LinkExpanding 1.0' } }],
] as const;

describe('the link of a payment', () => {
  it('is its id and 128 bits that only the ID_KEY makes', async () => {
    const { payment } = await journey('ogone');
    const key = hkdfSync('sha256', Buffer.from(env.ID_KEY, 'base64'), '', 'countersign checkout link', 32);
    const token = createHmac('sha256', new Uint8Array(key)).update(payment.id).digest().subarray(0, 16);
    expect(payment.checkoutUrl).toBe(`${ORIGIN}/pay/${payment.id}/${token.toString('base64url')}`);
    expect(tokenOf(payment.checkoutUrl)).toMatch(/^[\w-]{22}$/);
  });

  it('is the same in every answer that has one', async () => {
    const { shop, payment, account } = await journey('ogone');
    const { id, checkoutUrl } = payment;
    await runAlarms(id);
    const { body: list } = await shop.call<{ data: { checkoutUrl: string }[] }>('GET', '/payments?limit=1');
    const { body: found } = await shop.call<{ data: { checkoutUrl: string }[] }>(
      'GET',
      `/payments?reference=${payment.reference}`,
    );
    const read = await shop.payment(id);
    const again = await shop.pay({ reference: payment.reference, account, currency: payment.currency });
    for (const one of [list.data[0], found.data[0], read, again.body])
      expect(one?.checkoutUrl).toBe(checkoutUrl);
  });

  it.each(visits)(
    'is 404 without its token, as an unknown payment is, and makes nothing (%s %j)',
    async (method, visit) => {
      const { shop, payment, account } = await journey('ogone');
      const init = { ...visit, ...(method === 'POST' && { body: `account=${account}` }) };
      const before = await shop.events(payment.id);
      const nobody = `/pay/${'0'.repeat(16)}/${'A'.repeat(22)}`;
      const expected = await shown(await request(nobody, { method, ...init }));
      expect(expected.status).toBe(404);
      for (const path of pathsWithout(payment.id, tokenOf(payment.checkoutUrl)))
        expect([path, await shown(await request(path, { method, ...init }))]).toEqual([path, expected]);
      expect(await shop.events(payment.id)).toEqual(before);
      expect((await request(payment.checkoutUrl)).status).toBe(200);
    },
  );

  it('costs a guesser of tokens no call of a ledger', async () => {
    const { payment } = await journey('ogone');
    const get = vi.spyOn(env.LEDGER, 'get');
    for (const path of pathsWithout(payment.id, tokenOf(payment.checkoutUrl)).slice(1)) await request(path);
    await request(payment.checkoutUrl, { method: 'HEAD' });
    expect(get).not.toHaveBeenCalled();
  });

  it('is not passed on, whatever is answered there', async () => {
    const { payment } = await journey('ecommpay');
    const redirect = await request(payment.checkoutUrl);
    const page = await request((await journey('ogone')).payment.checkoutUrl);
    const head = await request(payment.checkoutUrl, { method: 'HEAD' });
    const unknown = await request(`/pay/${payment.id}`);
    expect([redirect, page, head, unknown].map(({ status }) => status)).toEqual([303, 200, 200, 404]);
    for (const { headers } of [redirect, page, head, unknown]) {
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  it('is not at the address of PolyBanking, whose ids are the links of its own transactions alone', async () => {
    const { payment } = await journey('postfinance');
    expect((await request(`/paiements/go/${payment.id}`)).status).toBe(404);
    expect((await request(payment.checkoutUrl)).status).toBe(200);
  });
});

describe('a payment that was made before links had tokens', () => {
  it('keeps its bare link, and has one with a token too', async () => {
    const { payment } = await journey('ogone');
    await madeBefore(payment.id);
    const head = await request(`/pay/${payment.id}`, { method: 'HEAD' });
    const page = await request(`/pay/${payment.id}`);
    expect([head.status, page.status]).toEqual([200, 200]);
    expect(await page.text()).toContain('SHASIGN');
    expect((await request(payment.checkoutUrl)).status).toBe(200);
  });

  it('is chosen for at its bare link, whose page does not give the token away', async () => {
    const accounts = [await makeAccount('ogone'), await makeAccount('paybox')];
    const shop = await makeShop(accounts);
    const { id, checkoutUrl } = (await shop.pay({ account: undefined })).body;
    await madeBefore(id);
    const page = await (await request(`/pay/${id}`)).text();
    expect(page).toContain(`action="/pay/${id}"`);
    expect(page).not.toContain(tokenOf(checkoutUrl));
    const chosen = await request(`/pay/${id}`, { method: 'POST', body: `account=${accounts[1]}` });
    expect(await chosen.text()).toContain('PBX_SITE');
    expect(await (await request(checkoutUrl)).text()).toContain(
      `action="/pay/${id}/${tokenOf(checkoutUrl)}"`,
    );
  });

  it.each(['pay', 'decline', 'cancel'] as const)(
    'loses its bare link with its result: %s',
    async (decision) => {
      const attempt = await journey('ogone');
      const { id, checkoutUrl } = attempt.payment;
      await madeBefore(id);
      expect((await request(`/pay/${id}`)).status).toBe(200);
      await attempt.notify(decision);
      expect((await attempt.shop.payment(id)).status).not.toBe('forwarded');
      expect((await request(`/pay/${id}`)).status).toBe(404);
      expect((await request(checkoutUrl)).status).not.toBe(404);
    },
  );

  it('loses its bare link 30 days after it was made', async () => {
    const { payment } = await journey('ogone');
    await madeBefore(payment.id);
    const made = Date.parse(payment.createdAt);
    vi.setSystemTime(made + 30 * DAY_MS - 1);
    expect((await request(`/pay/${payment.id}`)).status).toBe(200);
    vi.setSystemTime(made + 30 * DAY_MS);
    expect((await request(`/pay/${payment.id}`)).status).toBe(404);
    expect((await request(payment.checkoutUrl)).status).toBe(200);
  });
});

describe('a shopper whom we cannot serve now', () => {
  const addresses = (id: string, checkoutUrl: string, account: string) => [
    new URL(checkoutUrl).pathname,
    `/pay/${id}`,
    `/return/${account}/${id}?STATUS=9`,
    `/paiements/go/${id}`,
    '/paiements/return?orderID=x',
  ];

  it('gets a page and no JSON, with Retry-After: too many requests', async () => {
    const { payment, account } = await journey('ogone');
    vi.spyOn(env.ADDRESS_LIMIT, 'limit').mockImplementation(async () => ({ success: false }));
    for (const address of addresses(payment.id, payment.checkoutUrl, account)) {
      const { status, headers, text } = await visit(address);
      expect([address, status, headers.get('retry-after')]).toEqual([address, 429, '60']);
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{16}$/);
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(text).toContain('Please try again in a moment');
    }
    const program = await visit(`/callback/${account}`);
    expect([program.status, program.headers.get('content-type')]).toEqual([429, 'application/problem+json']);
  });

  it('gets a page and no JSON, with Retry-After: our storage is down', async () => {
    const { payment, account } = await journey('ogone');
    serviceOf(env as unknown as Env).directory.changed();
    vi.spyOn(env.DIRECTORY, 'prepare').mockImplementation(() => {
      throw new Error('D1_ERROR: database is locked: SQLITE_BUSY');
    });
    const { status, headers, text } = await visit(`/return/${account}/${payment.id}?STATUS=9`);
    expect([status, headers.get('retry-after')]).toEqual([503, '5']);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text).toContain('Please try again in a moment');
  });

  async function visit(address: string) {
    const response = await request(address, { headers: { 'cf-connecting-ip': '203.0.113.9' } });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
});
