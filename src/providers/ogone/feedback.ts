/** What a verified message of the platform says (SHEET.md, "Notification"): feedback to the server, or on the shopper's return. */
import { currency } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import { fromDecimal } from '../../payments/money.ts';
import type { UpdatedOperation } from '../../payments/reconciliation.ts';
import type { ProviderUpdate, UpdateOutcome } from '../contract.ts';
import { expiryIn, withCard } from '../kit/card.ts';
import { pick } from '../kit/form-message.ts';
import { providerUpdate } from '../kit/update.ts';
import { ogoneDecline, ogoneOperationState, ogoneOutcome, usualKind } from './statuses.ts';

/** The signed parameters of a message by upper-case name. */
export type FeedbackValues = ReadonlyMap<string, string>;

/** What an operator sees of a message. CARDNO comes masked. */
const DETAIL = ['PM', 'BRAND', 'CARDNO', 'ACCEPTANCE', 'NCERROR', 'TRXDATE', 'CN', 'IP', 'ECI'];

/**
 * The parameters that decide, each in its form, for "main parameters only", whose signed text has no borders. They make fewer
 * readings, not one: STATUS may still be a digit of PAYID.
 */
const FORMS: Readonly<Record<string, RegExp>> = {
  CURRENCY: /^[A-Z]{3}$/,
  AMOUNT: /^\d{1,12}(?:\.\d{1,2})?$/,
  STATUS: /^\d{1,2}$/,
  PAYID: /^\d{0,20}$/,
  NCERROR: /^\d{0,8}$/,
};

/** @throws Refusal naming the parameter that has not its form. */
export function requireFeedbackForms(values: FeedbackValues): void {
  for (const [name, form] of Object.entries(FORMS)) {
    if (!form.test(values.get(name) ?? '')) throw new Refusal('malformed', `${name} is missing or malformed`);
  }
}

/** ECI: 5 the holder was authenticated, 7 nobody was. What else there is says nothing certain. */
const LIABILITY: ReadonlyMap<string, boolean> = new Map([
  ['5', true],
  ['7', false],
]);

/** PAYIDSUB as the platform numbers the operations of a PAYID: from 1; 0 is the payment itself. */
const OPERATION_NUMBER = /^[1-9]\d{0,5}$/;

/** The platform's number for an operation, as PAYID/PAYIDSUB; null: that of no operation. */
export function ogoneOperationNumber(payid: string, payidsub: string): string | null {
  return payid && OPERATION_NUMBER.test(payidsub) ? `${payid}/${payidsub}` : null;
}

/**
 * Reads verified feedback. `amount` is a decimal number, not x 100; `order` is empty where there is no orderID.
 * A repeat has the same PAYID, PAYIDSUB and STATUS.
 */
export function readFeedback(values: FeedbackValues): ProviderUpdate {
  const value = (name: string) => values.get(name) ?? '';
  const status = value('STATUS');
  const payid = value('PAYID');
  // Accounts that do not send PAYIDSUB mean the first operation, which the platform numbers 0.
  const movement = `${payid}/${value('PAYIDSUB') || '0'}`;
  const number = ogoneOperationNumber(payid, value('PAYIDSUB'));
  const alpha = value('CURRENCY');
  const digits = currency(alpha)?.digits;
  const amount = digits === undefined ? null : fromDecimal(value('AMOUNT'), digits);
  const operation = operationOf(status, number, amount);
  // A deletion whose amount cannot be read is perhaps one of a part.
  const isUnread = value('AMOUNT') !== '' && amount === null;
  const stated = outcomeOf(status, operation);
  const outcome = stated === 'reversed' && isUnread ? 'refunded' : stated;
  return providerUpdate({
    order: value('ORDERID'),
    key: `${movement}/${status}`,
    outcome,
    amount,
    currency: alpha || null,
    movement,
    // Without its number a refund cannot be told from another one: its amount is the least that was given back.
    ...((outcome === 'refunded' || outcome === 'reversed') && number === null && { cumulative: true }),
    ...(operation && { operation }),
    ...payidState(outcome, payid),
    providerReference: payid || null,
    providerStatus: status,
    ...ogoneDecline(value('NCERROR')),
    ...withCard({
      brand: value('BRAND') || value('PM'),
      number: value('CARDNO'),
      expiry: expiryIn('MMYY', value('ED')),
      liabilityShift: LIABILITY.get(value('ECI')) ?? null,
    }),
    detail: pick(values, DETAIL),
  });
}

/**
 * What a message says of an operation; null: it is about the payment. A message without PAYIDSUB names no refund of ours, and which one
 * it means is not guessed: our own are asked about by their numbers.
 */
function operationOf(status: string, number: string | null, amount: number | null): UpdatedOperation | null {
  const kind = usualKind(status);
  const state = kind && ogoneOperationState(kind, status);
  if (!kind || !state) return null;
  // There is one cancel at a time, and always of the whole, whatever the platform names as its amount.
  const named = { kind, amount: kind === 'cancel' ? null : amount, state };
  if (number !== null) return { ...named, providerReference: number };
  if (kind === 'refund') return { ...named, operationReference: null };
  return kind === 'cancel' ? named : null;
}

/** What was deleted by an operation with a number was that operation's amount, and perhaps not all of the payment. */
function outcomeOf(status: string, operation: UpdatedOperation | null): UpdateOutcome {
  const outcome = ogoneOutcome(status);
  return outcome === 'reversed' && operation?.providerReference ? 'refunded' : outcome;
}

/**
 * The PAYID that later calls name: of the transaction that brought or holds money, also where it has given some back. A declined try
 * of the same order has a PAYID of its own, which must not take its place.
 */
export function payidState(
  outcome: UpdateOutcome,
  payid: string,
): { readonly providerState?: { readonly payid: string } } {
  const isOfMoney = outcome === 'paid' || outcome === 'authorized' || outcome === 'refunded';
  return payid && isOfMoney ? { providerState: { payid } } : {};
}
