/**
 * Every block of code on a page runs here or in a test that it names, or is marked as output. What needs a Cloudflare account is looked up:
 * its npm scripts, its commands of Wrangler and of countersign, the addresses and bodies of its calls.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { describedOrder } from '../../src/http/reference/order.ts';
import { blocksOf, docsServer, KEYS, type PageBlock, ROOT, ran, sources } from './support.ts';

const blocks = sources().flatMap(blocksOf);
const where = ({ source, code }: PageBlock) => `${source}: ${code.split('\n')[0]}`;

/** What becomes of a block, by its language and mark; null: nobody knows. */
function fateOf({ source, language, mark }: PageBlock): string | null {
  if (language === 'output' || mark === 'output') return 'output';
  if (language === 'toml') return 'parsed';
  if (source === 'docs/quick-start.md') return 'newcomer.test.ts';
  if (mark === 'account' && language === 'sh') return 'looked up';
  if (mark === 'slow' && language === 'sh') return 'test/cli/demo.test.ts';
  if (mark === 'server' && source === 'README.md') return 'newcomer.test.ts';
  if (mark === 'types' && language === 'ts') return 'compiled';
  if (mark === 'run') return 'run';
  if (mark === null && language === 'sh') return 'run in a shell';
  const frameworks = /^(?:express|hono|django|flask|symfony|wordpress|django-getpaid|django-assist)$/;
  return mark !== null && frameworks.test(mark) ? 'frameworks.test.ts' : null;
}

const of = (fate: string) => blocks.filter((block) => fateOf(block) === fate);

const folder = mkdtempSync(join(tmpdir(), 'countersign-blocks-'));
/** The repository, as the shell of a page finds it; what the shell writes stays out of ours. */
const clone = join(folder, 'countersign');
let server: Awaited<ReturnType<typeof docsServer>>;
let environment: Record<string, string>;

beforeAll(async () => {
  mkdirSync(clone);
  for (const name of ['examples', 'node_modules', 'src', 'package.json', 'tsconfig.json', 'test'])
    symlinkSync(join(ROOT, name), join(clone, name));
  server = await docsServer();
  environment = { ...KEYS, BASE: server.origin, TOKEN: KEYS.ADMIN_TOKEN };
  // A payment that is decided, and an anchor over its log, for the page about the proof.
  const created = await fetch(`${server.origin}/v1/payments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEYS.SHOP_KEY}` },
    body: JSON.stringify({ reference: 'proof-1', amount: 1999, currency: 'EUR', provider: 'ecommpay' }),
  });
  const { id } = (await created.json()) as { id: string };
  await fetch(`${server.origin}/sandbox/payments/${id}`, { method: 'POST', body: '{"decision":"pay"}' });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await fetch(`${server.origin}/cdn-cgi/handler/scheduled`);
  environment.ID = id;
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a block of code', () => {
  it('is never of a kind that nothing runs and that is not marked as output', () => {
    expect(blocks.filter((block) => fateOf(block) === null).map(where)).toEqual([]);
    expect(blocks.length).toBeGreaterThan(50);
  });
});

describe.each([...new Set(of('run in a shell').map(({ source }) => source))])('the shell of %s', (source) => {
  it('runs from top to bottom', async () => {
    const script = of('run in a shell')
      .filter((block) => block.source === source)
      .map(({ code }) => code.replaceAll('http://localhost:8787', server.origin))
      .join('\n');
    const { status, stdout, stderr } = await ran('bash', ['-euc', script], { environment, cwd: clone });
    expect(status, stdout.slice(-800) + stderr).toBe(0);
    // What a simulated bank was answered is a text inside its own answer: there an error may be what was asked for.
    expect(stdout).not.toMatch(/(?:^|[}\s])\{"type":"[^"]*\/docs\/errors\//);
  });
});

