/** What a verified message of the platform says (SHEET.md, "Notification"): feedback to the server, or on the shopper's return. */
import { currency } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import { fromDecimal } from '../../payments/money.ts';
import type { ProviderUpdate, UpdateOutcome } from '../contract.ts';
import { asciiText } from '../kit/text.ts';
import { declinedOperation, ogoneOutcome } from './statuses.ts';

/** The signed parameters of a message by upper-case name. */
export type FeedbackValues = ReadonlyMap<string, Uint8Array>;

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
    if (!form.test(asciiText(values.get(name) ?? new Uint8Array())))
      throw new Refusal('malformed', `${name} is missing or malformed`);
  }
}

/**
 * Reads verified feedback. `amount` is a decimal number, not x 100; `order` is empty where there is no orderID.
 * A repeat has the same PAYID, PAYIDSUB and STATUS.
 */
export function readFeedback(values: FeedbackValues): ProviderUpdate {
  const value = (name: string) => asciiText(values.get(name) ?? new Uint8Array());
  const status = value('STATUS');
  const payid = value('PAYID');
  // Accounts that do not send PAYIDSUB mean the first operation, which the platform numbers 0.
  const movement = `${payid}/${value('PAYIDSUB') || '0'}`;
  const alpha = value('CURRENCY');
  const digits = currency(alpha)?.digits;
  const amount = digits === undefined ? null : fromDecimal(value('AMOUNT'), digits);
  const outcome = ogoneOutcome(status);
  const declined = declinedOperation(status);
  return {
    kind: 'update',
    order: value('ORDERID'),
    key: `${movement}/${status}`,
    outcome,
    amount,
    currency: alpha || null,
    movement,
    ...(declined && { operation: { kind: declined, amount, state: 'failed' as const } }),
    ...payidState(outcome, payid),
    providerReference: payid || null,
    providerStatus: status,
    detail: Object.fromEntries(DETAIL.map((name) => [name, value(name)] as const).filter(([, text]) => text)),
  };
}

/**
 * The PAYID that later calls name: of the transaction that brought or holds money. A declined try of the same order has a PAYID
 * of its own, which must not take its place.
 */
export function payidState(
  outcome: UpdateOutcome,
  payid: string,
): { readonly providerState?: { readonly payid: string } } {
  return payid && (outcome === 'paid' || outcome === 'authorized') ? { providerState: { payid } } : {};
}
