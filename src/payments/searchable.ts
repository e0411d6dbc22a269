/** A payment as its ledger pushes it to the searchable copy. */
import type { Notified } from './attention.ts';
import type { FeedMessage } from './feed.ts';
import type { BookedMovement } from './movements.ts';
import type { OtherAttempt, PaymentView } from './types.ts';

/** What a ledger pushes. */
export interface SearchablePayment {
  readonly shop: string;
  /** Grows with every change of the payment. */
  readonly version: number;
  readonly view: PaymentView;
  /** The newest line of its log. */
  readonly head: { readonly seq: number; readonly hash: string };
  /** Every number that providers have for it. */
  readonly providerReferences: readonly string[];
  /** What has come and gone of its money, as its log has it. */
  readonly movements: readonly BookedMovement[];
  /** Every attempt but the one that `view` names the account of. */
  readonly earlier: readonly OtherAttempt[];
  /** What messages of its provider have shown since the last push. */
  readonly notified?: Notified;
  /** Webhooks that the shops' feed may not have, the oldest first. */
  readonly messages?: readonly FeedMessage[];
}
