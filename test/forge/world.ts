/**
 * What a forger may come to hold at one account in production: its own requests, a genuine refusal, a genuine payment of
 * another order, and what the same platform signs for others. Only the network of the banks is played.
 */
import { Problem } from '../../src/payments/errors.ts';
import type { Minor } from '../../src/payments/money.ts';
import type { Capture, Environment, PaymentRequest, Redirect } from '../../src/payments/types.ts';
import type { Provider, ProviderAccount, StartedAttempt } from '../../src/providers/contract.ts';
import { BANKS, bankOf } from '../../src/sandbox/banks/registry.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import {
  BankError,
  type BankMessage,
  type BankOrder,
  type Decision,
  type Memory,
  type Merchant,
} from '../../src/sandbox/kit/bank.ts';
import { decided } from '../../src/sandbox/kit/bank-ledger.ts';
import { formCharset, formOfPage } from '../../src/sandbox/kit/shopper.ts';
import { answerCall } from '../../src/sandbox/kit/trouble.ts';
import { utf8 } from '../../src/signing/bytes.ts';
import { encodeForm } from '../../src/signing/form.ts';
import { type Letter, letterOf, letterOfFields } from './letter.ts';
import { type Settings, strangerSettings } from './options.ts';
import { IDS, ORDERS, ROLES, type Role } from './pool.ts';

export const ACCOUNT = 'account';
const BANK_API = 'https://api.bank-demo.com';
const CALLBACK = `https://pay.test/callback/${ACCOUNT}`;
export const NOW = new Date('2026-11-21T09:00:00Z');

/** What is hostile in the request of one payment. */
export interface Wish {
  readonly texts: Readonly<Record<string, string>>;
  readonly providerFields: Readonly<Record<string, string>>;
}

/** One drawn situation. */
export interface Situation {
  readonly settings: Settings;
  readonly currency: string;
  readonly paidCurrency: string;
  readonly paidAmount: number;
  readonly capture: Capture | null;
  /** How the refused payment ends; null: its bank says nothing of such payments. */
  readonly ending: Decision | null;
  readonly wishes: Readonly<Record<Role, Wish>>;
}

/** One attempt at the account, as its ledger knows it. */
export interface KnownAttempt {
  readonly amount: Minor;
  readonly currency: string;
  readonly capture: Capture;
  readonly bound: Readonly<Record<string, string>>;
}

export interface Held {
  /** What it is, in words. */
  readonly what: string;
  readonly letter: Letter;
}

export interface World {
  readonly provider: Provider;
  readonly account: ProviderAccount<Record<string, unknown>>;
  readonly attempts: Readonly<Record<Role, KnownAttempt>>;
  /** Whole messages, genuine or signed for somebody else. */
  readonly held: readonly Held[];
  /** The names and values of our own requests. */
  readonly requests: Readonly<Record<Role, readonly (readonly [string, string])[]>>;
  readonly fetch: typeof fetch;
  /** How many hostile texts had to be left out because they were rejected. */
  readonly rejected: number;
}

/** The account or its bank does not take such settings. */
export class Unsupported extends Error {}

const CUSTOMER: Readonly<Record<string, string>> = {
  email: 'zoe@example.com',
  firstName: 'Zoé',
  lastName: 'Müller',
  phone: '+33 6 12 34 56 78',
  line1: '12 rue de la Paix',
  postalCode: '75002',
  city: 'Paris',
};

/** The places of a request that are free text. */
export const PLACES = ['description', 'extraData', 'reference', ...Object.keys(CUSTOMER)] as const;

function paymentOf(
  wish: Wish,
  money: Pick<PaymentRequest, 'amount' | 'currency' | 'capture'>,
): PaymentRequest {
  const said = (place: string) => wish.texts[place] ?? CUSTOMER[place] ?? '';
  return {
    ...money,
    reference: wish.texts.reference ?? 'order-1042',
    description: wish.texts.description ?? 'Two tickets',
    customer: {
      email: said('email'),
      firstName: said('firstName'),
      lastName: said('lastName'),
      phone: said('phone'),
      language: 'fr',
      address: {
        line1: said('line1'),
        postalCode: said('postalCode'),
        city: said('city'),
        country: 'FR',
      },
    },
    returnUrl: {},
    extraData: wish.texts.extraData ?? null,
    providerFields: wish.providerFields,
  };
}

/** Which hostile text an error is about, left out; null: there is none left. */
function without(wish: Wish, error: unknown): Wish | null {
  const path =
    error instanceof Problem ? (error.errors[0]?.path ?? '') : error instanceof BankError ? error.field : '';
  const name = path.replace(/^providerFields\.|^customer\.(?:address\.)?/, '');
  if (name in wish.providerFields) {
    const { [name]: _left, ...providerFields } = wish.providerFields;
    return { ...wish, providerFields };
  }
  if (name in wish.texts) {
    const { [name]: _left, ...texts } = wish.texts;
    return { ...wish, texts };
  }
  if (Object.keys(wish.providerFields).length > 0) return { ...wish, providerFields: {} };
  return Object.keys(wish.texts).length > 0 ? { texts: {}, providerFields: {} } : null;
}

