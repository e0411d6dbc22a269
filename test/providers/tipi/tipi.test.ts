/**
 * PayFiP signs nothing. Ruled out: a result that counts in production without proof, a test that counts there, real money on an
 * account for tests, a result for another client.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  BANK_API,
  bankOf,
  deliver,
  journey,
  makeAccount,
  makeShop,
  memory,
  merchant,
  network,
  request,
  runAlarms,
  shopperAtBank,
} from '../../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

/** An account as databases of before hold it: its saisie may be that of the other environment. */
async function accountWith(
  settings: Record<string, unknown>,
  environment: 'production' | 'sandbox',
  changes: Record<string, unknown> = {},
): Promise<string> {
  const saisie = environment === 'production' ? 'A' : 'T';
  const account = await makeAccount('tipi', { settings: { ...settings, saisie }, environment, ...changes });
  if (changes.settings === undefined)
    await env.DIRECTORY.prepare('UPDATE accounts SET settings = ? WHERE id = ?')
      .bind(JSON.stringify(settings), account)
      .run();
  return account;
}

/** A payment by the URL form, and what its result is posted with. */
async function urlForm(
  environment: 'production' | 'sandbox',
  saisie: string,
  changes: Record<string, unknown> = {},
) {
  const settings = { numcli: '090909', mode: 'url', saisie };
  const account = await accountWith(settings, environment, changes);
  const shop = await makeShop([account]);
  const { body } = await shop.pay({ amount: 5500 });
  const who = merchant('tipi', account, settings);
  const order = await shopperAtBank('tipi', body.redirect, who);
  const post = (spoilt: (text: string) => string = (text) => text) => {
    const message = bankOf('tipi').notification(order, who, 'pay', 'none');
    return deliver({ ...message, body: spoilt(String(message.body)) });
  };
  return { payment: () => shop.payment(body.id), post };
}

describe('a result of the URL form', () => {
  it('makes a payment in production wait for proof', async () => {
    const { payment, post } = await urlForm('production', 'A');
    expect((await post()).status).toBe(200);
    expect(await payment()).toMatchObject({
      status: 'pending',
      pendingReason: 'proof_missing',
      amounts: { paid: 0 },
    });
  });

  it.each([
    ['trustUnprovenNotifications', { trustUnprovenNotifications: true }],
    [
      'the old setting',
      { settings: { numcli: '090909', mode: 'url', saisie: 'A', trust_unsigned_notification: true } },
    ],
  ])('counts there where the operator accepts the risk, and is marked: %s', async (_name, changes) => {
    const { payment, post } = await urlForm('production', 'A', changes);
    await post();
    expect(await payment()).toMatchObject({ status: 'paid', signed: false });
  });

  it('counts on an account for tests, and is marked', async () => {
    const { payment, post } = await urlForm('sandbox', 'T');
    await post();
    expect(await payment()).toMatchObject({ status: 'paid', signed: false, test: true });
  });

  it.each([
    ['production', 'T'],
    ['production', 'X'],
    ['sandbox', 'W'],
    ['sandbox', 'A'],
  ] as const)('is refused on an account in %s when its saisie is %s', async (environment, saisie) => {
    const { payment, post } = await urlForm(environment, saisie, { trustUnprovenNotifications: true });
    expect((await post()).status).toBe(403);
    expect((await payment()).amounts.paid).toBe(0);
  });

  it('is refused for another client, and about another debt', async () => {
    const { payment, post } = await urlForm('production', 'A', { trustUnprovenNotifications: true });
    expect((await post((text) => text.replace('090909', '090910'))).status).toBe(403);
    expect((await post((text) => text.replace(/refdet=\w+/, 'refdet=AUTRE0001'))).status).toBe(403);
    expect((await payment()).amounts.paid).toBe(0);
  });
});

describe('a detail of the web service', () => {
  it('that is real money does not count on an account for tests', async () => {
    const attempt = await journey('tipi');
    const idOp = attempt.order.data.idOp ?? '';
    const kept = JSON.parse((await memory.get(`tipi/${idOp}`)) ?? '{}') as Record<string, string>;
    await memory.put(`tipi/${idOp}`, JSON.stringify({ ...kept, saisie: 'W', resultrans: 'P' }));
    await request(bankOf('tipi').back(attempt.order, attempt.merchant, 'pay'));
    expect((await attempt.shop.payment(attempt.payment.id)).amounts.paid).toBe(0);
  });

  it.each([
    ['W', 'paid'],
    ['T', 'forwarded'],
  ])('of saisie %s makes a payment in production %s', async (saisie, status) => {
    const settings = { numcli: '090909', saisie };
    const account = await accountWith(settings, 'production', { endpoints: { api: BANK_API } });
    const shop = await makeShop([account]);
    const { body } = await shop.pay({ amount: 5500 });
    const who = merchant('tipi', account, settings);
    const order = await shopperAtBank('tipi', body.redirect, who);
    await bankOf('tipi').decide?.(order, who, 'pay', memory);
    await deliver(bankOf('tipi').notification(order, who, 'pay', 'none'));
    await runAlarms(body.id);
    expect((await shop.payment(body.id)).status).toBe(status);
  });
});
