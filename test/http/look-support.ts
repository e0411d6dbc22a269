/** What the tests of how pages look share: shops with a look, their payments, and their pages. */
import {
  admin,
  CUSTOMER,
  makeAccount,
  makeShop,
  type Payment,
  request,
  type TestShop,
} from '../support/harness.ts';

export const KILOBYTE = 1000;

export const customer = { ...CUSTOMER, language: undefined };

/** A shop with a look. */
export async function shopWith(
  accounts: readonly string[],
  branding: object = {},
  changes = {},
): Promise<TestShop> {
  const shop = await makeShop(accounts, changes);
  const { status } = await admin('PUT', `/shops/${shop.id}/branding`, branding);
  if (status !== 200) throw new Error(`${status}`);
  return shop;
}

/** An open payment at a shop that takes cards, PostFinance and Przelewy24. */
export async function openPayment(branding: object = {}, fields: object = {}) {
  const accounts = [
    await makeAccount('paybox'),
    await makeAccount('postfinance', { currencies: ['EUR'] }),
    await makeAccount('przelewy24'),
  ];
  const shop = await shopWith(accounts, branding);
  const { body, status } = await shop.pay({ account: undefined, customer, ...fields });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return { shop, accounts, payment: body as Payment & { readonly shortUrl: string } };
}

/** What is at an address. */
export const get = (address: string, headers: Record<string, string> = {}) => request(address, { headers });

/** The page at an address. */
export async function pageAt(address: string, headers: Record<string, string> = {}) {
  const response = await get(address, headers);
  const html = await response.text();
  return { status: response.status, html, policy: response.headers.get('content-security-policy') ?? '' };
}
