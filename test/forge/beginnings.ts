/** How payments begin at an account: the situation, the request, and the shopper at the bank. */
import type { Attempt, LedgerRecord } from '../../src/ledger/record.ts';
import { Problem } from '../../src/payments/errors.ts';
import { orderNumber } from '../../src/payments/id.ts';
import type { Minor } from '../../src/payments/money.ts';
import { forward, NEW_ATTEMPT } from '../../src/payments/rules.ts';
import type { Capture, Environment } from '../../src/payments/types.ts';
import type { Provider, ProviderAccount, StartedAttempt } from '../../src/providers/contract.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import type { BankOrder, Decision, Merchant } from '../../src/sandbox/kit/bank.ts';
import { BANK_API, type Banks } from './banks.ts';
import type { Settings } from './options.ts';
import { ATTEMPT, IDS, ORDERS, type Role } from './pool.ts';
import { paymentOf, type Wish, without } from './wish.ts';

export const ACCOUNT = 'account';

/** Where the first attempt of every payment went. */
export const EARLIER_ACCOUNT = 'earlier';

export const CALLBACK = `https://pay.test/callback/${ACCOUNT}`;

/** When the payments are made: the certificates of the simulated banks are good then. */
export const NOW = new Date('2026-12-01T09:00:00Z');

/** One drawn situation. */
export interface Situation {
  readonly settings: Settings;
  readonly environment: Environment;
  /** On an account for tests: the payments ask for real money, and were tried elsewhere before. */
  readonly asksForReal: boolean;
  readonly allowedIps: readonly string[];
  readonly trusts: boolean;
  readonly currency: string;
  readonly paidCurrency: string;
  readonly paidAmount: number;
  readonly capture: Capture | null;
  /** How the refused payment ends; null: its bank says nothing of such payments. */
  readonly ending: Decision | null;
  /** A part of the payment is given back. */
  readonly isRefunded: boolean;
  /**
   * What is held besides: the payment of another merchant of the platform, in the account's environment or in the other one; one of
   * ours in the other environment, or of another redirect, where such are told apart; or one of the attempt at the earlier account,
   * which is of the same contract.
   */
  readonly aside: 'nothing' | 'stranger' | 'strangerElsewhere' | 'foreign' | 'twin' | 'earlier';
  readonly strangerSettings: Settings;
  readonly wishes: Readonly<Record<Role, Wish>>;
}

/** The account or its bank does not take such settings. */
export class Unsupported extends Error {}

export type Account = ProviderAccount<Record<string, unknown>>;

export function accountIn(environment: Environment, settings: Settings): Account {
  return {
    id: ACCOUNT,
    environment,
    endpoints: { api: BANK_API },
    settings: settings as Record<string, unknown>,
  };
}

/** A payment whose shopper is at the bank. */
export interface Begun {
  readonly started: StartedAttempt;
  readonly wish: Wish;
  readonly order: BankOrder;
  readonly merchant: Merchant;
  readonly banks: Banks;
  readonly rejected: number;
  /** Its number of the day. */
  readonly number: number;
}

export type Money = Readonly<Record<Role, { amount: Minor; currency: string; capture: Capture | null }>>;

/** Starts payments and takes their shoppers to the bank. */
export class Beginnings {
  readonly #provider: Provider;
  readonly #situation: Situation;
  readonly money: Money;
  #number = 41;

  constructor(provider: Provider, situation: Situation) {
    this.#provider = provider;
    this.#situation = situation;
    const { currency, paidCurrency, paidAmount, capture } = situation;
    this.money = {
      refused: { amount: 500_000 as Minor, currency, capture },
      paid: { amount: paidAmount as Minor, currency: paidCurrency, capture },
      other: { amount: 4242 as Minor, currency, capture },
    };
  }

  /**
   * What is rejected of a wish is left out.
   * @param own.number of the day; left out: the next one.
   * @throws Unsupported
   */
  async begin(
    role: Role,
    from: Account,
    banks: Banks,
    own: { readonly number?: number; readonly attempt?: number } = {},
  ): Promise<Begun> {
    const merchant = banks.know(from);
    let wish: Wish | null = this.#situation.wishes[role];
    let failure: unknown;
    for (let rejected = 0; wish; rejected++) {
      try {
        this.#number += 1;
        const counted = own.number ?? this.#number;
        const made = await this.#provider.start({
          id: IDS[role],
          order: orderNumber(IDS[role], own.attempt ?? ATTEMPT),
          payment: paymentOf(wish, this.money[role]),
          account: from,
          urls: { callback: CALLBACK, back: `https://pay.test/return/${ACCOUNT}/${IDS[role]}` },
          now: NOW,
          ip: '203.0.113.9',
          fetch: banks.fetch,
          daily: async () => counted,
        });
        const started = 'kind' in made ? { redirect: made } : made;
        const order = await banks.receive(this.#provider, started.redirect, merchant);
        return { started, wish, order, merchant, banks, rejected, number: counted };
      } catch (error) {
        failure = error;
        wish = without(wish, error);
      }
    }
    throw new Unsupported(`${this.#provider.id}: ${String(failure)}`, { cause: failure });
  }

  /** The payment as its ledger has it before any message. */
  record(role: Role, { started, wish }: Begun, capture: Capture): LedgerRecord {
    const { environment, asksForReal } = this.#situation;
    const { amount, currency } = this.money[role];
    const isTest = environment !== 'production';
    const common = { capture, amount, redirect: null, createdAt: NOW.toISOString() };
    const earlier: Attempt = {
      ...common,
      account: EARLIER_ACCOUNT,
      provider: this.#provider.id,
      test: isTest && !asksForReal,
      oneRedirect: true,
      state: forward(NEW_ATTEMPT),
    };
    const attempt: Attempt = {
      ...common,
      account: ACCOUNT,
      provider: this.#provider.id,
      test: isTest,
      oneRedirect: this.#provider.freshOrderEachRedirect,
      providerState: started.providerState ?? {},
      ...(started.bound && { bound: started.bound }),
      state: forward(NEW_ATTEMPT),
    };
    return {
      id: IDS[role],
      request: paymentOf(wish, { amount, currency, capture }),
      attempts: [earlier, attempt],
      providerReference: null,
      providerStatus: null,
      createdAt: common.createdAt,
      updatedAt: common.createdAt,
    };
  }
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
        account: accountIn('production', settings),
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
