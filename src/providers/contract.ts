/**
 * The shape of a provider: one folder, one object, no I/O of its own. What it needs (the clock, fetch) is handed in, so that
 * vectors alone can test it.
 */
import type * as v from 'valibot';
import type { AccountKind } from '../payments/account-kinds.ts';
import type { Refusal } from '../payments/errors.ts';
import type { PaymentId } from '../payments/id.ts';
import type { Installments } from '../payments/installments.ts';
import type { MeansOfPayment } from '../payments/means.ts';
import type { FundsSource, OperationKind, OperationRule } from '../payments/operations.ts';
import type { Bookings, UpdatedOperation } from '../payments/reconciliation.ts';
import type { AttemptMoney } from '../payments/rules.ts';
import type { Outcome, Status } from '../payments/statuses.ts';
import type { Card, DeclineReason } from '../payments/told.ts';
import type {
  Capture,
  Endpoints,
  Environment,
  PaymentRequest,
  PendingReason,
  ProviderDocument,
  Redirect,
  WantedMethod,
} from '../payments/types.ts';
import type { Charset } from '../signing/charsets.ts';
import type { ShopFields } from './kit/provider-fields.ts';
import { paymentProblem, type Requirement } from './kit/requirements.ts';
import type { SettingsSchema } from './kit/settings.ts';

/** One merchant contract as a provider's code sees it: its settings with defaults filled in. */
export interface ProviderAccount<Settings> {
  readonly id: string;
  readonly environment: Environment;
  readonly endpoints: Endpoints;
  readonly settings: Settings;
}

/** JSON values, for the signatures of providers that sign JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** What a named recipe is tried on: the fields in order, or the raw text as it went over the wire. */
export interface RecipeInput {
  readonly fields?: readonly (readonly [name: string, value: Json])[] | { readonly [name: string]: Json };
  readonly raw?: string;
  /** What else a vector says about itself: an encoding, an operation, what was asked. */
  readonly rest?: Readonly<Record<string, Json | undefined>>;
}

/** A computed signature: the exact bytes that were signed, and the result as it goes over the wire. */
export interface Signed {
  readonly base: Uint8Array;
  /** As the vector files and the sheets name it. */
  readonly algorithm: string;
  readonly signature: string;
}

/** What checking a received message found. */
export interface Verdict {
  readonly valid: boolean;
  /** The status that the message stands for, where it is valid and has one. */
  readonly status: Status | null;
  readonly base: Uint8Array;
  readonly expected: string | null;
  readonly received: string | null;
  /** Why it is not valid, in words. */
  readonly problem: string | null;
  /** The exact reply to it, where that depends on the message. */
  readonly reply?: Reply;
}

/** A recipe that exists once: start, notification and the command line all use it. */
export type Recipe<Settings> =
  | {
      /** We sign. */
      readonly kind: 'sign';
      readonly sign: (settings: Partial<Settings>, input: RecipeInput) => Signed;
    }
  | {
      /** The provider signs, we verify. */
      readonly kind: 'verify';
      readonly verify: (settings: Partial<Settings>, input: RecipeInput) => Verdict | Promise<Verdict>;
    }
  | {
      /** An address that is not signed. */
      readonly kind: 'address';
      readonly address: (settings: Partial<Settings>, input: RecipeInput) => string;
    }
  | {
      /** A text that both sides derive, without a signature of its own. */
      readonly kind: 'text';
      readonly text: (settings: Partial<Settings>, input: RecipeInput) => Uint8Array;
    }
  | {
      /** A body or text that we send, without a signature of its own. XML and JSON are compared by content. */
      readonly kind: 'body';
      readonly body: (settings: Partial<Settings>, input: RecipeInput) => string;
    }
  | {
      /**
       * Something else that is worked out; the answer's members are compared with those of the vector that have the
       * same name, `fields` by the names that the vector has.
       */
      readonly kind: 'case';
      readonly answer: (
        settings: Partial<Settings>,
        input: RecipeInput,
      ) => Readonly<Record<string, Json>> | Promise<Readonly<Record<string, Json>>>;
    }
  | {
      /** An answer of the provider's API, read. `asked` is what the status query was known by, where it matters. */
      readonly kind: 'response';
      readonly read: (
        settings: Partial<Settings>,
        raw: string,
        asked: string | null,
      ) => Readonly<Record<string, Json>>;
    };

