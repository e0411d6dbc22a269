/**
 * A provider that does not take an order, and says why. The failure ruled out: its shopper reads that the bank does not answer, and its shop
 * is not told the reason.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { network, placeAt, request } from '../../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.restoreAllMocks();
  net.restore();
});

it.each([
  [
    'payu',
    /\/orders$/,
    400,
    { status: { statusCode: 'ERROR_VALUE_INVALID', statusDesc: 'Invalid pay method' } },
    { code: 'ERROR_VALUE_INVALID', text: 'Invalid pay method' },
  ],
  [
    'przelewy24',
    /\/transaction\/register$/,
    400,
    { error: 'Incorrect method', code: 400 },
    { code: '400', text: 'Incorrect method' },
  ],
])('of %s is a no, with its reason', async (provider, call, status, answer, words) => {
  const { shop, account } = await placeAt(provider);
  const through = vi.mocked(globalThis.fetch).getMockImplementation() as typeof fetch;
  vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
    const { pathname } = new URL(new Request(input as RequestInfo, init).url);
    return call.test(pathname) ? Response.json(answer, { status }) : through(input, init);
  });
  const { body } = await shop.pay({
    account,
    currency: 'PLN',
    reference: `rejected-${provider}`,
    customer: { email: 'zoe@example.com', firstName: 'Zoe', lastName: 'M', ip: '203.0.113.7' },
  });
  const page = await request(body.checkoutUrl);
  expect(page.status).toBe(502);
  expect(await page.text()).not.toContain('does not answer');
  const { body: log } = await shop.call<{ data: { type: string; detail: object }[] }>(
    'GET',
    `/payments/${body.id}/events`,
  );
  expect(JSON.stringify(log.data.find(({ type }) => type === 'forward.failed'))).toContain(words.text);
});
