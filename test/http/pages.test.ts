/**
 * Pages for people. Ruled out: JSON or a bare error at an address for shoppers; a failure that the payment's log does not have; a shopper
 * who waits for a bank for longer than ten seconds, or is sent to the shop while the result is on its way; and that the page which waits
 * hands out the checkout.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { provider } from '../../src/providers/registry.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import {
  answerNextCall,
  BANK_API,
  bankOf,
  CUSTOMER,
  currencyOf,
  demoSettings,
  hopFailures,
  journey,
  makeAccount,
  makeShop,
  network,
  ORIGIN,
  type Payment,
  placeAt,
  request,
  runAlarms,
  shopAfter,
  type TestShop,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  net.restore();
});

/** Providers at which an order is registered while the shopper is at our checkout. */
const REGISTERING = ['moip', 'payu', 'przelewy24', 'tpay'] as const;

/** What these tests read is English. */
const customer = { ...CUSTOMER, language: 'en' };

const SHOPPER = { 'cf-connecting-ip': '203.0.113.9' };

interface Open {
  readonly shop: TestShop;
  readonly account: string;
  readonly payment: Payment;
}

/** A payment whose shopper has yet to come. */
async function waiting(providerId: string, settings: Record<string, unknown> = {}): Promise<Open> {
  const place = await placeAt(providerId, settings);
  const { status, body } = await place.shop.pay({ currency: currencyOf(providerId), customer });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return { ...place, payment: body };
}

const visit = (address: string, init: RequestInit = {}) =>
  request(address, { ...init, headers: { ...SHOPPER, ...init.headers } });

