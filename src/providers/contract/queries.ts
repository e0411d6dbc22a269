/** What a provider is asked, and changes nothing: the status of an attempt, a report, whether keys are taken, the means of payment. */
import type { ProviderUpdate } from '../../payments/provider-update.ts';
import type { AttemptMoney } from '../../payments/rules.ts';
import type { AttemptSubject, DayZone, ProviderAccount } from './attempts.ts';

/** A status query: one attempt that a provider is asked about. */
export interface StatusQuery<Settings> extends AttemptSubject<Settings> {
  /** What the attempt asked for, in minor units. */
  readonly amount: number;
  /** The hint that made us ask: from outside, not to be believed. */
  readonly hint: Readonly<Record<string, string>>;
  /** The money of the attempt by what is known; left out where nothing is. */
  readonly known?: AttemptMoney;
  /** The hint may be spent (`Provider.hintSpends`): there is something left to pay, and no other one is being spent. */
  readonly maySpend?: true;
}

/** The request for a report. */
export interface ReportQuery<Settings> {
  readonly account: ProviderAccount<Settings>;
  /** The newest cursor of the last report that was read to its end; null: none was. Rows that are surely older are left out. */
  readonly after: string | null;
  readonly now: Date;
  readonly fetch: typeof fetch;
}

/** One row of a report: what it says about a payment, or why it cannot be read; neither for an order that is not ours. */
export interface ReportRow {
  readonly update: ProviderUpdate | null;
  readonly problem: string | null;
  /** Where in the provider's time it stands; later rows sort after it. */
  readonly cursor: string | null;
}

/** A report of many payments at once, which is fetched on a schedule. */
export interface Report<Settings> {
  /** It is never asked for more often. */
  readonly everySeconds: number;
  /** Whether accounts with these settings have one. */
  applies(settings: Settings): boolean;
  /**
   * Row by row, so that a long one is never held.
   * @throws Problem provider_error or provider_unreachable
   */
  rows(query: ReportQuery<Settings>): AsyncIterable<ReportRow>;
}

/** What a check works with. */
export interface CheckCall<Settings> {
  readonly account: ProviderAccount<Settings>;
  /** A number that no order of ours has. */
  readonly order: string;
  /** ISO 4217 alpha: the first one of the account. */
  readonly currency: string;
  readonly now: Date;
  readonly fetch: typeof fetch;
  /** As in StartRequest. */
  daily(contract: string, zone?: DayZone): Promise<number>;
}

/** A call that changes nothing, and that only somebody with the account's keys gets a good answer to. */
export interface AccountCheck<Settings> {
  /** What is called, in words. */
  readonly call: string;
  /** Why accounts with these settings have none; null: they have it. */
  lacks?(settings: Settings): string | null;
  /**
   * Makes it.
   * @returns what a good answer was, in words.
   * @throws Problem, Declined, Refusal when the answer is no good one.
   */
  run(call: CheckCall<Settings>): Promise<string>;
}

/** The request for the means of payment of a contract. */
export interface MeansQuery<Settings> {
  readonly account: ProviderAccount<Settings>;
  /** ISO 4217 alpha. */
  readonly currency: string;
  /** Minor units; null: whatever the amount is. */
  readonly amount: number | null;
  readonly now: Date;
  /** May be called any number of times: it changes nothing. */
  readonly fetch: typeof fetch;
}
