/** The words of the domain as types, shared by every layer. */
import type { PaymentId } from './id.ts';
import type { Installments } from './installments.ts';
import type { Minor } from './money.ts';
import type { OperationKind, OperationProblem, OperationState } from './operations.ts';
import type { Status } from './statuses.ts';
import type { Amounts } from './summary.ts';
import type { Card, DeclineReason } from './told.ts';

export interface Address {
  readonly line1?: string | undefined;
  readonly line2?: string | undefined;
  readonly postalCode?: string | undefined;
  readonly city?: string | undefined;
  readonly state?: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | undefined;
}

export interface Customer {
  readonly email?: string | undefined;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly phone?: string | undefined;
  readonly ip?: string | undefined;
  /** ISO 639-1, lower case. */
  readonly language?: string | undefined;
  readonly address?: Address | undefined;
}

/** When money is taken: with the payment, or by a later capture of the authorization. */
export type Capture = 'automatic' | 'manual';

export interface ReturnUrls {
  readonly success?: string | undefined;
  readonly failure?: string | undefined;
}

/** Whether an account's money is real. */
export type Environment = 'test' | 'production' | 'sandbox';

/** Origins that replace scheme and host of a provider's addresses: of the shopper's page, of server calls. */
export interface Endpoints {
  readonly page?: string | undefined;
  readonly api?: string | undefined;
}

export interface RedirectField {
  readonly name: string;
  readonly value: string;
}

/** Where the shopper goes, and how. */
export type Redirect =
  | { readonly kind: 'url'; readonly method: 'GET'; readonly url: string }
  | {
      readonly kind: 'form';
      readonly method: 'POST';
      readonly url: string;
      /** The charset in which the form has to be posted. */
      readonly charset: string;
      /** In the order in which they are signed. */
      readonly fields: readonly RedirectField[];
    }
  | { readonly kind: 'html'; readonly html: string };

/** One line of what is bought, as the shop says it. Amounts are in minor units. */
export interface LineItem {
  readonly name: string;
  readonly quantity: number;
  /** Of the whole line, tax included. */
  readonly amount: number;
  /** The tax in it; left out: not told. */
  readonly taxAmount?: number;
}

/** The kinds of means of payment that a shop may ask for. */
export const WANTED_KINDS = ['blik', 'bank', 'card', 'transfer'] as const;
export type WantedKind = (typeof WANTED_KINDS)[number];

/**
 * By what means a payment is to be paid, as its shop says. A BLIK code is no part of it: it is good for two minutes and is handed on once,
 * never stored.
 */
export type WantedMethod =
  | { readonly kind: Exclude<WantedKind, 'bank'> }
  | {
      readonly kind: 'bank';
      /** As the provider lists it for the contract. */
      readonly id: string;
    };

/** What a shop asked for, as stored. */
export interface PaymentRequest {
  /** The dialect of the route that it came by, where that is not /v1: its shoppers go back by that dialect's rules. */
  readonly dialect?: 'polybanking';
  /** The shop left the means of payment to the shopper. */
  readonly choose?: true;
  readonly reference: string;
  readonly amount: Minor;
  /** ISO 4217 alpha. */
  readonly currency: string;
  readonly description: string | null;
  /** Null: the account's default. */
  readonly capture: Capture | null;
  readonly customer: Customer;
  readonly returnUrl: ReturnUrls;
  readonly extraData: string | null;
  readonly providerFields: Readonly<Record<string, string>>;
  /** After this time (RFC 3339 UTC) its links begin no attempt any more. */
  readonly expiresAt?: string;
  /** The shop's own texts by name; left out: none. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Left out: none are told. */
  readonly lineItems?: readonly LineItem[];
  /** Left out: the shopper chooses at the provider. */
  readonly method?: WantedMethod;
  /** In how many parts it is paid; left out: in one. */
  readonly installments?: Installments;
}

/**
 * Why a payment is pending:
 * - `processing`: the provider has no result yet;
 * - `proof_missing`: a message says that there is one, and it proves nothing: a person or a report decides;
 * - `person_needed`: the provider waits for a person, or its messages name an amount that cannot be.
 */
export const PENDING_REASONS = ['processing', 'proof_missing', 'person_needed'] as const;
export type PendingReason = (typeof PENDING_REASONS)[number];

/** What says where a payment's shoppers go back to. */
export type WayBack = Pick<PaymentRequest, 'dialect' | 'returnUrl'>;

