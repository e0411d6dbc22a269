/** What the tests of imports share: shops whose transactions the old server began, and the import of these. */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { BankOrder, Decision, Merchant } from '../../src/sandbox/kit/bank.ts';
import { decided } from '../../src/sandbox/kit/bank-ledger.ts';
import {
  admin,
  BANK_API,
  bankOf,
  makeAccount,
  makeShop,
  memory,
  merchant,
  type Problem,
  request,
  shopperAtBank,
  type TestShop,
  unique,
} from '../support/harness.ts';
import { PolyBankingClient } from './client.ts';

interface Moved {
  readonly shop: TestShop;
  readonly account: string;
  readonly merchant: Merchant;
  readonly client: PolyBankingClient;
  /** The key_ipn that its config had. */
  readonly ipnKey: string;
}

/** A website that has moved, and its account at the bank. */
export async function moved(changes: Record<string, unknown> = {}): Promise<Moved> {
  const account = await makeAccount('postfinance', { endpoints: { api: BANK_API }, ...changes });
  const keys = {
    request: `request ${unique()}`.padEnd(40, 'r'),
    ipn: `ipn ${unique()}`.padEnd(40, 'i'),
    api: `api-${unique()}`,
  };
  const shop = await makeShop([account], {
    returnUrl: { success: 'https://website-demo.com/ok', failure: 'https://website-demo.com/error' },
    webhook: { url: 'https://website-demo.com/ipn', dialect: 'polybanking' },
    keys: { requestKey: keys.request, ipnKey: keys.ipn, apiKey: keys.api },
  });
  const settings = (changes.settings ?? {}) as Record<string, unknown>;
  return {
    shop,
    account,
    ipnKey: keys.ipn,
    merchant: merchant('postfinance', account, settings),
    client: new PolyBankingClient(shop.id, keys, (path, init) => request(path, init)),
  };
}

/** A key as the old server had it. */
export const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');

let numbers = 7000;

/** A number that no other transaction has. */
export const nextNumber = () => String(++numbers);

/** The shopper of a transaction at the bank, sent there by the old server's form. */
export async function atBankFromOldServer(
  { merchant: who }: Moved,
  number: string,
  manual = false,
): Promise<BankOrder> {
  const fields = [
    ['AMOUNT', '1050'],
    ['CURRENCY', 'CHF'],
    ...(manual ? [['OPERATION', 'RES']] : []),
    ['ORDERID', `polybanking-${number}`],
    ['PSPID', String(who.settings.pspid)],
  ].map(([name = '', value = '']) => ({ name, value }));
  const base = fields.map(({ name, value }) => `${name}=${value}${who.settings.sha_in}`).join('');
  const signature = createHash('sha512').update(base).digest('hex').toUpperCase();
  const url = 'https://e-payment.postfinance.ch/ncol/test/orderstandard.asp';
  return shopperAtBank(
    'postfinance',
    {
      kind: 'form',
      method: 'POST',
      url,
      charset: 'iso-8859-1',
      fields: [...fields, { name: 'SHASIGN', value: signature }],
    },
    who,
  );
}

/** The shopper decides at the bank. Returns the bank's message, and the PAYID. */
export async function decides({ merchant: who }: Moved, order: BankOrder, decision: Decision) {
  const bank = bankOf('postfinance');
  await decided(memory, order, decision);
  await bank.decide?.(order, who, decision, memory);
  const body = String(bank.notification(order, who, decision, 'none').body);
  return { body, payid: new URLSearchParams(body).get('PAYID') ?? '' };
}

/** A message of the bank with some of its fields changed by the bank. */
export function resigned(
  { merchant: who }: Moved,
  message: URLSearchParams,
  change: Record<string, string>,
): string {
  const { SHASIGN: _signature, ...fields } = { ...Object.fromEntries(message), ...change };
  const signed = Object.entries(fields)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => [name.toUpperCase(), value] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}${who.settings.sha_out}`);
  const signature = createHash('sha512').update(signed.join('')).digest('hex').toUpperCase();
  return String(new URLSearchParams({ ...fields, SHASIGN: signature }));
}

/** A line of the old server’s log. */
export const log = (type: string, minute: number, extraData = '') => ({
  type,
  extraData,
  when: `2026-11-25T21:${minute}:01.500Z`,
});

/** Imports a transaction; by default one whose shopper is at the bank. */
export function imports(
  { shop, account, ipnKey }: Moved,
  number: string,
  changes: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
) {
  return admin<Problem & { result: string }>('POST', '/imports/polybanking/transaction', {
    config: shop.id,
    configKeys: { ipnKey: sha256(ipnKey) },
    account,
    number,
    transaction: {
      reference: `r-${number}`,
      extraData: '',
      amount: 1050,
      postfinanceId: null,
      postfinanceStatus: '??',
      internalStatus: 'fw',
      ipnNeeded: false,
      brand: '',
      card: '',
      created: '2026-11-25T21:36:00.080Z',
      forwarded: '2026-11-25T21:36:01.457Z',
      ...changes,
    },
    logs: [log('created', 36), log('userForwarded', 36, '192.0.2.1')],
    ...more,
  });
}

/** Imports one that the bank has paid or holds. */
export async function imported(site: Moved, number: string, payid: string, code: string) {
  const logs = [
    log('created', 36),
    log('userForwarded', 36, '192.0.2.1'),
    log('postfinanceId', 37, '198.51.100.7'),
    log('postfinanceStatus', 37, code),
    log('ipnsuccess', 38),
  ];
  const changes = { postfinanceId: payid, postfinanceStatus: code, internalStatus: 'fb' };
  const { body } = await imports(site, number, changes, { logs });
  expect(body.result).toBe('imported');
}

interface Found {
  readonly id: string;
  readonly status: string;
  readonly providerReference: string | null;
  readonly amounts: { readonly authorized: number; readonly paid: number; readonly refunded: number };
  readonly checkoutUrl: string;
}

/** The payment that was made of a transaction. */
export async function find({ shop }: Moved, number: string): Promise<Found> {
  const { body } = await shop.call<{ data: Found[] }>('GET', `/payments?reference=r-${number}`);
  const [found] = body.data;
  if (!found) throw new Error(`there is no payment r-${number}`);
  return found;
}

/** An operation that the shop asks for. */
export function operate(site: Moved, id: string, kind: string, amount?: number) {
  const headers = { 'idempotency-key': `${kind}-${unique()}` };
  const body = amount === undefined ? {} : { amount };
  return site.shop.call<Found & Problem>('POST', `/payments/${id}/${kind}`, body, headers);
}

/** A message of the bank. */
export const ipn = (body: string, path = '/paiements/ipn') =>
  request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
