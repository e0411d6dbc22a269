/**
 * A newcomer: takes commands and code from the page of the quick start, word for word, and ends with a paid order in a shop of its own. Only
 * the ports are others, so that it runs beside a server that is there; `npm ci` has run already, and `npm start` is started by the test.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signReturnUrl } from '../../src/client/testing.ts';
import { freePort } from '../../src/sandbox/run/port.ts';
import { blockOf, blocksOf, docsServer, ROOT, ran } from './support.ts';

const PAGE = 'docs/quick-start.md';
const SHOP_PORT = await freePort();

/** The page's text with the ports of this test. */
const moved = (text: string) =>
  text.replaceAll('http://localhost:8787', server.origin).replaceAll('3000', String(SHOP_PORT));

/** The folder of the repository, as a newcomer has it: what is written there stays out of ours. */
const folder = mkdtempSync(join(tmpdir(), 'countersign-newcomer-'));
let server: Awaited<ReturnType<typeof docsServer>>;

beforeAll(async () => {
  for (const name of ['examples', 'src', 'package.json', 'tsconfig.json'])
    cpSync(join(ROOT, name), join(folder, name), {
      recursive: true,
      filter: (path) => !path.includes('.wrangler'),
    });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  server = await docsServer();
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Ends a shop, with what it has started. */
function ended(shop: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    shop.on('exit', () => resolve());
    if (shop.pid !== undefined) process.kill(-shop.pid, 'SIGTERM');
  });
}

async function untilAnswers(): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    try {
      await fetch(`http://localhost:${SHOP_PORT}/`);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error('the shop does not answer');
}

describe('the page', () => {
  it('begins with the two commands of a fresh machine', () => {
    expect(blockOf(PAGE, 'sh', 'server')).toBe('npm ci\nnpm start');
  });

  it.each(['ts', 'python', 'php'])(
    'has a program in %s under 40 lines, which is the one in examples',
    (language) => {
      const code = blockOf(PAGE, language, null);
      expect(code.split('\n').length).toBeLessThan(40);
      const file = `examples/quick-start/shop.${{ ts: 'ts', python: 'py', php: 'php' }[language]}`;
      expect(`${code}\n`).toBe(readFileSync(join(ROOT, file), 'utf8'));
    },
  );
});

describe.each([
  ['ts', 'my-shop.ts'],
  ['python', 'my-shop.py'],
  ['php', 'my-shop.php'],
])('a newcomer with %s', (language, file) => {
  it('gets to a paid order', async () => {
    const [make, keys, pay] = blocksOf(PAGE)
      .filter(({ language: name, mark }) => name === 'sh' && mark === null)
      .map(({ code }) => moved(code));
    writeFileSync(join(folder, file), `${moved(blockOf(PAGE, language, null))}\n`);
    const start = moved(blockOf(PAGE, 'sh', `start-${language}`));
    // Each newcomer has a shop of its own: keys are shown once.
    const shopName = `my-shop-${language}`;
    const made = await ran('bash', ['-ec', `${make?.replace('shops/my-shop', `shops/${shopName}`)}`], {
      cwd: folder,
    });
    expect(made.status, made.stderr).toBe(0);
    // One terminal: its keys and its shop.
    const shop = spawn('bash', ['-ec', `${keys}\nexec ${start.replace(/^(\w+=\S+) /, 'env $1 ')}`], {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    });
    try {
      await untilAnswers();
      const paid = await ran('bash', ['-ec', `${pay}`], { cwd: folder });
      expect(paid.status, paid.stdout + paid.stderr).toBe(0);
      const orders = Object.values(JSON.parse(paid.stdout.trim().split('\n').at(-1) ?? '{}')) as {
        status: string;
      }[];
      expect(orders.at(-1)?.status, paid.stdout).toBe('paid');
      // A stranger's webhook, and a stranger's return, change nothing.
      const forged = await fetch(`http://localhost:${SHOP_PORT}/webhook`, {
        method: 'POST',
        body: '{"data":{}}',
      });
      const back = await fetch(`http://localhost:${SHOP_PORT}/back?status=paid&reference=x`);
      expect([forged.status, back.status]).toEqual([401, 401]);
      // A shopper may be back before the first webhook.
      const { webhookSecret } = (
        JSON.parse(readFileSync(join(folder, 'my-shop.json'), 'utf8')) as {
          readonly keys: { readonly webhookSecret: string };
        }
      ).keys;
      const returned = { payment: '7ZK0M3Q9T2V8XW4B', reference: 'order-early', status: 'created' } as const;
      const early = await signReturnUrl(`http://localhost:${SHOP_PORT}/back`, returned, webhookSecret);
      const shown = await fetch(early);
      expect([shown.status, await shown.text()]).toEqual([200, expect.stringContaining('order-early: open')]);
    } finally {
      await ended(shop);
    }
  });
});
