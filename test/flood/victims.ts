/** What strangers have to begin with: a payment at each provider, its link, and what its bank would send. */

import { settingsDefaults } from '../../src/providers/kit/settings.ts';
import { providers } from '../../src/providers/registry.ts';
import { bankOf } from '../../src/sandbox/banks/registry.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import type { Merchant } from '../../src/sandbox/kit/bank.ts';
import { Storefront } from '../../src/sandbox/run/storefront.ts';
import { callOf } from './good-shop.ts';
import type { Call, Send } from './send.ts';

export interface Victim {
  readonly account: string;
  readonly id: string;
  /** The path of its checkout link. */
  readonly link: string;
  /** The bank's notification with a wrong signature; where it signs none, another bank's answer decides. */
  readonly forged: Call;
  /** The way back, as a path. */
  readonly back: string;
}

function merchantOf(providerId: string, account: string, origin: string, changes: object = {}): Merchant {
  const found = providers.find(({ id }) => id === providerId);
  return {
    account,
    settings: {
      ...(found && settingsDefaults(found.settings)),
      ...DEMO_ACCOUNTS[providerId]?.settings,
      ...changes,
    },
    callback: `${origin}/callback/${account}`,
  };
}

const CUSTOMER = {
  email: 'jane@example.com',
  firstName: 'Jane',
  lastName: 'Doe',
  address: { line1: '12 rue de la Paix', postalCode: '75002', city: 'Paris', country: 'FR' },
};

/** A payment of the demo shop at each of its accounts. */
export async function victims(origin: string): Promise<readonly Victim[]> {
  const shop = new Storefront(origin);
  const made: Victim[] = [];
  for (const { id: account, provider, currencies } of await shop.accounts()) {
    const [currency] = currencies;
    const fields = {
      reference: `victim-${account}`,
      amount: 1999,
      currency,
      account,
      description: 'Two tickets',
    };
    const payment = await shop.create({ ...fields, customer: CUSTOMER });
    const order = await shop.toBank(payment.redirect);
    const merchant = merchantOf(provider, account, origin);
    const back = new URL(bankOf(provider).back(order, merchant, 'cancel'));
    made.push({
      account,
      id: payment.id,
      link: new URL(payment.checkoutUrl).pathname,
      forged: callOf(bankOf(provider).notification(order, merchant, 'pay', 'bad-signature')),
      back: back.pathname + back.search,
    });
  }
  return made;
}

const ADMIN = { authorization: 'Bearer local-admin-token', 'content-type': 'application/json' };
const TIPI = { numcli: '090909', mode: 'url', saisie: 'T' };

/** The form that TIPI's contract by URL sends without a signature, of a payment of its own. */
export async function tipiForm(send: Send, origin: string): Promise<Call> {
  const account = 'flood-tipi-url';
  const put = async (path: string, body: object) => {
    const answered = await send({ method: 'PUT', path, headers: ADMIN, body: JSON.stringify(body) });
    if (answered.status !== 201) throw new Error(`${path}: ${answered.status} ${answered.text}`);
  };
  await put(`/v1/admin/accounts/${account}`, { provider: 'tipi', environment: 'test', settings: TIPI });
  const apiKey = 'flood-tipi-shop-api-key';
  await put('/v1/admin/shops/flood-tipi', { accounts: [account], keys: { apiKey } });
  const payment = {
    reference: 'tipi',
    amount: 5500,
    currency: 'EUR',
    description: 'Cantine',
    customer: CUSTOMER,
  };
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const created = await send({
    method: 'POST',
    path: '/v1/payments',
    headers,
    body: JSON.stringify(payment),
  });
  const { redirect } = JSON.parse(created.text) as { readonly redirect?: { readonly url: string } };
  if (!redirect) throw new Error(`TIPI's payment: ${created.status} ${created.text}`);
  const bank = bankOf('tipi');
  const merchant = merchantOf('tipi', account, origin, TIPI);
  const { pathname, search } = new URL(redirect.url);
  const memory = { get: async () => null, put: async () => {} };
  const request = { method: 'GET' as const, path: pathname, query: search.slice(1), body: new Uint8Array() };
  const order = { ...(await bank.receive(request, [merchant], memory)), id: 'flood', bank: 'tipi' };
  return callOf(bank.notification(order, merchant, 'decline', 'none'));
}
