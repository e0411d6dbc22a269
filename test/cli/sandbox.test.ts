/** The sandbox of `npm start`, as scripts use it: what it cannot do it says in words, and never by failing itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_KEYS } from '../../src/sandbox/demo.ts';
import { freePort } from '../../src/sandbox/run/port.ts';
import { type LocalServer, localServer } from '../../src/sandbox/run/server.ts';

let server: LocalServer;
const state = mkdtempSync(join(tmpdir(), 'countersign-sandbox-'));

beforeAll(async () => {
  server = await localServer(await freePort(), { output: 'ignore', state });
});
afterAll(async () => {
  server?.stop();
  await server?.ended;
  rmSync(state, { recursive: true, force: true });
});

interface Said {
  readonly message?: string;
  readonly accounts?: readonly string[];
  readonly order?: { readonly id: string; readonly account: string };
  readonly results?: readonly { readonly status: number; readonly location: string | null }[];
}

async function post<T = Said>(path: string, body: unknown, key: string = DEMO_KEYS.apiKey) {
  const response = await fetch(server.origin + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: (text.startsWith('{') ? JSON.parse(text) : { text }) as T };
}

async function put(path: string, body: object): Promise<void> {
  const response = await fetch(`${server.origin}/v1/admin${path}`, {
    method: 'PUT',
    headers: { authorization: 'Bearer local-admin-token' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
}

let counter = 0;

async function payment(fields: object = {}): Promise<{ readonly id: string; readonly version: number }> {
  counter += 1;
  const order = { reference: `sandbox-${counter}`, amount: 1999, currency: 'EUR', ...fields };
  const answer = await post<{ id: string; version: number }>('/v1/payments', order);
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

async function read(id: string): Promise<{ readonly status: string; readonly provider: string }> {
  const headers = { authorization: `Bearer ${DEMO_KEYS.apiKey}` };
  return (await fetch(`${server.origin}/v1/payments/${id}`, { headers })).json() as never;
}

const pay = (id: string, body: unknown = { decision: 'pay' }) => post(`/sandbox/payments/${id}`, body);

describe('a payment whose account the shopper chooses', () => {
  it('is not paid at an account that nobody has named', async () => {
    const { id } = await payment();
    const asked = await pay(id);
    expect(asked.status).toBe(422);
    expect(asked.body.message).toContain('"account":"');
    expect(asked.body.accounts).toContain('sips2-sandbox');
    expect((await read(id)).status).toBe('created');
  });

  it('is not refused the account that is named', async () => {
    const { id } = await payment();
    const paid = await pay(id, { decision: 'pay', account: 'sips2-sandbox' });
    expect(paid.status, JSON.stringify(paid.body)).toBe(200);
    expect(paid.body.order?.account).toBe('sips2-sandbox');
    expect(await read(id)).toMatchObject({ status: 'paid', provider: 'sips2' });
  });

  it('is not taken to an account that cannot be chosen', async () => {
    const { id } = await payment();
    const named = await pay(id, { decision: 'pay', account: 'nobody' });
    expect(named).toMatchObject({
      status: 422,
      body: { accounts: expect.arrayContaining(['sips2-sandbox']) },
    });
    const bound = await payment({ provider: 'sips2' });
    expect(await pay(bound.id, { decision: 'pay', account: 'ogone-sandbox' })).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('sips2-sandbox') },
    });
  });
});

describe('a payment with nothing left to pay', () => {
  it('is no failure of the server, and its status is said', async () => {
    const paid = await payment({ provider: 'paybox', customer: { email: 'jane@example.com' } });
    expect((await pay(paid.id)).status).toBe(200);
    expect(await pay(paid.id)).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('the payment is paid') },
    });
    const over = await payment({ provider: 'ecommpay' });
    await post(`/v1/payments/${over.id}/cancel`, {});
    expect(await pay(over.id)).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('the payment is cancelled') },
    });
  });

  it('is not taken for one that is not there', async () => {
    for (const id of ['MFTAVK79J0MV5YCK', 'nothing', '%00'])
      expect(await pay(id), id).toMatchObject({ status: 404, body: { message: expect.any(String) } });
  });
});

describe('an account that is not a sandbox of this server', () => {
  it('is said to be none: retired, or with a bank elsewhere', async () => {
    const settings = { project_id: 113, secret_key: 'demo-other-secret-key' };
    const own = { provider: 'ecommpay', currencies: ['EUR'], settings };
    const { origin } = server;
    await put('/accounts/own', { ...own, environment: 'sandbox', endpoints: { page: origin, api: origin } });
    await put('/accounts/away', { ...own, environment: 'test' });
    await put('/shops/own', { name: 'own', accounts: ['own', 'away'], keys: { apiKey: 'own-api-key' } });
    const make = (account: string) =>
      post<{ id: string }>(
        '/v1/payments',
        { reference: `at-${account}`, amount: 1, currency: 'EUR', account },
        'own-api-key',
      );
    const away = await make('away');
    expect(await pay(away.body.id)).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('no simulated bank') },
    });
    const retired = await post<{ id: string }>(
      '/v1/payments',
      { reference: 'open', amount: 1, currency: 'EUR' },
      'own-api-key',
    );
    const headers = { authorization: 'Bearer local-admin-token' };
    for (const account of ['own', 'away'])
      await fetch(`${origin}/v1/admin/accounts/${account}/retire`, { method: 'POST', headers });
    const said = await pay(retired.body.id);
    expect([409, 422], JSON.stringify(said.body)).toContain(said.status);
    expect(said.body.message).toContain('account');
  });
});

describe('disorder by the API', () => {
  it('is not left to the buttons of a page: by its name, or in steps', async () => {
    const named = await payment({ provider: 'sips2' });
    const twice = await pay(named.id, { disorder: 'notify-twice' });
    expect(twice.body.results?.map(({ status }) => status)).toEqual([200, 200]);
    expect((await read(named.id)).status).toBe('paid');

    const stepped = await payment({ provider: 'sips2' });
    const { body } = await pay(stepped.id, {
      steps: [
        { do: 'notify', decision: 'pay', disorder: 'bad-signature' },
        { do: 'return', decision: 'pay', bare: true },
      ],
    });
    expect(body.results?.[0]?.status).toBe(403);
    expect((await read(stepped.id)).status).not.toBe('paid');

    const again = await post(`/sandbox/orders/${body.order?.id}`, {
      steps: [
        { do: 'notify', decision: 'pay' },
        { do: 'notify', decision: 'pay', disorder: 'other-amount' },
      ],
      concurrently: true,
    });
    expect(again.status, JSON.stringify(again.body)).toBe(200);
    expect((await read(stepped.id)).status).toMatch(/paid/);
  });
});

describe('a body that is none of the sandbox’s', () => {
  it('is no failure of the server at any of its routes', async () => {
    const { id } = await payment({ provider: 'sips2' });
    const { body } = await pay(id, { decision: 'wait' });
    const bodies: unknown[] = [
      '',
      '{',
      'null',
      '[]',
      '1',
      '"pay"',
      {},
      { decision: 'perhaps' },
      { decision: 'pay', acount: 'sips2-sandbox' },
      { decision: 'pay', account: 1 },
      { decision: 'pay', disorder: 'late' },
      { disorder: 'toString' },
      { steps: 'pay' },
      { steps: [null] },
      { steps: [{ do: 'notify', decision: 'pay', disorder: 'none of these' }] },
      { steps: [{ do: 'dance', decision: 'pay' }] },
      { steps: Array.from({ length: 51 }, () => ({ do: 'notify', decision: 'pay' })) },
      { provider: 'sips2', trouble: 'none' },
      { provider: 'nobody', trouble: 'lost' },
    ];
    const routes = [`/sandbox/payments/${id}`, `/sandbox/orders/${body.order?.id}`, '/sandbox/trouble'];
    for (const route of routes) {
      for (const given of bodies) {
        const { status, body: said } = await post(route, given);
        const what = `${route} ${JSON.stringify(given).slice(0, 80)}: ${JSON.stringify(said)}`;
        expect(status, what).toBeGreaterThanOrEqual(400);
        expect(status, what).toBeLessThan(500);
        expect(said.message, what).toMatch(/\w{3}/);
      }
    }
    expect((await post('/sandbox/orders/nothing', { decision: 'pay' })).status).toBe(404);
    expect((await post('/paywall/fake_gateway_api/', '{')).status).toBe(400);
    expect((await post('/v2/payment/status', '{')).status).toBe(400);
  });

  it('does not ask a bank for what its protocol cannot say', async () => {
    const { id } = await payment({ account: 'przelewy24-sandbox', customer: { email: 'jane@example.com' } });
    expect(await pay(id, { decision: 'decline' })).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('cannot report decline') },
    });
  });
});