/** What decides about money in a message. */
export type Deciding = 'outcome' | 'order' | 'amount' | 'currency';

/**
 * What the signature of a message proves (SHEET.md, "What its signature proves"). Where a message counts, and where it is
 * only a reason to ask, follows from it in one place (gateway/proof.ts).
 */
export interface Proof {
  /** Whose key signs: the merchant's own, the platform's one for every merchant, or nobody's. */
  readonly keyOf: 'merchant' | 'platform' | 'nobody';
  /** The provider's fields that are signed, of those that we read, by their names there. */
  readonly covered: readonly string[];
  /** Those that we read and that are not signed. */
  readonly notCovered: readonly string[];
  /** What a message says about the money in a field that is not signed. */
  readonly undecided: readonly Deciding[];
  /** Whether a name or a border between values that was moved breaks the signature. */
  readonly bordersCovered: boolean;
  /** Where it does not: why a signed text can be read in one way only; null: it may be read in several. */
  readonly uniqueReading: string | null;
  /** The field that says test or live; null: nothing does, the key is another one in each. */
  readonly environmentMark: string | null;
  /** Why no request of ours, signed by the same key, is taken for an answer. */
  readonly requestIsNoAnswer: string;
}

/** Addresses of ours that a provider is given for one attempt. */
export interface AttemptUrls {
  /** Where the provider sends its notification. */
  readonly callback: string;
  /** Where the shopper comes back to. */
  readonly back: string;
}

/** Where a provider's day begins, if not in UTC. */
export type DayZone = 'Europe/Paris';

/** Everything that a provider needs to build and sign one redirect. */
export interface StartRequest<Settings> {
  readonly id: PaymentId;
  /** What the provider calls this attempt: 18 characters (payments/id.ts). */
  readonly order: string;
  readonly payment: PaymentRequest;
  readonly account: ProviderAccount<Settings>;
  readonly urls: AttemptUrls;
  readonly now: Date;
  /** The shopper's address as the platform saw it, where the redirect is built while the shopper is there. */
  readonly ip: string | null;
  /**
   * The code of the shopper's bank app, of a payment whose method is BLIK: for this one try. It is kept nowhere, so that it stands in no
   * redirect and in no provider state. Left out: the shopper enters one at the provider's page.
   */
  readonly blikCode?: string;
  /**
   * The one call that hands over the code; left out: `fetch`. It may be made again after a 401. From then on the shopper may be paying: an
   * attempt of which the provider has not said no is returned, whatever became of the answer.
   */
  readonly charge?: typeof fetch;
  /** For the protocols in which an order is registered before the shopper goes. */
  readonly fetch: typeof fetch;
  /**
   * A number from 0 that no other order of the same contract gets on this day, for protocols with short order
   * numbers. Costs a call to a Durable Object.
   * @param contract what the provider counts by, such as its shop number.
   * @param zone whose day it is; left out: UTC. With one, no number of the day before comes again either.
   */
  daily(contract: string, zone?: DayZone): Promise<number>;
}

/** A redirect with what belongs to it. */
export interface StartedAttempt {
  readonly redirect: Redirect;
  /** What the provider's code wants back in later calls about this attempt. No secrets. */
  readonly providerState?: Readonly<Record<string, string>>;
  /** After this many seconds the redirect is not accepted any more, and the shopper needs a new one. */
  readonly goodForSeconds?: number;
  /**
   * What the provider echoes under its signature, by name: every update of this attempt has to bring it back the same
   * (`ProviderUpdate.echo`). No secrets.
   */
  readonly bound?: Readonly<Record<string, string>>;
  /** Seconds after which a status query is due even if the provider has said nothing. */
  readonly queryAfterSeconds?: number;
}

/** One attempt as it was started, for the calls that are about it. */
interface Subject<Settings> {
  readonly order: string;
  readonly account: ProviderAccount<Settings>;
  /** ISO 4217 alpha. */
  readonly currency: string;
  readonly capture: Capture;
  /** What the start (`StartedAttempt`) and provider updates have left for later calls. */
  readonly providerState: Readonly<Record<string, string>>;
  /** When the shopper was sent off. */
  readonly startedAt: Date;
  readonly now: Date;
  /** May be called any number of times: it changes nothing. */
  readonly fetch: typeof fetch;
  /** As in StartRequest. */
  daily(contract: string, zone?: DayZone): Promise<number>;
}

