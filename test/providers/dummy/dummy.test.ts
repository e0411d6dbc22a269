/** The dummy in both dialects, through the routes; and never with real money. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registeredId } from '../../../src/sandbox/banks/dummy.ts';
import { bankOf } from '../../../src/sandbox/banks/registry.ts';
import {
  admin,
  deliver,
  demoSettings,
  journey,
  makeAccount,
  makeShop,
  merchant,
  network,
  type Problem,
  request,
  shopperAtBank,
  unique,
} from '../../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const post = (account: string, body: string, type = 'application/x-www-form-urlencoded', query = '') =>
  request(`/callback/${account}${query}`, { method: 'POST', headers: { 'content-type': type }, body });

describe('in production', () => {
  it('does not save a dummy account', async () => {
    const answer = await admin<Problem>('PUT', `/accounts/${unique()}`, {
      provider: 'dummy',
      environment: 'production',
    });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'environment' }] } });
  });
});

describe('the eopayment dialect', () => {
  it('does not believe a message without `signed`, and replies as the original does', async () => {
    const attempt = await journey('dummy');
    const transaction = `transaction_id=${attempt.payment.id}01${'0'.repeat(12)}`;
    const signed = await post(attempt.account, `${transaction}&amount=19.99&ok=1&signed=1`);
    expect([signed.status, await signed.text()]).toEqual([200, 'signature ok']);
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('paid');
    expect((await post(attempt.account, `${transaction}&ok=1`)).status).toBe(403);
    expect((await post(attempt.account, 'ok=1&signed=1')).status).toBe(403);
  });

  it('does not believe a browser return, unless every response counts as signed', async () => {
    for (const [consider, status] of [
      [false, 'created'],
      [true, 'paid'],
    ] as const) {
      const attempt = await journey('dummy', { settings: { consider_all_response_signed: consider } });
      await request(`${bankOf('dummy').back(attempt.order, attempt.merchant, 'pay')}&signed=1`);
      expect((await attempt.shop.payment(attempt.payment.id)).status).toBe(status);
    }
  });

  it('does not start a payment in another currency than EUR', async () => {
    const account = await makeAccount('dummy', { currencies: ['EUR', 'PLN'] });
    const shop = await makeShop([account]);
    expect(await shop.pay({ currency: 'PLN' })).toMatchObject({
      status: 422,
      body: { code: 'unsupported_currency' },
    });
  });
});

it.each(['ok', 'nok', 'signed', 'reason', 'transaction_id'])(
  'does not send %s, a name of the answer, for a shop',
  async (name) => {
    const shop = await makeShop([await makeAccount('dummy')]);
    expect(await shop.pay({ providerFields: { [name]: '1' } })).toMatchObject({
      status: 400,
      body: { errors: [{ path: `providerFields.${name}` }] },
    });
    expect((await shop.pay({ providerFields: { info1: 'free' } })).status).toBe(201);
  },
);

describe('the getpaid dialect', () => {
  const settings = (method: string) => ({
    ...demoSettings('dummy'),
    dialect: 'getpaid',
    paywall_method: method,
  });

  it.each(['GET', 'POST'])('loses no payment on the way to the paywall by %s', async (method) => {
    const attempt = await journey('dummy', { settings: settings(method) });
    expect((await attempt.notify('pay')).status).toBe(200);
    expect(await attempt.shop.payment(attempt.payment.id)).toMatchObject({
      status: 'paid',
      amounts: { paid: 1999 },
    });
  });

  it('does not send the shopper by REST before the order is registered', async () => {
    net.restore();
    net = network(({ url, body }) =>
      url.endsWith('/paywall/fake_gateway_api/')
        ? Response.json({
            url: `https://bank.example/paywall/fake_gateway/?pay_id=${registeredId(body as never)}`,
          })
        : new Response(),
    );
    const account = await makeAccount('dummy', { settings: settings('REST') });
    const shop = await makeShop([account]);
    const { body } = await shop.pay({ account });
    const order = await shopperAtBank('dummy', body.redirect, merchant('dummy', account, settings('REST')));
    expect(order).toMatchObject({ order: `${body.id}01`, amount: 1999, currency: 'EUR' });
    await deliver(bankOf('dummy').notification(order, merchant('dummy', account), 'pay', 'none'));
    expect((await shop.payment(body.id)).status).toBe('paid');
  });

  it.each([
    ['an error', () => new Response('no', { status: 500 }), 502, 'provider_error'],
    ['HTML', () => new Response('<html>'), 502, 'provider_error'],
    ['no address', () => Response.json({}), 502, 'provider_error'],
    ['nothing at all', () => Promise.reject(new Error('refused')), 504, 'provider_unreachable'],
  ])('does not take %s of the paywall for a registration', async (_name, answer, status, code) => {
    net.restore();
    net = network(answer);
    const shop = await makeShop([await makeAccount('dummy', { settings: settings('REST') })]);
    expect(await shop.pay()).toMatchObject({ status, body: { code } });
  });

  it.each([
    ['{"payment_id":"ID","new_status":"paid"}', 200, 'paid'],
    ['{"payment_id":"ID","event":"payment_confirmed","paid_amount":"10.00"}', 200, 'partially_paid'],
    ['{"payment_id":"ID","new_status":"pre-auth"}', 200, 'authorized'],
    ['{"payment_id":"ID","event":"payment_locked","locked_amount":19.99}', 200, 'authorized'],
    ['{"payment_id":"ID","new_status":"failed"}', 200, 'denied'],
    ['{"payment_id":"ID","new_status":"refund_started"}', 200, 'created'],
    ['{"payment_id":"ID","new_status":"gold"}', 400, 'created'],
    ['{"payment_id":"ID","new_status":"constructor"}', 400, 'created'],
    ['{"payment_id":"ID"}', 400, 'created'],
    ['{"new_status":"paid"}', 400, 'created'],
    ['["paid"]', 400, 'created'],
    ['new_status=paid', 400, 'created'],
    ['{"payment_id":"nobody","new_status":"paid"}', 404, 'created'],
  ])(
    'takes no unknown or malformed callback for a status: %s is answered with %d',
    async (body, answer, status) => {
      const attempt = await journey('dummy', { settings: settings('GET') });
      const sent = body.replace('ID', `${attempt.payment.id}01`);
      expect((await post(attempt.account, sent, 'application/json')).status).toBe(answer);
      expect((await attempt.shop.payment(attempt.payment.id)).status).toBe(status);
    },
  );

  it('loses no callback whose body names no payment: the address does', async () => {
    const attempt = await journey('dummy', { settings: settings('GET') });
    const query = `?payment_id=${attempt.payment.id}01`;
    expect((await post(attempt.account, '{"new_status":"paid"}', 'application/json', query)).status).toBe(
      200,
    );
    expect((await post(attempt.account, '{"new_status":"refunded"}', 'application/json', query)).status).toBe(
      200,
    );
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('refunded');
  });
});
