/** What a provider says of one attempt, verified: the one shape that every provider makes and the ledger takes. */
import type { Minor } from './money.ts';
import type { UpdatedOperation } from './reconciliation.ts';
import type { Outcome } from './statuses.ts';
import type { Card, DeclineReason } from './told.ts';
import type { PendingReason, ProviderDocument } from './types.ts';

/** The exact response that a provider gets. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * What a provider's message says. `accepted` is a protocol's one word for both: paid, or authorized when the
 * attempt was started for a later capture; the ledger, which knows how it was started, resolves it.
 */
export type UpdateOutcome = Outcome | 'accepted';

/** What an update says of its attempt: these members go to the ledger as they are (ApplyUpdateCommand). */
export interface UpdateFacts {
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
   * Money that was captured and is not to be delivered for, less what was given back of it, in minor units: it is no payment, a person
   * gives it back, and until then nothing more is taken.
   */
  readonly undelivered?: Minor;
}

/** A verified fact about one attempt. Only these reach the ledger. */
export interface ProviderUpdate extends UpdateFacts {
  readonly kind: 'update';
  /** The order number as the provider echoes it. */
  readonly order: string;
  /** What the same message says of other transactions of the order, oldest first. */
  readonly also?: readonly ProviderUpdate[];
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
