/**
 * What needs a person about accounts, tokens and providers. The failures ruled out: a secret, a token or a certificate that ends and
 * nobody hears of it; a provider that has gone silent, or speaks otherwise than its sheet says, unseen; an entry that stays when its
 * cause has gone.
 */

import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { updateCommand } from '../../src/gateway/update-command.ts';
import { orderNumber } from '../../src/payments/id.ts';
import type { ProviderUpdate } from '../../src/providers/contract.ts';
import { dummy } from '../../src/providers/dummy/index.ts';
import { SANDBOX_ROOT_CERTIFICATE } from '../../src/sandbox/banks/tpay-keys.ts';
import { readCertificate } from '../../src/signing/x509.ts';
import { eventually } from '../support/eventually.ts';
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
  type ReceivedWebhook,
  request,
  runAlarms,
  shopperAtBank,
} from '../support/harness.ts';
import { asToken, makeToken } from '../support/operators.ts';
import { type Listed, later, open, payment, place } from './attention-support.ts';

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
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
      const sent = new Request(input as RequestInfo, init);
      if (real && !sent.url.startsWith(BANK_API)) return real(sent);
      return new Response('down', { status: 503 });
    });
    for (let count = 0; count < 2; count++) {
      const checked = await admin<{ result: string }>('POST', `/accounts/${account}/check`);
      expect(checked.body.result).toBe('failed');
      later(2000);
    }
    await eventually(async () =>
      expect(await open('provider_failing', account)).toMatchObject([
        { detail: { error: 'it answered 503', lastNotificationAt: null } },
      ]),
    );
    if (real) vi.mocked(globalThis.fetch).mockImplementation(real);
    expect((await admin('POST', `/accounts/${account}/check`)).body).toMatchObject({ result: 'good' });
    await eventually(async () => expect(await open('provider_failing', account)).toEqual([]));
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
