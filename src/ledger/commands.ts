/** The commands of a ledger and their results: the messages of its Durable Object. */
import type { Noticed } from '../payments/attention.ts';
import type { BookProblem } from '../payments/book-check.ts';
import type { ProblemCode } from '../payments/errors.ts';
import type { PaymentId } from '../payments/id.ts';
import type { Minor } from '../payments/money.ts';
import type { BookedMovement } from '../payments/movements.ts';
import type { UpdateFacts } from '../payments/provider-update.ts';
import type { AttemptMoney } from '../payments/rules.ts';
import type { Outcome } from '../payments/statuses.ts';
import type {
  AttemptView,
  Capture,
  EventSource,
  EventType,
  OtherAttempt,
  PaymentEvent,
  PaymentRequest,
  PaymentView,
  Redirect,
  WayBack,
} from '../payments/types.ts';
import type { BuiltAttempt, Ended, Original } from './record.ts';
import type { Exchange } from './rows.ts';
import type { Answer } from './store.ts';

/** An attempt, built and signed before the ledger is called. */
export interface SignedAttempt extends BuiltAttempt {
  readonly deferred: boolean;
  readonly providerState: Readonly<Record<string, string>>;
  /** RFC 3339; null: for as long as the provider takes it. */
  readonly goodUntil: string | null;
  /** When the provider is queried without a hint (milliseconds since 1970); null: never. */
  readonly queryAt: number | null;
}

export interface CreateCommand {
  readonly id: PaymentId;
  readonly shop: string;
  /** SHA-256 of the request: the same reference with another request is a conflict. */
  readonly requestHash: string;
  readonly request: PaymentRequest;
  readonly attempt: SignedAttempt;
  /** Where the shop wants it to go, as it said. */
  readonly wanted?: { readonly account: string | null; readonly provider: string | null };
  /** Whether the shop wants a webhook for a new payment too. */
  readonly announce?: boolean;
  /** Who asks for it, where that is not the shop. */
  readonly by?: 'operator';
}

/** One line of a history that is taken over, oldest first. */
export interface ImportedEvent {
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly type: EventType;
  readonly source: EventSource;
  readonly detail: Readonly<Record<string, unknown>>;
  /** What the provider had said, where the line is a provider update. */
  readonly update?: {
    readonly outcome: Outcome;
    readonly amount: Minor;
    readonly movement: string;
    readonly providerReference: string | null;
    readonly providerStatus: string;
    /** The provider's sheet does not have its code. */
    readonly isUnknown?: true;
    /** The amount is a total, because the identity of its movement is not known: a message about it counts no second time. */
    readonly cumulative?: true;
  };
}

/** A payment that another gateway has had, with what happened to it there. */
export interface ImportCommand extends CreateCommand {
  readonly createdAt: string;
  readonly history: readonly ImportedEvent[];
  readonly original: Original;
  /** The provider's messages of the history by their identity, as far as it is known, and the answer to a repeat of one. */
  readonly taken: readonly { readonly key: string; readonly amount: Minor }[];
  readonly answerToRepeats: Answer;
  /** Only says what an import would do. */
  readonly dryRun: boolean;
}

export type ImportResult = 'imported' | 'unchanged' | 'differs';

/** What pages for the shopper say of the money besides. */
interface ForPages {
  /** Whether the shopper may have paid by an attempt whose result nobody has told. */
  readonly isPerhapsPaid: boolean;
}

/** A payment with everything that its shop may see of its attempts. */
export interface PaymentRead extends PaymentWithRedirect, ForPages {
  readonly attempts: readonly AttemptView[];
  /** Whether its shop has left the choice of the account to the shopper. */
  readonly isOpen: boolean;
  /** What its shop has asked for, with what is left to pay as its amount. */
  readonly request: PaymentRequest;
  readonly wayBack: WayBack;
}

/** A payment with the redirect of its newest attempt. */
export interface PaymentWithRedirect {
  readonly shop: string;
  readonly view: PaymentView;
  /** Null: our checkout leads on, or nothing can be paid. */
  readonly redirect: Redirect | null;
  /** Whether nothing can be paid any more. */
  readonly isOver: boolean;
}

export type CreateResult =
  | ({ readonly kind: 'created' | 'replayed' | 'replaced' } & PaymentWithRedirect)
  /** The reference is another request's: in these dotted paths. */
  | { readonly kind: 'conflict'; readonly differences: readonly string[] };

/** Why another request was put in the place of the stored one, or not: the version has changed, or somebody was forwarded. */
export type ReplaceResult = 'replaced' | 'stale' | 'not_open';

