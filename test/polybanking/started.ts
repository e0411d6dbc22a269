/** A transaction whose shopper is at the bank, what the bank then says of it, and what its website is told. */
import { expect } from 'vitest';
import type { Redirect } from '../../src/payments/types.ts';
import { formOfPage } from '../../src/sandbox/kit/shopper.ts';
import { demoSettings, makeAccount, makeShop, type network, request, runAlarms } from '../support/harness.ts';
import { type Keys, PolyBankingClient } from './client.ts';
import { message } from './original/requests.ts';

export const WEBSITE = 'https://website-demo.com/ipn';
export const shaOut = String(demoSettings('postfinance').sha_out);

/** A transaction that was started. */
export interface Started {
  readonly client: PolyBankingClient;
  readonly id: string;
  readonly account: string;
  /** What its go page posts to the bank. */
  readonly redirect: Redirect;
  /** Sends a message of the bank about it, and returns the IPNs that it caused, as code and good. */
  told(status: string, change?: Record<string, string>): Promise<(readonly [string, boolean])[]>;
  v1<T>(method: string, path: string, body?: unknown): Promise<T>;
}

let count = 0;

/** A transaction whose shopper is at the bank. @param net where its website hears of it. */
export async function started(
  net: ReturnType<typeof network>,
  options: { readonly dialect?: string; readonly account?: Record<string, unknown> } = {},
): Promise<Started> {
  count += 1;
  const key = (letter: string) => `${letter}${count}`.repeat(64);
  const keys: Keys = { request: key('r'), ipn: key('i'), api: key('a') };
  const account = await makeAccount('postfinance', options.account);
  const shop = await makeShop([account], {
    webhook: { url: WEBSITE, dialect: options.dialect ?? 'polybanking' },
    keys: { requestKey: keys.request, ipnKey: keys.ipn, apiKey: keys.api },
  });
  const client = new PolyBankingClient(shop.id, keys, (path, init) => request(path, init));
  const [, { url }] = await client.start('1050', 'order');
  const id = url.slice(url.lastIndexOf('/') + 1);
  const page = await request(url);
  expect(page.status).toBe(200);
  return {
    client,
    id,
    account,
    redirect: formOfPage(await page.text()),
    async told(status, change = {}) {
      const before = net.webhooks.length;
      const fields = { ...message({ shaOut }, `${id}01`, status), ...change };
      const { SHASIGN: _signature, ...unsigned } = fields;
      const response = await request('/paiements/ipn', {
        method: 'POST',
        body: new URLSearchParams(resigned(unsigned)),
      });
      expect(response.status).toBe(200);
      await runAlarms(id);
      return net.webhooks.slice(before).map(({ raw }) => {
        const ipn = client.readIpn(raw);
        return [ipn?.status ?? '', ipn?.good ?? false] as const;
      });
    },
    v1: async (method, path, body) => {
      const response = await request(`/v1/payments/${id}${path}`, {
        method,
        headers: { authorization: `Bearer ${keys.api}`, 'idempotency-key': `${path}-${count}` },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return response.json();
    },
  };
}

/** The same message after its fields were changed by the bank. */
export function resigned(fields: Record<string, string>): Record<string, string> {
  const { orderID = '', STATUS = '' } = fields;
  return message({ shaOut }, orderID, STATUS, { fields });
}

/** The code that the website reads of it. */
export const code = (site: Started) =>
  site.client.transaction('order').then((found) => found.postfinance_status);