/** A payment as a shop sees it (the HTTP contract). Times are RFC 3339 UTC. */
export interface PaymentView {
  readonly id: PaymentId;
  /** Grows with each change: of two messages about a payment the one with the higher version is newer. */
  readonly version: number;
  readonly reference: string;
  readonly status: Status;
  readonly amount: Minor;
  readonly currency: string;
  readonly account: string;
  readonly provider: string;
  readonly test: boolean;
  readonly amounts: Amounts;
  /** Null unless the status is `pending`. */
  readonly pendingReason: PendingReason | null;
  readonly providerReference: string | null;
  /** The status that decides, in the provider's own words. */
  readonly providerStatus: string | null;
  /** What that says, where it is a code. */
  readonly providerStatusText: string | null;
  /** Whether the update that is shown is proven, by a signature or by a status query; null while there is none. */
  readonly signed: boolean | null;
  /** Why the provider says that it was not paid; null unless the status is `denied`, `cancelled`, `error` or `expired` by the provider. */
  readonly declineReason: DeclineReason | null;
  /** The card that was used, where the provider tells. */
  readonly card: Card | null;
  readonly description: string | null;
  readonly capture: Capture;
  readonly extraData: string | null;
  readonly customer: Customer;
  readonly metadata: Readonly<Record<string, string>>;
  readonly lineItems: readonly LineItem[];
  /** By what means it is to be paid, without a BLIK code; null: the shopper chooses. */
  readonly method: WantedMethod | null;
  /** In how many parts it is paid, with the amount of the first; null: in one. */
  readonly installments: Required<Installments> | null;
  /** Captures, cancels and refunds, the oldest first. */
  readonly operations: readonly OperationView[];
  /** Null: as long as the account lets it. */
  readonly expiresAt: string | null;
  /** When the money that was asked for had come; null: it has not. */
  readonly paidAt: string | null;
  /** Whether money came after the payment was called off or had expired. */
  readonly late: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A provider's own document about an order that may have several (ASSIST: bill). */
export interface ProviderDocument {
  /** As the provider writes it: longer than a number can be. */
  readonly number: string;
  /** In the provider's own words. */
  readonly status: string;
  /** When it got that status by the provider's clock, `YYYY-MM-DD HH:MM:SS`; null where the provider does not say. */
  readonly at: string | null;
}

/** One attempt, as its shop sees it. */
export interface AttemptView {
  readonly attempt: number;
  readonly account: string;
  readonly provider: string;
  /** What the shopper was to pay, in minor units. */
  readonly amount: Minor;
  readonly status: Status;
  readonly amounts: Amounts;
  /** What the bank has taken back, less what was won again, in minor units: it cannot be given back once more. */
  readonly chargedBack: Minor;
  /** Null unless the status is `pending`. */
  readonly pendingReason: PendingReason | null;
  readonly declineReason: DeclineReason | null;
  readonly card: Card | null;
  readonly createdAt: string;
  /** The provider's documents about it, by their numbers, where it has several for one order. */
  readonly bills: readonly ProviderDocument[];
}

/** An attempt of a payment that is shown by another one. */
export interface OtherAttempt {
  readonly attempt: number;
  readonly account: string;
  readonly status: Status;
  /** RFC 3339 UTC: when the next attempt began; of the newest, when it began itself. */
  readonly leftAt: string;
}

/** A capture, cancel or refund, as its shop sees it. */
export interface OperationView {
  /** From 1, in its payment. */
  readonly operation: number;
  readonly kind: OperationKind;
  readonly attempt: number;
  /** Minor units. */
  readonly amount: number;
  readonly state: OperationState;
  readonly requestedAt: string;
  readonly finishedAt: string | null;
  /** Why it failed or is not known; null where it is neither. */
  readonly error: OperationProblem | null;
  readonly providerStatus: string | null;
  readonly providerReference: string | null;
  /** Our name for it at the provider, where the provider keeps such names. */
  readonly operationReference: string;
  /** What a person has to look for at the provider, where the outcome is unknown; null where it is known. */
  readonly lookUp: string | null;
}

export const EVENT_TYPES = [
  'created',
  'replaced',
  'called_off',
  'forwarded',
  'forward.failed',
  'returned',
  'notification.applied',
  'notification.duplicate',
  'notification.ignored',
  'notification.conflict',
  'attempt.concluded',
  'money.moved',
  'payment.paid_twice',
  'payment.chargeback_reversed',
  'operation.requested',
  'operation.approved',
  'operation.not_approved',
  'operation.accepted',
  'operation.succeeded',
  'operation.failed',
  'operation.unknown',
  'operation.abandoned',
  'payment.expired',
  'confirm.requested',
  'confirm.succeeded',
  'confirm.failed',
  'confirm.abandoned',
  'webhook.delivered',
  'webhook.failed',
  'webhook.abandoned',
  'webhook.resent',
  'import.completed',
  'data.erased',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/**
 * The type of a message about a code of PostFinance that has not moved the payment's status. It is no webhook of the API: websites
 * of PolyBanking get an IPN for every code.
 */
export const FEEDBACK = 'payment.feedback';

/** Who caused an event. */
export type EventSource = 'shop' | 'shopper' | 'provider' | 'operator' | 'countersign';

/** A part of the log. */
export interface EventPage {
  /** Events up to this number are left out. */
  readonly after?: number;
  /** At most so many. */
  readonly limit?: number;
}

/** One line of a payment's log, linked to the line before it by its hash. */
export interface PaymentEvent {
  readonly seq: number;
  readonly at: string;
  readonly type: EventType;
  readonly source: EventSource;
  /** Empty where it was erased. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** SHA-256 in hexadecimal over the previous event's hash and this event (ledger/chain.ts). */
  readonly hash: string;
  /** What the detail is hashed with, in hexadecimal; null: the line is of version 1, or its detail was erased. */
  readonly salt: string | null;
  /** The hash of a detail that was erased; null: it was not, or the line is of version 1. */
  readonly detailHash: string | null;
  readonly erased: boolean;
}
