/** The webhook examples, each by its own framework: a genuine message is taken once, a forged one and one that was written again are not. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signReturnUrl, signWebhook, testPayment } from '../../src/client/testing.ts';
import { blockOf, docsServer, KEYS, ROOT, ran } from './support.ts';

const SECRET = 'whsec_ZGVtby1zaG9wLXdlYmhvb2stc2VjcmV0LTAx';
const WEBHOOKS = 'docs/webhooks.md';
/** Debian's, which Django and Flask of Debian belong to. */
const PYTHON = '/usr/bin/python3';

const folder = mkdtempSync(join(tmpdir(), 'countersign-frameworks-'));
let server: Awaited<ReturnType<typeof docsServer>>;
/** Where WordPress is unpacked: its package is never installed, because it would bring a web server. */
let wordpress = '/usr/share/wordpress';

beforeAll(async () => {
  // The package as its users import it.
  for (const name of ['src', 'node_modules', 'package.json', 'tsconfig.json'])
    symlinkSync(join(ROOT, name), join(folder, name));
  if (!existsSync(wordpress)) {
    spawnSync('apt-get', ['download', 'wordpress'], { cwd: folder });
    const file = readdirSync(folder).find((name) => name.endsWith('.deb'));
    if (!file) throw new Error('apt-get download wordpress gave no file: the test needs its classes');
    spawnSync('dpkg', ['-x', file, 'wordpress'], { cwd: folder });
    wordpress = join(folder, 'wordpress/usr/share/wordpress');
  }
  server = await docsServer();
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Answered {
  readonly status: number;
  readonly location?: string;
  readonly text?: string;
  readonly taken: readonly { readonly reference: string }[];
}

/** Writes an example into a file, and has its framework answer. */
async function answer(
  command: string,
  args: readonly string[],
  asked: object,
  environment = {},
): Promise<Answered> {
  const { status, stdout, stderr } = await ran(command, args, {
    input: JSON.stringify(asked),
    environment: { COUNTERSIGN_WEBHOOK_SECRET: SECRET, ...KEYS, BASE: server.origin, ...environment },
  });
  expect(status, stdout + stderr).toBe(0);
  return JSON.parse(stdout.slice(stdout.indexOf('{'))) as Answered;
}

function written(name: string, code: string): string {
  const file = join(folder, name);
  writeFileSync(file, code);
  return file;
}

/** A program that has `app` of an example answer as a server does, and prints what was taken. */
const serving = (code: string, serve: string) => `
const taken: unknown[] = [];
async function take(data: unknown) { taken.push(data); }
${code}
let text = '';
for await (const part of process.stdin) text += part;
const asked = JSON.parse(text);
${serve}
console.log(JSON.stringify({ status, taken }));
process.exit(0);
`;

const EXPRESS = `
const running = app.listen(0);
await new Promise((done) => running.once('listening', done));
const { status } = await fetch('http://localhost:' + (running.address() as any).port + '/webhook', { method: 'POST', headers: asked.headers, body: asked.body });
`;
const HONO = `
const { status } = await app.request('/webhook', { method: 'POST', headers: asked.headers, body: asked.body });
`;

const FRAMEWORKS: Readonly<Record<string, () => readonly [command: string, args: readonly string[]]>> = {
  express: () => [
    'npx',
    ['tsx', written('express.ts', serving(blockOf(WEBHOOKS, 'ts', 'express'), EXPRESS))],
  ],
  hono: () => [
    'node',
    ['--import', 'tsx', written('hono.ts', serving(blockOf(WEBHOOKS, 'ts', 'hono'), HONO))],
  ],
  django: () => [
    PYTHON,
    [
      'test/docs/frameworks/django_view.py',
      written('django.py', blockOf(WEBHOOKS, 'python', 'django')),
      'webhook',
    ],
  ],
  flask: () => [
    PYTHON,
    ['test/docs/frameworks/flask_view.py', written('flask.py', blockOf(WEBHOOKS, 'python', 'flask'))],
  ],
  symfony: () => [
    'php',
    ['test/docs/frameworks/symfony.php', written('symfony.php', blockOf(WEBHOOKS, 'php', 'symfony'))],
  ],
  wordpress: () => [
    'php',
    [
      'test/docs/frameworks/wordpress.php',
      written('wordpress.php', blockOf(WEBHOOKS, 'php', 'wordpress')),
      wordpress,
    ],
  ],
  'django-getpaid, moved': () => [
    PYTHON,
    [
      'test/docs/frameworks/django_view.py',
      written('getpaid.py', blockOf('docs/moving/getpaid.md', 'python', 'django-getpaid')),
      'webhook',
    ],
  ],
};

describe.each(Object.keys(FRAMEWORKS))('the webhook of %s', (name) => {
  it('takes a genuine message, and no other', async () => {
    const [command, args] = FRAMEWORKS[name]?.() ?? ['', []];
    const { headers, body } = await signWebhook({ data: testPayment({ reference: 'order-ż' }) }, SECRET);
    const genuine = await answer(command, args, { method: 'POST', headers, body });
    expect([genuine.status, genuine.taken.map(({ reference }) => reference)]).toEqual([204, ['order-ż']]);
    for (const changed of [
      { headers: { ...headers, 'webhook-signature': 'v1,AAAA' }, body },
      { headers, body: JSON.stringify(JSON.parse(body), null, 1) },
    ]) {
      const refused = await answer(command, args, { method: 'POST', ...changed });
      expect([refused.status, refused.taken]).toEqual([401, []]);
    }
  });
});

describe('the other views of the guides', () => {
  it.each([
    // As a float, 19.99 times 100 is less than 1999; yens have no minor unit.
    ['docs/moving/getpaid.md', 'django-getpaid', 'pay', 'EUR', 19.99, 1999],
    ['docs/moving/getpaid.md', 'django-getpaid', 'pay', 'JPY', 500, 500],
    ['docs/moving/assist.md', 'django-assist', 'go_to_assist', 'RUB', 19.99, 1999],
  ])(
    '%s sends the shopper to the checkout of the same amount',
    async (source, mark, view, currency, total, amount) => {
      const file = written(`${mark}.py`, blockOf(source, 'python', mark));
      const asked = { method: 'GET', order: `order-${Date.now()}`, currency, total };
      const { status, location } = await answer(
        PYTHON,
        ['test/docs/frameworks/django_view.py', file, view],
        asked,
      );
      expect(status).toBe(302);
      expect((await fetch(location ?? '', { redirect: 'manual' })).status).toBeLessThan(400);
      const found = await fetch(`${server.origin}/v1/payments?reference=${asked.order}`, {
        headers: { authorization: `Bearer ${KEYS.SHOP_KEY}` },
      });
      expect(await found.json()).toMatchObject({ data: [{ amount, currency }] });
    },
  );

  it('the page to come back to shows what is signed, and nothing else', async () => {
    const file = written('back.py', blockOf('docs/moving/getpaid.md', 'python', 'django-getpaid'));
    const url = await signReturnUrl(
      'https://shop.example.com/back',
      { payment: 'TESTTESTTESTTEST', reference: 'order-7', status: 'paid' },
      SECRET,
    );
    const view = ['test/docs/frameworks/django_view.py', file, 'back'];
    const query = url.slice(url.indexOf('?') + 1);
    expect((await answer(PYTHON, view, { method: 'GET', query })).text).toBe('order-7: paid');
    const forged = await answer(PYTHON, view, {
      method: 'GET',
      query: query.replace('status=paid', 'status=refunded'),
    });
    expect(forged.text).toBe('We are looking at your payment.');
  });
});

describe('this test', () => {
  it('has every framework that the page names', () => {
    const marks = ['express', 'hono', 'django', 'flask', 'symfony', 'wordpress'];
    expect(Object.keys(FRAMEWORKS)).toEqual(expect.arrayContaining(marks));
    expect(existsSync(join(ROOT, WEBHOOKS))).toBe(true);
  });
});
