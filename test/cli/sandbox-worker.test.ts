/** Test mode on an installation: the gateway, the console and the simulated banks as they are deployed, together in Miniflare. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare, Response, type Request as SentRequest } from 'miniflare';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Countersign } from '../../src/client/index.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import { DEMO_CUSTOMER } from '../../src/sandbox/run/customer.ts';
import { migrated, productionWorker } from './production.ts';
import { run } from './support.ts';

const GATEWAY = 'https://pay.shop-demo.com';
const BANKS = 'https://banks.shop-demo.com';
const TOKEN = 'token-of-the-simulated-banks';
const ADMIN = { authorization: 'Bearer bundle-admin-token' };

const folder = mkdtempSync(join(tmpdir(), 'countersign-three-'));
let miniflare: Miniflare;

/** The bundle that a configuration would deploy, and what Wrangler says of it. */
function deployed(name: string, config: string): { readonly script: string; readonly output: string } {
  const out = join(folder, name);
  const wrangler = [
    'node_modules/wrangler/bin/wrangler.js',
    'deploy',
    '--dry-run',
    '--outdir',
    out,
    '--config',
    config,
  ];
  const { status, stdout, stderr } = run(process.execPath, wrangler, { WRANGLER_SEND_METRICS: 'false' });
  expect(status, stderr + stdout).toBe(0);
  const [file = ''] = readdirSync(out).filter((entry) => entry.endsWith('.js'));
  return { script: readFileSync(join(out, file), 'utf8'), output: stdout };
}

const module = (contents: string) => [{ type: 'ESModule' as const, path: 'index.js', contents }];

let banks: ReturnType<typeof deployed>;

