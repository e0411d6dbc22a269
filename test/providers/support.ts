/** Providers spoken to directly: requests, redirects, and the messages of their banks. */
import * as v from 'valibot';
import { expect } from 'vitest';
import { derivePaymentId, orderNumber } from '../../src/payments/id.ts';
import type { Minor } from '../../src/payments/money.ts';
import type { PaymentRequest, Redirect } from '../../src/payments/types.ts';
import type {
  Provider,
  ProviderAccount,
  ProviderRequest,
  ProviderUpdate,
  StartedAttempt,
  VerificationContext,
} from '../../src/providers/contract.ts';
import type { BankMessage, Decision } from '../../src/sandbox/kit/bank.ts';
import { decided } from '../../src/sandbox/kit/bank-ledger.ts';
import {
  BANK_API,
  bankNetwork,
  bankOf,
  CUSTOMER,
  currencyOf,
  demoSettings,
  forgetAll,
  known,
  memory,
  merchant,
  shopperAtBank,
} from '../support/harness.ts';

export const ID = derivePaymentId(new Uint8Array(32), 'shop', 'conformance');
export const ORDER = orderNumber(ID, 1);

export function accountOf(
  entry: Provider,
  changes: Record<string, unknown> = {},
): ProviderAccount<Record<string, unknown>> {
  return {
    id: 'account',
    environment: 'sandbox',
    endpoints: { api: BANK_API },
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

function startRequest(payment: PaymentRequest, account: ProviderAccount<Record<string, unknown>>) {
  return {
    id: ID,
    order: ORDER,
    payment,
    account,
    urls: { callback: 'https://pay.test/callback/account', back: `https://pay.test/return/account/${ID}` },
    now: new Date('2026-11-21T09:00:00Z'),
    ip: '203.0.113.9',
    fetch: bankNetwork,
    daily: async () => 42,
  };
}

/** Builds a redirect, registering the order where the protocol wants that. */
export async function begin(
  entry: Provider,
  payment = request(entry),
  account = accountOf(entry),
): Promise<StartedAttempt> {
  known(merchant(entry.id, 'account', account.settings));
  // The same order number is used again and again here.
  forgetAll();
  const started = await entry.start(startRequest(payment, account));
  return 'kind' in started ? { redirect: started } : started;
}

/** The bodies of the calls that register an order, by the ends of their addresses. */
export async function registered(
  entry: Provider,
  payment: PaymentRequest,
  account = accountOf(entry),
): Promise<Readonly<Record<string, unknown>>> {
  known(merchant(entry.id, 'account', account.settings));
  forgetAll();
  const bodies: Record<string, unknown> = {};
  const fetcher = (async (input, init) => {
    const sent = new Request(input as RequestInfo, init);
    const body = await sent.clone().text();
    if (body.startsWith('{')) bodies[new URL(sent.url).pathname.split('/').at(-1) ?? ''] = JSON.parse(body);
    return bankNetwork(sent);
  }) as typeof fetch;
  await entry.start({ ...startRequest(payment, account), fetch: fetcher });
  return bodies;
}

/** The redirect of a protocol that needs nobody to sign it. */
export function start(entry: Provider, payment = request(entry), account = accountOf(entry)): Redirect {
  const started = entry.start(startRequest(payment, account));
  if (started instanceof Promise || !('kind' in started)) throw new Error('this provider asks others first');
  return started;
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
    headers: Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    contentType: message.headers['content-type'] ?? null,
  };
}

/** What a bank tells of a fresh order. */
export async function notificationOf(entry: Provider, decision: Decision = 'pay'): Promise<ProviderRequest> {
  return (await tale(entry))(decision);
}

/** A fresh order at the bank, and what it tells of each decision. */
export async function tale(entry: Provider): Promise<(decision: Decision) => Promise<ProviderRequest>> {
  const { message } = await story(entry);
  return message;
}

/** What reading a message may need. */
export const CONTEXT: VerificationContext = { now: new Date('2026-12-01T09:00:00Z'), fetch: bankNetwork };

/** A fresh order, with everything that is needed to read its messages. */
export async function story(entry: Provider) {
  const who = merchant(entry.id, 'account');
  const started = await begin(entry);
  const order = await shopperAtBank(entry.id, started.redirect, who);
  const bank = bankOf(entry.id);
  const message = async (decision: Decision) => {
    await decided(memory, order, decision);
    await bank.decide?.(order, who, decision, memory);
    return asRequest(bank.notification(order, who, decision, 'none'));
  };
  /** The update of a decision, by a status query where the message is only a hint. */
  const updateOf = async (decision: Decision): Promise<ProviderUpdate> => {
    const read = await entry.notification(await message(decision), accountOf(entry), 'notification', CONTEXT);
    if (read.kind === 'update' && !read.ask) return read;
    if (read.kind === 'acknowledgement') throw new Error(`the bank said nothing: ${read.kind}`);
    expect(read.order).toBe(ORDER);
    const update = await entry.queryStatus?.({
      order: ORDER,
      account: accountOf(entry),
      amount: 1999,
      currency: currencyOf(entry.id),
      capture: 'automatic',
      providerState: started.providerState ?? {},
      startedAt: new Date('2026-11-21T09:00:00Z'),
      hint: read.kind === 'hint' ? read.about : (read.ask ?? {}),
      now: new Date('2026-11-21T09:05:00Z'),
      fetch: bankNetwork,
      daily: async () => 1,
    });
    return (update && 'kind' in update ? update : update?.[0]) ?? PENDING;
  };
  return { started, order, who, message, updateOf };
}

/** No result yet. */
const PENDING: ProviderUpdate = {
  kind: 'update',
  order: ORDER,
  key: 'no result yet',
  outcome: 'pending',
  amount: null,
  currency: null,
  movement: '',
  providerReference: null,
  providerStatus: '',
  detail: {},
};

export const read = (entry: Provider, message: ProviderRequest) =>
  entry.notification(message, accountOf(entry), 'notification', CONTEXT) as Promise<ProviderUpdate>;

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
