/**
 * The types of the HTTP contract, from the schemas that the server validates with. Made by `npm run client-types`: not to be
 * edited. Long because it has the type of every schema.
 */

/** What became of a payment, or of an attempt. */
export type PaymentStatus =
  | 'created'
  | 'forwarded'
  | 'pending'
  | 'authorized'
  | 'partially_paid'
  | 'paid'
  | 'denied'
  | 'cancelled'
  | 'expired'
  | 'error'
  | 'partially_refunded'
  | 'refunded'
  | 'charged_back';

/** Why a payment is pending. */
export type PendingReason =
  | 'processing'
  | 'proof_missing'
  | 'person_needed';

/** Why it was not paid: the same for every provider. */
export type DeclineCode =
  | 'insufficient_funds'
  | 'expired_card'
  | 'authentication_failed'
  | 'cancelled_by_shopper'
  | 'fraud_suspected'
  | 'limit_exceeded'
  | 'invalid_card'
  | 'declined'
  | 'technical'
  | 'other';

/** What is done with money after the payment. */
export type OperationKind =
  | 'capture'
  | 'cancel'
  | 'refund';

/** What became of an operation. */
export type OperationState =
  | 'awaiting_approval'
  | 'running'
  | 'accepted'
  | 'unknown'
  | 'succeeded'
  | 'failed';

/** What a line of the log is about. */
export type PaymentEventType =
  | 'created'
  | 'replaced'
  | 'called_off'
  | 'forwarded'
  | 'forward.failed'
  | 'returned'
  | 'notification.applied'
  | 'notification.duplicate'
  | 'notification.ignored'
  | 'notification.conflict'
  | 'attempt.concluded'
  | 'money.moved'
  | 'payment.paid_twice'
  | 'payment.chargeback_reversed'
  | 'operation.requested'
  | 'operation.approved'
  | 'operation.not_approved'
  | 'operation.accepted'
  | 'operation.succeeded'
  | 'operation.failed'
  | 'operation.unknown'
  | 'operation.abandoned'
  | 'payment.expired'
  | 'confirm.requested'
  | 'confirm.succeeded'
  | 'confirm.failed'
  | 'confirm.abandoned'
  | 'webhook.delivered'
  | 'webhook.failed'
  | 'webhook.abandoned'
  | 'webhook.resent'
  | 'import.completed'
  | 'data.erased';

/** What a means of payment is. */
export type MeansKind =
  | 'card'
  | 'bank'
  | 'transfer'
  | 'blik'
  | 'wallet'
  | 'instalments'
  | 'other';

/** The kind of an error of the service. */
export type ProblemCode =
  | 'invalid_request'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'reference_conflict'
  | 'conflict_version'
  | 'expired'
  | 'invalid_state'
  | 'payload_too_large'
  | 'unsupported_currency'
  | 'unsupported_operation'
  | 'amount_out_of_range'
  | 'rate_limited'
  | 'internal_error'
  | 'misconfigured'
  | 'unavailable'
  | 'provider_error'
  | 'provider_unreachable';