/** A status query: one attempt that a provider is asked about. */
export interface StatusQuery<Settings> extends Subject<Settings> {
  /** What the attempt asked for, in minor units. */
  readonly amount: number;
  /** The hint that made us ask: from outside, not to be believed. */
  readonly hint: Readonly<Record<string, string>>;
  /** The money of the attempt by what is known; left out where nothing is. */
  readonly known?: AttemptMoney;
  /** The hint may be spent (`Provider.hintSpends`): there is something left to pay, and no other one is being spent. */
  readonly maySpend?: true;
}

/** A capture, cancel or refund of one attempt, as a provider's code gets it. */
export interface OperationCall<Settings> extends Subject<Settings> {
  readonly id: PaymentId;
  readonly kind: OperationKind;
  readonly fundsSource: FundsSource;
  /** Minor units. */
  readonly amount: number;
  /** Whether this is everything that there is. */
  readonly whole: boolean;
  /** The attempt's money when it was asked for. */
  readonly before: AttemptMoney;
  /** Our name for this operation and no other: the order number and its own number, letters and digits, at most 24. */
  readonly operationReference: string;
  /** The provider's number for it, where it gave one. */
  readonly providerReference: string | null;
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

/** A request of a provider or of a returning shopper, as it came. */
export interface ProviderRequest {
  readonly method: 'GET' | 'POST';
  /** The query string without `?`, still percent-encoded. */
  readonly query: Uint8Array;
  readonly body: Uint8Array;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Lower case, without parameters; null when there was none. */
  readonly contentType: string | null;
}

/** Which way a message came: the provider's server, or the shopper's browser. */
export type Channel = 'notification' | 'return';

/**
 * What a provider's message says. `accepted` is a protocol's one word for both: paid, or authorized when the
 * attempt was started for a later capture; the ledger, which knows how it was started, resolves it.
 */
export type UpdateOutcome = Outcome | 'accepted';

/** A verified fact about one attempt. Only these reach the ledger. */
export interface ProviderUpdate {
  readonly kind: 'update';
  /** The order number as the provider echoes it. */
  readonly order: string;
  /** The provider's identity of this message: a repeat has the same. */
  readonly key: string;
  readonly outcome: UpdateOutcome;
  /**
   * Minor units; null where the message carries no amount that can be read; `asked` in a protocol whose messages
   * name none and mean the whole.
   */
  readonly amount: number | 'asked' | null;
  /** ISO 4217 alpha, or null where the message carries none. */
  readonly currency: string | null;
  /** The provider's identity of the movement of money. */
  readonly movement: string;
  /**
   * The amount is everything so far (all that was refunded), not one movement of it. Of `reversed`: where it is less than the order was
   * for, it is a part that was given back.
   */
  readonly cumulative?: boolean;
  /** The amount is what the order was for: where we have captured a part of it, that part is what counts. */
  readonly ofOrder?: true;
  /**
   * The provider's sequence number, digits, where the newest of several documents about one order has its status. A refund or
   * reversal with a lower number than a later payment does not reduce that payment.
   */
  readonly sequence?: string;
  /**
   * `movement` is one transaction of the provider's and the message is its state: its amount can only fall, and a result without money ends
   * what it held, and nothing that another transaction of the order holds.
   */
  readonly ofTransaction?: true;
  /** What the same message says of other transactions of the order, oldest first. */
  readonly also?: readonly ProviderUpdate[];
  /**
   * What it says of a capture, cancel or refund: of ours, or of one made in the back office. Left out: a refund stands for itself, by its
   * amount and movement; everything else is about the order.
   */
  readonly operation?: UpdatedOperation;
  /** What the provider's code wants back in later calls about this attempt. No secrets. */
  readonly providerState?: Readonly<Record<string, string>>;
  /** What the message echoes of `StartedAttempt.bound`, by the same names. */
  readonly echo?: Readonly<Record<string, string>>;
  readonly providerReference: string | null;
  /** The status in the provider's own code. */
  readonly providerStatus: string;
  /** Why it was not paid, where the message says more than its outcome. Its code is mapped in the provider's statuses.ts. */
  readonly declineReason?: DeclineReason;
  /** The card, as far as the message tells (kit/card.ts). */
  readonly card?: Card;
  /** What an operator may want to see: already masked by the provider, no secrets. */
  readonly detail: Readonly<Record<string, string>>;
  /** The provider document that this is about, where one order has several: tries, charges, refunds. */
  readonly document?: ProviderDocument;
  /** Why it leaves the payment pending, where that is not for want of a result. */
  readonly pendingReason?: PendingReason;
  /** It says that money was taken of what was held, and not how much: a person says that. Its outcome is `none`. */
  readonly amountUntold?: true;
  /**
   * This very message leaves open what others of its kind prove: it counts as one whose signature does not cover what decides
   * (gateway/proof.ts).
   */
  readonly unproven?: true;
  /**
   * The provider is asked too, with this as the hint: what the message says counts, and is not all that has to be known. A repeat of
   * the message is a reason to ask again.
   */
  readonly ask?: Readonly<Record<string, string>>;
  /** The reply to this very message, where the provider's fixed one will not do. */
  readonly reply?: Reply;
}

/** What checking a message may need from outside: certificates, or a service that does the cryptography. */
export interface VerificationContext {
  readonly now: Date;
  readonly fetch: typeof fetch;
}

/** A verified message that says nothing about a payment: it is acknowledged and changes nothing. */
export interface Acknowledgement {
  readonly kind: 'acknowledgement';
  readonly about: string;
  /** The reply to this very message, where the provider's fixed one will not do. */
  readonly reply?: Reply;
}

/**
 * A message that proves nothing: a reason for a status query. It may name what to ask about, never what came of it.
 */
export interface Hint {
  readonly kind: 'hint';
  /** The order number as the provider echoes it; null on a return, where the address names the payment. */
  readonly order: string | null;
  readonly about: Readonly<Record<string, string>>;
  /** The reply to this very message, where the provider's fixed one will not do. */
  readonly reply?: Reply;
  /** It may be about a payment of another software on the same contract, and is acknowledged if it is about none of ours. */
  readonly mayBeForeign?: true;
}

/** What became of a verified message, as far as the provider's reply depends on it. */
export type ReplyTo = 'accepted' | 'conflict' | 'acknowledged';

/** The exact response that a provider gets. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One step of what a merchant has to enter in the provider's back office. */
export interface SetupStep {
  readonly where: string;
  readonly value: string;
}

export interface Capabilities {
  readonly capture: boolean;
  readonly cancel: boolean;
  readonly refund: boolean;
  readonly status: boolean;
  /** Authorise now, capture later. */
  readonly manualCapture: boolean;
  readonly signedNotification: boolean;
  readonly signedReturn: boolean;
}

/** What a code of a provider's sheet stands for. */
export interface StatusMeaning {
  /** `none`: it moves nothing. */
  readonly outcome: UpdateOutcome;
  /** What the code says, as people of that provider say it. */
  readonly text: string;
}

/** A table of a provider's sheet: code -> meaning. */
export type StatusTable = Readonly<Record<string, StatusMeaning>>;

/** A mistake that the sheet warns of, as a change after which a refused message would verify. */
export interface LikelyCause {
  /** What went wrong, in words. */
  readonly cause: string;
  readonly settings?: (settings: Record<string, unknown>) => Record<string, unknown>;
  readonly raw?: (raw: string) => string;
}

/** A provider in the place of another one. */
export interface Successor {
  /** Its id. */
  readonly provider: string;
  /** Its setting `brand` there; null: it has none, or any. */
  readonly brand: string | null;
}

export interface Provider<Schema extends SettingsSchema = SettingsSchema> {
  readonly id: string;
  /** Names under which the software that countersign replaces knows this provider. */
  readonly aliases: readonly string[];
  readonly caption: string;
  /** What shoppers know it by, where that is not "card": its own name, and what it is to them. */
  readonly means?: { readonly kind: AccountKind; readonly name: string };
  /**
   * The last day on which it could be used, `YYYY-MM-DD`; where only the month or the year is known, that one's last day. Left out: it is
   * in use, or nobody knows.
   */
  readonly ended?: string;
  /** Where merchants of a provider that has ended, or is not sold any more, go on; left out: nowhere that is known. */
  readonly successor?: readonly Successor[];
  /** ISO 3166-1 alpha-2; empty where it serves many. */
  readonly countries: readonly string[];
  /** ISO 4217 alpha codes. */
  readonly currencies: readonly string[];
  /** Those of a new account that names none; left out: all. */
  readonly defaultCurrencies?: readonly string[];
  readonly capabilities: Capabilities;
  readonly settings: Schema;
  /**
   * Secrets that everybody has, published by the provider or in examples: an account in production takes none of them.
   */
  readonly publishedSecrets?: readonly string[];
  /** A setting that cannot be right in this environment, and why; null: there is none. */
  wrongSetting?(
    settings: v.InferOutput<Schema>,
    environment: Environment,
  ): { readonly setting: string; readonly problem: string } | null;
  /**
   * Settings that name a secret beside it: by the secret's name, that of its key id. Messages say by which key they are signed, so a
   * rotation brings both. Left out: secrets have no names.
   */
  readonly keyIds?: Readonly<Record<string, string>>;
  /** What an operator should mend of settings that the provider takes. */
  settingWarnings?(settings: v.InferOutput<Schema>): readonly string[];
  /** The setting that accounts with these others need, and lack: what checks messages in one generation of a protocol. */
  lackingSetting?(settings: v.InferOutput<Schema>): string | null;
  /** What the signature of a message proves that came this way. */
  proof(settings: v.InferOutput<Schema>, channel: Channel): Proof;
  /**
   * The addresses that notifications of production come from, where the sheet says that they make a message count that its
   * signature does not prove and that cannot be asked about.
   */
  readonly notificationAddresses?: readonly string[];
  /** Named recipes; the names are those of the vector files. */
  readonly signatures: Readonly<Record<string, Recipe<v.InferOutput<Schema>>>>;
  /** The status tables of its sheet, by the names that SHEET.md gives them. Where two have a code, the first gives the text. */
  readonly statuses: Readonly<Record<string, StatusTable>>;
  /** What is tried when a signature is refused, to say why. */
  readonly likelyCauses: readonly LikelyCause[];
  /**
   * What a payment needs: checked when it is created, for each account that a shopper may choose, and before each start. Whatever only
   * depends on settings and payment stands here, in `maxAmount` and in `shopFields`, so that no start finds it later.
   */
  readonly requires: readonly Requirement<v.InferOutput<Schema>>[];
  /** The greatest amount the protocol can carry, in minor units; a smaller limit of some accounts stands in `requires`. */
  readonly maxAmount: number;
  /** No cryptography at all: never for an account in production. */
  readonly testOnly: boolean;
  /** A second redirect of the shopper needs a new order number even if the first one ended without a result. */
  readonly freshOrderEachRedirect: boolean;
  charset(settings: v.InferOutput<Schema>): Charset;
  /** What a shop may give as `providerFields`; left out: nothing. Checked when a payment is created, and before each start. */
  shopFields?(settings: v.InferOutput<Schema>): ShopFields;
  /**
   * Why a shop may not say by what means a payment is to be paid, in words that follow "method: "; null: it may. Left out: it never may. A
   * BLIK code comes with a method of that kind once (`StartRequest.blikCode`).
   */
  methodProblem?(method: WantedMethod, settings: v.InferOutput<Schema>): string | null;
  /**
   * Why a payment cannot be paid in these parts, in words that follow "installments: "; null: it can. Left out: it never can. Each part
   * has to be told by a message of its own, with a movement of its own.
   */
  installmentsProblem?(installments: Installments, settings: v.InferOutput<Schema>): string | null;
  /** When money is taken if the shop does not say. */
  captureDefault(settings: v.InferOutput<Schema>): Capture;
  /**
   * Builds and signs the redirect of one attempt.
   * @throws Problem naming the field that the protocol cannot carry; provider_error or provider_unreachable where
   *   an order has to be registered and is not.
   */
  start(
    request: StartRequest<v.InferOutput<Schema>>,
  ): Redirect | StartedAttempt | Promise<Redirect | StartedAttempt>;
  /**
   * Whether an order has to be registered before the shopper goes. Such a redirect is built when the shopper is at our
   * checkout: nothing is registered for a shopper who never comes, and nothing twice.
   */
  deferred?(settings: v.InferOutput<Schema>): boolean;
  /**
   * The status query: what became of an attempt. Null: the provider does not know yet, ask again later. That it is in process
   * (`pending`) is an update, and a reason to ask again too. An empty list: it certainly has nothing of this attempt, which ends
   * the query of a hint that was to be spent.
   * @throws Problem provider_error or provider_unreachable
   * @throws Refusal when the answer is not to be believed
   */
  queryStatus?(
    query: StatusQuery<v.InferOutput<Schema>>,
  ): Promise<ProviderUpdate | readonly ProviderUpdate[] | null>;
  /**
   * The members of a hint that its status query needs, because it asks about no other document than the one that they name. Left out:
   * none. Then one query about the attempt answers all hints about it, and whoever makes hints up brings no query of his own. A member
   * of a message that nobody has signed is declared only where nothing can be asked without it.
   */
  readonly hintMembers?: readonly string[];
  /**
   * Whether the status query of this hint takes the shopper's money. The ledger allows one of a payment at a time, only while
   * something is left to pay, and looks up what came of it without the hint.
   */
  hintSpends?(hint: Readonly<Record<string, string>>): boolean;
  /**
   * Whether accounts with these settings have no status query without a hint: `queryStatus` only reads, or asks about, what a hint has
   * brought. Left out: none.
   */
  queriesOnlyHints?(settings: v.InferOutput<Schema>): boolean;
  /** Why accounts with these settings have no status query, with a hint neither; null: they have. Left out: all have. */
  cannotQueryStatus?(settings: v.InferOutput<Schema>): string | null;
  readonly capture?: ProviderOperation<v.InferOutput<Schema>>;
  readonly cancel?: ProviderOperation<v.InferOutput<Schema>>;
  readonly refund?: ProviderOperation<v.InferOutput<Schema>>;
  readonly report?: Report<v.InferOutput<Schema>>;
  /** Whether the account's keys are taken by its provider; left out: the provider has no harmless call. */
  readonly check?: AccountCheck<v.InferOutput<Schema>>;
  /**
   * The means of payment that this contract offers for a currency, in the provider's order, and for an amount where the provider looks at
   * it. Left out: the provider lists none.
   * @throws Problem provider_error, provider_unreachable
   */
  methods?(query: MeansQuery<v.InferOutput<Schema>>): Promise<readonly MeansOfPayment[]>;
  /** Pauses in seconds between status queries without a result; left out: those of webhooks. */
  readonly queryPauses?: readonly number[];
  /**
   * Seconds after the last update of an unfinished payment at which a status query is due without a hint; left out: the
   * usual ones (gateway/overdue.ts). At most what the sheet allows.
   */
  readonly queryAfter?: readonly number[];
  /**
   * Checks a message over its raw bytes and reads it.
   * @throws Refusal when it is not to be believed.
   */
  notification(
    request: ProviderRequest,
    account: ProviderAccount<v.InferOutput<Schema>>,
    channel: Channel,
    context: VerificationContext,
  ): Promise<ProviderUpdate | Acknowledgement | Hint>;
  /**
   * Whether what a return says is what its attempt was sent off with, where the protocol has that: only then is the provider asked
   * because of it. Left out: nothing tells.
   */
  isOwnReturn?(
    about: Readonly<Record<string, string>>,
    providerState: Readonly<Record<string, string>>,
  ): boolean;
  reply(to: ReplyTo): Reply;
  /**
   * The protocol's own reply to a message that is not believed, or is about no payment of ours (null); left out: ours.
   * Its status is an error too, because a provider may look at nothing else, unless the protocol has none but 200.
   */
  refused?(refusal: Refusal | null, settings: v.InferOutput<Schema>): Reply;
  setup(urls: { readonly callback: string; readonly origin: string }): readonly SetupStep[];
}

/** A provider whose settings are known by their types, and whose functions take those that its schema has parsed. */
export type DeclaredProvider<Schema extends SettingsSchema = SettingsSchema> = Omit<Provider, 'settings'> & {
  readonly settings: Schema;
};

/**
 * Declares a provider with its schema's types inside, and hides them outside: the registry's callers hand in
 * settings that the same schema has parsed. Its start takes no payment that the provider cannot take.
 */
export function defineProvider<Schema extends SettingsSchema>(
  provider: Provider<Schema>,
): DeclaredProvider<Schema> {
  const declared: Provider<Schema> = {
    ...provider,
    start(request) {
      const problem = paymentProblem(provider, request.account.settings, request.payment);
      if (problem) throw problem;
      return provider.start(request);
    },
  };
  return declared as unknown as DeclaredProvider<Schema>;
}
