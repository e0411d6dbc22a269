/** What anybody can do who has a link or knows an address: it uses nothing up, fills nothing, and asks nobody too often. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  BANK_API,
  bankOf,
  deliver,
  journey,
  makeAccount,
  makeShop,
  merchant,
  network,
  PROVIDER_IDS,
  request,
  runAlarms,
  shopperAtBank,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const times = async (count: number, work: (index: number) => Promise<unknown>) => {
  for (let index = 0; index < count; index++) await work(index);
};

describe('the link of a payment', () => {
  it('cannot be used up: after a hundred strangers the shopper still pays', async () => {
    const attempt = await journey('ecommpay');
    await times(100, () => request(attempt.payment.checkoutUrl));
    const response = await request(attempt.payment.checkoutUrl);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toContain('payment_id=');
    const log = await attempt.shop.events(attempt.payment.id);
    expect(log.filter(({ type }) => type === 'forwarded').length).toBeLessThanOrEqual(40);
    await attempt.notify('pay');
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('paid');
  });

  it('makes no more than ten attempts at once for a shopper who changes his mind, and leads to what was chosen', async () => {
    const accounts = [await makeAccount('ogone'), await makeAccount('paybox')];
    const shop = await makeShop(accounts);
    const { id, checkoutUrl } = (await shop.pay({ account: undefined })).body;
    const choose = (account = '') => request(checkoutUrl, { method: 'POST', body: `account=${account}` });
    await times(30, (index) => choose(accounts[index % 2]));
    const { body } = await shop.call<{ attempts: unknown[] }>('GET', `/payments/${id}`);
    expect(body.attempts).toHaveLength(10);
    for (const [account, field] of [
      [accounts[0], 'PSPID'],
      [accounts[1], 'PBX_SITE'],
    ])
      expect(await (await choose(account)).text()).toContain(String(field));
  });

  it.each([
    ['HEAD', {}],
    ['GET', { 'user-agent': 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)' }],
    ['GET', { 'user-agent': 'facebookexternalhit/1.1' }],
    ['GET', { 'sec-purpose': 'prefetch;prerender' }],
  ] as const)('makes nothing when a program looks at it (%s %j)', async (method, headers) => {
    const attempt = await journey('ecommpay');
    const before = (await attempt.shop.events(attempt.payment.id)).length;
    const response = await request(attempt.payment.checkoutUrl, { method, headers: { ...headers } });
    expect(response.status).toBe(200);
    expect(await response.text()).not.toContain('payment_id');
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('created');
    expect(await attempt.shop.events(attempt.payment.id)).toHaveLength(before);
  });

  it.each([
    'Mozilla/5.0 (Linux; Android 12; CUBOT X30) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36',
    'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0 Mobile Telegram-Android/11.4.2',
    'Mozilla/5.0 (Macintosh) AppleWebKit/537.36 Slack/4.41.105 Chrome/130.0 Electron/33.0 Safari/537.36',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605.1.15 [FBAN/FBIOS;FBAV/480.0]',
  ])('is no dead end for a person whose browser sounds like a program: %s', async (agent) => {
    const attempt = await journey('ecommpay');
    const away = await request(attempt.payment.checkoutUrl, { headers: { 'user-agent': agent } });
    expect([away.status, away.headers.get('location')]).toEqual([303, expect.stringContaining('payment_id')]);
  });

  it('has a button for a person who is taken for a program, and leads where the link leads', async () => {
    const headers = { 'user-agent': 'Some Preview Browser' };
    const attempt = await journey('ecommpay');
    const html = await (await request(attempt.payment.checkoutUrl, { headers })).text();
    const { pathname } = new URL(attempt.payment.checkoutUrl);
    expect(html).toContain(`<form method="post" action="${pathname}">`);
    const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
    const onward = await request(pathname, { method: 'POST', headers: form, body: 'account=' });
    expect(onward.headers.get('location')).toContain('payment_id');
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('forwarded');
  });
});

describe("a bank's own page", () => {
  it.each(PROVIDER_IDS)(
    'of %s is not framed, cached or passed on, and loads only what it holds',
    async (id) => {
      const attempt = await journey(id);
      if (attempt.payment.redirect.kind !== 'html') return;
      const { headers } = await request(attempt.payment.checkoutUrl);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain('form-action http');
      expect(policy).not.toContain("script-src 'unsafe-inline'");
      expect([headers.get('referrer-policy'), headers.get('cache-control')]).toEqual([
        'no-referrer',
        'no-store',
      ]);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    },
  );
});

describe('a probe of an address', () => {
  it.each(PROVIDER_IDS)('is no message of %s', async (id) => {
    const attempt = await journey(id);
    const message = bankOf(id).notification(attempt.order, attempt.merchant, 'pay', 'none');
    const { status } = await request(message.url, { method: 'HEAD' });
    const back = await request(bankOf(id).back(attempt.order, attempt.merchant, 'pay'), { method: 'HEAD' });
    expect([status, back.status]).toEqual([200, 200]);
    const log = await attempt.shop.events(attempt.payment.id);
    expect(log.filter(({ type }) => /notification|returned|confirm/.test(type))).toEqual([]);
  });
});

describe('rows that strangers cause', () => {
  it('are thirty returns, and then a count', async () => {
    const attempt = await journey('ecommpay');
    const address = `/return/${attempt.account}/${attempt.payment.id}?via=success`;
    await times(200, () => request(address));
    await attempt.notify('pay');
    const returned = (await attempt.shop.events(attempt.payment.id)).filter(
      ({ type }) => type === 'returned',
    );
    expect(returned).toHaveLength(31);
    expect(returned.at(-1)?.detail).toMatchObject({ count: 170 });
  });

  it.each(['/return', '/paiements/return', '/paiements/ipn'])(
    'are no more at %s of a bank whose payments are looked up first',
    async (door) => {
      const attempt = await journey('ogone');
      const { id, checkoutUrl } = attempt.payment;
      const address = door === '/return' ? `${door}/${attempt.account}/${id}` : door;
      const said = `ORDERID=${id}01&STATUS=9`;
      await times(60, async (index) => {
        await request(checkoutUrl);
        await request(`/return/${attempt.account}/${id}?n=${index}`);
        await request(`${address}?${said}&n=${index}`);
      });
      await attempt.notify('pay');
      const log = await attempt.shop.events(id);
      const ofStrangers = log.filter(({ type }) => type === 'returned' || type === 'forwarded');
      // While one of the two is still written, what is counted of the other is written with it.
      expect(ofStrangers.length).toBeLessThanOrEqual(80);
      expect(ofStrangers.some(({ detail }) => Number(detail.count) >= 28)).toBe(true);
    },
  );

  it('are twenty messages that prove nothing', async () => {
    const settings = { numcli: '090909', mode: 'url', saisie: 'A' };
    const account = await makeAccount('tipi', { environment: 'production', settings });
    const shop = await makeShop([account]);
    const { id, redirect } = (await shop.pay({ amount: 5500 })).body;
    const who = merchant('tipi', account, settings);
    const order = await shopperAtBank('tipi', redirect, who);
    const message = bankOf('tipi').notification(order, who, 'pay', 'none');
    await times(60, (index) =>
      deliver({ ...message, body: String(message.body).replace(/montant=\d+/, `montant=${5500 + index}`) }),
    );
    const log = await shop.events(id);
    expect(log.length).toBeLessThan(60);
    expect(log.at(-1)?.detail).toMatchObject({ reason: expect.stringContaining('without proof') });
  });

  it('are sixty messages that count without proof on an account for tests, and one more every ten minutes', async () => {
    const attempt = await journey('dummy');
    const { id } = attempt.payment;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const post = (ok: number, amount: number) =>
      request(`/callback/${attempt.account}`, {
        method: 'POST',
        headers,
        body: `transaction_id=${id}01&ok=${ok}&amount=${amount}&signed=1`,
      });
    const seen: number[] = [];
    await times(150, async (index) => seen.push((await post(0, index + 1)).status));
    expect(seen.filter((status) => status === 200)).toHaveLength(60);
    expect(seen.filter((status) => status === 429)).toHaveLength(90);
    // At most two events of a message.
    expect((await attempt.shop.events(id)).length).toBeLessThan(150);
    // A repeat of what was taken is none.
    expect((await post(0, 1)).status).toBe(200);
    const genuine = await post(1, 1999);
    expect(genuine.status).toBe(429);
    const wait = Number(genuine.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(590);
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + wait * 1000);
    expect((await post(1, 1999)).status).toBe(200);
    expect((await attempt.shop.payment(id)).status).toBe('paid');
    expect((await post(0, 4000)).status).toBe(429);
    vi.useRealTimers();
  });

  it('are read page by page', async () => {
    const attempt = await journey('ecommpay');
    await times(12, () => request(`/return/${attempt.account}/${attempt.payment.id}?via=success`));
    const all = await attempt.shop.events(attempt.payment.id);
    const seen: number[] = [];
    for (let cursor: string | null = '0'; cursor !== null; ) {
      const path: string = `/payments/${attempt.payment.id}/events?limit=5&cursor=${cursor}`;
      const { body } = await attempt.shop.call<{ data: { seq: number }[]; nextCursor: string | null }>(
        'GET',
        path,
      );
      expect(body.data.length).toBeLessThanOrEqual(5);
      seen.push(...body.data.map(({ seq }) => seq));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(all.map(({ seq }) => seq));
    const bad = await attempt.shop.call('GET', `/payments/${attempt.payment.id}/events?limit=0`);
    expect(bad.status).toBe(400);
  });
});

describe('a return that proves nothing', () => {
  // SIPS 1's messages are opened by a service of ours, which is not asked about anything.
  it.each(PROVIDER_IDS.filter((id) => id !== 'sips'))(
    'has %s asked once in ten seconds at most',
    async (id) => {
      const attempt = await journey(id);
      const before = net.calls.filter((url) => url.startsWith(BANK_API)).length;
      const address = new URL(bankOf(id).back(attempt.order, attempt.merchant, 'pay'));
      for (let count = 0; count < 10; count++) {
        address.searchParams.set('x', String(count));
        await request(address.href);
      }
      await runAlarms(attempt.payment.id);
      const after = net.calls.filter((url) => url.startsWith(BANK_API)).length;
      // A token, a query, a verification.
      expect(after - before).toBeLessThanOrEqual(6);
    },
  );
});
