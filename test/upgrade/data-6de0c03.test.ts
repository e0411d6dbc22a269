/**
 * An upgrade with data: today's local server runs on a folder that commit 6de0c03 left behind (`test/fixtures/make-data.ts` made it, and
 * ended it by kill -9 in the middle of a refund), and is held to what that version told about it. Nothing but HTTP is used, and only what
 * the old answers have is compared: new members may come. Each test is named by the failure that it rules out.
 *
 * The server has the port of the old one, as after any upgrade: redirects and accounts in the data name it. The secrets in the data are
 * sealed under the keys of `.dev.vars.example`: other keys in a `.dev.vars` do not open them.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServer, localServer } from '../../src/sandbox/run/server.ts';
import {
  beginning,
  call,
  decide,
  events,
  extended,
  FIXTURES,
  json,
  kept,
  lasting,
  operate,
  type Payment,
  read,
  references,
  send,
  type Told,
  told,
  withoutRightSignature,
} from './old-data.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const state = mkdtempSync(join(tmpdir(), 'countersign-upgrade-'));

/** Providers whose demo account has no refund. */
const WITHOUT_REFUND = ['dummy', 'moip', 'sips', 'spplus', 'tipi'];

let server: LocalServer;
let receiver: Server;
const received: { path: string; headers: IncomingHttpHeaders; body: string }[] = [];

beforeAll(async () => {
  execFileSync('tar', ['-xzf', join(FIXTURES, 'data-6de0c03.tar.gz'), '-C', state]);
  receiver = createServer(async (request, response) => {
    const parts: string[] = [];
    for await (const part of request) parts.push(String(part));
    received.push({ path: request.url ?? '', headers: request.headers, body: parts.join('') });
    response.writeHead(200).end();
  }).listen(told.receiver);
  server = await localServer(told.port, { output: 'ignore', state });
});
afterAll(async () => {
  server?.stop();
  await server?.ended;
  receiver?.close();
  rmSync(state, { recursive: true, force: true });
});

