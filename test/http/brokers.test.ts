/** The brokers through the routes: tokens, APIs that fail, verification, choosing, parts of a payment, new payments. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  answerNextCall,
  BANK_API,
  bankOf,
  CUSTOMER,
  deliver,
  demoSettings,
  hopFailures,
  journey,
  makeAccount,
  makeShop,
  memory,
  type network as Network,
  network,
  type Payment,
  request,
  runAlarms,
  type TestShop,
} from '../support/harness.ts';

let net: ReturnType<typeof Network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  net.restore();
  vi.useRealTimers();
});

const SHOPPER = { headers: { 'cf-connecting-ip': '203.0.113.9' } };

/** A payment that is to be registered at the checkout. */
async function waiting(
  providerId: string,
  fields: Record<string, unknown> = {},
): Promise<{ shop: TestShop; payment: Payment }> {
  const account = await makeAccount(providerId, {
    settings: demoSettings(providerId),
    endpoints: { api: BANK_API },
  });
  const shop = await makeShop([account]);
  const { body, status } = await shop.pay({ currency: 'PLN', ...fields });
  expect(status).toBe(201);
  return { shop, payment: body };
}

/** The next calls of the bank's API are answered like this instead. */
function failing(...answers: (() => Promise<Response>)[]): void {
  for (const answer of answers) answerNextCall(answer);
}

describe('an API', () => {
  it.each(['payu', 'tpay', 'przelewy24'])(
    'that fails is an error with a name, and the next try works (%s)',
    async (providerId) => {
      for (const [answer, code] of [
        [async () => new Response('oops', { status: 500 }), 'provider_error'],
        [async () => new Response('<html>maintenance</html>', { status: 200 }), 'provider_error'],
        [async () => Promise.reject(new Error('connection reset')), 'provider_unreachable'],
      ] as const) {
        const { payment, shop } = await waiting(providerId);
        failing(answer);
        const first = await request(payment.checkoutUrl, SHOPPER);
        expect(first.headers.get('content-type')).toContain('text/html');
        expect((await hopFailures(payment.id)).map(({ detail }) => detail.code)).toEqual([code]);
        expect((await shop.payment(payment.id)).status).toBe('created');
        const second = await request(payment.checkoutUrl, SHOPPER);
        expect([second.status, (await shop.payment(payment.id)).status]).toEqual([303, 'forwarded']);
      }
    },
  );

  it('whose token is refused or has ended gets a new one, once', async () => {
    const { payment } = await waiting('payu');
    failing(async () => Response.json({ error: 'invalid_client' }, { status: 401 }));
    expect((await request(payment.checkoutUrl, SHOPPER)).status).toBe(502);
    expect((await request(payment.checkoutUrl, SHOPPER)).status).toBe(303);
    // The token that is kept is dead at the bank: fetched anew, and the order is made.
    const { body } = await makeShop([payment.account]).then((shop) => shop.pay({ currency: 'PLN' }));
    const before = net.calls.length;
    failing(async () => Response.json({ status: { statusCode: 'UNAUTHORIZED' } }, { status: 401 }));
    expect((await request(body.checkoutUrl, SHOPPER)).status).toBe(303);
    expect(net.calls.slice(before).some((url) => url.includes('oauth'))).toBe(true);
  });
});

describe('PayU', () => {
  it('needs the address of the payer: the shop’s, else that of the shopper', async () => {
    const { payment } = await waiting('payu');
    expect((await request(payment.checkoutUrl)).status).toBe(400);
    expect((await hopFailures(payment.id))[0]?.detail.detail).toContain('customer.ip');
    expect((await request(payment.checkoutUrl, SHOPPER)).status).toBe(303);
    const named = await waiting('payu', { customer: { ...CUSTOMER, ip: '198.51.100.7' } });
    expect((await request(named.payment.checkoutUrl)).status).toBe(303);
  });

  it('serves the classic API: a signed hint, and a signed answer', async () => {
    const settings = {
      mode: 'legacy',
      pos_id: '24681',
      pos_auth_key: 'Ab12Cd3',
      key1: '0123456789abcdef0123456789abcdef',
      key2: 'fedcba9876543210fedcba9876543210',
      second_key: undefined,
      client_secret: undefined,
    };
    const attempt = await journey('payu', { settings, fields: { currency: 'PLN' } });
    expect((await attempt.notify('pay')).status).toBe(200);
    await runAlarms(attempt.payment.id);
    expect(await attempt.shop.payment(attempt.payment.id)).toMatchObject({
      status: 'paid',
      providerStatusText: 'received',
    });
    expect((await attempt.notify('pay', 'bad-signature')).status).toBe(403);
  });
});