describe('a program', () => {
  const RUNNERS: Readonly<Record<string, readonly [command: string, ending: string]>> = {
    ts: ['node', 'mjs'],
    python: ['python3', 'py'],
    php: ['php', 'php'],
  };
  it.each(of('run').map((block) => [where(block), block.language, block] as const))(
    '%s (%s)',
    async (_name, language, { code }) => {
      const [command, ending] = RUNNERS[language] ?? ['', ''];
      const file = join(folder, `program.${ending}`);
      writeFileSync(file, code);
      const { status, stdout, stderr } = await ran(command, [file], { environment });
      expect(status, stdout + stderr).toBe(0);
      expect(stdout).toContain(`${server.origin}/pay/`);
    },
  );
});

describe('a block of TypeScript that is compiled', () => {
  /** What the words around a block say is there. */
  const GIVEN = `
    import type { Countersign as ClientOf, Payment as PaymentOf } from 'countersign/client';
    declare global {
      const countersign: ClientOf; const payment: PaymentOf; const id: string; const secret: string; const secrets: string[];
      const request: Request; const app: any; const express: any;
      function redirect(to: string): void; function deliver(reference: string): Promise<void>; function act(event: unknown): Promise<void>;
      function keep(...of: unknown[]): Promise<void>; function lastEvent(): Promise<string>;
      const site: string, rang: string, identifiant: string, hmac_key: string; const method: string, url: string, headers: Headers, rawBody: Uint8Array;
      function attemptOf(order: string): Promise<any>; function actOnce(results: unknown): Promise<void>; function tellSomebody(attempt: unknown): Promise<void>;
      function respond(reply: unknown): Response;
    }
    export {};`;

  it('fits the client and the library as they are', async () => {
    // Beside the repository that the shells find: its own files have their own types.
    const compiled = join(folder, 'compiled');
    mkdirSync(compiled);
    const options = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: {
        noImplicitAny: false,
        strict: false,
        exactOptionalPropertyTypes: false,
        allowImportingTsExtensions: true,
        typeRoots: [join(ROOT, 'node_modules/@types'), join(ROOT, 'node_modules')],
        types: ['node', '@cloudflare/workers-types'],
        paths: {
          'countersign/client': [join(ROOT, 'src/client/index.ts')],
          'countersign/testing': [join(ROOT, 'src/client/testing.ts')],
          'countersign/providers/paybox': [join(compiled, 'paybox.ts')],
          hono: [join(ROOT, 'node_modules/hono')],
        },
      },
      include: [compiled],
    };
    writeFileSync(
      join(compiled, 'paybox.ts'),
      `import { libraryProvider } from '${join(ROOT, 'src/library/provider.ts')}';
import { paybox as provider } from '${join(ROOT, 'src/providers/paybox/index.ts')}';
export * from '${join(ROOT, 'src/library/provider.ts')}';
export const paybox = libraryProvider(provider);`,
    );
    writeFileSync(join(compiled, 'tsconfig.json'), JSON.stringify(options));
    writeFileSync(join(compiled, 'given.ts'), GIVEN);
    for (const [at, { code }] of of('compiled').entries()) {
      // Imports that the block before it has shown.
      const names = ['Countersign', 'CountersignError', 'verifyWebhook', 'verifyReturn'].filter(
        (name) =>
          new RegExp(`\\b${name}\\b`).test(code) && !new RegExp(`import[^;]*\\b${name}\\b`).test(code),
      );
      const more = names.length > 0 ? `import { ${names.join(', ')} } from 'countersign/client';\n` : '';
      writeFileSync(join(compiled, `block-${at}.ts`), `${more}${code}\nexport {};\n`);
    }
    const { stdout, status } = await ran('npx', ['tsc', '--noEmit', '-p', join(compiled, 'tsconfig.json')]);
    expect(status, stdout).toBe(0);
  });
});

