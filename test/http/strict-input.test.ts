/** Input under /v1 is taken whole or refused: no method, name, member or parameter that a caller wrote is passed over in silence. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describedRoutes } from '../../src/http/openapi.ts';
import {
  admin,
  CUSTOMER,
  demoSettings,
  journey,
  makeAccount,
  makeShop,
  network,
  type Payment,
  type Problem,
  request,
  runAlarms,
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

describe('a method', () => {
  it.each([
    ['blik', 'is like {"kind": "card"}'],
    [null, null],
  ])('that is %j says what is wanted', async (method, message) => {
    const { body } = await create({ method });
    expect(body.errors?.find(({ path }) => path === 'method')?.message ?? null).toBe(message);
  });

  it('of an unknown kind says which there are', async () => {
    const { body } = await create({ method: { kind: 'paypal' } });
    expect(body.errors).toEqual([{ path: 'method.kind', message: 'is blik, bank, card or transfer' }]);
  });
});

describe('a name', () => {
  const UNREAD = 'cannot be read';

  it.each([
    [' ', UNREAD],
    ['\u200b\u200d', UNREAD],
    ['\u3164\u2800', UNREAD],
    ['\u0301', UNREAD],
    [`Shop${'\u0301'.repeat(5)}`, UNREAD],
    ['Zażółć', null],
    ['ที่ร้าน', null],
    ['🎟️ 👩‍👩‍👧', null],
  ])('%j can be read, and stays in its row', async (name, message) => {
    const said = async (path: string, body: object, member: string) => {
      const answer = await admin<Problem>('PUT', path, body);
      return [
        answer.status < 300 ? 200 : answer.status,
        answer.body.errors?.find((one) => one.path === member)?.message ?? null,
      ];
    };
    const expected = [message === null ? 200 : 400, message];
    const of = { provider: 'paybox', settings: demoSettings('paybox') };
    for (const member of ['caption', 'displayName'])
      expect(await said(`/accounts/${unique()}`, { ...of, [member]: name }, member)).toEqual(expected);
    expect(await said(`/shops/${unique()}`, { name, accounts: [account], testMode: true }, 'name')).toEqual(
      expected,
    );
  });
});

describe('an unknown parameter', () => {
  it.each(['/payments?__proto__=1', '/payments?limit=1&__proto__=x&__proto__=y', '/accounts?__proto__=1'])(
    'is not dropped for its name: %s',
    async (path) => {
      const { status, body } = await shop.call<Problem>('GET', path);
      expect([status, body.errors?.map((error) => error.path)]).toEqual([400, ['__proto__']]);
    },
  );
});

describe('an unknown member', () => {
  it.each([
    ['captrue', { captrue: 'manual' }, 'captrue', 'did you mean capture?'],
    ['Currency', { Currency: 'EUR' }, 'Currency', 'did you mean currency?'],
    ['customer.emial', { customer: { ...CUSTOMER, emial: 'x' } }, 'customer.emial', 'did you mean email?'],
    ['customer.address.zip', { customer: { address: { zip: '1' } } }, 'customer.address.zip', 'postalCode'],
    ['returnUrl.sucess', { returnUrl: { sucess: 'https://a.fr' } }, 'returnUrl.sucess', 'success?'],
    ['__proto__', JSON.parse('{"__proto__":{"amount":1}}') as object, '__proto__', 'is not known'],
    ['constructor', { constructor: 1 }, 'constructor', 'is not known'],
  ])('of a payment is not dropped: %s', async (_name, fields, path, message) => {
    const { status, body } = await create(fields);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.errors).toEqual([{ path, message: expect.stringContaining(message) }]);
  });

  it('is named beside every other one, and beside what is wrong', async () => {
    const { body } = await create({
      captrue: 'manual',
      extradata: 'x',
      amount: 'ten',
      customer: { nmae: 'x' },
    });
    expect(body.errors?.map(({ path }) => path).toSorted()).toEqual([
      'amount',
      'captrue',
      'customer.nmae',
      'extradata',
    ]);
  });

  it.each(['__proto__', 'constructor', 'prototype'])(
    'is not dropped where names are free, as what no object may have: %s',
    async (name) => {
      const providerFields = JSON.parse(`{"PBX_LANGUE":"GBR","${name}":"x"}`) as object;
      const { status, body } = await create({ providerFields });
      expect([status, body.errors]).toEqual([
        400,
        [{ path: `providerFields.${name}`, message: 'cannot be a name' }],
      ]);
    },
  );

  it.each([
    ['amount', '"amount":1999,"amount":1'],
    ['amount', '"amount":1999,"\\u0061mount":1'],
    ['customer.email', '"amount":1,"customer":{"email":"a@example.com","email":"b@example.com"}'],
    ['account', `"amount":1,"account":"other"`],
  ])(
    'that is there twice is refused by its name, and none of the two is taken: %s',
    async (path, members) => {
      const response = await request('/v1/payments', {
        method: 'POST',
        headers: { authorization: `Bearer ${shop.apiKey}`, 'content-type': 'application/json' },
        body: `{"reference":"${unique()}","currency":"EUR","account":"${account}",${members}}`,
      });
      const body = await response.json<Problem>();
      expect([response.status, body.errors]).toEqual([400, [{ path, message: 'is given more than once' }]]);
    },
  );

  it('is free where names are free', async () => {
    const answer = await create({ customer: CUSTOMER, providerFields: { PBX_LANGUE: 'GBR' } });
    expect(answer.status).toBe(201);
  });

  it.each([
    ['enviroment', { enviroment: 'production' }, 'did you mean environment?'],
    ['alowedIps', { alowedIps: ['1.2.3.4'] }, 'did you mean allowedIps?'],
    ['endpoints.Page', { endpoints: { Page: 'https://a.fr' } }, 'did you mean page?'],
    [
      'settings.hmac_kye',
      { settings: { ...demoSettings('paybox'), hmac_kye: 'x' } },
      'did you mean hmac_key?',
    ],
  ])('of an account is not dropped: %s', async (path, change, message) => {
    const answer = await admin<Problem>('PUT', `/accounts/${unique()}`, { provider: 'paybox', ...change });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toContainEqual({ path, message: expect.stringContaining(message) });
  });

  it.each([
    ['activ', { activ: false }],
    ['webhook.uri', { webhook: { uri: 'https://a.fr' } }],
    ['keys.apikey', { keys: { apikey: 'x' } }],
    ['rateLimit.perminute', { rateLimit: { perMinute: 5, perminute: 6 } }],
  ])('of a shop is not dropped: %s', async (path, change) => {
    const answer = await admin<Problem>('PUT', `/shops/${unique()}`, change);
    expect(answer.body.errors?.map((error) => error.path)).toEqual([path]);
  });
});

describe('a call that takes nothing', () => {
  it.each(['cancel', 'refresh', 'deliveries'])('takes no body and {}, and nothing else: %s', async (kind) => {
    const attempt = await journey('sips2');
    const path = `/payments/${attempt.payment.id}/${kind}`;
    for (const body of [{ amount: 500 }, [], 'x', null, { '': 1 }]) {
      const answer = await attempt.shop.call<Problem>('POST', path, body);
      expect([answer.status, answer.body.code], JSON.stringify(body)).toEqual([400, 'invalid_request']);
    }
    for (const body of [undefined, {}])
      expect((await attempt.shop.call('POST', path, body)).status).not.toBe(400);
  });
});

describe('a list where an object has to be', () => {
  it.each([
    ['customer', { customer: [] }],
    ['customer.address', { customer: { address: [] } }],
    ['providerFields', { providerFields: [] }],
    ['returnUrl', { returnUrl: ['https://a.fr'] }],
  ])('is not stored as one: %s', async (path, fields) => {
    const { status, body } = await create(fields);
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ path, message: 'is an object, not a list' }]);
  });

  it('is not taken for settings', async () => {
    const answer = await admin<Problem>('PUT', `/accounts/${unique()}`, { provider: 'dummy', settings: [] });
    expect(answer.body.errors).toEqual([{ path: 'settings', message: 'is an object, not a list' }]);
  });
});

describe('a query parameter', () => {
  it.each([
    ['/payments?statsu=paid', 'statsu', 'did you mean status?'],
    ['/payments?limit=5&limit=6', 'limit', 'more than once'],
    ['/payments?reference=a&reference=b', 'reference', 'more than once'],
    ['/payments?reference=a&status=paid', 'status', 'goes without reference'],
    ['/accounts?curency=EUR', 'curency', 'did you mean currency?'],
    ['/payments/7ZK0M3Q9T2V8XW4B?expand=1', 'expand', 'is not known'],
  ])('is not passed over: %s', async (path, name, message) => {
    const { status, body } = await shop.call<Problem>('GET', path);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.errors).toEqual([{ path: name, message: expect.stringContaining(message) }]);
  });

  it.each(['/accounts?x=1', '/shops?x=1', '/audit?limits=5'])(
    'of an operator is not passed over: %s',
    async (path) => {
      expect((await admin<Problem>('GET', path)).body.code).toBe('invalid_request');
    },
  );

  it('of a provider is taken as its protocol has it', async () => {
    expect((await request(`/callback/${account}?anything=1&anything=2`)).status).not.toBe(400);
  });

  it('that is a list has each of its values', async () => {
    const own = await makeShop([await makeAccount('dummy')]);
    const payment = (await own.pay()).body;
    await runAlarms(payment.id);
    const query = (text: string) => own.call<{ data: Payment[] } & Problem>('GET', `/payments?${text}`);
    await expect
      .poll(async () => (await query('status=paid&status=created')).body.data.map(({ id }) => id))
      .toEqual([payment.id]);
    expect((await query('status=paid&status=denied')).body.data).toEqual([]);
    expect((await query('status=paid&status=payed')).body.errors?.[0]?.path).toBe('status.1');
  });

  it('is described by every route that reads one', () => {
    for (const { query, example, summary } of describedRoutes.values())
      if (example?.query) expect(query, summary).toBeDefined();
  });
});
