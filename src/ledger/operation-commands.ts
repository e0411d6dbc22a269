/** The commands about captures, cancels and refunds, and what a person says of an outcome that nobody knows. */
import type { UnsuccessfulOperation } from '../payments/errors.ts';
import type { PaymentId } from '../payments/id.ts';
import type { Minor } from '../payments/money.ts';
import type {
  OperationProblem,
  OperationRule,
  OperationWanted,
  RecordedOperation,
} from '../payments/operations.ts';
import type { Bookings } from '../payments/reconciliation.ts';
import type { Capture, PaymentView } from '../payments/types.ts';

/** The operator who asks for an operation instead of the payment's shop. */
export interface OperationOperator {
  /** As the audit log names it. */
  readonly actor: string;
  /** What operators may give back of the payment alone, in minor units; more waits for a second person. Null: no limit. */
  readonly approvalAbove: number | null;
}

/** A request for a capture, a cancel or a refund. */
export interface OperationCommand extends OperationWanted {
  readonly shop: string;
  /** The same key is the same operation. */
  readonly key: string;
  /** The origin of our callback addresses. */
  readonly origin: string;
  /** What the provider of each account can do of this kind. */
  readonly rules: Readonly<Record<string, OperationRule | null>>;
  /** Left out: the shop asks for it. */
  readonly operator?: OperationOperator;
}

/** What a second person decides about an operation that waits for approval. */
export interface ApprovalCommand extends Pick<OperationCommand, 'origin' | 'rules'> {
  readonly number: number;
  /** Who decides, as the audit log names actors. */
  readonly actor: string;
  readonly decision: 'approved' | 'declined';
}

export type ApprovalResult =
  | { readonly kind: 'not_found' | 'not_waiting' | 'same_person' }
  /** It cannot be executed now and still waits, or it was executed and has failed or is unknown. */
  | {
      readonly kind: 'problem';
      readonly problem: OperationProblem;
      readonly isDecided: boolean;
      /** Null: it still waits. */
      readonly state: UnsuccessfulOperation['state'] | null;
    }
  | { readonly kind: 'done'; readonly view: PaymentView };

/** An operation with everything that is needed to execute or reconcile it. */
export interface OperationRequest {
  readonly id: PaymentId;
  readonly operation: RecordedOperation;
  readonly account: string;
  /** As in SignedAttempt. */
  readonly order?: string;
  /** What the attempt asked for, in minor units. */
  readonly asked: Minor;
  readonly currency: string;
  readonly capture: Capture;
  readonly providerState: Readonly<Record<string, string>>;
  /** As in OperationCall. */
  readonly notMade?: readonly string[];
  readonly startedAt: string;
  readonly origin: string;
}

/** What a provider shows of the operations of one kind of an attempt. */
export interface LookedUp {
  readonly bookings: Bookings;
  /** Milliseconds after its request from which an operation that is not shown was not carried out. */
  readonly settlesAfterMs: number;
}

/** What became of an operation. */
export type OperationOutcome =
  | {
      readonly result: 'succeeded' | 'accepted';
      readonly status: string;
      readonly providerReference: string | null;
      readonly providerState?: Readonly<Record<string, string>>;
    }
  | { readonly result: 'failed' | 'unknown'; readonly problem: OperationProblem };

export type OperationCommandResult =
  | { readonly kind: 'none' }
  | ({ readonly kind: 'done'; readonly view: PaymentView } & OperationMade)
  | ({
      readonly kind: 'problem';
      readonly problem: OperationProblem;
      /** What became of the operation; null: none was made. */
      readonly state: UnsuccessfulOperation['state'] | null;
      /** Of a key that another operation has: where the two differ. */
      readonly differences?: readonly string[];
    } & OperationMade);

/** The operation that an answer is about. */
export interface OperationMade {
  /** Null: none was made. */
  readonly operation: number | null;
  /** Whether an earlier command had made it. */
  readonly replayed: boolean;
}

/** What a person says became of an operation whose outcome was unknown. */
export interface ConcludeCommand {
  readonly number: number;
  readonly outcome: 'succeeded' | 'failed';
}

/** Whether the operation was concluded; or there is none of that number, its outcome was known already, or it waits for approval. */
export type ConcludeResult = 'concluded' | 'not_found' | 'already_known' | 'awaiting_approval';

/** What a person says became of an attempt that waits for proof. */
export interface ConcludeAttemptCommand {
  readonly attempt: number;
  readonly outcome: 'paid' | 'denied';
  /** Minor units; null: what the messages claim. */
  readonly amount: Minor | null;
}

export type ConcludeAttemptResult =
  /** `authorized`: the messages claimed no more than that money is held. */
  | {
      readonly kind: 'concluded';
      readonly outcome: 'paid' | 'authorized' | 'denied';
      readonly amount: Minor | null;
    }
  | { readonly kind: 'not_found' | 'not_waiting' }
  /** The money is held, and its provider says that it was taken: that it never came cannot be said of it. */
  | { readonly kind: 'held' }
  /** The messages claim no amount, or several. */
  | { readonly kind: 'amount_needed'; readonly claimed: readonly Minor[] };