/** What became of calling a payment off: it is; it is another shop's; or something is known of its money. */
export type CallOffResult = 'called_off' | 'unknown' | 'not_open';

/** Why a shopper could not be forwarded, for the payment's log. */
export interface HopFailure {
  /** Null: it is about none. */
  readonly account: string | null;
  /** Of the problem; `not_offered`: the account is not for this shop any more. */
  readonly code: ProblemCode | 'not_offered';
  readonly detail: string;
  /** What the provider said, in its own words, without our secrets; null: nothing. */
  readonly words: string | null;
  readonly requestId: string;
}

/** A payment as its shopper sees it. */
interface AboutPayment extends ForPages {
  readonly shop: string;
  readonly view: PaymentView;
  readonly request: PaymentRequest;
}

/** What the checkout is to do with a shopper. */
export type HopResult =
  | { readonly kind: 'unknown' }
  /** Nothing is left to pay here: back to the shop. */
  | ({ readonly kind: 'finished' } & AboutPayment)
  /** Its shop has called it off, or its time is up. */
  | ({ readonly kind: 'over'; readonly reason: Ended } & AboutPayment)
  | {
      readonly kind: 'go';
      readonly redirect: Redirect;
      readonly shop: string;
      readonly account: string;
      /** Whether the money of the attempt is not real. */
      readonly test: boolean;
      /** What the page shows that is on the way; left out: the redirect needs no page. */
      readonly about?: { readonly view: PaymentView; readonly request: PaymentRequest };
    }
  /** The account is not for a shop of this mode: nothing that is paid there counts. */
  | { readonly kind: 'not_offered' }
  /** The shopper chooses the means of payment, for what is left to pay. */
  | ({ readonly kind: 'choose' } & AboutPayment)
  /** So many attempts were made that the next one has to wait until then, in milliseconds since 1970; infinite: none follows. */
  | { readonly kind: 'must_wait'; readonly until: number }
  /** The attempt is being built by another request of this shopper: of this number, where that is known. */
  | { readonly kind: 'busy'; readonly attempt?: number }
  /** A new attempt has to be built first. */
  | {
      readonly kind: 'start';
      readonly shop: string;
      readonly id: PaymentId;
      readonly attempt: number;
      readonly account: string;
      readonly request: PaymentRequest;
      readonly amount: Minor;
      /** Whether the payment asks for money that is not real. */
      readonly test: boolean;
      /** Whether its shopper may be paying by an earlier attempt. */
      readonly isInFlight: boolean;
      /** Whether no other request builds it meanwhile. */
      readonly isReserved: boolean;
    };

/** A provider update as the ledger takes it. */
export interface ApplyUpdateCommand extends UpdateFacts {
  /** What in the message is not documented, and new to whoever took it. */
  readonly noticed?: readonly Noticed[];
  readonly attempt: number;
  readonly account: string;
  /** Whether the money of the account is not real, as it is set now. */
  readonly test?: boolean;
  /** The status in the provider's words. */
  readonly providerStatusText?: string | null;
  /** Whether the update is proven: by a signature, or because it answers a status query. */
  readonly proven?: boolean;
  /** It proves nothing and nobody can be asked: the payment waits for a person or a report, whatever it says. */
  readonly proofMissing?: true;
  readonly channel: 'notification' | 'return' | 'status';
  /** Which of the account's live secrets matched. */
  readonly signedBy: string;
  /** The address of whoever brought it, where it is known. */
  readonly ip?: string;
  /** The reply to its message, stored for repeats of it: the same whatever becomes of the update. */
  readonly reply: Answer;
}

export type ApplyUpdateResult =
  | { readonly kind: 'unknown' }
  /** It brings back otherwise what was sent with the attempt: not this attempt's. */
  | { readonly kind: 'unbound'; readonly name: string }
  /** It is about an attempt whose money is not real, of a payment that asks for real money. */
  | { readonly kind: 'not_real' }
  /** More messages that count without proof than are taken in this time: its sender has to come again. */
  | { readonly kind: 'busy'; readonly retryAfterMs: number }
  | {
      readonly kind: 'answer';
      readonly answer: Answer;
      readonly repeat: boolean;
      /** It has moved nothing, and may have had to: its amount cannot be, or it is another document's. The provider is to be asked. */
      readonly isUnclear?: true;
    };