describe('the program of the page about the library', () => {
  it('starts a payment, as it stands there', async () => {
    const [{ code } = { code: '' }] = of('compiled').filter(({ source }) => source === 'docs/library.md');
    const file = join(folder, 'library.mts');
    const library = join(ROOT, 'src/library/provider.ts');
    const declared = join(ROOT, 'src/providers/paybox/index.ts');
    writeFileSync(
      file,
      `import { libraryProvider as made } from '${library}';
import { paybox as declared } from '${declared}';
const paybox = made(declared);
const [site, rang, identifiant, hmac_key] = ['1999888', '32', '107904482', '${'0123456789abcdef'.repeat(8)}'];
const keep = async () => {}, attemptOf = () => null, actOnce = keep, tellSomebody = keep, respond = () => {};
${code.replace(/import \{[^}]*\} from '[^']*';/, `import { newOrder, type ReceivedMessage, Refusal } from '${library}';`)}
console.log(redirect.kind);
`,
    );
    const { stdout, stderr } = await ran('npx', ['tsx', '--tsconfig', join(ROOT, 'tsconfig.json'), file], {
      cwd: clone,
    });
    expect(stdout.trim(), stderr).toMatch(/(?:^|\n)(?:url|form)$/);
  });
});

describe('a block of TOML', () => {
  it.each(of('parsed').map((block) => [where(block), block.code] as const))(
    'is TOML: %s',
    async (_name, code) => {
      const read = ['-c', 'import sys, tomllib; print(len(tomllib.load(sys.stdin.buffer)))'];
      const { stdout, stderr } = await ran('/usr/bin/python3', read, { input: code });
      expect(Number(stdout), stderr).toBeGreaterThan(0);
    },
  );
});

describe('a block that needs an account', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const text = of('looked up')
    .map(({ code }) => code)
    .join('\n')
    .replace(/\\\n\s*/g, ' ');
  const routes = describedOrder(
    createApp(() => {
      throw new Error('not called');
    }),
  ).map(({ method, path }) => ({
    method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
  }));

  it('names npm scripts that there are', () => {
    const named = [...text.matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(10);
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });

  it('names commands of countersign that there are', async () => {
    const named = new Set([...text.matchAll(/npx --no countersign (\w+)/g)].map(([, name = '']) => name));
    const { stderr, stdout } = await ran('npx', ['tsx', 'src/cli/main.ts']);
    for (const name of named) expect(stdout + stderr).toContain(name);
  });

  it('names commands of Wrangler that it takes', async () => {
    const named = new Set(
      [...text.matchAll(/wrangler -- ([a-z0-9]+(?: (?:create|migrations apply|put|bulk|delete))?)/g)].map(
        ([, name = '']) => name,
      ),
    );
    expect(named.size).toBeGreaterThan(4);
    for (const name of named) {
      const { status, stdout } = await ran('node', [
        'src/cli/newer-node.js',
        'node_modules/wrangler/bin/wrangler.js',
        ...name.split(' '),
        '--help',
      ]);
      expect([name, status]).toEqual([name, 0]);
      expect(stdout.toLowerCase()).toContain(`wrangler ${name}`);
    }
  });

  it('calls addresses of the contract, with bodies that are JSON', () => {
    const calls = text
      .split('\n')
      .filter((line) => /\bcurl\b/.test(line) && !line.includes('banks.pay.example.com'));
    expect(calls.length).toBeGreaterThan(3);
    for (const call of calls) {
      const method = /-X (\w+)/.exec(call)?.[1] ?? (/ -d /.test(call) ? 'POST' : 'GET');
      const path = /(?:https:\/\/[\w.-]+|\$BASE)(\/[\w/.:-]*)/.exec(call)?.[1] ?? '';
      expect(
        routes.some((route) => route.method === method && route.pattern.test(path)),
        call,
      ).toBe(true);
      const body = /-d '([\s\S]*?)'/.exec(call)?.[1];
      if (body !== undefined) expect(() => JSON.parse(body.replace(/\{\.\.\.\}/g, '{}')), body).not.toThrow();
    }
  });
});
