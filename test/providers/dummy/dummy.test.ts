/** The dummy in both dialects, through the doors; and never with real money. */
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
  it('is refused', async () => {
    const answer = await admin<Problem>('PUT', `/accounts/${unique()}`, {
      provider: 'dummy',
      environment: 'production',
    });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'environment' }] } });
  });
});

describe('the eopayment dialect', () => {
  it('replies as the original does, and believes only what says that it is signed', async () => {
    const trip = await journey('dummy');
    const transaction = `transaction_id=${trip.payment.id}01${'0'.repeat(12)}`;
    const signed = await post(trip.account, `${transaction}&amount=19.99&ok=1&signed=1`);
    expect([signed.status, await signed.text()]).toEqual([200, 'signature ok']);
    expect((await trip.shop.payment(trip.payment.id)).status).toBe('paid');
    expect((await post(trip.account, `${transaction}&ok=1`)).status).toBe(403);
    expect((await post(trip.account, 'ok=1&signed=1')).status).toBe(403);
  });

  it('does not believe the browser, unless every response counts as signed', async () => {
    for (const [consider, status] of [
      [false, 'created'],
      [true, 'paid'],
    ] as const) {
      const trip = await journey('dummy', { settings: { consider_all_response_signed: consider } });
      await request(`${bankOf('dummy').back(trip.order, trip.merchant, 'pay')}&signed=1`);
      expect((await trip.shop.payment(trip.payment.id)).status).toBe(status);
    }
  });

  it('means EUR', async () => {
    const account = await makeAccount('dummy', { currencies: ['EUR', 'PLN'] });
    const shop = await makeShop([account]);
    expect(await shop.pay({ currency: 'PLN' })).toMatchObject({
      status: 422,
      body: { code: 'unsupported_currency' },
    });
  });
});

describe('the getpaid dialect', () => {
  const settings = (method: string) => ({
    ...demoSettings('dummy'),
    dialect: 'getpaid',
    paywall_method: method,
  });

  it.each(['GET', 'POST'])('goes to the paywall by %s, and is paid', async (method) => {
    const trip = await journey('dummy', { settings: settings(method) });
    expect((await trip.notify('pay')).status).toBe(200);
    expect(await trip.shop.payment(trip.payment.id)).toMatchObject({
      status: 'paid',
      amounts: { paid: 1999 },
    });
  });

  it('registers the order first by REST', async () => {
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
  ])('says so when the paywall answers %s', async (_name, answer, status, code) => {
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
    ['{"payment_id":"ID"}', 400, 'created'],
    ['{"new_status":"paid"}', 400, 'created'],
    ['["paid"]', 400, 'created'],
    ['new_status=paid', 400, 'created'],
    ['{"payment_id":"nobody","new_status":"paid"}', 404, 'created'],
  ])('answers %s with %d', async (body, answer, status) => {
    const trip = await journey('dummy', { settings: settings('GET') });
    const sent = body.replace('ID', `${trip.payment.id}01`);
    expect((await post(trip.account, sent, 'application/json')).status).toBe(answer);
    expect((await trip.shop.payment(trip.payment.id)).status).toBe(status);
  });

  it('takes the payment from the address when the body names none', async () => {
    const trip = await journey('dummy', { settings: settings('GET') });
    const query = `?payment_id=${trip.payment.id}01`;
    expect((await post(trip.account, '{"new_status":"paid"}', 'application/json', query)).status).toBe(200);
    expect((await post(trip.account, '{"new_status":"refunded"}', 'application/json', query)).status).toBe(
      200,
    );
    expect((await trip.shop.payment(trip.payment.id)).status).toBe('refunded');
  });
});
