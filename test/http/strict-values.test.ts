/**
 * Values under /v1 are taken as they are written or refused: an amount, a setting, an address or a text that is changed in silence, a
 * good one that is refused, and a refusal in the words of a library are ruled out.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  admin,
  CUSTOMER,
  demoSettings,
  type Journey,
  journey,
  makeAccount,
  makeShop,
  network,
  type Payment,
  type Problem,
  type TestShop,
  unique,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
let shop: TestShop;
let account: string;

beforeAll(async () => {
  account = await makeAccount('paybox');
  shop = await makeShop([account]);
});
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const order = (fields: object) => ({
  reference: unique(),
  amount: 1999,
  currency: 'EUR',
  account,
  ...fields,
});
const create = (fields: object) => shop.call<Problem>('POST', '/payments', order(fields));

async function paid(): Promise<Journey> {
  const attempt = await journey('sips2');
  await attempt.notify('pay');
  return attempt;
}

describe('a refund', () => {
  it.each([
    ['a member with another name', { amuont: 500 }, 'amuont'],
    ['a list', [], ''],
    ['a list of amounts', [500], ''],
    ['null for its amount', { amount: null }, 'amount'],
    ['a currency', { amount: 500, currency: 'USD' }, 'currency'],
    ['nothing', undefined, undefined],
    ['a text', '500', ''],
    ['an attempt that is null', { attempt: null }, 'attempt'],
  ])('of the whole is not made from %s', async (_name, body, path) => {
    const attempt = await paid();
    for (const kind of ['refund', 'capture']) {
      const answer = await attempt.shop.call<Problem>(
        'POST',
        `/payments/${attempt.payment.id}/${kind}`,
        body,
      );
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
      expect(answer.body.errors?.[0]?.path).toBe(path);
    }
    expect((await attempt.shop.payment(attempt.payment.id)).amounts.refunded).toBe(0);
  });

  it('of the whole is what leaving the amount out means', async () => {
    const attempt = await paid();
    const answer = await attempt.shop.call<Payment>('POST', `/payments/${attempt.payment.id}/refund`, {});
    expect(answer.body.amounts.refunded).toBe(1999);
  });
});

describe('a setting', () => {
  it('is the same as a number and as its digits, and keeps its zeros', async () => {
    const id = unique();
    const put = (settings: object) =>
      admin<{ settings: Record<string, unknown> } & Problem>('PUT', `/accounts/${id}`, {
        provider: 'paybox',
        settings: { ...demoSettings('paybox'), ...settings },
      });
    expect((await put({ site: 1999888, rang: '032', identifiant: 107904482 })).body.settings).toMatchObject({
      site: '1999888',
      rang: '032',
      identifiant: '107904482',
    });
    const ecommpay = async (project_id: unknown) =>
      (
        await admin<{ settings: Record<string, unknown> }>('PUT', `/accounts/ec-${id}`, {
          provider: 'ecommpay',
          settings: { ...demoSettings('ecommpay'), project_id },
        })
      ).body.settings.project_id;
    expect([await ecommpay('112'), await ecommpay(112)]).toEqual([112, 112]);
  });

  it('is not made from a fraction or an object', async () => {
    for (const site of [1.5, -1, {}, [1], true]) {
      const answer = await admin<Problem>('PUT', `/accounts/${unique()}`, {
        provider: 'paybox',
        settings: { ...demoSettings('paybox'), site },
      });
      expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([400, 'settings.site']);
    }
  });
});

describe('an e-mail address', () => {
  it.each(["o'neil@example.ie", 'zoe+a&b@example.com', 'user@xn--mnchen-3ya.de', 'a@localhost'])(
    'that HTML takes is taken: %s',
    async (email) => {
      expect((await create({ customer: { ...CUSTOMER, email } })).status).toBe(201);
    },
  );

  it.each(['zoe', 'zoe@', '@example.com', 'zoe @example.com', 'zoe@exa mple.com', 'zoe@-a.com', 'zoe@a..b'])(
    'that HTML refuses is refused: %s',
    async (email) => {
      const { status, body } = await create({ customer: { ...CUSTOMER, email } });
      expect([status, body.errors?.[0]]).toEqual([
        400,
        { path: 'customer.email', message: 'is not an e-mail address' },
      ]);
    },
  );
});

describe('a description', () => {
  it('with line breaks does not stop the payment', async () => {
    const answer = await shop.call<Payment>(
      'POST',
      '/payments',
      order({ customer: CUSTOMER, description: 'Two\r\ntickets\n\nRow 5' }),
    );
    expect([answer.status, answer.body.description]).toEqual([201, 'Two tickets Row 5']);
  });
});

describe('a message', () => {
  it('is never in the words of the validation library', async () => {
    const wrong = [1, 'x', true, null, {}, [], [1], -1, 1.5, ''];
    const bodies = wrong.flatMap((value) => [
      order({ amount: value }),
      order({ customer: value }),
      order({ customer: { email: value, address: value } }),
      order({ capture: value, description: value, extraData: value, providerFields: value }),
      order({ returnUrl: { success: value }, reference: value, currency: value }),
    ]);
    const answers = [
      ...(await Promise.all(bodies.map((body) => shop.call<Problem>('POST', '/payments', body)))),
      ...(await Promise.all(
        wrong.flatMap((value) => [
          admin<Problem>('PUT', `/shops/${unique()}`, {
            name: value,
            active: value,
            accounts: value,
            rateLimit: { perMinute: value },
            webhook: value,
            region: value,
          }),
          admin<Problem>('PUT', `/accounts/${unique()}`, {
            provider: 'paybox',
            settings: { site: value, rang: value },
          }),
          admin<Problem>('PUT', `/accounts/${unique()}`, {
            provider: value,
            currencies: value,
            expireAfterHours: value,
          }),
        ]),
      )),
    ];
    const messages = answers.flatMap(({ body }) => body.errors ?? []).map(({ message }) => message);
    expect(messages.length).toBeGreaterThan(100);
    expect(messages.filter((message) => /Invalid|Expected|received|undefined/.test(message))).toEqual([]);
  });
});
