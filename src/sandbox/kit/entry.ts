/** One order in a simulated bank's ledger, and what was done with its money after the payment. */

export type BankOperationKind = 'capture' | 'cancel' | 'refund';

/** An operation after the payment, as the bank did it. */
export interface BankOperation {
  /** The bank's number for it. */
  readonly id: string;
  readonly kind: BankOperationKind;
  readonly amount: number;
  /** The merchant's name for it, where the protocol has one; else empty: it was made in the back office. */
  readonly operationReference: string;
  /** `pending`: taken, and carried out or rejected later. Its money is reserved until then. */
  readonly state: 'done' | 'pending' | 'rejected';
  /** A cancel of what was captured and is not settled yet, although more was held. */
  readonly isOfTaken?: true;
}

/** The money of one order, in minor units. */
export interface Entry {
  /** The merchant's order number. */
  readonly order: string;
  readonly account: string;
  readonly currency: string;
  /** What the order was for. */
  readonly asked: number;
  /** Authorized in all; captures are not subtracted. */
  readonly held: number;
  readonly taken: number;
  readonly returned: number;
  readonly released: number;
  readonly cancelled: boolean;
  readonly done: readonly BankOperation[];
  /** The bank's own fields of the order, for its answers. */
  readonly data: Readonly<Record<string, string>>;
}
