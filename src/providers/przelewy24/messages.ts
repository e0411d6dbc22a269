import type { Json, ProviderUpdate } from '../contract.ts';
import { stateIn } from '../kit/operation-table.ts';
import { meaningOf } from '../kit/statuses.ts';
import { providerUpdate } from '../kit/update.ts';
import { P24_OPERATIONS, P24_REFUND_NOTIFICATION_STATUSES } from './statuses.ts';

/** The members of a JSON message. */
export type P24Members = { readonly [name: string]: Json };

/** The values of a form message by name. */
export type P24Values = ReadonlyMap<string, string>;

/** A whole number, also one that is sent as a text; null: it is none. */
function wholeIn(value: Json | undefined): number | null {
  const isText = typeof value === 'string' && /^\d{1,15}$/.test(value);
  return isText || (typeof value === 'number' && Number.isSafeInteger(value)) ? Number(value) : null;
}

/** The result of a refund. Our name for it is refundsUuid: requestId is the same, and not signed. */
function updateOfRefund(members: P24Members): ProviderUpdate {
  const status = `refund ${String(members.status)}`;
  const amount = wholeIn(members.amount);
  const name = String(members.refundsUuid ?? '');
  const state = stateIn(P24_OPERATIONS.notification, String(members.status));
  return providerUpdate({
    order: String(members.sessionId ?? ''),
    key: `refund/${name || `/${amount}`}/${String(members.status)}`,
    outcome: meaningOf(P24_REFUND_NOTIFICATION_STATUSES, status)?.outcome ?? 'none',
    amount,
    currency: String(members.currency ?? ''),
    movement: p24RefundMovement(name || `/${amount}`),
    // One of the panel may have no name. Those of one amount are told alike: how many there were, the list says.
    ...(name === '' && { ask: { refunded: String(amount) } }),
    operation: { kind: 'refund', operationReference: name || null, amount, state },
    providerStatus: status,
  });
}

/** The identity of what a refund has moved, by the name that was given to it. */
export function p24RefundMovement(name: string): string {
  return `refund/${name}`;
}

/** An advance payment, as `by/sessionId` numbers it: the payer's money is there, and is the shop's once it is verified. */
const ADVANCE_PAYMENT = '1';

/** What an advance payment has to be verified by. */
interface AdvancePayment {
  readonly order: string;
  readonly orderId: string;
  /** Minor units; null: it cannot be read. */
  readonly amount: number | null;
  readonly currency: string | null;
  readonly ask?: Readonly<Record<string, string>>;
}

/** That an order has an advance payment: it is in process until our verification call has succeeded. */
export function advancePayment({ order, orderId, amount, currency, ask }: AdvancePayment): ProviderUpdate {
  return providerUpdate({
    order,
    key: `${orderId}/${ADVANCE_PAYMENT}`,
    outcome: 'pending',
    amount,
    currency,
    movement: orderId,
    // Another sum than asked is not verified, and nobody has to wait for it.
    echo: { amount: String(amount), currency: String(currency) },
    ...(ask && { ask }),
    providerReference: orderId || null,
    providerStatus: ADVANCE_PAYMENT,
  });
}

/** What a verified notification of REST says. A refund's is a result. A payment's is an advance payment, and a reason to verify it. */
export function readP24Notification(members: P24Members): ProviderUpdate {
  if ('refundsUuid' in members) return updateOfRefund(members);
  const orderId = String(members.orderId ?? '');
  return advancePayment({
    order: String(members.sessionId ?? ''),
    orderId,
    amount: wholeIn(members.amount),
    currency: String(members.currency ?? '') || null,
    ask: { orderId, statement: String(members.statement ?? '') },
  });
}

/** What a verified notification of 3.2 or legacy says: an advance payment, and a reason to verify it. */
export function readP24Form(mode: string, values: P24Values): ProviderUpdate {
  const orderId = values.get('p24_order_id') ?? '';
  const amount = values.get(mode === 'legacy' ? 'p24_kwota' : 'p24_amount') ?? '';
  return advancePayment({
    order: values.get('p24_session_id') ?? '',
    orderId,
    amount: /^\d{1,15}$/.test(amount) ? Number(amount) : null,
    currency: mode === 'legacy' ? 'PLN' : (values.get('p24_currency') ?? null),
    ask: { orderId },
  });
}

/** What `trnVerify` (3.2) and `transakcja.php` (legacy) answer: whether the payment is verified, and the code. */
export function readP24Verification(
  mode: string,
  text: string,
): { readonly isVerified: boolean; readonly code: string } {
  if (mode === 'legacy') {
    const lines = text.split(/\r?\n/).map((line) => line.trim());
    const [, result = '', code = ''] = lines.slice(lines.indexOf('RESULT'));
    return {
      isVerified: lines.filter((line) => line === 'RESULT').length === 1 && result === 'TRUE',
      code: result === 'ERR' ? code : result,
    };
  }
  const errors = new URLSearchParams(text.trim()).getAll('error');
  // Said twice is not said.
  return { isVerified: errors.length === 1 && errors[0] === '0', code: errors.join(' ') };
}
