/** The banks of a test: their merchants, what they remember, the shoppers who go there, and the calls that they answer, or do not. */
import type { Redirect } from '../../src/payments/types.ts';
import { secretNames } from '../../src/providers/kit/settings.ts';
import { providers } from '../../src/providers/registry.ts';
import { BANKS, bankOf } from '../../src/sandbox/banks/registry.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import type { BankOrder, Memory, Merchant, Outage, Trouble } from '../../src/sandbox/kit/bank.ts';
import { receiveOrder } from '../../src/sandbox/kit/receive.ts';
import { formOfPage, shopperForm } from '../../src/sandbox/kit/shopper.ts';
import { answerCall, makeOutage, makeTrouble } from '../../src/sandbox/kit/trouble.ts';
import { charset } from '../../src/signing/charsets.ts';
import { ORIGIN, request, unique } from './requests.ts';

/** Every merchant that a test has made, so that a bank's API knows them. */
const merchants: Merchant[] = [];

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

/** A merchant as its bank knows it: the account’s settings with their defaults. */
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
export async function answerOfBank(sent: Request): Promise<Response | null> {
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