describe('Przelewy24', () => {
  it.each([
    ['rest', {}],
    ['3.2', { mode: '3.2' }],
    ['legacy', { mode: 'legacy' }],
  ])('is paid only after the verification call has succeeded (%s)', async (_mode, changes) => {
    const attempt = await journey('przelewy24', { settings: changes });
    await bankOf('przelewy24').decide?.(attempt.order, attempt.merchant, 'pay', memory);
    const message = bankOf('przelewy24').notification(attempt.order, attempt.merchant, 'pay', 'none');
    expect(await (await deliver(message)).text()).toBe('OK');
    expect((await attempt.shop.payment(attempt.payment.id)).amounts.paid).toBe(0);
    failing(async () => new Response('oops', { status: 500 }));
    await runAlarms(attempt.payment.id);
    expect((await attempt.shop.payment(attempt.payment.id)).amounts.paid).toBe(0);
    const { body } = await attempt.shop.call<{ pending: { kind: string; tries: number }[] }>(
      'GET',
      `/payments/${attempt.payment.id}/events`,
    );
    expect(body.pending).toContainEqual(expect.objectContaining({ kind: 'confirm', tries: 1 }));
    vi.setSystemTime(Date.now() + 120_000);
    await runAlarms(attempt.payment.id);
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('paid');
    // A payment that is paid is not queried on schedule.
    const after = await attempt.shop.call<{ pending: { kind: string }[] }>(
      'GET',
      `/payments/${attempt.payment.id}/events`,
    );
    expect(after.body.pending.filter(({ kind }) => kind === 'confirm')).toEqual([]);
  });

  it('is not paid by a grosz: our amount is what is verified', async () => {
    const attempt = await journey('przelewy24');
    const cheap = { ...attempt.order, amount: 1 };
    await bankOf('przelewy24').decide?.(cheap, attempt.merchant, 'pay', memory);
    expect(
      (await deliver(bankOf('przelewy24').notification(cheap, attempt.merchant, 'pay', 'none'))).status,
    ).toBe(200);
    await runAlarms(attempt.payment.id);
    expect((await attempt.shop.payment(attempt.payment.id)).amounts.paid).toBe(0);
  });
});

describe('Dotpay and tpay', () => {
  it.each([
    ['dotpay', { mode: 'next' }],
    ['dotpay', { mode: 'legacy' }],
    ['tpay', { mode: 'classic' }],
    ['tpay', { mode: 'classic', recipe: 'concat', require_jws: false }],
  ])('%s in its other generations: %j', async (providerId, changes) => {
    const attempt = await journey(providerId, { settings: changes });
    expect((await attempt.notify('pay')).status).toBe(200);
    await runAlarms(attempt.payment.id);
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('paid');
    expect((await attempt.notify('pay', 'unknown-key')).status).toBe(403);
  });

  it('tpay refuses a message without its JWS, although md5sum fits', async () => {
    const attempt = await journey('tpay');
    const message = bankOf('tpay').notification(attempt.order, attempt.merchant, 'pay', 'none');
    const { 'X-JWS-Signature': _, ...headers } = message.headers;
    expect((await deliver({ ...message, headers })).status).toBe(403);
  });
});

describe('PAYMILL', () => {
  it('charges the token that the shopper brings back, once', async () => {
    const attempt = await journey('paymill');
    const { html } = attempt.payment.redirect as unknown as { html: string };
    expect(html).toContain('https://bridge.paymill.com/');
    expect(html).not.toMatch(/<input id="(?:number|cvc)"[^>]* name=/);
    const back = bankOf('paymill').back(attempt.order, attempt.merchant, 'decline');
    await bankOf('paymill').decide?.(attempt.order, attempt.merchant, 'decline', memory);
    expect((await request(back)).headers.get('location')).toContain('status=denied');
    await bankOf('paymill').decide?.(attempt.order, attempt.merchant, 'pay', memory);
    const paid = bankOf('paymill').back(attempt.order, attempt.merchant, 'pay');
    expect((await request(paid)).headers.get('location')).toContain('status=paid');
    // The same form posted again: the token is used up, and nothing changes.
    expect((await request(paid)).headers.get('location')).toContain('status=paid');
    expect((await attempt.shop.payment(attempt.payment.id)).amounts.paid).toBe(1999);
  });
});

describe('a queue of status queries', () => {
  it('does not lose a hint to a later one about something else', async () => {
    const attempt = await journey('paymill');
    expect((await attempt.notify('pay')).status).toBe(200);
    expect((await attempt.notify('decline')).status).toBe(200);
    await runAlarms(attempt.payment.id);
    expect(await attempt.shop.payment(attempt.payment.id)).toMatchObject({
      status: 'paid',
      amounts: { paid: 1999 },
    });
  });

  it('counts the money of tpay once, whichever channels report it', async () => {
    const attempt = await journey('tpay', { settings: { mode: 'openapi' } });
    await attempt.notify('pay');
    await request(bankOf('tpay').back(attempt.order, attempt.merchant, 'pay'));
    await runAlarms(attempt.payment.id);
    expect((await attempt.shop.payment(attempt.payment.id)).amounts.paid).toBe(1999);
  });
});