describe('what an older version kept', () => {
  it.each(references)('a payment that cannot be read any more, or reads otherwise: %s', async (reference) => {
    const before = kept(reference);
    expect(await read(reference)).toMatchObject(lasting(before));
    const log = await events(reference);
    expect(log.slice(0, before.events.length)).toMatchObject(before.events);
    const path = `/v1/payments/${before.payment.id}/deliveries`;
    const { data } = await json<{ data: unknown[] }>('GET', path, { key: before.key });
    expect(data.slice(0, before.deliveries.length)).toMatchObject(before.deliveries);
  });

  it('a payment that is not found by its reference', async () => {
    for (const reference of references) {
      const { key, payment } = kept(reference);
      const { data } = await json<{ data: Payment[] }>('GET', `/v1/payments?reference=${reference}`, { key });
      expect(data.map(({ id }) => id)).toEqual([payment.id]);
    }
  });

  it('a create that is repeated, and is refused or begins a second payment', async () => {
    for (const { create, key, payment } of Object.values(told.payments)) {
      if (!create) continue;
      const again = await call('POST', '/v1/payments', { key, body: create });
      expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
      expect(await again.json()).toMatchObject({ id: payment.id });
    }
  });

  it('an account, a shop or a refusal that is lost or reads otherwise', async () => {
    for (const [path, { data }] of [
      ['accounts', told.directory.accounts],
      ['shops', told.directory.shops],
      ['accounts/ogone-sandbox/refusals', told.directory.refusals],
    ] as const) {
      const now = await json<Told['directory']['accounts']>('GET', `/v1/admin/${path}`, {
        key: told.keys.admin,
      });
      for (const before of data) {
        // What is to be entered at a provider is today's advice.
        const { setup: _setup, ...rest } = before as { id: string; setup?: unknown };
        const today = now.data.find(({ id }) => id === before.id);
        expect(today).toMatchObject(withoutRightSignature(before.id === 'demo' ? extended(rest) : rest));
      }
    }
  });

  it('a ledger that the rebuild of the searchable copy finds empty', async () => {
    const { admin: key } = told.keys;
    const rebuilt = await json('POST', '/v1/admin/payments/rebuild', { key, body: {} });
    expect(rebuilt).toMatchObject({ queued: references.length, empty: 0 });
  });

  it('a transaction of PolyBanking that its client reads otherwise', async () => {
    const { apiKey: secret } = told.keys.polybanking;
    const form = {
      body: new URLSearchParams({ config_id: 'polybanking', secret }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    };
    const path = '/api/transactions/polybanking-paid/';
    // The older version showed times in UTC without fractions, and the PAYID where the original has a caller's address.
    const shown = async (address: string): Promise<object> =>
      JSON.parse(
        JSON.stringify(await json('POST', address, form)).replace(
          /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\.\d{6}([+-]\d\d:\d\d)/g,
          (_, day: string, clock: string, offset: string) =>
            `${new Date(`${day}T${clock}${offset}`).toISOString().slice(0, 19).replace('T', ' ')}+00:00`,
        ),
      );
    expect(await shown(path)).toMatchObject(told.classic.transaction);
    const logs = JSON.stringify(told.classic.logs).replace(/"extra_data":"\d{6,}"/, '"extra_data":""');
    expect(await shown(`${path}logs/`)).toMatchObject(JSON.parse(logs));
  });
});

describe('keys in a rotation', () => {
  it('an API key, old or new, that opens nothing any more', async () => {
    const { id } = kept('rotating-paid').payment;
    const { apiKeys } = told.keys.rotating;
    expect(apiKeys).toHaveLength(2);
    for (const key of apiKeys) await json('GET', `/v1/payments/${id}`, { key });
  });

  it('a webhook that failed before the upgrade and is not tried again, or not signed with both secrets', async () => {
    const failed = kept('rotating-paid').events.filter(({ type }) => type === 'webhook.failed');
    const ids = new Set(failed.map(({ detail }) => String(detail.webhook)));
    expect(ids.size).toBe(3);
    await expect
      .poll(() => received.map(({ headers }) => headers['webhook-id']), { timeout: 10_000 })
      .toEqual(expect.arrayContaining([...ids]));
    for (const { headers, body } of received.filter(({ path }) => path === '/refuses')) {
      for (const secret of told.keys.rotating.webhookSecrets) {
        new Webhook(secret).verify(body, headers as Record<string, string>);
      }
    }
  });
});

describe('a bank that goes on after the upgrade', () => {
  it('a repeated notification that is answered with other bytes', async () => {
    expect(told.notifications.length).toBeGreaterThan(40);
    for (const { answer, ...message } of told.notifications) {
      const again = await send(message);
      const bytes = Buffer.from(await again.arrayBuffer());
      expect([again.status, again.headers.get('content-type')], message.path).toEqual([
        answer.status,
        answer.type,
      ]);
      expect(bytes.equals(Buffer.from(answer.body)), message.path).toBe(true);
    }
  });

  it('a message that the bank signed before the upgrade, with the key of then, and that counts no more', async () => {
    expect(told.undelivered.length).toBe(6);
    for (const message of told.undelivered) {
      expect((await send(message)).status, message.path).toBe(200);
      const reference = references.find((name) => kept(name).payment.id === message.payment) ?? '';
      const { status, attempts } = await read(reference);
      expect([status, attempts.length], reference).toEqual(['paid', 1]);
    }
    const applied = (await events('rotating-forwarded')).find(({ type }) => type === 'notification.applied');
    expect(applied?.detail.signedBy).toContain('earlier');
  });

  it.each([
    ...beginning('forwarded-'),
    'created-dummy',
    'expired-dummy',
    'denied-ogone',
    'polybanking-created',
  ])('a payment that was begun before the upgrade and cannot be paid any more: %s', async (reference) => {
    await decide(reference, 'pay');
    await expect
      .poll(() => read(reference), { timeout: 10_000 })
      .toMatchObject({ status: 'paid', amounts: { paid: kept(reference).payment.amount } });
  });

  it('a payment without an account for which the shopper cannot choose one any more', async () => {
    const { id } = kept('created-choice').payment;
    expect(await (await call('GET', `/pay/${id}`)).text()).toContain('payzen-sandbox');
    const chosen = await call('POST', `/pay/${id}`, { body: 'account=payzen-sandbox' });
    expect([200, 303]).toContain(chosen.status);
    expect(await read('created-choice')).toMatchObject({ status: 'forwarded', provider: 'payzen' });
  });

  it('a website of PolyBanking that is not told, or with a signature that it does not know', async () => {
    const sent = () => received.find(({ body }) => body.includes('polybanking-created'))?.body;
    await expect.poll(sent, { timeout: 10_000 }).toBeTruthy();
    const { sign, ...fields } = Object.fromEntries(new URLSearchParams(sent()));
    const escaped = (text: string) => text.replaceAll(';', '!!').replaceAll('=', '??');
    const text = Object.entries(fields)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value]) => `${escaped(name)}=${escaped(value)};${told.keys.polybanking.ipnKey};`)
      .join('');
    expect(sign).toBe(createHash('sha512').update(text).digest('hex'));
  });
});

