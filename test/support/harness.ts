/** What the tests of the routes share: an operator, shops, accounts, banks, and a network that is only ours. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { vi } from 'vitest';
import type { LedgerClient } from '../../src/gateway/service.ts';
import type { PaymentView, Redirect } from '../../src/payments/types.ts';
import { secretNames } from '../../src/providers/kit/settings.ts';
import { providers } from '../../src/providers/registry.ts';
import { BANKS, bankOf } from '../../src/sandbox/banks/registry.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import type {
  BankMessage,
  BankOrder,
  Decision,
  Memory,
  Merchant,
  Outage,
  Spoiling,
  Trouble,
} from '../../src/sandbox/kit/bank.ts';
import { decided } from '../../src/sandbox/kit/bank-ledger.ts';
import { withPart } from '../../src/sandbox/kit/parts.ts';
import { receiveOrder } from '../../src/sandbox/kit/receive.ts';
import { formOfPage, shopperForm } from '../../src/sandbox/kit/shopper.ts';
import { answerCall, makeOutage, makeTrouble } from '../../src/sandbox/kit/trouble.ts';
import { charset } from '../../src/signing/charsets.ts';

export { bankOf };

export const ORIGIN = 'https://pay.countersign.dev';
export const WEBHOOK_URL = 'https://hooks.shop-demo.com/countersign';

/** A request to the Worker. */
export function request(path: string, init: RequestInit = {}): Promise<Response> {
  const url = path.startsWith('http') ? path : ORIGIN + path;
  return exports.default.fetch(new Request(url, { redirect: 'manual', ...init }));
}

export interface JsonAnswer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

async function json<T>(response: Response): Promise<JsonAnswer<T>> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : null) as T };
}