/** The names and values that a redirect carries. */
function fieldsOf(redirect: Redirect): (readonly [string, string])[] {
  const { url } = redirect.kind === 'html' ? formOfPage(redirect.html) : redirect;
  const query = [...new URL(url, 'https://pay.test').searchParams];
  if (redirect.kind === 'url') return query;
  const form = redirect.kind === 'html' ? formOfPage(redirect.html) : redirect;
  return [...query, ...form.fields.map(({ name, value }) => [name, value] as const)];
}

/** The banks of one situation, with a memory of their own. */
class Banks {
  readonly #remembered = new Map<string, string>();
  readonly #merchants: Merchant[] = [];
  #orders = 0;
  readonly memory: Memory = {
    get: async (name) => this.#remembered.get(name) ?? null,
    put: async (name, value) => {
      this.#remembered.set(name, value);
    },
  };

  know({ environment, settings }: ProviderAccount<Record<string, unknown>>): Merchant {
    const merchant = { account: ACCOUNT, environment, settings, callback: CALLBACK };
    this.#merchants.push(merchant);
    return merchant;
  }

  readonly fetch = (async (input, init) => {
    const sent = new Request(input as RequestInfo, init);
    const url = new URL(sent.url);
    if (url.origin !== BANK_API) throw new Error('no network');
    const body = await sent.text();
    for (const bank of BANKS) {
      const isIts = (bank.api ?? []).some(
        ({ method, path }) => method === sent.method && pathPattern(path).test(url.pathname),
      );
      if (!bank.answer || !isIts) continue;
      const call = {
        method: sent.method,
        path: url.pathname,
        query: url.search.slice(1),
        headers: sent.headers,
        body,
        origin: url.origin,
      };
      const answer = await answerCall(bank, call, this.#merchants, this.memory);
      if (answer) return answer;
    }
    return new Response('no bank has this path', { status: 404 });
  }) as typeof fetch;

  /** The shopper follows a redirect. @throws BankError */
  async receive(provider: Provider, given: Redirect, merchant: Merchant): Promise<BankOrder> {
    const redirect = given.kind === 'html' ? formOfPage(given.html) : given;
    const url = new URL(redirect.url, BANK_API);
    const body =
      redirect.kind === 'form'
        ? encodeForm(
            redirect.fields.map(({ name, value }) => [name, value] as const),
            formCharset(redirect),
          )
        : '';
    const received = await bankOf(provider.id).receive(
      { method: redirect.method, path: url.pathname, query: url.search.slice(1), body: utf8(body ?? '') },
      [merchant],
      this.memory,
    );
    this.#orders += 1;
    return { ...received, id: `forge${this.#orders}`, bank: provider.id };
  }
}

/** hono's path syntax as a regular expression. */
function pathPattern(path: string): RegExp {
  return new RegExp(`^${path.replace(/:\w+(\{[^}]*\})?/g, (_, inner) => inner?.slice(1, -1) ?? '[^/]+')}$`);
}

interface Begun {
  readonly started: StartedAttempt;
  readonly order: BankOrder;
  readonly merchant: Merchant;
  readonly rejected: number;
}

/** Everything that a forger may hold in a situation. @throws Unsupported */
export async function worldOf(provider: Provider, situation: Situation): Promise<World> {
  const { settings, currency, paidCurrency, paidAmount, ending } = situation;
  const banks = new Banks();
  const accountIn = (environment: Environment, own: Settings) => ({
    id: ACCOUNT,
    environment,
    endpoints: { api: BANK_API },
    settings: own as Record<string, unknown>,
  });
  const account = accountIn('production', settings);
  const capture = situation.capture ?? provider.captureDefault(settings as never);
  const money: Record<Role, { amount: Minor; currency: string; capture: Capture | null }> = {
    refused: { amount: 500_000 as Minor, currency, capture: situation.capture },
    paid: { amount: paidAmount as Minor, currency: paidCurrency, capture: situation.capture },
    other: { amount: 4242 as Minor, currency, capture: situation.capture },
  };
  let number = 41;
  /** Starts one payment and takes its shopper to the bank; what is rejected of it is left out. */
  const begin = async (role: Role, from: ProviderAccount<Record<string, unknown>>): Promise<Begun> => {
    const merchant = banks.know(from);
    let wish: Wish | null = situation.wishes[role];
    let rejected = 0;
    for (let failure: unknown; wish; rejected++) {
      try {
        number += 1;
        const counted = number;
        const made = await provider.start({
          id: IDS[role],
          order: ORDERS[role],
          payment: paymentOf(wish, money[role]),
          account: from,
          urls: { callback: CALLBACK, back: `https://pay.test/return/${ACCOUNT}/${IDS[role]}` },
          now: NOW,
          ip: '203.0.113.9',
          fetch: banks.fetch,
          daily: async () => counted,
        });
        const started = 'kind' in made ? { redirect: made } : made;
        const order = await banks.receive(provider, started.redirect, merchant);
        return { started, order, merchant, rejected };
      } catch (error) {
        failure = error;
        wish = without(wish, error);
        if (!wish) throw new Unsupported(`${provider.id}: ${String(failure)}`, { cause: failure });
      }
    }
    throw new Unsupported(provider.id);
  };
  const held: Held[] = [];
  const bank = bankOf(provider.id);
  const hold = async ({ order, merchant }: Begun, decision: Decision, what: string) => {
    await decided(banks.memory, order, decision);
    await bank.decide?.(order, merchant, decision, banks.memory);
    held.push({
      what: `${what}, notification`,
      letter: letterOf(bank.notification(order, merchant, decision, 'none')),
    });
    const back = bank.back(order, merchant, decision);
    if (URL.canParse(back))
      held.push({
        what: `${what}, return`,
        letter: letterOf({ method: 'GET', url: back, headers: {}, body: null } satisfies BankMessage),
      });
  };
  const begun = {
    refused: await begin('refused', account),
    paid: await begin('paid', account),
    other: await begin('other', account),
  };
  if (ending) await hold(begun.refused, ending, `the genuine ${ending} of ${ORDERS.refused}`);
  await hold(begun.paid, 'pay', `the genuine payment of ${ORDERS.paid}`);
  // From here on the bank's ledger does not matter: these are signed for somebody else.
  const strange = strangerSettings(provider, settings);
  await strangerPays(begin, accountIn('sandbox', strange), hold);
  await testPays(provider, settings, begin, accountIn('sandbox', settings), hold);
  const requests = {
    refused: fieldsOf(begun.refused.started.redirect),
    paid: fieldsOf(begun.paid.started.redirect),
    other: fieldsOf(begun.other.started.redirect),
  };
  for (const role of ROLES)
    held.push({ what: `our own request for ${ORDERS[role]}`, letter: letterOfFields(requests[role]) });
  const known = (role: Role) => ({ ...money[role], capture, bound: begun[role].started.bound ?? {} });
  const attempts = { refused: known('refused'), paid: known('paid'), other: known('other') };
  const rejected = begun.refused.rejected + begun.paid.rejected + begun.other.rejected;
  return { provider, account, attempts, held, requests, fetch: banks.fetch, rejected };
}

/** The names of the pool that a provider takes from a shop. */
export function namesTaken(
  provider: Provider,
  settings: Settings,
  names: readonly string[],
): readonly string[] {
  return names.filter((name) => {
    if (!/^[\w.*:-]{1,64}$/.test(name)) return false;
    const payment = paymentOf(
      { texts: {}, providerFields: { [name]: '1' } },
      { amount: 100 as Minor, currency: DEMO_ACCOUNTS[provider.id]?.currencies[0] ?? 'EUR', capture: null },
    );
    try {
      const started = provider.start({
        id: IDS.other,
        order: ORDERS.other,
        payment,
        account: {
          id: ACCOUNT,
          environment: 'production',
          endpoints: {},
          settings: settings as Record<string, unknown>,
        },
        urls: { callback: CALLBACK, back: `https://pay.test/return/${ACCOUNT}/${IDS.other}` },
        now: NOW,
        ip: '203.0.113.9',
        fetch: () => Promise.reject(new Problem('provider_unreachable', 'no network')),
        daily: async () => 1,
      });
      // Who asks others first says later what it does not take.
      if (started instanceof Promise) started.catch(() => null);
      return true;
    } catch {
      return false;
    }
  });
}

type Begin = (role: Role, from: ProviderAccount<Record<string, unknown>>) => Promise<Begun>;
type Hold = (begun: Begun, decision: Decision, what: string) => Promise<void>;

/** Another merchant of the platform has a payment with the number of an order of ours. */
async function strangerPays(
  begin: Begin,
  account: ProviderAccount<Record<string, unknown>>,
  hold: Hold,
): Promise<void> {
  try {
    const begun = await begin('other', account);
    await hold(begun, 'pay', `the payment of another merchant with the number ${ORDERS.other}`);
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
  }
}

const TEST_VALUE = /^(?:1|true|test|y|yes|sandbox|on)$/i;

/** The name of the field that says test or live, by what the provider says of its proof. */
export function markName(provider: Provider, settings: Settings): string | null {
  const { environmentMark } = provider.proof(settings as never, 'notification');
  return environmentMark ? (/[\w.]+/.exec(environmentMark)?.[0] ?? null) : null;
}

/** A test payment of our own contract, where its messages say that they are of a test. */
async function testPays(
  provider: Provider,
  settings: Settings,
  begin: Begin,
  account: ProviderAccount<Record<string, unknown>>,
  hold: Hold,
): Promise<void> {
  const mark = markName(provider, settings);
  if (!mark) return;
  try {
    const begun = await begin('other', account);
    const text = JSON.stringify(bankOf(provider.id).notification(begun.order, begun.merchant, 'pay', 'none'));
    const value = new RegExp(`${mark}(?:=|\\\\":\\\\"?)([\\w%]+)`).exec(text)?.[1] ?? '';
    if (
      TEST_VALUE.test(
        value.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      )
    )
      await hold(begun, 'pay', `a test payment of ${ORDERS.other}`);
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
  }
}