beforeAll(async () => {
  banks = deployed('banks', 'src/sandbox/wrangler.toml');
  const gateway = productionWorker(deployed('gateway', 'wrangler.toml').script, GATEWAY);
  const { compatibilityDate } = gateway;
  /** The internet of the gateway: the banks by their address, and the name service. */
  const outboundService = async (request: SentRequest) => {
    const { origin } = new URL(request.url);
    if (origin === BANKS) {
      const { method, headers, url } = request;
      const body = method === 'GET' ? null : await request.arrayBuffer();
      const worker = await miniflare.getWorker('countersign-sandbox');
      const init = { method, headers: Object.fromEntries(headers), body, redirect: 'manual' as const };
      const answer = await worker.fetch(url, init);
      return new Response(await answer.arrayBuffer(), {
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
      });
    }
    if (origin !== 'https://cloudflare-dns.com') return new Response('nobody is here', { status: 502 });
    return Response.json({ Status: 0, Answer: [{ data: '198.41.0.4', TTL: 300 }] });
  };
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        { ...gateway, outboundService },
        {
          name: 'countersign-console',
          modules: module(deployed('console', 'src/console/wrangler.toml').script),
          compatibilityDate,
          serviceBindings: { GATEWAY: { name: 'countersign', entrypoint: 'OperatorApi' } },
          durableObjects: {
            ONCE: { className: 'OnceLog', useSQLite: true },
            GATES: { className: 'SignInGate', useSQLite: true },
          },
        },
        {
          name: 'countersign-sandbox',
          modules: module(banks.script),
          compatibilityDate,
          serviceBindings: { GATEWAY: { name: 'countersign', entrypoint: 'SandboxApi' } },
          d1Databases: { STORE: 'sandbox' },
          bindings: { GATEWAY_URL: GATEWAY, SANDBOX_TOKEN: TOKEN },
        },
      ],
    }),
  );
  await miniflare.ready;
  await migrated(miniflare);
}, 600_000);
afterAll(async () => {
  await miniflare?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const send = (url: string, init: object = {}) =>
  miniflare.dispatchFetch(url, { redirect: 'manual', ...init }) as unknown as Promise<globalThis.Response>;

async function put(path: string, body: object) {
  const answer = await send(`${GATEWAY}/v1/admin${path}`, {
    method: 'PUT',
    headers: ADMIN,
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  expect(answer.status, text).toBeLessThan(300);
  return JSON.parse(text) as { readonly keys: { readonly apiKey: string } };
}

async function atBanks(path: string, body: object, headers: Record<string, string> = {}) {
  const worker = await miniflare.getWorker('countersign-sandbox');
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
  const answer = await worker.fetch(BANKS + path, init);
  const text = await answer.text();
  return { status: answer.status, text };
}

const asScript = { authorization: `Bearer ${TOKEN}` };

/** An account of the demo's settings, whose bank is simulated. */
const account = (provider: string, changes: object = {}) =>
  put(`/accounts/${provider}-sandbox`, {
    provider,
    environment: 'sandbox',
    currencies: DEMO_ACCOUNTS[provider]?.currencies,
    settings: DEMO_ACCOUNTS[provider]?.settings,
    endpoints: { page: BANKS, api: BANKS },
    ...changes,
  });

async function shop(id: string, accounts: readonly string[], testMode: boolean) {
  const returnUrl = { success: 'https://shop-demo.com/thanks', failure: 'https://shop-demo.com/sorry' };
  const { keys } = await put(`/shops/${id}`, { name: id, accounts, testMode, returnUrl });
  return new Countersign({ url: GATEWAY, apiKey: keys.apiKey, fetch: (url, init) => send(url, init) });
}

const order = (reference: string, provider: string, currency = 'EUR') => ({
  reference,
  amount: 1999,
  currency,
  account: `${provider}-sandbox`,
  description: 'Two tickets',
  customer: DEMO_CUSTOMER,
});

describe('a shop in test mode on an installation', () => {
  it.each([
    ['by a form', 'sips2', 'EUR'],
    ['where an order is registered first', 'payu', 'PLN'],
  ])('pays at the simulated bank and gets its money back: %s', async (_, provider, currency) => {
    await account(provider);
    const { payments } = await shop(`test-${provider}`, [`${provider}-sandbox`], true);
    const made = await payments.create(order('order-1', provider, currency));
    expect(made.test).toBe(true);
    const paid = await atBanks(`/sandbox/payments/${made.id}`, { decision: 'pay' }, asScript);
    expect(paid.status, paid.text).toBe(200);
    const { status } = await payments.refresh(made.id);
    expect(status).toBe('paid');
    expect(
      (await payments.refund(made.id, { amount: 500, operationId: 'return-1' })).operations,
    ).toHaveLength(1);
  });

  it('comes to the page of its bank, which says whose simulation it is', async () => {
    await account('sips2');
    const { payments } = await shop('test-page', ['sips2-sandbox'], true);
    const { redirect } = await payments.create(order('order-2', 'sips2'));
    if (redirect?.kind !== 'form') throw new Error('no form');
    expect(new URL(redirect.url).origin).toBe(BANKS);
    const body = new URLSearchParams(redirect.fields.map(({ name, value }) => [name, value]));
    const page = await (await miniflare.getWorker('countersign-sandbox')).fetch(redirect.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: body.toString(),
    });
    expect([page.status, await page.text()]).toEqual([200, expect.stringMatching(/simulat|sandbox/i)]);
  });
});

describe('a shop with real money', () => {
  it('never sees a simulated account, names it or not', async () => {
    await account('sips2');
    await put('/accounts/ecommpay-live', {
      provider: 'ecommpay',
      environment: 'production',
      currencies: ['EUR'],
      settings: { project_id: 4711, secret_key: 'a key that nobody has published' },
    });
    const client = await shop('live', ['ecommpay-live', 'sips2-sandbox'], false);
    expect((await client.accounts()).map(({ id }) => id)).toEqual(['ecommpay-live']);
    await expect(client.payments.create(order('order-3', 'sips2'))).rejects.toMatchObject({
      code: 'invalid_request',
    });
    const { account: _, ...open } = order('order-4', 'sips2');
    const real = await client.payments.create(open);
    expect([real.account, real.test]).toEqual(['ecommpay-live', false]);
    expect((await atBanks(`/sandbox/payments/${real.id}`, { decision: 'pay' }, asScript)).status).toBe(404);
    expect((await client.payments.get(real.id)).status).toBe('created');
  });
});

describe('the simulated banks', () => {
  it('know no account but those of the environment sandbox', async () => {
    await account('paybox', { environment: 'test' });
    const { payments } = await shop('test-platform', ['paybox-sandbox'], true);
    const made = await payments.create(order('order-5', 'paybox'));
    const paid = await atBanks(`/sandbox/payments/${made.id}`, { decision: 'pay' }, asScript);
    expect([paid.status, (await payments.get(made.id)).status], paid.text).toEqual([422, 'forwarded']);
  });

  it('play no shopper and make no trouble for whoever only knows an id', async () => {
    for (const headers of [{}, { authorization: 'Bearer another-token-of-the-banks' }] as Record<
      string,
      string
    >[]) {
      expect((await atBanks('/sandbox/payments/7ZK0M3Q9T2V8XW4B', { decision: 'pay' }, headers)).status).toBe(
        401,
      );
      expect(
        (await atBanks('/sandbox/trouble', { provider: 'sips2', trouble: 'lost' }, headers)).status,
      ).toBe(401);
    }
  });

  it('are deployed by their own configuration, with the installation as their only neighbour', () => {
    expect(banks.output).toContain('SandboxApi');
    expect(banks.output).toContain('STORE');
    for (const secret of ['MASTER_KEY', 'ID_KEY', 'ADMIN_TOKEN']) expect(banks.output).not.toContain(secret);
  });

  it('lead to no route of the installation that takes a key', async () => {
    const binding = await miniflare.getWorker('countersign');
    // No route of the internet leads to what they are told.
    for (const path of ['/accounts', '/sandbox/payments/x', '/SandboxApi'])
      expect((await binding.fetch(GATEWAY + path)).status).toBe(404);
  });
});

describe('the console', () => {
  it('stands beside them', async () => {
    const worker = await miniflare.getWorker('countersign-console');
    const page = await worker.fetch('https://console.shop-demo.com/console');
    expect(await page.text()).toContain('ACCESS_TEAM');
  });
});
