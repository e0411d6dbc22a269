/** What a transaction of Lyra's platform says, by the form's messages and by the REST API alike. */
import type { Outcome } from '../../payments/statuses.ts';
import type { ProviderUpdate } from '../contract.ts';

/** vads_trans_status, and detailedStatus of the REST API. */
export const STATUSES: Readonly<Record<string, Outcome>> = {
  INITIAL: 'pending',
  NOT_CREATED: 'error',
  ABANDONED: 'cancelled',
  WAITING_AUTHORISATION: 'pending',
  WAITING_AUTHORISATION_TO_VALIDATE: 'pending',
  WAITING_FOR_PAYMENT: 'pending',
  UNDER_VERIFICATION: 'pending',
  PENDING: 'pending',
  SUSPENDED: 'pending',
  PRE_AUTHORISED: 'pending',
  CAPTURE_PENDING: 'pending',
  REFUND_TO_RETRY: 'none',
  AUTHORISED_TO_VALIDATE: 'authorized',
  AUTHORISED: 'paid',
  CAPTURED: 'paid',
  PARTIALLY_AUTHORISED: 'paid',
  ACCEPTED: 'authorized',
  CAPTURE_FAILED: 'error',
  REFUSED: 'denied',
  EXPIRED: 'expired',
  CANCELLED: 'reversed',
};

/** One transaction, from either interface. */
export interface Transaction {
  readonly order: string;
  readonly uuid: string;
  readonly operation: string;
  readonly status: string;
  readonly amount: number | null;
  /** ISO 4217 alpha. */
  readonly currency: string | null;
  readonly detail: Readonly<Record<string, string>>;
}

/** What a word means depends on the direction of the money. */
function outcomeOf({ operation, status }: Transaction): Outcome {
  if (operation === 'CREDIT') return status === 'AUTHORISED' || status === 'CAPTURED' ? 'refunded' : 'none';
  return STATUSES[status] ?? 'none';
}

export function factOf(transaction: Transaction): ProviderUpdate {
  const { order, uuid, operation, status, amount, currency: code, detail } = transaction;
  // An accepted VERIFICATION stores a card and moves no money.
  const told = operation === 'VERIFICATION' || status === 'ACCEPTED' ? 0 : amount;
  const outcome = outcomeOf(transaction);
  return {
    kind: 'update',
    order,
    key: `${uuid}/${operation}/${status}`,
    outcome,
    amount: told,
    currency: code,
    movement: uuid,
    // The REST API names the transaction that holds or has brought money by it.
    ...((outcome === 'paid' || outcome === 'authorized') && { providerState: { uuid } }),
    providerReference: operation === 'CREDIT' ? null : uuid,
    providerStatus: operation === 'CREDIT' ? `${operation} ${status}` : status,
    detail,
  };
}

/** What each code says, in the provider’s words. */
export const WORDS: Readonly<Record<string, string>> = {
  INITIAL: 'being created',
  NOT_CREATED: 'refused at creation, nothing in the back office',
  ABANDONED: 'shopper gave up',
  WAITING_AUTHORISATION: 'automatic, authorisation later (capture delay longer than an authorisation lasts)',
  WAITING_AUTHORISATION_TO_VALIDATE: 'manual, authorisation later',
  WAITING_FOR_PAYMENT: 'transfer, cash: money not there',
  UNDER_VERIFICATION: 'in progress',
  PENDING: 'in progress',
  SUSPENDED: 'in progress',
  PRE_AUTHORISED: 'in progress',
  REFUND_TO_RETRY: 'in progress',
  CAPTURE_PENDING: 'in progress',
  AUTHORISED_TO_VALIDATE: 'authorised, the merchant must validate',
  AUTHORISED: 'authorised, will be collected by itself',
  CAPTURED: 'remitted to the bank',
  PARTIALLY_AUTHORISED: 'only a part',
  ACCEPTED: 'VERIFICATION accepted (card stored, no money)',
  CAPTURE_FAILED: 'remittance failed',
  EXPIRED: 'not validated, authorised or paid in time',
  CANCELLED: 'by the merchant',
  REFUSED: 'refused',
};
