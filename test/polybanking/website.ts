/** A website as it was moved from PolyBanking, its shoppers at the bank, and the bank's messages. */
import { expect } from 'vitest';
import type { BankOrder, Decision, Merchant, Spoiling } from '../../src/sandbox/kit/bank.ts';
import {
  bankOf,
  makeAccount,
  makeShop,
  merchant,
  request,
  shopperAtBank,
  type TestShop,
  unique,
} from '../support/harness.ts';
import { type Keys, PolyBankingClient } from './client.ts';

const IPN_URL = 'https://website-demo.com/polybanking/ipn';

interface Website {
  readonly keys: Keys;
  readonly client: PolyBankingClient;
  readonly shop: TestShop;
  readonly account: string;
  readonly merchant: Merchant;
}

/** A website as it was moved from PolyBanking, its keys taken over as given. */
export async function website(
  changes: Record<string, unknown> = {},
  providerId = 'postfinance',
): Promise<Website> {
  const account = await makeAccount(providerId);
  const suffix = unique();
  const keys: Keys = {
    request: `r;=${suffix}é`.padEnd(40, 'r'),
    ipn: `ipn-key ${suffix}`.padEnd(40, 'i'),
    api: `a${suffix}`,
  };
  const shop = await makeShop([account], {
    returnUrl: { success: 'https://website-demo.com/ok?x=1', failure: 'https://website-demo.com/error' },
    webhook: { url: IPN_URL, dialect: 'polybanking' },
    keys: { requestKey: keys.request, ipnKey: keys.ipn, apiKey: keys.api },
    ...changes,
  });
  const client = new PolyBankingClient(shop.id, keys, (path, init) => request(path, init));
  return {
    keys,
    client,
    shop: { ...shop, apiKey: keys.api },
    account,
    merchant: merchant(providerId, account),
  };
}

/** The same website reads by our own API. */
export async function v1<T>(site: Website, path: string): Promise<T> {
  const response = await request(`/v1${path}`, { headers: { authorization: `Bearer ${site.keys.api}` } });
  return response.json<T>();
}

/** The id at the end of an address. */
export const idOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);

/** The shopper follows the address, and the page posts its form to the bank. */
export async function atBank(site: Website, url: string): Promise<BankOrder> {
  const page = await request(url, { headers: { 'cf-connecting-ip': '203.0.113.9' } });
  expect(page.status).toBe(200);
  const html = await page.text();
  const plain = (text: string) =>
    text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
  const [, action = ''] = /<form method="post" action="([^"]+)"/.exec(html) ?? [];
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
    ([, name = '', value = '']) => ({ name: plain(name), value: plain(value) }),
  );
  return await shopperAtBank(
    'postfinance',
    { kind: 'form', method: 'POST', url: action, charset: 'utf-8', fields },
    site.merchant,
  );
}

/** The bank's message, sent to PolyBanking's own address. */
export function feedback(
  site: Website,
  order: BankOrder,
  decision: Decision,
  spoiling: Spoiling = 'none',
): string {
  return String(bankOf('postfinance').notification(order, site.merchant, decision, spoiling).body);
}

/** A message of the bank comes in. */
export function ipn(body: string): Promise<Response> {
  return request('/paiements/ipn', {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'cf-connecting-ip': '198.51.100.7',
    },
    body,
  });
}