/** A call of the operator. */
export async function admin<T = Record<string, unknown>>(method: string, path: string, body?: unknown) {
  return json<T>(
    await request(`/v1/admin${path}`, {
      method,
      headers: { authorization: 'Bearer test-admin-token' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  );
}

export interface Problem {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

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

/** Every merchant that a test has made, so that a bank's API knows them. */
const merchants: Merchant[] = [];

let counter = 0;

/** A number that no other call in this file has had. */
export function unique(): string {
  counter += 1;
  return `${Date.now().toString(36)}${counter}`;
}

/** Another secret of the same form: the next digit or letter for each, within those of hexadecimal numbers. */
export function turned(secret: string): string {
  return secret.replace(/[0-9a-yA-Y]/g, (character) => {
    if (character === '9') return '0';
    if (character === 'f' || character === 'F') return character === 'f' ? 'a' : 'A';
    return String.fromCharCode(character.charCodeAt(0) + 1);
  });
}

/**
 * The settings of the demo account of a provider, with secrets of the tests' own: an account in production takes none that everybody
 * has.
 */
export function demoSettings(providerId: string): Record<string, string | number> {
  const found = providers.find(({ id }) => id === providerId);
  const secrets = new Set(found ? secretNames(found.settings) : []);
  return Object.fromEntries(
    Object.entries(DEMO_ACCOUNTS[providerId]?.settings ?? {}).map(([name, value]) => [
      name,
      secrets.has(name) ? turned(String(value)) : value,
    ]),
  );
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
  merchants.unshift(merchant(providerId, id, (changes.settings ?? {}) as Record<string, unknown>));
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

export function merchant(
  providerId: string,
  account: string,
  changes: Record<string, unknown> = {},
): Merchant {
  const provider = providers.find(({ id }) => id === providerId);
  const defaults = Object.fromEntries(
    Object.entries(provider?.settings.entries ?? {}).map(([name, entry]) => [
      name,
      (entry as { readonly default?: unknown }).default,
    ]),
  );
  return {
    account,
    settings: { ...defaults, ...demoSettings(providerId), ...changes },
    callback: `${ORIGIN}/callback/${account}`,
  };
}

function formBody(redirect: Extract<Redirect, { kind: 'form' }>): Uint8Array {
  const encode = (text: string) => {
    const bytes =
      redirect.charset === 'utf-8'
        ? new TextEncoder().encode(text)
        : redirect.charset === 'windows-1251'
          ? (charset('windows-1251').encode(text) ?? new Uint8Array())
          : Uint8Array.from(text, (character) => character.charCodeAt(0));
    return Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  };
  const body = redirect.fields.map(({ name, value }) => `${encode(name)}=${encode(value)}`).join('&');
  return new TextEncoder().encode(body);
}

/**
 * Sends the shopper to the bank, which reads and checks the redirect as the real one would.
 * @param others merchants of that bank beside the one whose redirect it is.
 */
export async function shopperAtBank(
  providerId: string,
  given: Redirect,
  who: Merchant,
  others: readonly Merchant[] = [],
): Promise<BankOrder> {
  const bank = bankOf(providerId);
  const isPage = given.kind === 'html';
  const redirect = given.kind === 'html' ? shopperForm(given.html, ORIGIN) : given;
  const url = new URL(redirect.url);
  // Our own checkout, where an order is registered first.
  if (!isPage && url.origin === ORIGIN) {
    return shopperAtBank(providerId, await hopTarget(redirect.url), who, others);
  }
  const received = await receiveOrder(
    bank,
    {
      method: redirect.method,
      path: url.pathname,
      query: url.search.slice(1),
      body: redirect.kind === 'form' ? formBody(redirect) : new Uint8Array(),
    },
    [...others, who],
    memory,
  );
  return { ...received, id: unique(), bank: providerId };
}

/** What the banks of a test file store. */
const remembered = new Map<string, string>();
export const memory: Memory = {
  get: async (name) => remembered.get(name) ?? null,
  put: async (name, value) => {
    remembered.set(name, value);
  },
};

/** The banks forget everything. */
export function forgetAll(): void {
  remembered.clear();
}

/** Where the accounts of tests find the API of their bank. */
export const BANK_API = 'https://api.bank-demo.com';

async function hopTarget(checkoutUrl: string): Promise<Redirect> {
  const response = await request(checkoutUrl, { headers: { 'cf-connecting-ip': '203.0.113.9' } });
  const location = response.headers.get('location');
  if (location) return { kind: 'url', method: 'GET', url: location };
  const text = await response.text();
  if (response.status !== 200) throw new Error(text);
  return formOfPage(text);
}

/** A call of a bank's API, answered by the bank whose path it is. */
async function answerOfBank(sent: Request): Promise<Response | null> {
  const url = new URL(sent.url);
  if (url.origin !== BANK_API) return null;
  for (const bank of BANKS) {
    const paths = (bank.api ?? []).filter(({ method }) => method === sent.method);
    if (!bank.answer || !paths.some(({ path }) => pathPattern(path).test(url.pathname))) continue;
    const call = {
      method: sent.method,
      path: url.pathname,
      query: url.search.slice(1),
      headers: sent.headers,
      body: await sent.text(),
      origin: url.origin,
    };
    const when = bank.movesMoney?.(call) ? cutNext : null;
    if (when) cutNext = null;
    if (when === 'before') throw new TypeError('connection lost');
    const answered = await answerCall(bank, call, merchants, memory);
    if (when === 'after') throw new TypeError('connection lost');
    return answered;
  }
  return new Response('no bank has this path', { status: 404 });
}

/** What fetch does when its caller has given up. */
function orAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, fail) => {
    signal.addEventListener('abort', () => fail(new Error('aborted')));
  });
  return Promise.race([answer, aborted]);
}

/** A network in which only the banks' APIs answer, for providers that a test calls directly. */
export const bankNetwork = (async (input, init) => {
  const answer = await answerOfBank(new Request(input as RequestInfo, init));
  if (!answer) throw new Error('no network');
  return answer;
}) as typeof fetch;

/** Makes a merchant known to the banks. */
export function known(who: Merchant): Merchant {
  merchants.unshift(who);
  return who;
}

/** hono's path syntax as a regular expression. */
function pathPattern(path: string): RegExp {
  return new RegExp(`^${path.replace(/:\w+(\{[^}]*\})?/g, (_, inner) => inner?.slice(1, -1) ?? '[^/]+')}$`);
}

/** How the next call that moves money is cut off: before the bank has it, or after the bank has executed it. */
let cutNext: 'before' | 'after' | null = null;

/** Cuts the connection of the next call that moves money at a bank; null: of none. */
export function cut(when: 'before' | 'after' | null): void {
  cutNext = when;
}

/** Has the next call that moves money at the bank of a provider fail in a given way; null: it does not. */
export function trouble(providerId: string, kind: Trouble | null): Promise<void> {
  return makeTrouble(bankOf(providerId), kind, memory);
}

/** Has every call at the bank of a provider fail from now on; null: no more. */
export function bankOutage(providerId: string, kind: Outage | null): Promise<void> {
  return makeOutage(bankOf(providerId), kind, memory);
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