/** What a person sees: a page, sound and closed, with the request id. */
async function pageOf(response: Response) {
  const html = await response.text();
  const { headers } = response;
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(html).toMatch(/^<!doctype html><html lang="en"><head><meta charset="utf-8"\/>/);
  expect(html).toContain('<meta name="viewport" content="width=device-width, initial-scale=1"/>');
  expect(html).toMatch(/<title>[^<]{4,}<\/title>/);
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{16}$/);
  const plain = (text: string) => text.replaceAll('&amp;', '&').replaceAll('&#39;', "'");
  const links = Object.fromEntries(
    [...html.matchAll(/<a (?:class="[^"]+" )?href="([^"]+)">([^<]+)<\/a>/g)].map(
      ([, href = '', caption = '']) => [caption, plain(href)],
    ),
  );
  return {
    status: response.status,
    html: plain(html),
    links,
    id: headers.get('x-request-id') ?? '',
    /** Where the page goes by itself after three seconds; empty: it stays. */
    onwards: /^3; url=(.+)$/.exec(headers.get('refresh') ?? '')?.[1] ?? '',
  };
}

const answers = (response: () => Response) => answerNextCall(async () => response());

const down = () =>
  answerNextCall(async () => {
    throw new TypeError('connection lost');
  });

const failures = ({ payment }: Open) => hopFailures(payment.id);

describe('a shopper whom a bank does not take', () => {
  it.each(REGISTERING)('is not left with JSON when %s is down, and pays at the next click', async (id) => {
    const open = await waiting(id);
    down();
    const page = await pageOf(await visit(open.payment.checkoutUrl));
    expect(page.status).toBe(504);
    expect(page.html).toContain('The bank does not answer');
    expect(page.html).toContain('Nothing was charged.');
    expect(page.html).toContain(page.id);
    expect(page.links['Try again']).toBe(new URL(open.payment.checkoutUrl).pathname);
    const again = await visit(page.links['Try again'] ?? '');
    expect([again.status, again.headers.get('location')?.startsWith(ORIGIN)]).toEqual([303, false]);
    expect((await open.shop.payment(open.payment.id)).status).toBe('forwarded');
  });

  it.each(REGISTERING)(
    "is told of no refusal when %s fails, and the log has the bank's own words",
    async (id) => {
      const open = await waiting(id);
      const warned = vi.spyOn(console, 'error').mockImplementation(() => {});
      // The first call may be for a token, and the second for the order.
      for (const _ of ['token', 'order'])
        answers(() => new Response('Serviço indisponível até 14h', { status: 500 }));
      const page = await pageOf(await visit(open.payment.checkoutUrl));
      expect([page.status, page.html.includes('The bank does not answer')]).toEqual([502, true]);
      expect(page.html).not.toContain('did not accept');
      expect(page.html).toContain('Nothing was charged.');
      expect(page.html).not.toContain('indisponível');
      const [event] = await failures(open);
      expect(event).toMatchObject({
        source: 'countersign',
        detail: {
          account: open.account,
          attempt: 1,
          code: 'provider_error',
          words: expect.stringContaining('indisponível'),
          requestId: page.id,
        },
      });
      expect(warned).toHaveBeenCalledWith(
        expect.objectContaining({ event: 'hop.failed', requestId: page.id, code: 'provider_error' }),
      );
    },
  );

  it('has the way back to the shop, with what the shop wants to know', async () => {
    const open = await waiting('moip');
    down();
    const { links } = await pageOf(await visit(open.payment.checkoutUrl));
    const target = new URL(links['Back to the shop'] ?? '');
    expect(target.pathname).toBe('/sorry');
    expect(Object.fromEntries(target.searchParams)).toEqual({
      x: '1',
      payment: open.payment.id,
      reference: open.payment.reference,
      status: 'created',
      expires: expect.stringMatching(/^\d{10}$/),
      signature: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it('waits ten seconds at most for all calls together', { timeout: 30_000 }, async () => {
    const open = await waiting('payu', { client_id: 990_001 });
    const started = performance.now();
    answerNextCall(async () => {
      await new Promise((done) => setTimeout(done, 6000));
      return Response.json({ access_token: 'slow', token_type: 'bearer', expires_in: 43_199 });
    });
    // It does not even notice that nobody waits any more.
    answerNextCall(() => new Promise<Response>(() => {}));
    const page = await pageOf(await visit(open.payment.checkoutUrl));
    expect(performance.now() - started).toBeLessThan(11_000);
    expect(page.status).toBe(504);
    expect((await failures(open))[0]?.detail).toMatchObject({ code: 'provider_unreachable' });
    expect(page.links['Try again']).toBe(new URL(open.payment.checkoutUrl).pathname);
  });

  it('may pay another way where the shop has left that open, and only there', async () => {
    const endpoints = { api: BANK_API };
    const moip = await makeAccount('moip', { currencies: ['BRL'], endpoints });
    const other = await makeAccount('ogone', { currencies: ['BRL'] });
    const shop = await makeShop([moip, other]);
    const payment = (await shop.pay({ currency: 'BRL', account: undefined, customer })).body;
    const choose = (account: string) =>
      visit(payment.checkoutUrl, { method: 'POST', body: `account=${account}` });
    down();
    const page = await pageOf(await choose(moip));
    expect(page.status).toBe(504);
    expect(page.html).toContain(
      `<button class="button" type="submit" name="account" value="${moip}">Try again</button>`,
    );
    const chooser = await (await visit(page.links['Pay another way'] ?? '')).text();
    expect(chooser).toContain(`value="${other}"`);
    expect(await (await choose(other)).text()).toContain('PSPID');

    const named = (await shop.pay({ currency: 'BRL', account: moip, customer })).body;
    down();
    const { links } = await pageOf(await visit(named.checkoutUrl));
    expect(Object.keys(links)).toEqual(['Try again', 'Back to the shop']);
  });

  it('is not told that nothing was charged when an earlier visit may have been paid', async () => {
    const open = await waiting('moip');
    await visit(open.payment.checkoutUrl);
    const spy = vi.spyOn(env.LEDGER, 'get');
    const { get } = Object.getPrototypeOf(env.LEDGER) as typeof env.LEDGER;
    // The hop fails, and the payment can be read.
    spy.mockImplementationOnce(() => {
      throw new Error('a mistake of ours');
    });
    spy.mockImplementation((...given) => get.apply(env.LEDGER, given));
    const page = await pageOf(await visit(open.payment.checkoutUrl));
    expect(page.html).toContain('Nothing was charged this time.');
    expect(page.html).toContain('we are asking the bank');
  });

  it('does not fill the log, nor does what the bank says', { timeout: 30_000 }, async () => {
    const open = await waiting('moip');
    const key = String(demoSettings('moip').key);
    const long = `<EnviarInstrucaoResponse>${key} 4111111111111111 ${'x'.repeat(9000)}`;
    for (let count = 0; count < 40; count++) {
      answers(() => new Response(long, { status: 500 }));
      vi.setSystemTime(Date.now() + 86_400_001);
      await visit(open.payment.checkoutUrl);
    }
    const events = await failures(open);
    const whole = events.filter(({ detail }) => detail.words !== undefined);
    expect(whole).toHaveLength(30);
    for (const { detail } of whole) expect(JSON.stringify(detail).length).toBeLessThan(1000);
    // The rest is counted, in what the next attempt writes in any case.
    for (const { detail } of events.slice(30))
      expect(detail).toEqual({ account: open.account, code: 'provider_error', count: 1 });
    expect(JSON.stringify(events)).not.toContain(key);
    expect(JSON.stringify(events)).not.toContain('4111111111111111');
  });
});

describe('a shopper whom we cannot take to the bank', () => {
  it('sees a page when the account is gone, at the checkout as well as back from the bank', async () => {
    const open = await waiting('moip');
    const gone = await waiting('ogone');
    await env.DIRECTORY.prepare('DELETE FROM accounts WHERE id IN (?, ?)')
      .bind(open.account, gone.account)
      .run();
    serviceOf(env as unknown as Env).directory.changed();
    const page = await pageOf(await visit(open.payment.checkoutUrl));
    expect([page.status, page.html.includes('not available')]).toEqual([500, true]);
    expect(page.html).toContain('Nothing was charged.');
    expect(Object.keys(page.links)).toEqual(['Back to the shop']);
    expect(page.html).not.toContain(open.account);
    expect((await failures(open))[0]?.detail).toMatchObject({ code: 'misconfigured', account: open.account });

    const back = await visit(`/return/${gone.account}/${gone.payment.id}?STATUS=9`);
    expect(new URL(back.headers.get('location') ?? '').pathname).toBe('/sorry');
    expect((await gone.shop.events(gone.payment.id)).at(-1)).toMatchObject({
      type: 'returned',
      detail: { signed: false, refused: 'account_gone' },
    });
  });

  it('sees a page when the bank wants a field that is missing', async () => {
    const open = await waiting('payu');
    // PayU wants the address of the payer, and neither the shop nor the platform says it.
    const page = await pageOf(await request(open.payment.checkoutUrl));
    expect([page.status, page.html.includes('cannot be made this way')]).toEqual([400, true]);
    expect(page.html).toContain('Nothing was charged.');
    expect((await failures(open))[0]?.detail).toMatchObject({
      code: 'invalid_request',
      detail: expect.stringContaining('customer.ip'),
    });
  });

  it('sees a page when the payment has been called off, with the way back', async () => {
    const open = await waiting('ogone');
    await open.shop.call('POST', `/payments/${open.payment.id}/cancel`);
    const page = await pageOf(await visit(open.payment.checkoutUrl));
    expect([page.status, page.html.includes('cancelled this payment')]).toEqual([410, true]);
    expect(page.links['Back to the shop']).toContain('status=cancelled');
  });

  it('sees a page when what was chosen is not offered, and can choose again', async () => {
    const accounts = [await makeAccount('ogone'), await makeAccount('paybox')];
    const shop = await makeShop(accounts);
    const { checkoutUrl } = (await shop.pay({ account: undefined, customer })).body;
    const page = await pageOf(await visit(checkoutUrl, { method: 'POST', body: 'account=nothing' }));
    expect([page.status, page.html.includes('cannot be made this way')]).toEqual([404, true]);
    expect(page.links['Pay another way']).toBe(new URL(checkoutUrl).pathname);
  });

  it('sees a page when the shop has been switched off, and the log has it', async () => {
    const open = await waiting('ogone');
    await request(`/v1/admin/shops/${open.shop.id}`, {
      method: 'PUT',
      headers: { authorization: 'Bearer test-admin-token' },
      body: JSON.stringify({ accounts: [open.account], active: false }),
    });
    serviceOf(env as unknown as Env).directory.changed();
    const page = await pageOf(await visit(open.payment.checkoutUrl));
    expect([page.status, page.html.includes('Nothing was charged')]).toEqual([409, true]);
    expect((await failures(open))[0]?.detail).toMatchObject({ code: 'not_offered' });
  });

  it('sees a page when we have made a mistake, which the page does not tell', async () => {
    const open = await waiting('moip');
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const moip = provider('moip');
    if (!moip) throw new Error('there is no moip');
    vi.spyOn(moip, 'start').mockImplementation(() => {
      throw new RangeError('the seal is broken');
    });
    const page = await pageOf(await visit(open.payment.checkoutUrl));
    expect([page.status, page.html.includes('on our side')]).toEqual([500, true]);
    expect(page.html).not.toContain('seal');
    expect((await failures(open))[0]?.detail).toMatchObject({ code: 'internal_error', requestId: page.id });
    expect(JSON.stringify(await failures(open))).not.toContain('seal');
    expect(logged).toHaveBeenCalledWith(
      expect.objectContaining({ event: 'hop.failed', cause: expect.stringContaining('the seal is broken') }),
    );
  });

  it('sees a page when a ledger fails, everywhere on the way', async () => {
    const { payment, account } = await waiting('ogone');
    vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.spyOn(env.LEDGER, 'get').mockImplementation(() => {
      throw new Error('a mistake of ours');
    });
    for (const [address, init] of [
      [payment.checkoutUrl, {}],
      [payment.checkoutUrl, { method: 'POST', body: `account=${account}` }],
      [`/pay/${payment.id}`, {}],
      [`/return/${account}/${payment.id}?STATUS=9`, {}],
      [`${payment.checkoutUrl}/wait`, {}],
      [`/paiements/go/${payment.id}`, {}],
    ] as const) {
      const page = await pageOf(await visit(address, init));
      expect([address, page.status]).toEqual([address, 500]);
      expect(page.html).toContain('do not pay again');
      expect(page.html).toContain(page.id);
    }
  });
});

describe('a request that nobody should send', () => {
  const addresses = async () => {
    const { payment, account } = await waiting('ogone');
    const { pathname } = new URL(payment.checkoutUrl);
    return [
      [pathname, 'GET, POST, HEAD'],
      [`/pay/${payment.id}`, 'GET, POST, HEAD'],
      [`${pathname}/wait`, 'GET, HEAD'],
      [`/return/${account}/${payment.id}`, 'GET, POST, HEAD'],
    ] as const;
  };

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('is no JSON for the method %s', async (method) => {
    for (const [address, allow] of await addresses()) {
      const response = await visit(address, { method });
      expect([address, response.headers.get('allow')]).toEqual([address, allow]);
      const page = await pageOf(response);
      expect([address, page.status]).toEqual([address, 405]);
      expect(page.html).toContain(page.id);
    }
  });

  it('is no JSON for a body that is too large, and the log has it', async () => {
    const open = await waiting('ogone');
    const body = 'x'.repeat(70_000);
    const chosen = await pageOf(await visit(open.payment.checkoutUrl, { method: 'POST', body }));
    expect([chosen.status, chosen.html.includes('Nothing was charged')]).toEqual([413, true]);
    expect(Object.keys(chosen.links)).toEqual(['Try again', 'Back to the shop']);
    const returned = await visit(`/return/${open.account}/${open.payment.id}`, { method: 'POST', body });
    expect(returned.status).toBe(303);
    expect((await visit(returned.headers.get('location') ?? '')).status).toBe(200);
    expect((await open.shop.events(open.payment.id)).at(-1)).toMatchObject({
      type: 'returned',
      detail: { refused: 'payload_too_large' },
    });
  });

  it('leads to a page, whatever stands behind the address', async () => {
    const { payment, account } = await waiting('ogone');
    for (const path of [
      '/pay',
      '/pay/',
      '/return',
      `/return/${account}`,
      `/return/${account}/${payment.id}/more`,
      '/paiements/go',
      new URL(payment.checkoutUrl).pathname.toUpperCase(),
      `/${new URL(payment.checkoutUrl).pathname}`,
    ]) {
      const page = await pageOf(await visit(path));
      expect([path, page.status]).toEqual([path, 404]);
    }
  });
});

/** Back from a bank that has told us nothing yet. */
async function backEarly(via = 'success') {
  const attempt = await journey('ecommpay', { fields: { customer } });
  await visit(attempt.payment.checkoutUrl);
  const back = await visit(`/return/${attempt.account}/${attempt.payment.id}?via=${via}`);
  const location = back.headers.get('location') ?? '';
  const address = location.startsWith(ORIGIN) ? location.slice(ORIGIN.length) : location;
  const [, , , token = ''] = address.split('/');
  return { attempt, back, address, token };
}

describe('a shopper who is back before the result', () => {
  it('is not sent to the shop with nothing known, but waits on a page that looks again without a script', async () => {
    const { attempt, back, address } = await backEarly();
    expect([back.status, back.headers.get('cache-control'), back.headers.get('referrer-policy')]).toEqual([
      303,
      'no-store',
      'no-referrer',
    ]);
    expect(back.headers.get('location')).toBe(ORIGIN + address);
    expect(address).toMatch(new RegExp(`^/pay/${attempt.payment.id}/[\\w-]{22}/wait\\?`));
    const page = await pageOf(await visit(address));
    expect(page.status).toBe(200);
    expect(page.onwards).toContain(`${address.replace(/\?.*/, '')}?`);
    expect(page.html).not.toContain('<script');
    await attempt.notify('pay');
    const done = await visit(page.onwards);
    expect(done.status).toBe(303);
    const target = new URL(done.headers.get('location') ?? '');
    expect([target.pathname, target.searchParams.get('status')]).toEqual(['/thanks', 'paid']);
  });

  it('does not wait for longer than a minute, whatever the address says', async () => {
    const { address } = await backEarly();
    const start = Date.now();
    for (const until of ['99999999999', '', '-1', 'x']) {
      const far = new URL(address, ORIGIN);
      far.searchParams.set('until', until);
      vi.setSystemTime(start);
      const page = await pageOf(await visit(far.href));
      const next = page.onwards;
      vi.setSystemTime(start + 58_000);
      expect((await visit(next)).status).toBe(200);
      vi.setSystemTime(start + 61_000);
      const done = await visit(next);
      const target = new URL(done.headers.get('location') ?? '');
      expect([done.status, target.pathname, target.searchParams.get('status')]).toEqual([
        303,
        '/thanks',
        'forwarded',
      ]);
    }
  });

  it.each([
    ['pending', 'thanks'],
    ['failure', 'sorry'],
  ])('goes to the address that the bank named, after the wait as before: %s', async (via, page) => {
    const { back } = await backEarly(via);
    expect((await shopAfter(back)).pathname).toBe(`/${page}`);
  });

  it('waits for a payment that the bank has in process', async () => {
    const attempt = await journey('paybox');
    const back = await visit(bankOf('paybox').back(attempt.order, attempt.merchant, 'wait'));
    expect(back.headers.get('location')).toContain('/wait?');
    expect((await shopAfter(back)).searchParams.get('status')).toBe('pending');
  });

  it('does not wait after giving up, nor for a person', async () => {
    const { back } = await backEarly('cancel');
    expect(new URL(back.headers.get('location') ?? '').pathname).toBe('/sorry');
    const account = await makeAccount('tipi', {
      environment: 'production',
      settings: { numcli: '090909', mode: 'url', saisie: 'A' },
    });
    const shop = await makeShop([account]);
    const { id } = (await shop.pay({ amount: 5500, customer })).body;
    const address = `/return/${account}/${id}?via=success`;
    expect((await visit(address)).headers.get('location')).toContain('/wait?');
    await request(`/callback/${account}?o=${id}01`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `numcli=090909&refdet=${id}01&montant=5500&saisie=A&resultrans=P`,
    });
    expect((await shop.payment(id)).pendingReason).toBe('proof_missing');
    expect((await visit(address)).headers.get('location')).toContain('status=pending');
  });

  it('sees the page of old at a shop without addresses, which looks again', async () => {
    const account = await makeAccount('ecommpay');
    const shop = await makeShop([account], { returnUrl: { success: null, failure: null } });
    const { body } = await shop.pay({ customer });
    const page = await pageOf(await visit(`/return/${account}/${body.id}`));
    expect([page.status, page.html.includes('Not paid yet')]).toEqual([200, true]);
    const next = page.onwards;
    expect((await pageOf(await visit(next))).html).toContain('Waiting for the bank');
    vi.setSystemTime(Date.now() + 61_000);
    const last = await pageOf(await visit(next));
    expect([last.status, last.html.includes('Not paid yet'), last.onwards]).toEqual([200, true, '']);
  });

  it('goes on when the message that came along makes us fail, and the log has it', async () => {
    const attempt = await journey('ogone');
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const ogone = provider('ogone');
    if (!ogone) throw new Error('there is no ogone');
    vi.spyOn(ogone, 'notification').mockImplementation(() => {
      throw new RangeError('the seal is broken');
    });
    const back = await visit(bankOf('ogone').back(attempt.order, attempt.merchant, 'pay'));
    expect(back.headers.get('location')).toContain('/wait?');
    expect((await attempt.shop.events(attempt.payment.id)).at(-1)).toMatchObject({
      type: 'returned',
      detail: { signed: false, refused: 'internal_error' },
    });
    expect(logged).toHaveBeenCalledWith(
      expect.objectContaining({ event: 'return.failed', code: 'internal_error' }),
    );
  });

  it('goes on when the bank that is asked hangs', { timeout: 30_000 }, async () => {
    const attempt = await journey('epaydk');
    const start = performance.now();
    for (let count = 0; count < 3; count++) answerNextCall(() => new Promise<Response>(() => {}));
    const back = await visit(bankOf('epaydk').back(attempt.order, attempt.merchant, 'pay'));
    expect(back.status).toBe(303);
    expect(performance.now() - start).toBeLessThan(11_000);
  });
});

describe('the page that waits', () => {
  it('does not hand out the checkout: its token opens nothing else', async () => {
    const { attempt, address, token } = await backEarly();
    const { id, checkoutUrl } = attempt.payment;
    expect(checkoutUrl).not.toContain(token);
    const page = await pageOf(await visit(address));
    expect(page.html).not.toContain(new URL(checkoutUrl).pathname.split('/')[3]);
    for (const text of ['zoe', 'Müller', 'Two tickets', attempt.payment.reference])
      expect(page.html).not.toContain(text);
    const log = await attempt.shop.events(id);
    for (const init of [{}, { method: 'POST', body: `account=${attempt.account}` }, { method: 'HEAD' }])
      expect((await visit(`/pay/${id}/${token}`, init)).status).toBe(404);
    expect(await attempt.shop.events(id)).toEqual(log);
  });

  it('is not there for another token, nor for a payment that is not', async () => {
    const { attempt, token } = await backEarly();
    const { id } = attempt.payment;
    const other = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    for (const path of [
      `/pay/${id}/${other}/wait`,
      `/pay/${id}//wait`,
      `/pay/${'0'.repeat(16)}/${token}/wait`,
    ])
      expect((await visit(path)).status).toBe(404);
    expect((await visit(`${attempt.payment.checkoutUrl}/wait`)).status).toBe(200);
  });

  it('changes nothing, asks nobody, and does not count who looks', async () => {
    const { attempt, address } = await backEarly();
    const { id } = attempt.payment;
    await runAlarms(id);
    const log = await attempt.shop.events(id);
    const { version } = await attempt.shop.payment(id);
    const calls = net.calls.length;
    for (let count = 0; count < 5; count++) await visit(address);
    const head = await visit(address, { method: 'HEAD' });
    expect([head.status, head.headers.get('location')]).toEqual([200, null]);
    expect(net.calls).toHaveLength(calls);
    expect(await attempt.shop.events(id)).toEqual(log);
    expect((await attempt.shop.payment(id)).version).toBe(version);
  });
});

describe('a program that looks at an address', () => {
  it('makes nothing, and sees no failure: the bank is not called', async () => {
    const open = await waiting('moip');
    const calls = net.calls.length;
    for (const init of [{ method: 'HEAD' }, { headers: { 'user-agent': 'Slackbot 1.0' } }])
      expect((await visit(open.payment.checkoutUrl, init)).status).toBe(200);
    expect(net.calls).toHaveLength(calls);
    expect((await open.shop.events(open.payment.id)).map(({ type }) => type)).toEqual(['created']);
  });
});

describe('the front door', () => {
  it('is no JSON: a page that says what this is, and its icon', async () => {
    const page = await pageOf(await visit('/'));
    expect([page.status, page.html.includes('go back there')]).toEqual([200, true]);
    // The platform serves it, beside the Worker.
    expect(page.links['For developers: the reference of its API']).toBe('/docs');
    const icon = await visit('/favicon.ico');
    expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    expect(await icon.text()).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  });
});