/** What a new payment is to be: `payments.create`. */
export interface PaymentOrder {
  /** Your own, unique in your shop. */
  readonly reference: string;
  /** In the currency's minor unit: 1999 with EUR is 19.99 EUR. */
  readonly amount: number;
  /** ISO 4217, one that the account takes. */
  readonly currency: string;
  /** The account to use. */
  readonly account?: string | null | undefined;
  /** Or: the first account of this provider. */
  readonly provider?: string | null | undefined;
  /** What the shopper reads at the bank, up to 500 characters. Line breaks become spaces. */
  readonly description?: string | null | undefined;
  /** `automatic`: the money is taken at once. `manual`: it is held until a capture. Left out: as the account does. 422 where the account cannot do it. */
  readonly capture?: 'automatic' | 'manual' | null | undefined;
  /** Who pays: the provider is told what its protocol has fields for. */
  readonly customer?: Customer | null | undefined;
  /** Where the shopper comes back to. Left out: the shop's own addresses. */
  readonly returnUrl?: {
    /** Once they have paid, or hold a promise of it. */
    readonly success?: string | null | undefined;
    /** Otherwise. */
    readonly failure?: string | null | undefined;
  } | null | undefined;
  /** Anything up to 4 KiB, given back as it came. */
  readonly extraData?: string | null | undefined;
  /** Extra fields for the provider, signed with the rest. */
  readonly providerFields?: Readonly<Record<string, string>> | null | undefined;
  /** From then on the payment's links lead to no bank; money that comes all the same counts. Left out: the shop's setting. */
  readonly expiresAt?: string | null | undefined;
  /** Up to 20 texts of your own by name, given back as they came; payments are found by them. */
  readonly metadata?: Readonly<Record<string, string>> | null | undefined;
  /** What is bought, up to 100 lines: providers are told whose protocol has a place for it. The amounts need not come to the payment. */
  readonly lineItems?: readonly LineItem[] | null | undefined;
  /** By what means it is to be paid. A provider that cannot be told so refuses it (422). Left out: the shopper chooses. */
  readonly method?: WantedMethod | null | undefined;
  /** In several parts: the shopper agrees once, the provider takes the later ones by itself, and each counts when it comes. A provider that cannot refuses it (422). */
  readonly installments?: Installments | null | undefined;
  /** Changes the payment that has the reference, as long as nobody was forwarded for it; with `If-Match: "<version>"` only that version. */
  readonly replace?: boolean | null | undefined;
}

/** Who pays. */
export interface Customer {
  /** Where the shopper reads mail. Some providers need it. */
  readonly email?: string | null | undefined;
  /** The shopper's first name. */
  readonly firstName?: string | null | undefined;
  /** The shopper's last name. */
  readonly lastName?: string | null | undefined;
  /** With or without the country's code. */
  readonly phone?: string | null | undefined;
  /** The shopper's own IPv4 or IPv6 address, where the shop knows it. */
  readonly ip?: string | null | undefined;
  /** The language of the provider's page, ISO 639-1; where the provider has it not, its own default. */
  readonly language?: string | null | undefined;
  /** The billing address. */
  readonly address?: Address | null | undefined;
}

/** A postal address. */
export interface Address {
  /** Street and number. */
  readonly line1?: string | null | undefined;
  /** What the first line has no room for. */
  readonly line2?: string | null | undefined;
  /** As it is written in its country. */
  readonly postalCode?: string | null | undefined;
  /** The town. */
  readonly city?: string | null | undefined;
  /** State or province, where addresses have one. */
  readonly state?: string | null | undefined;
  /** ISO 3166-1, two capital letters. */
  readonly country?: string | null | undefined;
}

/** One line of what is bought. */
export interface LineItem {
  /** What it is. */
  readonly name: string;
  /** How many. */
  readonly quantity: number;
  /** Of the whole line, tax included, in minor units. */
  readonly amount: number;
  /** The tax in it. */
  readonly taxAmount?: number | null | undefined;
}

/** By what means a payment is to be paid. */
export type WantedMethod =
  | {
      /** By a code of the shopper's bank app. */
      readonly kind: 'blik';
      /** The six digits. They are handed on once, and kept nowhere. A code that the provider refuses at once is `provider_error`, and the same create with another code tries that one. After a code was taken no other is: where it is declined, the shopper pays at `checkoutUrl`, or the shop makes another payment. */
      readonly code: string;
    }
  | {
      /** By a transfer from this bank. */
      readonly kind: 'bank';
      /** As `GET /v1/accounts/:id/methods` lists it. */
      readonly id: string;
    }
  | {
      /** By card. */
      readonly kind: 'card';
    }
  | {
      /** By a transfer from any bank. */
      readonly kind: 'transfer';
    };

/** In how many parts a payment is to be paid. */
export interface Installments {
  /** How many parts. */
  readonly count: number;
  /** Days from one to the next. */
  readonly periodDays: number;
  /** Of the first part, in minor units; what the others cannot share evenly comes on top of it. Left out: as the others. */
  readonly firstAmount?: number | null | undefined;
}

