/** What needs a person: the kinds, and one thing of them as a ledger or the directory finds it. */

export const ATTENTION_KINDS = [
  'webhook_failing',
  'endpoint_off',
  'operation_unknown',
  'conflict',
  'paid_twice',
  'pending_person',
  'pending_proof',
  'accepted_risk',
  'refusals',
  'provider_failing',
  'drift',
  'secret_ending',
] as const;

export type AttentionKind = (typeof ATTENTION_KINDS)[number];

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
