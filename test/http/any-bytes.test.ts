/**
 * Bytes at the public addresses of the running Worker. Ruled out: a 5xx for anything that anybody sends, except 503 with Retry-After
 * while our own storage does not answer; and a probe that changes something.
 */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { reached } from '../../src/gateway/reached.ts';
import { createApp } from '../../src/http/app.ts';
import type { ProviderRequest } from '../../src/providers/contract.ts';
import { FORM } from '../../src/providers/kit/form-message.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { hostileMessages } from '../providers/hostile.ts';
import { asRequest } from '../providers/support.ts';
import {
  bankOf,
  deliver,
  journey,
  makeAccount,
  makeShop,
  network,
  ORIGIN,
  PROVIDER_IDS,
  request,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  net.restore();
});

/** A message at an address of ours. Query strings that no client could send are sent as far as one can. */
function send(address: string, { method, query, body, contentType }: ProviderRequest): Promise<Response> {
  const url = new URL(address, 'https://pay.countersign.dev');
  url.search = new TextDecoder('iso-8859-1').decode(query).slice(0, 20_000);
  return request(url.pathname + url.search, {
    method,
    ...(method === 'POST' && { body }),
    headers: contentType === null ? {} : { 'content-type': contentType },
  });
}

describe.each(PROVIDER_IDS)('the addresses of %s', (id) => {
  it('give no 5xx for anything made from its genuine message', async () => {
    const attempt = await journey(id);
    const genuine = bankOf(id).notification(attempt.order, attempt.merchant, 'pay', 'none');
    const all = [...hostileMessages(asRequest(genuine))];
    const { account, payment } = attempt;
    const addresses = [
      new URL(genuine.url).pathname + new URL(genuine.url).search,
      `/return/${account}/${payment.id}?via=success`,
      '/paiements/ipn',
      '/paiements/return',
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...all), fc.constantFrom(...addresses), async (message, address) => {
        expect((await send(address, message)).status).toBeLessThan(500);
      }),
      { numRuns: 60, seed: 7 },
    );
  });
});

it.each(PROVIDER_IDS)('a message of %s whose bank does not answer us is no failure of ours', async (id) => {
  const attempt = await journey(id);
  const genuine = bankOf(id).notification(attempt.order, attempt.merchant, 'pay', 'none');
  net.restore();
  const down = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('connection refused'));
  const answer = await deliver(genuine);
  down.mockRestore();
  net = network();
  if (answer.status >= 500) {
    // The bank repeats it.
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }
});

it('no path gives a 5xx, whatever stands in it', async () => {
  const account = await makeAccount('dummy');
  const shop = await makeShop([account]);
  const { id } = (await shop.pay()).body;
  const parts = [
    '%00',
    '%ff',
    '%',
    '%E0%A4%A',
    '__proto__',
    '..%2f',
    '\u{1f600}',
    'a'.repeat(5000),
    '%0d%0a',
  ];
  const paths = parts.flatMap((part) => [
    `/callback/${part}`,
    `/pay/${part}`,
    `/return/${part}/${id}`,
    `/return/${account}/${part}`,
    `/paiements/go/${part}`,
    `/paiements/${part}`,
    `/api/transactions/${part}/`,
    `/${part}`,
  ]);
  for (const path of paths)
    for (const method of ['GET', 'POST', 'HEAD', 'PUT', 'OPTIONS', 'DELETE'])
      expect([path, method, (await request(path, { method })).status >= 500]).toEqual([path, method, false]);
});

it.each(['/paiements/ipn', '/paiements/ipn/', '/paiements/return', '/paiements/return/'])(
  'a HEAD at %s changes nothing',
  async (path) => {
    const attempt = await journey('postfinance');
    const { body } = bankOf('postfinance').notification(attempt.order, attempt.merchant, 'pay', 'none');
    const before = await attempt.shop.events(attempt.payment.id);
    expect((await request(`${path}?${String(body)}`, { method: 'HEAD' })).status).toBe(200);
    expect(await attempt.shop.events(attempt.payment.id)).toEqual(before);
  },
);

describe('a ledger that the platform does not reach', () => {
  it.each(['overloaded', 'retryable'])('is 503 with Retry-After, and no failure (%s)', async (mark) => {
    const attempt = await journey('postfinance');
    const fail = async () => {
      throw Object.assign(new Error('Durable Object is overloaded'), { [mark]: true });
    };
    const ledgers = { idFromName: (name: string) => name, get: () => new Proxy({}, { get: () => fail }) };
    const app = createApp(() => serviceOf({ ...env, LEDGER: ledgers } as unknown as Env));
    const message = bankOf('postfinance').notification(attempt.order, attempt.merchant, 'pay', 'none');
    const post = { method: 'POST', body: String(message.body), headers: { 'content-type': FORM } };
    const { id } = attempt.payment;
    for (const [address, init] of [
      [message.url, post],
      [`/pay/${id}`, {}],
      [`/return/${attempt.account}/${id}`, {}],
      ['/paiements/ipn', post],
      [`/paiements/return?${String(message.body)}`, {}],
      [`/paiements/go/${id}`, {}],
    ] as const) {
      const response = await app.request(new URL(address, ORIGIN).href, init);
      expect([address, response.status, response.headers.get('retry-after')]).toEqual([address, 503, '5']);
    }
  });

  it('fails as it did where the error is its own', async () => {
    const own = new Error('no such attempt');
    const failing = {
      read: () => {
        throw own;
      },
    };
    const client = reached(failing as unknown as ReturnType<typeof env.LEDGER.get>);
    await expect(client.read()).rejects.toBe(own);
  });
});
