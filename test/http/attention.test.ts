/**
 * What needs a person. The failures ruled out: a cause that nobody hears of, an entry that stays when its cause has gone, one that is
 * resolved and comes back without a new cause, or does not come back with one, and an operator who sees another shop's.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { everyTenMinutes } from '../../src/gateway/scheduled.ts';
import { updateCommand } from '../../src/gateway/update-command.ts';
import { orderNumber } from '../../src/payments/id.ts';
import type { ProviderUpdate } from '../../src/providers/contract.ts';
import { dummy } from '../../src/providers/dummy/index.ts';
import { SANDBOX_ROOT_CERTIFICATE } from '../../src/sandbox/banks/tpay-keys.ts';
import { readCertificate } from '../../src/signing/x509.ts';
import { serviceOf } from '../../src/worker.ts';
import { notify } from '../ledger/support.ts';
import { ask, paid } from '../support/bank-office.ts';
import {
  admin,
  BANK_API,
  bankOf,
  deliver,
  journey,
  ledgerOf,
  makeAccount,
  makeShop,
  merchant,
  network,
  type Problem,
  type ReceivedWebhook,
  request,
  runAlarms,
  shopperAtBank,
  type TestShop,
} from '../support/harness.ts';
import { asToken, makeToken } from '../support/operators.ts';

/** What a provider says of a payment of the default amount. */
const ANSWER = {
  kind: 'update',
  key: 'answer',
  outcome: 'paid',
  amount: 1999,
  currency: 'EUR',
  movement: 'answer',
  providerReference: null,
  detail: {},
} as const;

interface Entry {
  readonly id: string;
  readonly kind: string;
  readonly payment: string | null;
  readonly account: string | null;
  readonly shop: string | null;
  readonly since: string;
  readonly detail: Record<string, unknown>;
}

interface Listed {
  readonly data: Entry[];
  readonly nextCursor: string | null;
  readonly counts: Record<string, number>;
}

let net = network();
let answer: (webhook: ReceivedWebhook) => Response | Promise<Response>;
beforeEach(() => {
  answer = () => new Response();
  net = network((webhook) => answer(webhook));
});
afterEach(() => {
  net.restore();
  vi.useRealTimers();
});

function later(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
}

/** What is open of a kind, about a payment, an account or a shop. */
async function open(kind: string, about: string): Promise<Entry[]> {
  const { data } = (await admin<Listed>('GET', `/attention?kind=${kind}&limit=100`)).body;
  return data.filter(({ payment, account, shop }) => [payment, account, shop].includes(about));
}

/** A payment whose ledger is told what its provider says. */
async function payment(account: string, shop: TestShop) {
  const { id } = (await shop.pay({})).body;
  return {
    id,
    tell: async (changes: Partial<Parameters<typeof notify>[0]>) => {
      await ledgerOf(id).applyUpdate(notify({ account, ...changes }));
      await runAlarms(id);
    },
  };
}

async function place(provider = 'dummy') {
  const account = await makeAccount(provider);
  return { account, shop: await makeShop([account]) };
}

describe('a webhook that keeps failing', () => {
  it('needs a person after the second failed try, and no more once it has arrived', async () => {
    const { account, shop } = await place();
    const { id, tell } = await payment(account, shop);
    answer = () => new Response(null, { status: 500 });
    await tell({});
    expect(await open('webhook_failing', id)).toEqual([]);
    later(10_000);
    await runAlarms(id);
    const [entry] = await open('webhook_failing', id);
    expect(entry).toMatchObject({
      shop: shop.id,
      detail: { endpoint: 'first', status: 500, abandoned: false },
    });
    answer = () => new Response();
    later(3600_000);
    await runAlarms(id);
    expect(await open('webhook_failing', id)).toEqual([]);
  });

  it('and was given up needs one until a later message has arrived there', async () => {
    const { account, shop } = await place();
    const { id, tell } = await payment(account, shop);
    answer = () => new Response(null, { status: 410 });
    await tell({});
    expect(await open('webhook_failing', id)).toMatchObject([{ detail: { abandoned: true, status: 410 } }]);
    answer = () => new Response();
    await tell({ key: 'R', movement: 'R', outcome: 'refunded' });
    expect(await open('webhook_failing', id)).toEqual([]);
  });
});