describe('operations across the upgrade', () => {
  it('an operation that its shop repeats, and that is answered otherwise or done twice', async () => {
    for (const { path, key, headers, body, answer } of told.operations) {
      const again = await call('POST', path, { key, headers, body });
      expect(again.status, path).toBe(answer.status);
      // Addresses are today's: of the checkout, and of the page about a problem.
      const {
        checkoutUrl: _url,
        type: _type,
        ...rest
      } = answer.body as { checkoutUrl?: string; type?: string };
      expect(await again.json()).toMatchObject(rest);
      const now = await json<Payment>('GET', path.slice(0, path.lastIndexOf('/')), { key });
      expect(now.operations).toHaveLength(1);
    }
  });

  it('an authorization that cannot be captured or released any more', async () => {
    expect((await operate('authorized-capture', 'capture', {})).status).toBe(200);
    expect(await read('authorized-capture')).toMatchObject({ status: 'paid', amounts: { paid: 1999 } });
    expect((await operate('authorized-cancel', 'cancel')).status).toBe(200);
    expect(await read('authorized-cancel')).toMatchObject({
      status: 'cancelled',
      amounts: { authorized: 0 },
    });
  });

  it('money that cannot be given back any more', async () => {
    for (const reference of beginning('paid-')) {
      const { provider } = kept(reference).payment;
      if (reference === 'paid-twice') continue;
      const { status } = await operate(reference, 'refund', {});
      expect(status, reference).toBe(WITHOUT_REFUND.includes(provider) ? 422 : 200);
      if (status !== 200) continue;
      await operate(reference, 'refresh');
      await expect
        .poll(() => read(reference), { timeout: 10_000, message: reference })
        .toMatchObject({ status: 'refunded', amounts: { refunded: 1999 } });
    }
    expect((await operate('partially-refunded', 'refund', {})).status).toBe(200);
    expect(await read('partially-refunded')).toMatchObject({ status: 'refunded' });
  });

  it.each([
    // The bank had done it, and its answer was lost.
    ['unknown-done', 'succeeded', 'refunded'],
    ['unknown-undone', 'failed', 'paid'],
    // The server was killed while the bank was silent.
    ['running', 'failed', 'paid'],
    ['accepted-payu', 'succeeded', 'partially_refunded'],
    ['accepted-ogone', 'succeeded', 'partially_refunded'],
    ['accepted-przelewy24', 'succeeded', 'refunded'],
  ])(
    'an operation without a result of which nobody finds out what became: %s',
    async (reference, end, status) => {
      await operate(reference, 'refresh');
      await expect
        .poll(() => read(reference), { timeout: 10_000 })
        .toMatchObject({ status, operations: [{ state: end }] });
    },
  );
});

describe('the logs after all this', () => {
  it('a chain of hashes that breaks where the versions meet', async () => {
    for (const reference of references) {
      let before = '0'.repeat(64);
      for (const { seq, at, type, source, detail, hash, salt } of await events(reference)) {
        // Lines of the old version are hashed as they were, newer ones by docs/proof.md.
        const line =
          salt === null
            ? [seq, at, type, source, detail]
            : ['v2', seq, at, type, source, sha256(`${salt}\n${JSON.stringify(detail)}`)];
        expect(sha256(`${before}\n${JSON.stringify(line)}`), `${reference}, event ${seq}`).toBe(hash);
        before = hash;
      }
    }
  });
});