/** A message that proves nothing: a reason for a status query. */
export interface HintCommand {
  readonly attempt: number;
  readonly account: string;
  readonly hint: Readonly<Record<string, string>>;
  /** The provider can be asked about nothing but what the hint names. */
  readonly alone?: true;
  /** The provider is not asked before this time (milliseconds since 1970). */
  readonly notBefore?: number;
}

/** What became of a hint: its status query is queued, there is no such attempt, or too many queries wait already. */
export type HintResult = 'taken' | 'unknown' | 'busy';

/** The status query because of a return: to be made now, or by the ledger when it may; null: there is no such attempt. */
export type ReturnQuery =
  | { readonly kind: 'now'; readonly request: StatusQueryRequest }
  | { readonly kind: 'later'; readonly attempt: number; readonly notBefore: number };

/** A status query about an attempt, with what the ledger knows of it. */
export interface StatusQueryRequest {
  readonly id: PaymentId;
  readonly attempt: number;
  readonly account: string;
  /** As in SignedAttempt. */
  readonly order?: string;
  readonly amount: Minor;
  readonly currency: string;
  readonly capture: Capture;
  readonly providerState: Readonly<Record<string, string>>;
  readonly startedAt: string;
  readonly hint: Readonly<Record<string, string>>;
  /** The money of the attempt so far. */
  readonly known?: AttemptMoney;
  /** It may take the shopper's money: the only one of its payment until its outcome is known. */
  readonly spends?: true;
}

/** What a ledger finds when it checks itself. */
export interface CheckedLedger {
  readonly shop: string;
  readonly head: { readonly seq: number; readonly hash: string };
  readonly view: PaymentView;
  readonly problems: readonly BookProblem[];
  readonly movements: readonly BookedMovement[];
  /** Every number that providers have for it. */
  readonly providerReferences: readonly string[];
  readonly earlier: readonly OtherAttempt[];
  /** Of the lines that were asked for, in their order; null: there is no such line. */
  readonly hashes: readonly (string | null)[];
}

/** Whether a shopper's data was erased; `not_decided`: the payment or an operation of it still needs it. */
export type EraseResult = 'erased' | 'not_found' | 'not_decided';

/** By account: when a payment without a result is queried (seconds after its last change), and when it expires. */
export interface OverdueCommand {
  readonly schedules: Readonly<
    Record<string, { readonly queryAfter: readonly number[]; readonly expireAfterMs: number }>
  >;
}

/** The shopper came back, with or without a provider update. */
export interface ReturnCommand {
  readonly account: string;
  readonly update: ApplyUpdateCommand | null;
  /** A hint whose status query could not be made at once. */
  readonly hint?: HintCommand | null;
  /** The attempt whose query that might take money has come to an outcome. */
  readonly spent?: number;
  /** Why what the return carried was not believed; null: it was, or there was nothing. */
  readonly refused: string | null;
  /** The shopper's address, where it is known. */
  readonly ip?: string | null;
}

export type ReturnResult = { readonly kind: 'unknown' } | ({ readonly kind: 'known' } & AboutPayment);

/** A payment's log, and the jobs that are still to be done. */
export interface PaymentLog {
  readonly shop: string;
  /** Oldest first. */
  readonly events: readonly PaymentEvent[];
  /** Jobs of the outbox that are still to be done, the next one first. */
  readonly pending: readonly {
    readonly id: string;
    readonly kind: string;
    /** Of a message that an endpoint has not taken. */
    readonly endpoint?: string;
    readonly tries: number;
    /** RFC 3339 UTC. */
    readonly nextTryAt: string;
  }[];
}

/** A payment with its whole log. */
export interface History {
  readonly shop: string;
  readonly view: PaymentView;
  readonly request: PaymentRequest;
  /** Of its attempts, oldest first. */
  readonly accounts: readonly string[];
  readonly events: readonly PaymentEvent[];
  /** The id of the newest webhook that a website of PolyBanking gets; null: there is none yet. */
  readonly newestForWebsite: string | null;
  /** As in LedgerRecord. */
  readonly original: Original | null;
  readonly feedback: { readonly code: string } | null;
}

/** One try of a webhook with what is kept of its bodies; null: nothing was sent, or it is kept no more. */
export interface DeliveryWithBodies extends Delivery {
  readonly exchange: Exchange | null;
}

/** One try of a webhook, from the log. */
export interface Delivery {
  /** Of its line in the log. */
  readonly seq: number;
  readonly webhook: string;
  /** Id of the shop's endpoint. */
  readonly endpoint: string;
  readonly at: string;
  readonly result: 'delivered' | 'failed' | 'abandoned';
  readonly try: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
}