/** A payment. */
export interface Payment {
  /** Of the payment: 16 letters and digits, derived from the shop and the reference. */
  readonly id: string;
  /** Grows with each change: of two messages about a payment the one with the higher version is newer. */
  readonly version: number;
  /** The shop's own. */
  readonly reference: string;
  /** What became of it: see "Statuses". */
  readonly status: PaymentStatus;
  /** What was asked for, in the currency's minor unit. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
  /** The account of the attempt that decides the status: where its money came, else the newest one that a shopper has left for. */
  readonly account: string;
  /** The provider of that account. */
  readonly provider: string;
  /** No real money moves. */
  readonly test: boolean;
  /** In the currency's minor unit. */
  readonly amounts: Amounts;
  /** `processing`: the provider has no result yet. `proof_missing`: a message says that there is one, and it proves nothing. `person_needed`: the provider waits for a person, or a person has to look what came, since its messages name an amount that cannot be. Null unless the status is `pending`. */
  readonly pendingReason: PendingReason | null;
  /** The provider's number of the payment. */
  readonly providerReference: string | null;
  /** The newest status in the provider's own words. */
  readonly providerStatus: string | null;
  /** What that says, where it is a code. */
  readonly providerStatusText: string | null;
  /** Whether what is shown is proven, by a signature or by a status query: the newest message of the provider, and all money that counts. Null while there is no message. */
  readonly signed: boolean | null;
  /** Why the provider says that it was not paid. Null unless the status is `denied`, `cancelled`, `error` or `expired` by the provider. */
  readonly declineReason: DeclineReason | null;
  /** The card that was used, where the provider tells. */
  readonly card: Card | null;
  /** Where to send the shopper. Null once it is paid or over; left out of lists. */
  readonly redirect?: Redirect | null | undefined;
  /** Our link for the shopper, a secret of the shopper and the shop: it leads to the provider, lets the shopper choose, or says why nothing can be paid. */
  readonly checkoutUrl: string;
  /** A short address that leads to `checkoutUrl`, as secret as that is: for a QR code at a till. Shown to who creates or reads the payment; left out of lists. */
  readonly shortUrl?: string | undefined;
  /** What the shopper reads at the bank. */
  readonly description: string | null;
  /** When the money is taken. */
  readonly capture: 'automatic' | 'manual';
  /** Given back as it came. */
  readonly extraData: string | null;
  /** Who pays, as the shop has told it. */
  readonly customer: Customer;
  /** The shop's own texts. */
  readonly metadata: Readonly<Record<string, string>>;
  /** What is bought. */
  readonly lineItems: readonly {
    /** What it is. */
    readonly name: string;
    /** How many. */
    readonly quantity: number;
    /** Of the whole line, tax included. */
    readonly amount: number;
    /** The tax in it. */
    readonly taxAmount?: number | undefined;
  }[];
  /** By what means it is to be paid, without a code; null: the shopper chooses. */
  readonly method: {
    /** The kind. */
    readonly kind: 'blik' | 'bank' | 'card' | 'transfer';
    /** Of a bank. */
    readonly id?: string | undefined;
  } | null;
  /** In how many parts it is paid; null: in one. `amounts.paid` has those that have come. */
  readonly installments: {
    /** How many. */
    readonly count: number;
    /** Days from one to the next. */
    readonly periodDays: number;
    /** Of the first part, with what the others cannot share evenly. */
    readonly firstAmount: number;
  } | null;
  /** Captures, cancels and refunds, the oldest first. */
  readonly operations: readonly Operation[];
  /** When its links end; null: as long as the account lets them. */
  readonly expiresAt: string | null;
  /** When the money that was asked for had come. */
  readonly paidAt: string | null;
  /** Money came after the payment was called off or had expired. */
  readonly late: boolean;
  /** When it was created. */
  readonly createdAt: string;
  /** When it changed last. */
  readonly updatedAt: string;
}

/** A payment with its attempts: `payments.get`. */
export interface PaymentRead extends Payment {
  /** Each way to a provider that was begun, the oldest first. */
  readonly attempts: readonly Attempt[];
}