describe('several brokers in one shop', () => {
  it('are offered to the shopper, those alone that take the currency', async () => {
    const accounts = [
      await makeAccount('ogone', { caption: 'Card <b>&' }),
      await makeAccount('dotpay', { caption: 'Dotpay' }),
      await makeAccount('przelewy24', { caption: 'Przelewy24', endpoints: { api: BANK_API } }),
    ];
    const shop = await makeShop(accounts);
    const { body } = await shop.pay({ account: undefined, currency: 'PLN' });
    expect(body.account).toBe(accounts[1]);
    const page = await (await request(body.checkoutUrl, SHOPPER)).text();
    expect(page).toContain('Comment souhaitez-vous payer');
    expect([...page.matchAll(/name="account" value="([^"]+)"/g)].map(([, id]) => id)).toEqual(
      accounts.slice(1),
    );
    expect(page).not.toContain('<script');
    expect((await shop.payment(body.id)).status).toBe('created');
    const pick = (account: string) =>
      request(body.checkoutUrl, { ...SHOPPER, method: 'POST', body: new URLSearchParams({ account }) });
    expect((await pick(accounts[0] ?? '')).status).toBe(404);
    expect((await pick('nobody')).status).toBe(404);
    const chosen = await pick(accounts[2] ?? '');
    expect(chosen.headers.get('location')).toContain('/trnRequest/');
    expect(await shop.payment(body.id)).toMatchObject({ status: 'forwarded', provider: 'przelewy24' });
    // The shopper comes back and takes the other one.
    expect(await (await request(body.checkoutUrl, SHOPPER)).text()).toContain('Comment souhaitez-vous payer');
    expect(await (await pick(accounts[1] ?? '')).text()).toContain(`value="${body.id}03"`);
    expect((await shop.payment(body.id)).provider).toBe('dotpay');
  });

  it('need no choice when there is one, or when the shop has made it', async () => {
    const accounts = [await makeAccount('ogone'), await makeAccount('paybox')];
    const shop = await makeShop(accounts);
    for (const fields of [{ account: accounts[1] }, { account: undefined, provider: 'ogone' }]) {
      const { body } = await shop.pay(fields);
      expect(await (await request(body.checkoutUrl)).text()).not.toContain('Comment souhaitez-vous payer');
    }
    const { body } = await (await makeShop([accounts[0] ?? ''])).pay({ account: undefined });
    expect(await (await request(body.checkoutUrl)).text()).toContain('Vers le paiement');
  });
});

describe('a payment in parts', () => {
  it('is partially paid, has the shopper pay the rest, and says when it is too much', async () => {
    const attempt = await journey('ogone', { fields: { amount: 12_345 } });
    const notifyOf = async (amount: number, order: string, id: string) =>
      deliver(
        bankOf('ogone').notification(
          { ...attempt.order, amount, order, data: { ...attempt.order.data, PAYID: id } },
          attempt.merchant,
          'pay',
          'none',
        ),
      );
    await notifyOf(4500, `${attempt.payment.id}01`, '1');
    expect(await attempt.shop.payment(attempt.payment.id)).toMatchObject({
      status: 'partially_paid',
      amounts: { paid: 4500 },
    });
    const page = await (await request(attempt.payment.checkoutUrl)).text();
    expect(page).toContain('name="AMOUNT" value="7845"');
    await notifyOf(7845, `${attempt.payment.id}02`, '2');
    expect(await attempt.shop.payment(attempt.payment.id)).toMatchObject({
      status: 'paid',
      amounts: { paid: 12_345 },
    });
    await notifyOf(100, `${attempt.payment.id}02`, '3');
    const held = await attempt.shop.payment(attempt.payment.id);
    expect([held.status, held.amounts.paid]).toEqual(['paid', 12_445]);
    await runAlarms(attempt.payment.id);
    const announced = net.webhooks.map(({ body }) => [
      body.type,
      (body as { previousStatus?: string }).previousStatus,
    ]);
    expect(announced).toEqual(
      [
        ['payment.partially_paid', expect.any(String)],
        ['payment.forwarded', expect.any(String)],
        ['payment.paid', 'partially_paid'],
        ['payment.paid', 'paid'],
        ['payment.paid_twice', 'paid'],
      ].filter(([type]) => announced.some(([one]) => one === type)),
    );
    expect(announced.find(([type]) => type === 'payment.paid')?.[1]).toBe('partially_paid');
    expect((await attempt.shop.events(attempt.payment.id)).map(({ type }) => type)).toContain(
      'payment.paid_twice',
    );
  });
});

describe('a new payment', () => {
  it('is announced to the shops that want it', async () => {
    const account = await makeAccount('ogone');
    const [quiet, curious] = [
      await makeShop([account]),
      await makeShop([account], { webhook: { url: 'https://hooks.shop-demo.com/new', newPayments: true } }),
    ];
    for (const shop of [quiet, curious]) await runAlarms((await shop.pay()).body.id);
    expect(net.webhooks.map(({ url, body }) => [url, body.type])).toEqual([
      ['https://hooks.shop-demo.com/new', 'payment.created'],
    ]);
  });
});
