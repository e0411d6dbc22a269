/**
 * The page for a shopper whom we cannot take to the bank, or whom the bank does not take. Ruled out: JSON or a bare error; a failure that
 * the payment's log does not have; a shopper who waits for a bank for longer than ten seconds, or has no way on.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { provider } from '../../src/providers/registry.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import {
  answerNextCall,
  BANK_API,
  demoSettings,
  makeAccount,
  makeShop,
  network,
  ORIGIN,
  request,
} from '../support/harness.ts';
import { answers, customer, failures, pageOf, visit, waiting } from './pages-support.ts';

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

const down = () =>
  answerNextCall(async () => {
    throw new TypeError('connection lost');
  });

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

  it('waits ten seconds at most for all calls together', async () => {
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

  it('does not fill the log, nor does what the bank says', async () => {
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