/** One way to a provider that was begun. */
export interface Attempt {
  /** From 1. */
  readonly attempt: number;
  /** Where it was begun. */
  readonly account: string;
  /** The provider of that account. */
  readonly provider: string;
  /** What the shopper was to pay, in minor units. */
  readonly amount: number;
  /** What became of this attempt. */
  readonly status: PaymentStatus;
  /** In the currency's minor unit. */
  readonly amounts: Amounts;
  /** What the bank has taken back, less what was won again, in minor units. */
  readonly chargedBack: number;
  /** As of the payment. */
  readonly pendingReason: PendingReason | null;
  /** Why the provider says that it was not paid. Null unless the status is `denied`, `cancelled`, `error` or `expired` by the provider. */
  readonly declineReason: DeclineReason | null;
  /** The card that was used, where the provider tells. */
  readonly card: Card | null;
  /** When it was begun. */
  readonly createdAt: string;
  /** The provider's documents about it, where it has several for one order. */
  readonly bills: readonly {
    /** As the provider writes it. */
    readonly number: string;
    /** In the provider's own words. */
    readonly status: string;
    /** When it got that status, by the provider's clock; null where the provider does not say. */
    readonly at: string | null;
  }[];
}

/** Where to send the shopper, and how. */
export type Redirect =
  | {
      /** An address that the shopper follows. */
      readonly kind: 'url';
      /** A plain link will do. */
      readonly method: 'GET';
      /** Where to, with everything signed in it. */
      readonly url: string;
    }
  | {
      /** A form that the shopper's browser posts. */
      readonly kind: 'form';
      /** In a page of yours, or behind `checkoutUrl`. */
      readonly method: 'POST';
      /** The `action` of the form. */
      readonly url: string;
      /** Its `accept-charset`: what is signed is signed in it. */
      readonly charset: string;
      /** Its hidden fields, in this order. */
      readonly fields: readonly {
        /** Of the field. */
        readonly name: string;
        /** As it was signed. */
        readonly value: string;
      }[];
    }
  | {
      /** A page that is shown as it is. */
      readonly kind: 'html';
      /** The page. */
      readonly html: string;
    };

/** What has moved, in the currency's minor unit. */
export interface Amounts {
  /** Authorized in all, and not lapsed or released: what was captured of it stays in it, beside `paid`. */
  readonly authorized: number;
  /** Taken in all; refunds are not subtracted. */
  readonly paid: number;
  /** Given back. */
  readonly refunded: number;
}

/** The card that was used. */
export interface Card {
  /** As the provider names it. */
  readonly brand: string | null;
  /** The last four digits. */
  readonly last4: string | null;
  /** `YYYY-MM`. */
  readonly expiry: string | null;
  /** Whether the issuer bears the loss of a fraud (3-D Secure). */
  readonly liabilityShift: boolean | null;
}

/** Why it was not paid. */
export interface DeclineReason {
  /** The same for every provider. */
  readonly code: DeclineCode;
  /** In the provider's words. */
  readonly text: string;
}

/** A capture, cancel or refund. */
export interface Operation {
  /** From 1, in its payment. */
  readonly operation: number;
  /** What was asked for. */
  readonly kind: OperationKind;
  /** The attempt whose money it moves. */
  readonly attempt: number;
  /** In minor units. */
  readonly amount: number;
  /** What became of it: see "States of an operation". */
  readonly state: OperationState;
  /** When the shop or the operator asked for it. */
  readonly requestedAt: string;
  /** When its result was known; null: it is not. */
  readonly finishedAt: string | null;
  /** Why it failed, or why its result is not known. */
  readonly error: {
    /** Of the table of errors. */
    readonly code: string;
    /** What is wrong, in words. */
    readonly detail: string;
    /** What the provider said. */
    readonly provider?: {
      /** The provider's own code. */
      readonly code: string;
      /** What it says, in its own words and language. */
      readonly text: string;
    } | undefined;
  } | null;
  /** The provider's word for its state. */
  readonly providerStatus: string | null;
  /** The provider's number of it. */
  readonly providerReference: string | null;
  /** Our name for it at the provider, where the provider keeps one. */
  readonly operationReference: string;
  /** What a person looks for at the provider, where the result is unknown. */
  readonly lookUp: string | null;
}

/** A capture or refund. */
export interface OperationRequest {
  /** In minor units. Left out: the whole. */
  readonly amount?: number | undefined;
  /** Which of the payment's attempts, where several have brought money. */
  readonly attempt?: number | undefined;
}

/** One page of payments. */
export interface PaymentList {
  /** The payments of this page. */
  readonly data: readonly Payment[];
  /** Leads to the next page as `cursor`; null: this is the last. */
  readonly nextCursor: string | null;
}