describe('an endpoint that was switched off', () => {
  it('needs a person until it is on again', async () => {
    const { account, shop } = await place();
    answer = () => new Response(null, { status: 500 });
    await (await payment(account, shop)).tell({});
    later(5 * 86_400_000 + 10_000);
    await (await payment(account, shop)).tell({});
    expect(await open('endpoint_off', shop.id)).toMatchObject([{ detail: { endpoint: 'first' } }]);
    await admin('PUT', `/shops/${shop.id}/endpoints/first`, { active: true });
    expect(await open('endpoint_off', shop.id)).toEqual([]);
    await (await payment(account, shop)).tell({});
    later(5 * 86_400_000 + 10_000);
    await (await payment(account, shop)).tell({});
    expect(await open('endpoint_off', shop.id)).toHaveLength(1);
    await admin('PUT', `/shops/${shop.id}`, { webhook: { url: 'https://new.shop-demo.com/hook' } });
    expect(await open('endpoint_off', shop.id)).toEqual([]);
  });
});

describe('money', () => {
  it('that was paid twice needs a person until it is given back', async () => {
    const { account, shop } = await place();
    const { id, tell } = await payment(account, shop);
    await tell({ key: 'a', movement: 'a' });
    await tell({ key: 'b', movement: 'b' });
    expect(await open('paid_twice', id)).toMatchObject([{ account, shop: shop.id }]);
    // A directory that was lost gets it again.
    await env.DIRECTORY.exec('DELETE FROM attention');
    await admin('POST', '/payments/rebuild', {});
    await runAlarms(id);
    expect(await open('paid_twice', id)).toHaveLength(1);
    await tell({ key: 'r', movement: 'r', outcome: 'refunded' });
    expect(await open('paid_twice', id)).toEqual([]);
  });

  it('of another currency is a conflict until a message of the attempt counts that fits', async () => {
    const { account, shop } = await place();
    const { id, tell } = await payment(account, shop);
    await tell({ key: 'usd', movement: 'usd', currency: 'USD' });
    expect(await open('conflict', id)).toMatchObject([
      { account, detail: { reason: 'currency', attempt: 1 } },
    ]);
    await tell({});
    expect(await open('conflict', id)).toEqual([]);
  });
});

describe('a payment that is pending', () => {
  it('for a person or for proof needs one until there is a result', async () => {
    const { account, shop } = await place();
    for (const [kind, changes] of [
      ['pending_person', { pendingReason: 'person_needed' as const }],
      ['pending_proof', { proofMissing: true as const }],
    ] as const) {
      const { id, tell } = await payment(account, shop);
      await tell({ key: 'p', movement: 'p', outcome: 'pending', amount: null, ...changes });
      expect(await open(kind, id), kind).toMatchObject([{ account, detail: { attempt: 1 } }]);
      await tell({});
      expect(await open(kind, id), kind).toEqual([]);
    }
  });
});

describe('an operation whose answer was lost', () => {
  it('needs a person, who is told what to look up, until it is settled', async () => {
    const attempt = await paid('sips2');
    const { id } = attempt.payment;
    const bank = net;
    const real = vi.mocked(globalThis.fetch).getMockImplementation();
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
      if (String(input instanceof Request ? input.url : input).includes('/cashManagement/'))
        return new Response('<html>', { status: 502 });
      return real?.(input, init) ?? new Response();
    });
    await ask(attempt, 'refund', 100);
    bank.restore();
    net = network();
    await runAlarms(id);
    const [entry] = await open('operation_unknown', id);
    expect(entry).toMatchObject({
      account: attempt.account,
      detail: { operation: 1, kind: 'refund', amount: 100, lookUp: expect.stringContaining('look at sips2') },
    });
    await admin('POST', `/payments/${id}/operations/1`, { outcome: 'failed' });
    await runAlarms(id);
    expect(await open('operation_unknown', id)).toEqual([]);
  });
});

