/** Captures, cancels and refunds: what a provider is given to execute one, and to say what became of it. */
import type { FundsSource, OperationKind, OperationRule } from '../../payments/operations.ts';
import type { Bookings } from '../../payments/reconciliation.ts';
import type { AttemptMoney } from '../../payments/rules.ts';
import type { AttemptSubject, AttemptUrls } from './attempts.ts';

/** A capture, cancel or refund of one attempt, as a provider's code gets it. */
export interface OperationCall<Settings> extends AttemptSubject<Settings> {
  readonly kind: OperationKind;
  readonly fundsSource: FundsSource;
  /** Minor units. */
  readonly amount: number;
  /** What the attempt asked for when it began, in minor units: `before` does not say it any more once a rest was released. */
  readonly asked: number;
  /** Whether this is everything that there is. */
  readonly whole: boolean;
  /** The attempt's money when it was asked for. */
  readonly before: AttemptMoney;
  /** What earlier operations are taking of the same money that the provider has accepted and not finished: `before` has none of it. */
  readonly accepted: number;
  /** Our name for this operation and no other: the order number and its own number, letters and digits, at most 24. */
  readonly operationReference: string;
  /** The provider's number for it, where it gave one. */
  readonly providerReference: string | null;
  /** The provider's numbers of operations of the attempt that were not made, by its word or a person's; left out: none is known. */
  readonly notMade?: readonly string[];
  readonly urls: Pick<AttemptUrls, 'callback'>;
}

/** The same, with the means to execute it. */
export interface OperationOrder<Settings> extends OperationCall<Settings> {
  /**
   * The one call that executes it. It may be made once, and again only after a 401. From then on the outcome is unknown until
   * the provider says it.
   */
  readonly send: typeof fetch;
}

/** What an operation came to. */
export interface OperationResult {
  /** `accepted`: the provider took it, and gives the result later. */
  readonly state: 'succeeded' | 'accepted';
  /** In the provider's own words. */
  readonly status: string;
  /** Its number at the provider. */
  readonly providerReference: string | null;
  /** As in ProviderUpdate. */
  readonly providerState?: Readonly<Record<string, string>>;
}

/** What no provider takes to book an operation, unless it says so. */
export const SETTLES_AFTER_SECONDS = 600;

/** One of the things that can be done after a payment. */
export interface ProviderOperation<Settings> {
  readonly rule: OperationRule;
  /** Why accounts with these settings lack it; null: they have it. */
  lacks?(settings: Settings): string | null;
  /**
   * Executes it.
   * @throws Declined when the provider says no.
   * @throws Problem, Refusal: a failure before `send` means that nothing happened; after it the outcome is unknown.
   */
  execute(order: OperationOrder<Settings>): Promise<OperationResult>;
  /**
   * Asks what the provider has of the operations of this kind: which one is which, and what became of each, is decided by
   * payments/reconciliation.ts. Null: it cannot be asked.
   * @throws Problem, Refusal when there is no answer, or one that is about something else.
   */
  lookUp?(call: OperationCall<Settings>): Promise<Bookings | null>;
  /**
   * Seconds after the request from which an operation that the provider does not show was not carried out: well above the longest
   * time that it takes to book one. Left out: SETTLES_AFTER_SECONDS.
   */
  readonly settlesAfterSeconds?: number;
}
