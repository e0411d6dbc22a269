/** Providers spoken to directly: requests, redirects, and the messages of their banks. */
import * as v from 'valibot';
import { derivePaymentId, orderNumber } from '../../src/payments/id.ts';
import type { Minor } from '../../src/payments/money.ts';
import type { PaymentRequest } from '../../src/payments/types.ts';
import type { Fact, Provider, ProviderAccount, ProviderRequest } from '../../src/providers/contract.ts';
import type { BankMessage, Decision } from '../../src/sandbox/bank.ts';
import { bankOf, CUSTOMER, currencyOf, demoSettings, merchant, shopperAtBank } from '../support/harness.ts';

export const ID = derivePaymentId(new Uint8Array(32), 'shop', 'conformance');
export const ORDER = orderNumber(ID, 1);

export function accountOf(
  entry: Provider,
  changes: Record<string, unknown> = {},
): ProviderAccount<Record<string, unknown>> {
  return {
    id: 'account',
    environment: 'sandbox',
    endpoints: {},
    settings: v.parse(entry.settings, { ...demoSettings(entry.id), ...changes }),
  };
}

export function request(entry: Provider, changes: Partial<PaymentRequest> = {}): PaymentRequest {
  return {
    reference: 'conformance',
    amount: 1999 as Minor,
    currency: currencyOf(entry.id),
    description: 'Two tickets',
    capture: null,
    customer: CUSTOMER,
    returnUrl: {},
    extraData: null,
    providerFields: {},
    ...changes,
  };
}

export function start(entry: Provider, payment = request(entry), account = accountOf(entry)) {
  const redirect = entry.start({
    id: ID,
    order: ORDER,
    payment,
    account,
    urls: { callback: 'https://pay.test/callback/account', back: `https://pay.test/return/account/${ID}` },
    now: new Date('2026-11-21T09:00:00Z'),
    fetch: () => Promise.reject(new Error('no network')),
  });
  if (redirect instanceof Promise) throw new Error('this provider registers its orders');
  return redirect;
}

export function asRequest(message: BankMessage): ProviderRequest {
  const url = new URL(message.url);
  return {
    method: message.method,
    query: new TextEncoder().encode(url.search.slice(1)),
    body:
      typeof message.body === 'string'
        ? new TextEncoder().encode(message.body)
        : (message.body ?? new Uint8Array()),
    contentType: message.headers['content-type'] ?? null,
  };
}

export function notificationOf(entry: Provider, decision: Decision = 'pay'): ProviderRequest {
  const who = merchant(entry.id, 'account');
  const order = shopperAtBank(entry.id, start(entry), who);
  return asRequest(bankOf(entry.id).notification(order, who, decision, 'none'));
}

export const read = (entry: Provider, message: ProviderRequest) =>
  entry.notification(message, accountOf(entry), 'notification') as Promise<Fact>;

/** Which of a message's two parts carries it. */
export const partOf = ({ method }: ProviderRequest) => (method === 'POST' ? 'body' : 'query');

/** A form redirect's fields by name. */
export function formFields(
  entry: Provider,
  payment?: PaymentRequest,
  account?: ReturnType<typeof accountOf>,
) {
  const redirect = start(entry, payment, account);
  if (redirect.kind !== 'form') throw new Error('not a form');
  return { ...redirect, fields: Object.fromEntries(redirect.fields.map(({ name, value }) => [name, value])) };
}
