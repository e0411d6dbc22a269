/**
 * Two requests of one shopper at the same moment: a double tap, a page that is opened twice. The failures ruled out: an order that is
 * registered twice, and refused the second time; an attempt that nobody pays; a payment that goes back to created; and an attempt at
 * an account that does not take the payment.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  admin,
  answerNextCall,
  BANK_API,
  bankNetwork,
  currencyOf,
  hopFailures,
  makeAccount,
  makeShop,
  network,
  request,
  type TestShop,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const SHOPPER = { 'cf-connecting-ip': '203.0.113.9' };

const choose = (checkoutUrl: string, account: string) =>
  request(checkoutUrl, { method: 'POST', headers: SHOPPER, body: new URLSearchParams({ account }) });
const open = (checkoutUrl: string) => request(checkoutUrl, { headers: SHOPPER });
const move = (from: string, to: string) => admin('POST', `/accounts/${from}/succeed`, { account: to });

/** An account whose bank answers. */
const accountAt = (provider: string, currency = currencyOf(provider)) =>
  makeAccount(provider, { currencies: [currency], endpoints: { api: BANK_API } });

/** Lets the next call of a bank take its time. */
const slowly = () =>
  answerNextCall(async (input, init) => {
    await new Promise((resolve) => setTimeout(resolve, 150));
    return bankNetwork(input, init);
  });

interface ShownPayment {
  readonly status: string;
  readonly attempts: readonly { readonly account: string; readonly status: string }[];
}

const paymentOf = async (shop: TestShop, id: string) =>
  (await shop.call<ShownPayment>('GET', `/payments/${id}`)).body;

/** Where two answers lead, which is the same. */
async function sameTarget(answers: readonly Response[]): Promise<string> {
  const [one, other] = await Promise.all(
    answers.map(
      async (answer) =>
        answer.headers.get('location') ?? (await answer.text()).replace(/ nonce="[^"]+"/g, ''),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual([answers[0]?.status, answers[0]?.status]);
  expect(other).toBe(one);
  return one ?? '';
}

describe('two taps on a means of payment', () => {
  it.each([
    'payu',
    'przelewy24',
    'worldline',
    'postfinance-checkout',
    'wallee',
    'paynow',
    'tpay',
    'ecommpay',
    'paybox',
  ])('begin one attempt and lead to it both: %s', async (provider) => {
    const [other, account] = [await accountAt('ogone', currencyOf(provider)), await accountAt(provider)];
    const shop = await makeShop([other, account]);
    const { body } = await shop.pay({ account: undefined, currency: currencyOf(provider) });
    slowly();
    const target = await sameTarget(
      await Promise.all([choose(body.checkoutUrl, account), choose(body.checkoutUrl, account)]),
    );
    expect(target).toMatch(/^https:|<form /);
    expect(await paymentOf(shop, body.id)).toMatchObject({
      status: 'forwarded',
      attempts: [
        { account: other, status: 'created' },
        { account, status: 'forwarded' },
      ],
    });
    expect(await hopFailures(body.id)).toEqual([]);
  });
});

describe('a checkout that is opened twice', () => {
  it.each(['payu', 'ecommpay'])(
    'after a move leads to one attempt at the new account: %s',
    async (provider) => {
      const [old, account] = [await accountAt('ogone', 'EUR'), await accountAt(provider, 'EUR')];
      const shop = await makeShop([old]);
      const { body } = await shop.pay({ currency: 'EUR' });
      await open(body.checkoutUrl);
      await move(old, account);
      slowly();
      await sameTarget(await Promise.all([open(body.checkoutUrl), open(body.checkoutUrl)]));
      expect(await paymentOf(shop, body.id)).toMatchObject({
        status: 'forwarded',
        attempts: [{ account: old }, { account, status: 'forwarded' }],
      });
    },
  );
});

describe('an order that could not be registered', () => {
  it('leaves the payment as it was, and is tried again under a new number', async () => {
    const [other, account] = [await accountAt('ogone', 'EUR'), await accountAt('payu', 'EUR')];
    const shop = await makeShop([other, account]);
    const { body } = await shop.pay({ account: undefined, currency: 'EUR' });
    await choose(body.checkoutUrl, other);
    answerNextCall(async () => new Response('', { status: 500 }));
    expect((await choose(body.checkoutUrl, account)).status).toBeGreaterThanOrEqual(500);
    expect((await paymentOf(shop, body.id)).status).toBe('forwarded');
    expect((await choose(body.checkoutUrl, account)).status).toBe(303);
    const { status, attempts } = await paymentOf(shop, body.id);
    expect([status, attempts.map((one) => one.status)]).toEqual([
      'forwarded',
      ['forwarded', 'created', 'forwarded'],
    ]);
  });
});

describe('an attempt at another account', () => {
  it('is not begun where that does not take the currency, and the payment goes on when one does again', async () => {
    const old = await accountAt('ogone', 'EUR');
    const account = await makeAccount('ecommpay', {
      currencies: ['EUR', 'USD'],
      endpoints: { api: BANK_API },
    });
    const shop = await makeShop([old]);
    await move(old, account);
    // The searchable copy does not have it yet: the way back finds nothing open.
    const { body } = await shop.pay({ currency: 'USD' });
    expect((await move(account, old)).status).toBe(200);
    const answer = await open(body.checkoutUrl);
    expect(answer.status).toBe(422);
    const html = await answer.text();
    expect(html).toContain('ne peut pas se faire de cette façon');
    expect(await paymentOf(shop, body.id)).toMatchObject({ status: 'created', attempts: [{ account }] });
    expect(await hopFailures(body.id)).toMatchObject([
      { detail: { account: old, code: 'unsupported_currency' } },
    ]);
    expect((await move(old, account)).status).toBe(200);
    expect((await open(body.checkoutUrl)).status).toBe(303);
    expect((await paymentOf(shop, body.id)).attempts.at(-1)).toMatchObject({ account, status: 'forwarded' });
  });
});