describe('an account', () => {
  it('that takes what nobody has proven is a risk that stays in sight', async () => {
    const account = await makeAccount('tpay', { trustUnprovenNotifications: true });
    expect(await open('accepted_risk', account)).toMatchObject([{ detail: { provider: 'tpay' } }]);
    await admin('PUT', `/accounts/${account}`, {
      provider: 'tpay',
      environment: 'sandbox',
      trustUnprovenNotifications: false,
    });
    expect(await open('accepted_risk', account)).toEqual([]);
  });

  it('whose messages are refused is counted by the reason, for a day', async () => {
    const attempt = await journey('ogone');
    for (let count = 0; count < 2; count++) await attempt.notify('pay', 'bad-signature');
    const [entry] = await open('refusals', attempt.account);
    expect(entry?.detail).toMatchObject({ reason: 'signature_mismatch', count: 2 });
    later(86_400_000 + 60_000);
    expect(await open('refusals', attempt.account)).toEqual([]);
  });

  it('whose provider does not answer is told of until it answers', async () => {
    const account = await makeAccount('przelewy24', { endpoints: { api: BANK_API } });
    const real = vi.mocked(globalThis.fetch).getMockImplementation();
    vi.mocked(globalThis.fetch).mockImplementation(async () => new Response('down', { status: 503 }));
    for (let count = 0; count < 2; count++) {
      const checked = await admin<{ result: string }>('POST', `/accounts/${account}/check`);
      expect(checked.body.result).toBe('failed');
      later(2000);
    }
    await vi.waitFor(async () =>
      expect(await open('provider_failing', account)).toMatchObject([
        { detail: { error: 'it answered 503', lastNotificationAt: null } },
      ]),
    );
    if (real) vi.mocked(globalThis.fetch).mockImplementation(real);
    expect((await admin('POST', `/accounts/${account}/check`)).body).toMatchObject({ result: 'good' });
    await vi.waitFor(async () => expect(await open('provider_failing', account)).toEqual([]));
  });

  it('whose secret is about to end is told of until it has ended', async () => {
    const account = await makeAccount('ogone');
    const rotate = { value: 'another passphrase of ours', graceSeconds: 3600 };
    await admin('POST', `/accounts/${account}/secrets/sha_out/rotate`, rotate);
    expect(await open('secret_ending', account)).toMatchObject([{ detail: { secret: 'sha_out' } }]);
    later(3700_000);
    expect(await open('secret_ending', account)).toEqual([]);
  });
});

describe('a token that is about to end', () => {
  it('is told of to owners of all shops alone, until it is revoked', async () => {
    const soon = new Date(Date.now() + 8 * 86_400_000).toISOString();
    const { id, name } = await makeToken({ role: 'view', expiresAt: soon });
    const short = await makeToken({
      role: 'view',
      expiresAt: new Date(Date.now() + 6 * 86_400_000).toISOString(),
    });
    const { shop } = await place();
    const others = await Promise.all(
      [{ role: 'view' }, { role: 'refund' }, { role: 'owner', shops: [shop.id] }].map((grant) =>
        makeToken(grant),
      ),
    );
    const told = async (call = admin as ReturnType<typeof asToken>) =>
      (await call<Listed>('GET', '/attention?kind=secret_ending&limit=100')).body.data.filter(
        ({ detail }) => detail.token === id || detail.token === short.id,
      );
    expect(await told()).toEqual([]);
    later(2 * 86_400_000);
    const [entry, ...more] = await told();
    expect(entry).toMatchObject({
      payment: null,
      account: null,
      shop: null,
      detail: { token: id, secret: `token ${name}`, endsAt: soon },
    });
    expect(more).toEqual([]);
    for (const { token } of others) {
      expect(await told(asToken(token))).toEqual([]);
      const resolved = await asToken(token)('POST', `/attention/${entry?.id}/resolve`, { note: 'x' });
      expect(resolved.status).not.toBe(200);
    }
    await admin('DELETE', `/tokens/${id}`);
    expect(await told()).toEqual([]);
  });
});

describe('a certificate that the settings pin', () => {
  it('is told of when it is about to end, until another one is there', async () => {
    const account = await makeAccount('tpay');
    const settings = merchant('tpay', account).settings;
    const { notAfter = new Date(Number.NaN) } = readCertificate(SANDBOX_ROOT_CERTIFICATE) ?? {};
    const put = (pem: string) =>
      admin('PUT', `/accounts/${account}`, {
        ...{ provider: 'tpay', environment: 'sandbox' },
        settings: { ...settings, root_cert_pem: pem },
      });
    expect((await put(SANDBOX_ROOT_CERTIFICATE)).status).toBe(200);
    expect(await open('secret_ending', account)).toEqual([]);
    vi.setSystemTime(notAfter.getTime() - 6 * 86_400_000);
    expect(await open('secret_ending', account)).toMatchObject([
      { detail: { secret: 'root_cert_pem', endsAt: notAfter.toISOString() } },
    ]);
    await put('');
    expect(await open('secret_ending', account)).toEqual([]);
  });
});

