/** Bad input, and what it gets: a clear error, and the ledger unchanged but for its log. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  bankOf,
  CUSTOMER,
  deliver,
  demoSettings,
  journey,
  makeAccount,
  makeShop,
  merchant,
  network,
  type Problem,
  request,
  shopAfter,
  type TestShop,
  unique,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
let shop: TestShop;
let paybox: string;

beforeAll(async () => {
  paybox = await makeAccount('paybox');
  shop = await makeShop([paybox]);
});
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const GOOD = { amount: 1999, currency: 'EUR', customer: CUSTOMER };

async function raw(body: BodyInit, headers: Record<string, string> = {}) {
  const response = await request('/v1/payments', {
    method: 'POST',
    headers: { authorization: `Bearer ${shop.apiKey}`, ...headers },
    body,
  });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: (await response.json()) as Problem,
  };
}

describe('creating a payment', () => {
  it.each([
    ['not JSON', 'amount=1'],
    ['cut off', '{"amount":1'],
    ['an array', '[]'],
    ['a text', '"order"'],
    ['null', 'null'],
    ['a number', '5'],
    ['nothing', ''],
    ['only a NUL', '\0'],
  ])('with a body that is %s: 400 as a problem document', async (_name, body) => {
    const answer = await raw(body);
    expect(answer).toMatchObject({
      status: 400,
      type: 'application/problem+json',
      body: { code: 'invalid_request', status: 400 },
    });
  });

  it('with a body that is not UTF-8: 400', async () => {
    expect((await raw(Uint8Array.of(0x7b, 0xff, 0x7d))).body.code).toBe('invalid_request');
  });

  it('with a body over 64 KiB that announces itself: 413', async () => {
    const big = JSON.stringify({ ...GOOD, reference: 'x', description: 'x'.repeat(70_000) });
    expect(await raw(big)).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
  });

  it('with a body without an end: 413, before more of it is read than the limit', async () => {
    const chunk = new TextEncoder().encode(' '.repeat(10_000));
    let pulled = 0;
    const stream = new ReadableStream({
      pull(controller) {
        pulled += 1;
        // Far more than the limit, and no more: a fault here must not fill the memory.
        if (pulled > 500) controller.close();
        else controller.enqueue(chunk);
      },
    });
    expect((await raw(stream)).status).toBe(413);
    // 64 KiB are seven of them; a few more may be on their way.
    expect(pulled).toBeLessThan(30);
  });

  it.each([
    ['amount', { amount: 0 }],
    ['amount', { amount: -1 }],
    ['amount', { amount: 19.99 }],
    ['amount', { amount: 2 ** 53 }],
    ['amount', { amount: '1999' }],
    ['amount', { amount: null }],
    ['amount', { amount: true }],
    ['currency', { currency: 'eur' }],
    ['currency', { currency: 'EURO' }],
    ['currency', { currency: 978 }],
    ['currency', { currency: undefined }],
    ['reference', { reference: '' }],
    ['reference', { reference: 'x'.repeat(101) }],
    ['reference', { reference: 'order\n1' }],
    ['reference', { reference: 'order\u0000' }],
    ['reference', { reference: 'order\u007f' }],
    ['reference', { reference: 'order\u2028' }],
    ['reference', { reference: 'order\ud800' }],
    ['reference', { reference: 42 }],
    ['reference', { reference: undefined }],
    ['capture', { capture: 'later' }],
    ['customer', { customer: 'Zoé' }],
    ['customer.email', { customer: { email: 'not an address' } }],
    ['customer.email', { customer: {} }],
    ['customer.email', { customer: null }],
    ['customer.firstName', { customer: { ...CUSTOMER, firstName: 'Zo\u0007é' } }],
    ['customer.ip', { customer: { ...CUSTOMER, ip: '999.1.1.1' } }],
    ['customer.language', { customer: { ...CUSTOMER, language: 'klingon' } }],
    ['customer.address.country', { customer: { ...CUSTOMER, address: { country: 'ZZ' } } }],
    ['returnUrl.success', { returnUrl: { success: 'javascript:alert(1)' } }],
    ['returnUrl.failure', { returnUrl: { failure: '/relative' } }],
    ['extraData', { extraData: 'é'.repeat(2049) }],
    ['description', { description: 'x\u0000' }],
    ['providerFields.PBX_HMAC', { providerFields: { PBX_HMAC: 'FF' } }],
    ['providerFields.PBX_TOTAL', { providerFields: { PBX_TOTAL: '1' } }],
    ['providerFields.x y', { providerFields: { 'x y': '1' } }],
    ['providerFields.PBX_ARCHIVAGE', { providerFields: { PBX_ARCHIVAGE: 'a\r\nb' } }],
    ['provider', { account: undefined, provider: 'nobody' }],
  ])('with a wrong %s: 400 that names it (%j)', async (path, changes) => {
    const answer = await shop.call<Problem>('POST', '/payments', {
      reference: unique(),
      ...GOOD,
      ...changes,
    });
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('invalid_request');
    expect(answer.body.errors?.map((error) => error.path)).toContain(path);
  });

  it('with the longest names of fields that a provider takes: they are no wrong names', async () => {
    const account = await makeAccount('worldline', { currencies: ['EUR'] });
    const { call } = await makeShop([account]);
    const filters = 'hostedCheckoutSpecificInput.paymentProductFilters';
    const providerFields = { [`${filters}.restrictTo.products`]: '1', [`${filters}.exclude.products`]: '3' };
    const order = { reference: unique(), amount: 1999, currency: 'EUR', account, providerFields };
    expect((await call('POST', '/payments', order)).status).toBe(201);
  });

  it.each([
    ['currency', { currency: 'ABC' }, 422, 'unsupported_currency'],
    ['currency', { currency: 'XXX' }, 422, 'unsupported_currency'],
    ['currency', { currency: 'USD', account: 'PAYBOX' }, 422, 'unsupported_currency'],
    ['amount', { amount: 10_000_000_000 }, 422, 'amount_out_of_range'],
    ['account', { account: 'nobody' }, 404, 'not_found'],
    ['account', { account: 'no body' }, 400, 'invalid_request'],
  ])('with a %s that cannot be served: %j is %d %s', async (path, changes, status, code) => {
    const fields = JSON.parse(
      JSON.stringify({ reference: unique(), ...GOOD, ...changes }).replace('PAYBOX', paybox),
    );
    const answer = await shop.call<Problem>('POST', '/payments', fields);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(answer.body.errors?.map((error) => error.path)).toContain(path);
  });

  it('with the account of another shop: as if it did not exist', async () => {
    const foreign = await makeAccount('ogone');
    await makeShop([foreign]);
    const answer = await shop.call<Problem>('POST', '/payments', {
      reference: unique(),
      ...GOOD,
      account: foreign,
    });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it.each([
    ['no key', {}],
    ['a wrong key', { authorization: 'Bearer cs_wrong' }],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['an empty key', { authorization: 'Bearer ' }],
    ['two words', { authorization: 'Bearer a b' }],
  ])('with %s: 401', async (_name, headers) => {
    const response = await request('/v1/payments', {
      method: 'POST',
      headers: headers as HeadersInit,
      body: JSON.stringify(GOOD),
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await response.json()).toMatchObject({ code: 'unauthorized' });
  });

  it('leaves no payment behind', async () => {
    const reference = unique();
    await shop.call('POST', '/payments', { reference, ...GOOD, customer: {} });
    expect((await shop.call('GET', `/payments?reference=${reference}`)).body).toEqual({
      data: [],
      nextCursor: null,
    });
  });
});

describe('a callback', () => {
  const post = (
    account: string,
    body: BodyInit | null,
    type: string | null = 'application/x-www-form-urlencoded',
  ) =>
    request(`/callback/${account}`, {
      method: 'POST',
      body,
      headers: type === null ? {} : { 'content-type': type },
    });

  it.each([
    ['no body', null, 403],
    ['an empty body', '', 403],
    ['broken percent-encoding', 'STATUS=%zz', 400],
    ['a lone percent sign', 'orderID=%', 400],
    ['invalid UTF-8', Uint8Array.of(0x53, 0x3d, 0xff, 0xfe), 403],
    ['a parameter array', 'STATUS[]=9&STATUS[]=2&SHASIGN=00', 403],
    ['duplicate parameters', 'STATUS=9&STATUS=2&SHASIGN=00', 403],
    ['duplicates in another case', 'STATUS=2&status=9&SHASIGN=00', 403],
    ['a megabyte of parameters', `x=${'a'.repeat(1_000_000)}`, 413],
    ['many parameters', Array.from({ length: 10_000 }, (_, n) => `p${n}=${n}`).join('&'), 413],
  ])('with %s: refused, nothing moves', async (_name, body, status) => {
    const { account, shop: owner, payment } = await journey('ogone');
    const response = await post(account, body);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect((await owner.events(payment.id)).map(({ type }) => type)).toEqual(['created']);
  });

  it.each([
    ['application/json', 400],
    ['multipart/form-data; boundary=x', 400],
    // None is read as the protocol's own: then the signature is what is wrong.
    [null, 403],
  ])('of the type %s: refused with %i', async (type, status) => {
    const { account } = await journey('ogone');
    const body = new Blob(['STATUS=9&SHASIGN=00'], { type: type ?? '' });
    expect((await post(account, body, type)).status).toBe(status);
  });

  it('for an unknown account, or by another method: 404 and 405', async () => {
    expect((await post('nobody', 'a=1')).status).toBe(404);
    const put = await request('/callback/nobody', { method: 'PUT', body: 'a' });
    expect(put.status).toBe(405);
    expect(put.headers.get('allow')).toContain('POST');
  });

  it('with a megabyte in the query: 413', async () => {
    const { account } = await journey('ogone');
    expect((await request(`/callback/${account}?x=${'a'.repeat(70_000)}`)).status).toBe(413);
  });

  it('says nothing of why a signature was refused', async () => {
    const attempt = await journey('ogone');
    const response = await attempt.notify('pay', 'bad-signature');
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({
      code: 'forbidden',
      detail: 'the notification was not accepted',
    });
    expect(text).not.toContain('sha-out');
  });

  it('signed by another account, or for it: refused', async () => {
    const attempt = await journey('ogone');
    const other = await makeAccount('ogone', {
      settings: { ...demoSettings('ogone'), sha_out: 'other-passphrase-of-32-letters!!' },
    });
    const theirs = merchant('ogone', other, { sha_out: 'other-passphrase-of-32-letters!!' });
    const message = bankOf('ogone').notification(attempt.order, theirs, 'pay', 'none');
    // Their signature at our account's route, and then at theirs, where it verifies but the payment is not theirs.
    expect((await deliver({ ...message, url: attempt.merchant.callback })).status).toBe(403);
    expect((await deliver(message)).status).toBe(404);
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('created');
  });

  it('validly signed with another currency: a logged conflict, nothing moves', async () => {
    const attempt = await journey('ogone');
    const message = bankOf('ogone').notification(
      { ...attempt.order, currency: 'USD' },
      attempt.merchant,
      'pay',
      'none',
    );
    expect((await deliver(message)).status).toBe(200);
    expect(await attempt.shop.payment(attempt.payment.id)).toMatchObject({
      status: 'created',
      amounts: { paid: 0 },
    });
    expect((await attempt.shop.events(attempt.payment.id)).at(-1)).toMatchObject({
      type: 'notification.conflict',
      detail: { reason: 'currency', currency: 'USD', asked: { amount: 1999, currency: 'EUR' } },
    });
  });

  it('validly signed with another amount: never paid, and says so', async () => {
    const attempt = await journey('ogone');
    const message = bankOf('ogone').notification(
      { ...attempt.order, amount: 19 },
      attempt.merchant,
      'pay',
      'none',
    );
    expect((await deliver(message)).status).toBe(200);
    expect(await attempt.shop.payment(attempt.payment.id)).toMatchObject({
      status: 'partially_paid',
      amounts: { paid: 19 },
    });
    const types = (await attempt.shop.events(attempt.payment.id)).map(({ type }) => type);
    expect(types).toEqual(['created', 'notification.conflict', 'notification.applied']);
  });

  it.each(['ogone', 'paybox', 'ecommpay'])('for an unknown payment (%s): 404', async (providerId) => {
    const attempt = await journey(providerId);
    for (const order of [
      '0000000000000000' + '01',
      `${attempt.payment.id}02`,
      `${attempt.payment.id}`,
      'order 1',
      "'; DROP TABLE",
    ]) {
      const message = bankOf(providerId).notification(
        { ...attempt.order, order },
        attempt.merchant,
        'pay',
        'none',
      );
      expect((await deliver(message)).status).toBe(404);
    }
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('created');
  });

  it('before the shopper was forwarded counts all the same', async () => {
    const attempt = await journey('paybox');
    expect((await attempt.notify('pay')).status).toBe(200);
    const log = await attempt.shop.events(attempt.payment.id);
    expect(log.map(({ type }) => type)).toEqual(['created', 'notification.applied']);
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('paid');
  });

  it('from an address that the account does not allow: 403', async () => {
    const account = await makeAccount('ogone', { allowedIps: ['194.2.122.0/24', '2001:db8::1'] });
    const from = (ip: string) =>
      request(`/callback/${account}`, {
        method: 'POST',
        headers: { 'cf-connecting-ip': ip, 'content-type': 'application/x-www-form-urlencoded' },
        body: 'STATUS=%zz',
      });
    expect((await from('203.0.113.9')).status).toBe(403);
    expect((await from('194.2.123.1')).status).toBe(403);
    expect((await from('194.2.122.190')).status).toBe(400);
    expect((await from('2001:db8::1')).status).toBe(400);
  });
});

describe('a return', () => {
  it('that does not verify is logged, and the shopper goes to the failure address', async () => {
    const attempt = await journey('ogone');
    const spoilt = `${bankOf('ogone').back(attempt.order, attempt.merchant, 'pay').replace('STATUS=9', 'STATUS=5')}`;
    const response = await request(spoilt);
    expect(response.status).toBe(303);
    expect((await shopAfter(response)).searchParams.get('status')).toBe('created');
    expect((await attempt.shop.events(attempt.payment.id)).at(-1)).toMatchObject({
      type: 'returned',
      detail: { signed: false, refused: 'signature_mismatch' },
    });
  });

  it('of one payment cannot be used for another', async () => {
    const attempt = await journey('ogone');
    const other = (await attempt.shop.pay({ account: attempt.account })).body;
    const back = bankOf('ogone')
      .back(attempt.order, attempt.merchant, 'pay')
      .replace(attempt.payment.id, other.id);
    await request(back);
    expect((await attempt.shop.payment(other.id)).status).toBe('created');
    expect((await attempt.shop.events(other.id)).at(-1)?.detail).toMatchObject({ refused: 'wrong_account' });
  });

  it.each(['/return/nobody/0000000000000000', '/return/nobody/x', '/pay/x', '/pay/0000000000000000'])(
    'to nowhere (%s): a page with 404',
    async (path) => {
      const response = await request(path);
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toContain('text/html');
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    },
  );
});
