/**
 * What leaves the Worker. The failure ruled out: a `Date` that workerd drops or replaces on the way, so that no signature of Worldline
 * fits what arrives. The bank here is a server of its own that recomputes `v1HMAC` from the bytes of the headers.
 */
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../src/sandbox/run/port.ts';
import { type LocalServer, localServer } from '../../src/sandbox/run/server.ts';

interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

const SECRET = 'a secret of the test of dates';
const state = mkdtempSync(join(tmpdir(), 'countersign-date-'));
const arrived: Arrived[] = [];
let server: LocalServer;
let bank: Server;

beforeAll(async () => {
  bank = createServer((request, response) => {
    arrived.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        RETURNMAC: 'cd62cb91-3ca8-4d90-8398-b7014e5ae9ae',
        hostedCheckoutId: '10083980755',
        redirectUrl: 'https://bank.example/hostedcheckout/Payment/Form/1',
      }),
    );
  });
  await new Promise<void>((listening) => bank.listen(0, '127.0.0.1', listening));
  server = await localServer(await freePort(), { output: 'ignore', state });
});
afterAll(async () => {
  server?.stop();
  await server?.ended;
  bank?.close();
  rmSync(state, { recursive: true, force: true });
});

async function call<T>(method: string, path: string, key: string, body: object): Promise<T> {
  const answer = await fetch(`${server.origin}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  expect(answer.status, text).toBeLessThan(300);
  return JSON.parse(text) as T;
}

/** Sends a shopper to an account of Worldline whose API is the server of this test. */
async function sessionAt(account: string, sendGcsDate: boolean): Promise<Arrived> {
  const operator = 'local-admin-token';
  await call('PUT', `/admin/accounts/${account}`, operator, {
    provider: 'worldline',
    environment: 'sandbox',
    currencies: ['EUR'],
    settings: {
      merchant_id: 'CounterSign',
      api_key_id: 'A1B2C3D4',
      api_secret: SECRET,
      webhook_key_id: 'key-1',
      webhook_secret: 'a webhook secret',
      send_gcs_date: sendGcsDate,
    },
    endpoints: { api: `http://127.0.0.1:${(bank.address() as AddressInfo).port}` },
  });
  const { keys } = await call<{ keys: { apiKey: string } }>('PUT', `/admin/shops/${account}`, operator, {
    name: account,
    accounts: [account],
    returnUrl: { success: 'https://shop.example/yes', failure: 'https://shop.example/no' },
  });
  const { checkoutUrl } = await call<{ checkoutUrl: string }>('POST', '/payments', keys.apiKey, {
    reference: `of ${account}`,
    amount: 1999,
    currency: 'EUR',
    account,
  });
  arrived.length = 0;
  const hop = await fetch(checkoutUrl, { redirect: 'manual' });
  expect(hop.headers.get('location')).toBe('https://bank.example/hostedcheckout/Payment/Form/1');
  const [request, ...others] = arrived;
  if (!request || others.length > 0) throw new Error(`${arrived.length} calls arrived`);
  return request;
}

/** The signature of what arrived, by the recipe of the sheet. */
function signatureOf({ method, url, headers }: Arrived): string {
  const gcs = Object.entries(headers)
    .filter(([name]) => name.startsWith('x-gcs'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${String(value)}\n`)
    .join('');
  const text = `${method}\n${headers['content-type']}\n${headers.date}\n${gcs}${url}\n`;
  return createHmac('sha256', SECRET).update(text, 'utf8').digest('base64');
}

it.each([
  ['alone', false],
  ['with X-GCS-Date beside it', true],
])('workerd sends the Date that a Worker sets, %s', async (_what, sendGcsDate) => {
  const before = Date.now();
  const request = await sessionAt(`worldline-date-${sendGcsDate}`, sendGcsDate);
  const { date, authorization } = request.headers;
  expect(date).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
  const at = Date.parse(String(date));
  expect(at).toBeGreaterThan(before - 2000);
  expect(at).toBeLessThan(Date.now() + 2000);
  expect(request.headers['content-type']).toBe('application/json');
  expect(request.headers['x-gcs-date']).toBe(sendGcsDate ? date : undefined);
  expect(authorization).toBe(`GCS v1HMAC:A1B2C3D4:${signatureOf(request)}`);
  // The hash is of this Date, and of no other: a second later it is another one.
  const later = new Date(at + 1000).toUTCString();
  expect(authorization).not.toContain(
    signatureOf({ ...request, headers: { ...request.headers, date: later } }),
  );
});
