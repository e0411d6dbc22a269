/** What needs a person: its kinds, and the form of one entry, as a ledger or the directory finds it. */

export const ATTENTION_KINDS = [
  'webhook_failing',
  'endpoint_off',
  'operation_unknown',
  'awaiting_approval',
  'conflict',
  'paid_twice',
  'pending_person',
  'pending_proof',
  'accepted_risk',
  'refusals',
  'provider_failing',
  'provider_silent',
  'fallback',
  'drift',
  'secret_ending',
] as const;

export type AttentionKind = (typeof ATTENTION_KINDS)[number];

export const DRIFT_SORTS = ['code', 'field', 'address'] as const;
export type DriftSort = (typeof DRIFT_SORTS)[number];

/** Something in a message of a provider that is not documented. */
export interface Noticed {
  readonly what: DriftSort;
  readonly value: string;
  /** For people, masked. */
  readonly example: string;
}

/** What the messages of an account, and its answers to status queries, have shown since the last push of a payment. */
export interface Notified {
  readonly account: string;
  readonly provider: string;
  /** When the newest one came, RFC 3339 UTC. */
  readonly at: string;
  /** Whether a notification was among them. */
  readonly byNotification: boolean;
  readonly noticed: readonly Noticed[];
}

/** One thing of a payment that needs a person, as its ledger finds it. */
export interface AttentionItem {
  readonly kind: AttentionKind;
  /** Distinguishes the things of one kind in all of the installation. */
  readonly subject: string;
  /** What caused it: another cause is another occurrence, which comes back although the one before was resolved. */
  readonly cause: string;
  readonly account: string | null;
  /** RFC 3339 UTC. */
  readonly since: string;
  /** Plain data for the operator, without secrets. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Everything of a payment that needs a person now. */
export interface PaymentAttention {
  readonly payment: string;
  readonly shop: string;
  readonly items: readonly AttentionItem[];
}