/** One page of the log of a payment. */
export interface PaymentEvents {
  /** The events of this page, the oldest first. */
  readonly data: readonly PaymentEvent[];
  /** What is still to be sent or asked. */
  readonly pending: readonly {
    /** Of the message or the query: a message keeps it in every try. */
    readonly id: string;
    /** What is due: a webhook, or a status query. */
    readonly kind: string;
    /** The endpoint that has not taken it yet; left out: every one that wants it. */
    readonly endpoint?: string | undefined;
    /** How often it was tried. */
    readonly tries: number;
    /** When it is tried next. */
    readonly nextTryAt: string;
  }[];
  /** Leads to the next page as `cursor`; null: this is the last. */
  readonly nextCursor: string | null;
}

/** One line of the log of a payment. */
export interface PaymentEvent {
  /** From 1, without gaps. */
  readonly seq: number;
  /** When it was written. */
  readonly at: string;
  /** What happened: see "Events of the log". */
  readonly type: PaymentEventType;
  /** Who caused it: shop, shopper, provider, operator or countersign. */
  readonly source: string;
  /** What else is known of it; its members go by the type. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** SHA-256 in hexadecimal over the hash before it and this event. */
  readonly hash: string;
  /** What the detail is hashed with; null: a line of before 0.2, or an erased detail. */
  readonly salt: string | null;
  /** The hash of an erased detail. */
  readonly detailHash: string | null;
  /** Whether the detail was erased. */
  readonly erased: boolean;
}

/** The tries of the webhooks of a payment. */
export interface Deliveries {
  /** The tries, the oldest first. */
  readonly data: readonly Delivery[];
}

/** One try of a webhook. */
export interface Delivery {
  /** The `webhook-id` of the message. */
  readonly webhook: string;
  /** The endpoint of the shop; `first` is its `webhook`. */
  readonly endpoint: string;
  /** When it was tried. */
  readonly at: string;
  /** `failed`: it will be tried again. `abandoned`: it will not. */
  readonly result: 'delivered' | 'failed' | 'abandoned';
  /** From 1, for each message. */
  readonly try: number;
  /** The HTTP status of the shop's answer; null: there was none. */
  readonly status: number | null;
  /** Why there was no answer. */
  readonly error: string | null;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
}

/** The body of a webhook. */
export interface WebhookBody {
  /** What happened: see "Webhooks". */
  readonly type: string;
  /** When it happened, RFC 3339 UTC. */
  readonly timestamp: string;
  /** The status before, where the payment had one. */
  readonly previousStatus?: PaymentStatus | undefined;
  /** Money came after the payment had ended. */
  readonly late?: boolean | undefined;
  /** The payment, without links. */
  readonly data: WebhookPayment;
}

/** A payment as webhooks have it. */
export type WebhookPayment = Omit<Payment, 'redirect' | 'checkoutUrl' | 'shortUrl'>;

/** One page of the feed of events. */
export interface FeedPage {
  /** The events of this page, the oldest first. */
  readonly data: readonly FeedEvent[];
  /** Leads on as `after`, then or later; null: nothing has followed yet. */
  readonly nextCursor: string | null;
}

/** An event of the feed: what a webhook says, with its id. */
export interface FeedEvent extends WebhookBody {
  /** The `webhook-id`. */
  readonly id: string;
}