describe('a provider that has gone silent', () => {
  it('is told of after a day in which ten shoppers went there, until the next notification', async () => {
    const { account, shop } = await place();
    const sent = async () => {
      const { id, checkoutUrl } = (await shop.pay({})).body;
      expect((await request(checkoutUrl)).status).toBeLessThan(400);
      await runAlarms(id);
    };
    // An account that never had a notification is one that is being set up.
    for (let count = 0; count < 10; count++) await sent();
    later(2 * 86_400_000);
    expect(await open('provider_silent', account)).toEqual([]);
    const { tell } = await payment(account, shop);
    await tell({});
    const lastNotificationAt = new Date().toISOString();
    later(60_000);
    for (let count = 0; count < 9; count++) await sent();
    // Nobody was sent anywhere by it.
    await runAlarms((await shop.pay({})).body.id);
    later(86_400_000);
    expect(await open('provider_silent', account)).toEqual([]);
    await sent();
    expect(await open('provider_silent', account)).toMatchObject([
      { since: lastNotificationAt, detail: { lastNotificationAt, sentSince: 10 } },
    ]);
    await (await payment(account, shop)).tell({});
    expect(await open('provider_silent', account)).toEqual([]);
  });
});

describe('drift', () => {
  it('is a field, a code or an address that was never seen before at this provider', async () => {
    const account = await makeAccount('dummy');
    const shop = await makeShop([account]);
    const who = merchant('dummy', account);
    const send = async (change: (body: URLSearchParams) => void, ip?: string) => {
      later(1000);
      const { body: made } = await shop.pay({});
      const order = await shopperAtBank('dummy', made.redirect, who);
      const message = bankOf('dummy').notification(order, who, 'pay', 'none');
      const fields = new URLSearchParams(
        message.body === null ? new URL(message.url).search : String(message.body),
      );
      change(fields);
      const changed = message.body
        ? { ...message, body: fields.toString() }
        : { ...message, url: `${message.url.split('?')[0]}?${fields}` };
      const sent = await deliver({
        ...changed,
        headers: { ...message.headers, ...(ip && { 'cf-connecting-ip': ip }) },
      });
      expect(sent.status).toBeLessThan(300);
      await runAlarms(made.id);
    };
    await send(() => {}, '198.41.0.1');
    expect(await open('drift', account)).toEqual([]);
    await send((fields) => fields.set('brand_new', 'Abc 123'), '198.41.0.2');
    const found = await open('drift', account);
    expect(found.map(({ detail }) => [detail.what, detail.value, detail.example]).sort()).toEqual([
      ['address', '198.41.0.2', 'sent a notification'],
      ['field', 'brand_new', 'aaa 000'],
    ]);
    for (const { id } of found) await admin('POST', `/attention/${id}/resolve`, { note: 'read the docs' });
    await send((fields) => fields.set('brand_new', 'Abc 123'), '198.41.0.2');
    expect(await open('drift', account)).toEqual([]);
  });
});

describe('drift in what we ask for', () => {
  it('is a code that no sheet has, in a return and in an answer to a status query, which are no notifications', async () => {
    const { account, shop } = await place();
    for (const channel of ['return', 'status'] as const) {
      const { id } = (await shop.pay({})).body;
      const code = `brand new ${channel}`;
      const update: ProviderUpdate = { ...ANSWER, order: orderNumber(id, 1), providerStatus: code };
      const of = (one: ProviderUpdate) =>
        updateCommand(one, {
          provider: dummy,
          account: { id: account, environment: 'sandbox' },
          channel,
          signedBy: 'asked',
        });
      const command = of(update)?.command;
      if (!command) throw new Error('the order number is ours');
      if (channel === 'status') await ledgerOf(id).applyUpdate(command);
      else await ledgerOf(id).returned({ account, update: command, refused: null, ip: null });
      await runAlarms(id);
      expect((await open('drift', account)).map(({ detail }) => detail)).toContainEqual({
        ...{ provider: 'dummy', what: 'code', value: code, example: 'read as paid' },
      });
      // A second one has nothing new, and a code of the sheet never has.
      expect(of(update)?.command).not.toHaveProperty('noticed');
      expect(of({ ...update, providerStatus: 'paid' })?.command).not.toHaveProperty('noticed');
    }
    const { results } = await env.DIRECTORY.prepare('SELECT * FROM provider_health WHERE account = ?')
      .bind(account)
      .all();
    expect(results).toEqual([]);
  });
});

