/**
 * The feed and the webhooks of a local server that is killed while payments, refunds and failing deliveries are under way. The failures
 * ruled out: an event that is in one and not in the other, or with another body.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../src/sandbox/run/port.ts';
import { migrateLocal } from '../../src/sandbox/run/server.ts';
import { killGroup } from '../support/process-groups.ts';
import { ROOT } from './support.ts';

const state = mkdtempSync(join(tmpdir(), 'countersign-events-'));
const SHOP = 'feed';
const WRANGLER = join(ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js');

/** On a machine that has much else to do. */
const LONG_MS = 300_000;

/** After the second pause between tries of a webhook. */
const MOST_MS = 420_000;
let origin: string;
let port: number;
let worker: ChildProcess;
let shop: Server;
let apiKey: string;

/** What the shop has taken, by its id; and how often each was tried. */
const taken = new Map<string, string>();
const tries = new Map<string, number>();

/** A shop that fails the first try of every other message. */
function startShop(): Promise<number> {
  shop = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const id = String(request.headers['webhook-id']);
      const count = (tries.get(id) ?? 0) + 1;
      tries.set(id, count);
      const fails = count === 1 && tries.size % 2 === 0;
      if (!fails) taken.set(id, Buffer.concat(chunks).toString('utf8'));
      response.writeHead(fails ? 500 : 204).end();
    });
  });
  return new Promise((resolve) =>
    shop.listen(0, '127.0.0.1', () => resolve((shop.address() as AddressInfo).port)),
  );
}

async function startWorker(): Promise<void> {
  const args = ['dev', 'src/dev.ts', '--bundle', '--port', String(port), '--persist-to', state];
  // A group of its own: it is killed with all that it has started.
  const started = spawn(
    process.execPath,
    // Other local servers may begin at the same moment: the system finds a free port for the inspector, and the registry is this one's own.
    [WRANGLER, ...args, '--inspector-port', '0', '--show-interactive-dev-session=false'],
    {
      cwd: ROOT,
      detached: true,
      stdio: 'ignore',
      env: {
        ...process.env,
        CI: '1',
        WRANGLER_SEND_METRICS: 'false',
        CLOUDFLARE_CF_FETCH_ENABLED: 'false',
        COUNTERSIGN_BUILD: 'documents',
        WRANGLER_REGISTRY_PATH: join(state, 'registry'),
      },
    },
  );
  worker = started;
  await until(async () => {
    if (started.exitCode !== null) throw new Ended(`the Worker ended with ${started.exitCode}`);
    return (await fetch(`${origin}/health`)).ok;
  }, LONG_MS / 2);
}

/** What is waited for will not come. */
class Ended extends Error {}

async function until(holds: () => Promise<boolean>, milliseconds: number): Promise<void> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const isSo = await holds().catch((error: unknown) => {
      if (error instanceof Ended) throw error;
      return false;
    });
    if (isSo) return;
    if (Date.now() > end) throw new Error('it did not come in time');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function send<T>(method: string, path: string, token: string, body?: unknown): Promise<T> {
  const response = await fetch(origin + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}

interface Made {
  readonly id: string;
  readonly status: string;
}

/** Answers to a refund whose call was under way when the machine stopped: what became of it is known only after minutes. */
const NOT_KNOWN = [409, 504];

/** Pays an order, and gives a part back; as often as it takes, until it is so. @returns whether it is known that it was given back. */
async function payAndRefund(reference: string): Promise<boolean> {
  let isKnown = true;
  const read = () =>
    send<Made>('POST', '/v1/payments', apiKey, {
      reference,
      amount: 5000,
      currency: 'EUR',
      account: 'ecommpay-sandbox',
      metadata: { reference },
    });
  await until(async () => {
    const { id, status } = await read();
    if (status === 'paid') {
      const refund = await fetch(`${origin}/v1/payments/${id}/refund`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'idempotency-key': `refund-${reference}` },
        body: JSON.stringify({ amount: 1000 }),
      });
      isKnown = refund.ok;
      return refund.ok || NOT_KNOWN.includes(refund.status);
    }
    await send('POST', `/sandbox/payments/${id}`, apiKey, { decision: 'pay' });
    return false;
  }, LONG_MS);
  return isKnown;
}

interface Page {
  readonly data: readonly ({ readonly id: string } & Record<string, unknown>)[];
  readonly nextCursor: string | null;
}

async function feed(): Promise<Map<string, string>> {
  const events = new Map<string, string>();
  for (let after = ''; ; ) {
    const { data, nextCursor } = await send<Page>('GET', `/v1/events?limit=7${after}`, apiKey);
    for (const { id, ...body } of data) {
      expect(events.has(id)).toBe(false);
      events.set(id, JSON.stringify(body));
    }
    if (nextCursor === null) return events;
    after = `&after=${nextCursor}`;
  }
}

beforeAll(async () => {
  port = await freePort();
  origin = `http://localhost:${port}`;
  const hook = await startShop();
  const variables = join(ROOT, '.dev.vars');
  if (!existsSync(variables)) copyFileSync(`${variables}.example`, variables);
  await migrateLocal(state);
  await startWorker();
  const made = await send<{ keys: { apiKey: string } }>(
    'PUT',
    `/v1/admin/shops/${SHOP}`,
    'local-admin-token',
    {
      name: 'Feed',
      accounts: ['ecommpay-sandbox'],
      testMode: true,
      returnUrl: { success: 'https://shop.example.com/ok', failure: 'https://shop.example.com/no' },
      webhook: { url: `http://127.0.0.1:${hook}/` },
    },
  );
  apiKey = made.keys.apiKey;
}, LONG_MS);
afterAll(async () => {
  await killGroup(worker);
  shop?.close();
  rmSync(state, { recursive: true, force: true });
});

it(
  'the feed equals the webhooks after a run with failures and a kill -9',
  async () => {
    const paying = Promise.all(Array.from({ length: 8 }, (_, n) => payAndRefund(`order-${n}`)));
    // In the middle of it.
    await until(async () => tries.size >= 6, LONG_MS);
    await killGroup(worker);
    await startWorker();
    const known = (await paying).filter(Boolean).length;
    expect(known).toBeGreaterThan(0);
    // A message that failed is sent again after five seconds, and one that was interrupted then may be after five minutes.
    let events = new Map<string, string>();
    await until(async () => {
      events = await feed();
      // A refund that the kill has interrupted may become known meanwhile: its message is in one of the two first.
      const areAll = events.size >= 8 + 2 * known && events.size === taken.size;
      return areAll && [...events.keys()].every((id) => taken.has(id));
    }, MOST_MS);
    expect(events).toEqual(taken);
    expect([...taken.keys()].every((id) => events.has(id))).toBe(true);
  },
  3 * LONG_MS,
);