/** A provider. */
export interface ProviderInfo {
  /** As accounts name it. */
  readonly id: string;
  /** Other names that `provider` takes. */
  readonly aliases: readonly string[];
  /** Its name for people. */
  readonly caption: string;
  /** The last day on which it could be used; null: it is in use, or when it ended is not known. */
  readonly ended: string | null;
  /** Where its merchants go on; empty: nowhere that is known, or nothing has to follow it. */
  readonly successor: readonly {
    /** The id of a provider. */
    readonly provider: string;
    /** Its setting `brand` there; null: it has none. */
    readonly brand: string | null;
  }[];
  /** Where it is used, ISO 3166-1. */
  readonly countries: readonly string[];
  /** What it takes, ISO 4217. */
  readonly currencies: readonly string[];
  /** What its protocol can do. */
  readonly capabilities: Readonly<Record<string, boolean>>;
  /** What a payment needs there. */
  readonly requires: readonly {
    /** A dotted path of POST /v1/payments. */
    readonly field: string;
    /** In characters; null: as the path takes it. */
    readonly maxLength: number | null;
    /** Of which payments and in which form; null: of all. */
    readonly when: string | null;
  }[];
  /** What its messages prove, by its usual settings. */
  readonly proof: Proof;
  /** A JSON Schema. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What the signature of a provider's messages proves. */
export interface Proof {
  /** Who signs: the `merchant`'s own key, the `platform`'s for everybody, or `nobody`. */
  readonly keyOf: 'merchant' | 'platform' | 'nobody';
  /** The facts that the signature covers. */
  readonly covered: readonly string[];
  /** The facts that it does not cover. */
  readonly notCovered: readonly string[];
  /** Whether it is also signed where one value ends and the next begins. */
  readonly bordersCovered: boolean;
  /** What in a message says that it is of a test; null: nothing does. */
  readonly environmentMark: string | null;
  /** What a message counts as: `proof` at once, `query` after the provider was asked, `addresses` if it comes from the provider's addresses, `person` once a person has decided. */
  readonly countsAt: {
    /** From the provider's server. */
    readonly notification: 'proof' | 'query' | 'addresses' | 'person';
    /** By the shopper's browser. */
    readonly return: 'proof' | 'query' | 'addresses' | 'person';
  };
}

/** An account that the shop may use. */
export interface ShopAccount {
  /** As `account` of a new payment names it. */
  readonly id: string;
  /** As payments that go there say it: the same, unless another account has taken its place. */
  readonly account: string;
  /** Its provider. */
  readonly provider: string;
  /** Its name for people. */
  readonly caption: string;
  /** The name that shoppers know it by, on a page of yours too; null: the word for its kind, like "Card". */
  readonly displayName: string | null;
  /** What it is for shoppers: `card`, `bank`, `wallet` or `cash`. */
  readonly kind: string;
  /** What it takes, ISO 4217. */
  readonly currencies: readonly string[];
  /** No real money moves. */
  readonly test: boolean;
  /** What its messages prove; null: its provider is gone. */
  readonly proof: Proof | null;
  /** The operator has accepted that notifications count which prove nothing. */
  readonly trustUnprovenNotifications: boolean;
}

/** A means of payment, as a provider lists it. */
export interface Means {
  /** As `method` of a new payment takes it, with the kind `bank`. */
  readonly id: string;
  /** As the provider names it. */
  readonly name: string;
  /** `bank`: it leads to one bank. `transfer`: one that the shopper makes by hand. `instalments`: a lender pays. As far as the list says it. */
  readonly kind: MeansKind;
}

/** The body of an error. */
export interface ProblemBody {
  /** The address of the page about this kind of error. */
  readonly type: string;
  /** The kind, in words. */
  readonly title: string;
  /** The HTTP status. */
  readonly status: number;
  /** What is wrong and, where it is known, what to do. */
  readonly detail: string;
  /** The kind, for programs: see "Errors". */
  readonly code: ProblemCode;
  /** Each part of the request that is wrong. */
  readonly errors?: readonly {
    /** Where it is, dotted: `customer.email`. */
    readonly path: string;
    /** What is wrong with it. */
    readonly message: string;
  }[] | undefined;
  /** Of `reference_conflict`: the payment that has the reference, or the Idempotency-Key. */
  readonly payment?: string | undefined;
  /** Of `reference_conflict`: where the request differs from that of the payment, or of the operation that has the Idempotency-Key. */
  readonly differences?: readonly string[] | undefined;
  /** Of a capture, cancel or refund that was begun: what became of it. */
  readonly operation?: {
    /** Its number in the payment, from 1. */
    readonly operation: number;
    /** `failed`: it was certainly not carried out. `unknown`: it may have been, and is looked up at the provider. */
    readonly state: 'failed' | 'unknown';
  } | undefined;
  /** What the provider said. */
  readonly provider?: {
    /** The provider's own code. */
    readonly code: string;
    /** What it says, in its own words and language. */
    readonly text: string;
  } | undefined;
  /** Of `expired`: where to start again, as `after`. */
  readonly after?: string | undefined;
}
