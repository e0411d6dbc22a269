/**
 * What the tests of the routes share: an operator, shops, accounts, payments on their way, and a network that is only ours. They have
 * requests and banks from here too.
 */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import type { LedgerClient } from '../../src/gateway/service.ts';
import type { PaymentView, Redirect } from '../../src/payments/types.ts';
import { providers } from '../../src/providers/registry.ts';
import { bankOf } from '../../src/sandbox/banks/registry.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import type { BankMessage, BankOrder, Decision, Merchant, Spoiling } from '../../src/sandbox/kit/bank.ts';
import { decided } from '../../src/sandbox/kit/bank-ledger.ts';
import { withPart } from '../../src/sandbox/kit/parts.ts';
import { answerOfBank, BANK_API, demoSettings, known, memory, merchant, shopperAtBank } from './banks.ts';
import { admin, type JsonAnswer, json, ORIGIN, type Problem, request, unique } from './requests.ts';

export {
  BANK_API,
  bankNetwork,
  bankOutage,
  cut,
  demoSettings,
  forgetAll,
  known,
  memory,
  merchant,
  shopperAtBank,
  trouble,
  turned,
} from './banks.ts';
export { admin, type JsonAnswer, ORIGIN, type Problem, request, unique } from './requests.ts';
export { bankOf };

export const WEBHOOK_URL = 'https://hooks.shop-demo.com/countersign';

export type Payment = PaymentView & { readonly redirect: Redirect; readonly checkoutUrl: string };

export interface LogEvent {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly source: string;
  readonly detail: Record<string, unknown>;
  readonly hash: string;
}

/** One shop of the tests, with its key. */
export interface TestShop {
  readonly id: string;
  readonly apiKey: string;
  readonly webhookSecret: string;
  call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<JsonAnswer<T>>;
  pay(fields?: Record<string, unknown>): Promise<JsonAnswer<Payment>>;
  payment(id: string): Promise<Payment>;
  events(id: string): Promise<LogEvent[]>;
}

/** Makes an account of a provider, with the demo's settings and the given changes. */
export async function makeAccount(
  providerId: string,
  changes: Record<string, unknown> = {},
): Promise<string> {
  const id = String(changes.id ?? `${providerId}-${unique()}`);
  const { id: _id, ...rest } = changes;
  const answer = await admin<Problem>('PUT', `/accounts/${id}`, {
    provider: providerId,
    environment: 'sandbox',
    currencies: DEMO_ACCOUNTS[providerId]?.currencies,
    settings: demoSettings(providerId),
    ...rest,
  });
  if (answer.status > 201) throw new Error(JSON.stringify(answer.body));
  known(merchant(providerId, id, (changes.settings ?? {}) as Record<string, unknown>));
  return id;
}

/** Makes a shop that may use the given accounts. */
export async function makeShop(
  accounts: readonly string[],
  changes: Record<string, unknown> = {},
): Promise<TestShop> {
  const id = `shop-${unique()}`;
  const answer = await admin<{ keys: Record<string, string> }>('PUT', `/shops/${id}`, {
    name: id,
    accounts,
    returnUrl: { success: 'https://shop-demo.com/thanks', failure: 'https://shop-demo.com/sorry?x=1' },
    webhook: { url: WEBHOOK_URL },
    ...changes,
  });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  const apiKey = answer.body.keys.apiKey ?? '';
  const call = async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) =>
    json<T>(
      await request(`/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${apiKey}`, ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
  return {
    id,
    apiKey,
    webhookSecret: answer.body.keys.webhookSecret ?? '',
    call,
    pay: (fields = {}) =>
      call<Payment>('POST', '/payments', {
        reference: `order-${unique()}`,
        amount: 1999,
        currency: 'EUR',
        account: accounts[0],
        description: 'Two tickets',
        customer: CUSTOMER,
        ...fields,
      }),
    payment: async (paymentId) => (await call<Payment>('GET', `/payments/${paymentId}`)).body,
    events: async (paymentId) =>
      (await call<{ data: LogEvent[] }>('GET', `/payments/${paymentId}/events`)).body.data,
  };
}

/** A buyer of whom everything is known. */
export const CUSTOMER = {
  email: 'zoe@example.com',
  firstName: 'Zoé',
  lastName: 'Müller',
  phone: '+33 6 12 34 56 78',
  language: 'fr',
  address: { line1: '12 rue de la Paix', postalCode: '75002', city: 'Paris', country: 'FR' },
};

/** The first currency of a provider's demo account. */
export function currencyOf(providerId: string): string {
  return DEMO_ACCOUNTS[providerId]?.currencies[0] ?? 'EUR';
}

/** Every provider: one that is added later joins without a new line. */
export const PROVIDER_IDS = providers.map(({ id }) => id);

/** What fetch does when its caller has given up. */
function orAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, fail) => {
    signal.addEventListener('abort', () => fail(new Error('aborted')));
  });
  return Promise.race([answer, aborted]);
}

/** Sends a bank's message to our route. */
export function deliver(message: BankMessage): Promise<Response> {
  return request(message.url, {
    method: message.method,
    headers: message.headers,
    ...(message.body !== null && { body: message.body }),
  });
}

