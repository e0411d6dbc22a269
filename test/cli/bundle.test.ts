/** The production bundle: what is in it, what is not, how large it may be, and that it answers as its source does. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Miniflare } from 'miniflare';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDocuments } from '../../src/build/documents.ts';
import { DOCUMENT_NAMES } from '../../src/gateway/documents.ts';
import { describeProof } from '../../src/gateway/proof.ts';
import { settingsDefaults } from '../../src/providers/kit/settings.ts';
import { providers } from '../../src/providers/registry.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import { DEMO_CUSTOMER } from '../../src/sandbox/run/customer.ts';
import { migrated, productionOptions } from './production.ts';
import { ROOT, run } from './support.ts';

const LIMIT_KIB = 299;
const WASM_LIMIT_KIB = 3.6;

let bundle: string;
let wasm: Uint8Array;
let output: string;

beforeAll(() => {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-bundle-'));
  const result = run(
    process.execPath,
    ['node_modules/wrangler/bin/wrangler.js', 'deploy', '--dry-run', '--outdir', directory],
    { WRANGLER_SEND_METRICS: 'false' },
  );
  expect(result.status, result.stderr + result.stdout).toBe(0);
  output = result.stdout;
  // Other modules would be uploaded too.
  expect(readdirSync(directory).filter((name) => name !== 'README.md')).toEqual(['digests.wasm', 'index.js']);
  bundle = readFileSync(join(directory, 'index.js'), 'utf8');
  wasm = readFileSync(join(directory, 'digests.wasm'));
});

describe('the production bundle', () => {
  it('holds the providers', () => {
    for (const text of ['PBX_HMAC', 'SHASIGN', 'merchant_callback_url']) expect(bundle).toContain(text);
  });

  it('holds nothing of the sandbox', () => {
    const secrets =
      readFileSync(join(ROOT, 'src/sandbox/demo-accounts.ts'), 'utf8').match(/demo-[a-z-]{8,}/g) ?? [];
    expect(secrets.length).toBeGreaterThan(5);
    for (const text of [...secrets, 'sandbox_orders', 'Demo shop', 'BEGIN PRIVATE KEY', 'standardwebhooks']) {
      const marker = text === 'BEGIN PRIVATE KEY' ? '-----BEGIN PRIVATE KEY-----\n' : text;
      expect(bundle).not.toContain(marker);
    }
  });

  it('holds nothing that only the documents say', () => {
    const texts = [
      // A route's summary, description, example and error; a field of an answer; a setting's caption and help; what to enter; a proof.
      'List the providers, or those that take a currency',
      'The answer has `setup`',
      'a passphrase for SHA-IN',
      'Something in the request is wrong or not known',
      'The amount has come, or more.',
      'Since when it begins no attempt',
      'Site number (PBX_SITE)',
      'As the contract says it, with or without a leading zero.',
      'Instant payment notification (IPN) URL',
      'OpenAPI',
    ];
    const documents = DOCUMENT_NAMES.map((name) =>
      readFileSync(join(ROOT, 'dist/documents', name), 'utf8'),
    ).join('');
    for (const text of texts) {
      expect(bundle, text).not.toContain(text);
      if (text !== 'OpenAPI') expect(documents, text).toContain(text);
    }
  });

  it(`is under ${LIMIT_KIB} KiB gzipped`, () => {
    expect(gzipSync(bundle).length / 1024).toBeLessThan(LIMIT_KIB);
  });

  it(`has a module of WebAssembly beside it that is under ${WASM_LIMIT_KIB} KiB`, () => {
    expect(gzipSync(wasm).length / 1024).toBeLessThan(WASM_LIMIT_KIB);
  });
});

describe('the documents of a deployment', () => {
  it('are those of its source, and go up with it', async () => {
    const { own, site } = await makeDocuments(ROOT);
    const files = Object.entries({ ...own, ...site });
    // Wrangler counts folders too.
    const folders = new Set(files.map(([path]) => dirname(path)).filter((path) => path !== '.'));
    expect(output).toContain(`Read ${files.length + folders.size} files from the assets directory`);
    for (const [name, text] of files)
      expect(readFileSync(join(ROOT, 'dist/documents', name), 'utf8') === text, name).toBe(true);
  });
});

describe('the Worker of the bundle', () => {
  const origin = 'https://pay.countersign.dev';
  let miniflare: Miniflare;
  beforeAll(async () => {
    miniflare = new Miniflare(productionOptions(bundle, origin));
    await migrated(miniflare);
  });
  afterAll(() => miniflare.dispose());

  async function call<T>(method: string, path: string, body?: unknown, key = 'bundle-admin-token') {
    const response = await miniflare.dispatchFetch(origin + path, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as T };
  }

  it('gives its documents to the routes that show them, and to nobody else', async () => {
    const text = async (path: string) => (await miniflare.dispatchFetch(origin + path)).text();
    expect(await text('/openapi.json')).toContain(`"servers":[{"url":"${origin}"`);
    // The platform serves the pages without the Worker, under a policy of their own.
    const page = await miniflare.dispatchFetch(`${origin}/docs/quick-start`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<h1>Quick start</h1>');
    expect(await text('/docs')).toContain('<h1>countersign</h1>');
    expect(JSON.parse(await text('/v1/providers')).data).toHaveLength(providers.length);
    for (const path of ['/texts.json', '/providers.json'])
      expect((await miniflare.dispatchFetch(origin + path)).status).toBe(404);
  });

  it.each(providers.map(({ id }) => id))(
    'takes an account of %s, shows it, and starts a payment',
    async (id) => {
      const provider = providers.find((one) => one.id === id);
      const settings = DEMO_ACCOUNTS[id]?.settings;
      if (!provider || !settings) throw new Error(`${id} has no demo account`);
      const currency = provider.defaultCurrencies?.[0] ?? provider.currencies[0] ?? 'EUR';
      const made = await call<{ setup: unknown; proof: unknown }>('PUT', `/v1/admin/accounts/b-${id}`, {
        provider: id,
        environment: 'sandbox',
        currencies: [currency],
        settings,
      });
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      expect(made.body.setup).toEqual(provider.setup({ callback: `${origin}/callback/b-${id}`, origin }));
      expect(made.body.proof).toEqual(
        JSON.parse(
          JSON.stringify(describeProof(provider, { ...settingsDefaults(provider.settings), ...settings })),
        ),
      );
      const bad = await call<{ code: string }>('PUT', `/v1/admin/accounts/b-${id}`, {
        provider: id,
        settings: { nobodys: 1 },
      });
      expect([bad.status, bad.body.code]).toEqual([400, 'invalid_request']);
      const shop = await call<{ keys: { apiKey: string } }>('PUT', `/v1/admin/shops/b-${id}`, {
        name: id,
        accounts: [`b-${id}`],
        returnUrl: { success: 'https://shop-demo.com/ok', failure: 'https://shop-demo.com/no' },
      });
      expect(shop.status, JSON.stringify(shop.body)).toBe(201);
      const payment = await call<{ redirect: { kind: string } | null }>(
        'POST',
        '/v1/payments',
        {
          reference: 'order-1',
          amount: 1999,
          currency,
          account: `b-${id}`,
          description: 'Two',
          customer: DEMO_CUSTOMER,
        },
        shop.body.keys.apiKey,
      );
      // The bridge that signs for SIPS 1 is not here.
      if (id === 'sips') return expect(payment.status).toBe(504);
      expect(payment.status, JSON.stringify(payment.body)).toBe(201);
      expect(payment.body.redirect).not.toBeNull();
    },
  );
});
