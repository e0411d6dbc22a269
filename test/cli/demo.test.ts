/**
 * `npm run demo`: it walks every provider, and says how it went. Every webhook of the run is checked by what shops check them with: the
 * library of Standard Webhooks, Python's standard library, and our client.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyWebhook } from '../../src/client/index.ts';
import { DEMO_KEYS } from '../../src/sandbox/demo.ts';
import { freePort } from '../../src/sandbox/run/port.ts';
import { type LocalServer, localServer } from '../../src/sandbox/run/server.ts';
import { ROOT, runBeside } from './support.ts';

/** A message as it came to a shop's endpoint. */
interface Received {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const state = mkdtempSync(join(tmpdir(), 'countersign-demo-'));
const received: Received[] = [];
const secrets: Record<string, string> = {};
let server: LocalServer;
let shop: Server;
let demo: Awaited<ReturnType<typeof runBeside>>;

/** Has a shop's endpoint of a dialect beside the demo shop's own. */
async function addEndpoint(dialect: 'standard' | 'polybanking'): Promise<void> {
  const { port } = shop.address() as AddressInfo;
  const answer = await fetch(`${server.origin}/v1/admin/shops/demo/endpoints`, {
    method: 'POST',
    headers: { authorization: 'Bearer local-admin-token', 'content-type': 'application/json' },
    body: JSON.stringify({ url: `http://127.0.0.1:${port}/${dialect}`, dialect, events: ['*'] }),
  });
  const { secret } = (await answer.json()) as { readonly secret: string };
  expect(answer.status).toBe(201);
  secrets[dialect] = secret;
}

beforeAll(async () => {
  shop = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      received.push({ path: request.url ?? '', headers, body: Buffer.concat(chunks).toString() });
      response.end();
    });
  }).listen(0, '127.0.0.1');
  server = await localServer(await freePort(), { output: 'ignore', state });
  for (const dialect of ['standard', 'polybanking'] as const) await addEndpoint(dialect);
  demo = await runBeside('npm', ['run', '-s', 'demo'], { PORT: new URL(server.origin).port });
}, 600_000);
afterAll(async () => {
  server?.stop();
  await server?.ended;
  shop?.close();
  rmSync(state, { recursive: true, force: true });
});

const of = (dialect: string) => received.filter(({ path }) => path === `/${dialect}`);

/** What Python says of messages: a line for each. */
const PYTHON = `
import json, sys
sys.path.insert(0, "examples/python")
from countersign import CountersignError, verify_webhook
for line in sys.stdin:
    message = json.loads(line)
    try:
        print(verify_webhook(message["headers"], message["body"].encode(), message["secret"])["type"])
    except CountersignError as error:
        print("refused")
`;

function byPython(messages: readonly Received[], secret: string): string[] {
  const input = messages.map((message) => JSON.stringify({ ...message, secret })).join('\n');
  const { stdout, stderr } = spawnSync('python3', ['-c', PYTHON], { cwd: ROOT, encoding: 'utf8', input });
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

describe('the demo', () => {
  it('prints a row per provider and exits with 0', () => {
    const { stdout, stderr, status } = demo;
    expect(status, stdout + stderr).toBe(0);
    for (const row of [
      /^ecommpay +url +HMAC-SHA-512 +created +paid +yes +yes +yes +yes$/m,
      /^paybox +form +HMAC-SHA512 +created +paid/m,
    ]) {
      expect(stdout).toMatch(row);
    }
    expect(stdout).toContain('every cell as it should be');
  });
});

describe('every webhook of the run', () => {
  it('is taken by the library of Standard Webhooks, by Python and by the client, and says the same to all', async () => {
    const messages = of('standard');
    expect(messages.length).toBeGreaterThan(40);
    const secret = secrets.standard ?? '';
    const types = messages.map(
      ({ headers, body }) => (new Webhook(secret).verify(body, headers) as { type: string }).type,
    );
    expect(new Set(types).has('payment.paid') && new Set(types).has('payment.refunded')).toBe(true);
    expect(byPython(messages, secret)).toEqual(types);
    for (const [index, { headers, body }] of messages.entries())
      expect((await verifyWebhook({ headers, rawBody: body }, secret)).type).toBe(types[index]);
  });

  it('is refused by all of them with another secret, or another byte', async () => {
    const some = of('standard').slice(0, 5);
    const changed = some.map((message) => ({ ...message, body: message.body.replace('1999', '1998') }));
    const { webhookSecret } = DEMO_KEYS;
    for (const [messages, secret] of [
      [some, webhookSecret],
      [changed, secrets.standard ?? ''],
    ] as const) {
      expect(byPython(messages, secret)).toEqual(messages.map(() => 'refused'));
      for (const { headers, body } of messages) {
        expect(() => new Webhook(secret).verify(body, headers)).toThrow();
        await expect(verifyWebhook({ headers, rawBody: body }, secret)).rejects.toMatchObject({
          code: 'signature_mismatch',
        });
      }
    }
  });

  it("is an IPN in PolyBanking's dialect, which the client takes", async () => {
    const messages = of('polybanking');
    expect(messages.length).toBeGreaterThan(20);
    for (const { headers, body } of messages) {
      const { data } = await verifyWebhook({ headers, rawBody: body }, secrets.polybanking ?? '', {
        dialect: 'polybanking',
      });
      expect([data.config, data.test]).toEqual(['demo', true]);
    }
  });
});