describe('what a person has resolved', () => {
  it('is gone, is in the audit log, and comes back when its cause comes anew', async () => {
    const attempt = await journey('ogone');
    await attempt.notify('pay', 'bad-signature');
    const [entry] = await open('refusals', attempt.account);
    const note = 'the bank has the right key now';
    const resolved = await admin('POST', `/attention/${entry?.id}/resolve`, { note });
    expect(resolved.status).toBe(200);
    expect(await open('refusals', attempt.account)).toEqual([]);
    const { data } = (await admin<{ data: { action: string; detail: object }[] }>('GET', '/audit?limit=1'))
      .body;
    expect(data[0]).toMatchObject({ action: 'attention.resolved', detail: { kind: 'refusals', note } });
    expect((await admin('POST', `/attention/${entry?.id}/resolve`, { note })).status).toBe(404);
    await everyTenMinutes(serviceOf(env as never));
    expect(await open('refusals', attempt.account)).toEqual([]);
    later(1000);
    await attempt.notify('pay', 'bad-signature');
    expect(await open('refusals', attempt.account)).toHaveLength(1);
  });
});

describe('the list', () => {
  it('comes in pages, counts by kind, and is of one shop where one is named', async () => {
    const { account, shop } = await place();
    for (let count = 0; count < 3; count++) {
      const { tell } = await payment(account, shop);
      await tell({ key: 'a', movement: 'a' });
      await tell({ key: 'b', movement: 'b' });
    }
    const first = (await admin<Listed>('GET', `/attention?shop=${shop.id}&limit=2`)).body;
    expect(first.data).toHaveLength(2);
    expect(first.counts).toEqual({ paid_twice: 3 });
    const cursor = encodeURIComponent(first.nextCursor ?? '');
    const second = (await admin<Listed>('GET', `/attention?shop=${shop.id}&limit=2&cursor=${cursor}`)).body;
    expect(second.data).toHaveLength(1);
    expect(second.nextCursor).toBeNull();
    expect(new Set([...first.data, ...second.data].map(({ id }) => id)).size).toBe(3);
  });

  it('shows an operator of some shops what is about these and their accounts alone', async () => {
    const [mine, other] = [await place('ogone'), await place('ogone')];
    for (const { account } of [mine, other])
      await admin('POST', `/accounts/${account}/secrets/sha_out/rotate`, {
        value: 'another passphrase of ours',
        graceSeconds: 3600,
      });
    const { directory } = serviceOf(env as never);
    const scope = { all: false as const, shops: [mine.shop.id], groups: [] };
    const sight = { scope, ofInstallation: true };
    const { data } = await directory.attention({ limit: 100, sight });
    expect(data.map(({ account }) => account)).toEqual([mine.account]);
    const [hidden] = await open('secret_ending', other.account);
    expect(await directory.openAttention(Number(hidden?.id), sight)).toBeNull();
  });
});

describe('bad input', () => {
  it('is refused by its name', async () => {
    const cases: [string, string, unknown, string][] = [
      ['GET', '/attention?kind=webhooks', undefined, 'kind'],
      ['GET', '/attention?limit=0', undefined, 'limit'],
      ['GET', '/attention?cursor=x', undefined, 'cursor'],
      ['GET', '/attention?state=open', undefined, 'state'],
      ['POST', '/attention/1/resolve', {}, 'note'],
      ['POST', '/attention/1/resolve', { note: '' }, 'note'],
      ['POST', '/attention/1/resolve', { note: 'x', by: 'me' }, 'by'],
    ];
    for (const [method, path, body, name] of cases) {
      const refused = await admin<Problem>(method, path, body);
      expect([refused.status, refused.body.errors?.[0]?.path], path).toEqual([400, name]);
    }
    for (const id of ['0', '999999999', 'x', '1e3'])
      expect((await admin('POST', `/attention/${id}/resolve`, { note: 'x' })).status, id).toBe(404);
    expect((await request('/v1/admin/attention')).status).toBe(401);
  });
});