/** A payment on its way: the shop, the payment, and the bank's order. */
export interface Journey {
  readonly shop: TestShop;
  readonly account: string;
  readonly merchant: Merchant;
  readonly payment: Payment;
  readonly order: BankOrder;
  /** @param part of an order in several parts: the one that is due; left out: the first. */
  notify(decision: Decision, spoiling?: Spoiling, part?: number): Promise<Response>;
}

/** A shop with an account whose API is the bank's. */
export interface Place {
  readonly account: string;
  readonly shop: TestShop;
}

/** Makes a shop with an account of a provider. @param changes of the shop. */
export async function placeAt(
  providerId: string,
  settings: Record<string, unknown> = {},
  changes: Record<string, unknown> = {},
): Promise<Place> {
  const account = await makeAccount(providerId, {
    settings: { ...demoSettings(providerId), ...settings },
    endpoints: { api: BANK_API },
  });
  return { account, shop: await makeShop([account], changes) };
}

/**
 * Creates a payment and takes its shopper to the bank.
 * @param options.place made with the same settings, where many payments are of one shop; left out: a new one.
 * @param options.others merchants that the bank knows too.
 */
export async function journey(
  providerId: string,
  options: {
    settings?: Record<string, unknown>;
    fields?: Record<string, unknown>;
    place?: Place;
    others?: readonly Merchant[];
  } = {},
): Promise<Journey> {
  const { account, shop } = options.place ?? (await placeAt(providerId, options.settings));
  const created = await shop.pay({ currency: currencyOf(providerId), ...options.fields });
  if (created.status !== 201) throw new Error(JSON.stringify(created.body));
  const who = merchant(providerId, account, options.settings);
  const order = await shopperAtBank(providerId, created.body.redirect, who, options.others);
  const bank = bankOf(providerId);
  return {
    shop,
    account,
    merchant: who,
    payment: created.body,
    order,
    notify: async (decision, spoiling = 'none', part) => {
      const due = withPart(order, part);
      if (spoiling === 'none') {
        await decided(memory, due, decision);
        await bank.decide?.(due, who, decision, memory);
      }
      return deliver(bank.notification(due, who, decision, spoiling));
    },
  };
}

/** Where a shopper who is back goes in the end: the shop's address, without waiting for a result. */
export async function shopAfter(back: Response): Promise<URL> {
  const target = new URL(back.headers.get('location') ?? '', ORIGIN);
  if (!/^\/pay\/\w+\/[\w-]+\/wait$/.test(target.pathname)) return target;
  target.searchParams.set('until', '0');
  const onward = await request(target.href);
  return new URL(onward.headers.get('location') ?? '');
}

/** The Durable Object of a payment, to evict it or look inside. */
export function objectOf(id: string) {
  return env.LEDGER.get(env.LEDGER.idFromName(id));
}

/** The ledger of a payment, as its callers see it. */
export function ledgerOf(id: string): LedgerClient {
  return objectOf(id) as unknown as LedgerClient;
}

/** Why the shopper of a payment could not be forwarded, the first time first. Read where it stands: no key is needed. */
export async function hopFailures(id: string) {
  const log = await ledgerOf(id).events();
  return (log?.events ?? []).filter(({ type }) => type === 'forward.failed');
}

/** One webhook as the shop received it. */
export interface ReceivedWebhook {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: { readonly type: string; readonly timestamp: string; readonly data: PaymentView };
  readonly raw: string;
}

/** What answers the next calls instead of whom they are for. */
const nextAnswers: (typeof fetch)[] = [];

/** Answers the next call of `network` instead of whom it is for. A look-up of a name is none. */
export function answerNextCall(answer: typeof fetch): void {
  nextAnswers.push(answer);
}

/** A network in which only the shop's webhook and the name service answer. */
export function network(
  answer: (webhook: ReceivedWebhook) => Response | Promise<Response> = () => new Response(),
  addressOf: (host: string) => string = () => '198.41.0.4',
) {
  const webhooks: ReceivedWebhook[] = [];
  const calls: string[] = [];
  nextAnswers.length = 0;
  const spy = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const sent = new Request(input as RequestInfo, init);
    calls.push(sent.url);
    if (sent.url.startsWith('https://cloudflare-dns.com/')) {
      const host = new URL(sent.url).searchParams.get('name') ?? '';
      return Response.json({ Status: 0, Answer: [{ data: addressOf(host), TTL: 300 }] });
    }
    const instead = nextAnswers.shift();
    if (instead) return instead(input, init);
    const banked = await orAborted(answerOfBank(sent), sent.signal);
    if (banked) return banked;
    const raw = await sent.text();
    const webhook = {
      url: sent.url,
      headers: Object.fromEntries(sent.headers),
      body: raw.startsWith('{') ? JSON.parse(raw) : null,
      raw,
    };
    webhooks.push(webhook);
    return answer(webhook);
  });
  return { webhooks, calls, restore: () => spy.mockRestore() };
}

/** Runs the alarm of a payment's ledger as often as it is set for now. One that is set for later is not run: it would do nothing. */
export async function runAlarms(id: string): Promise<void> {
  const object = objectOf(id);
  for (let count = 0; count < 10; count++) {
    const due = await runInDurableObject(object, (_, { storage }) => storage.getAlarm());
    if (due === null || due > Date.now() || !(await runDurableObjectAlarm(object))) return;
  }
}
