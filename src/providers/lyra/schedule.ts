/**
 * A payment in several parts: vads_payment_config. Each part is a transaction of its own with its own messages, whose vads_amount is
 * the whole (docs.lyra.com/en/collect/form-payment/reference/vads-payment-config.html).
 */

import { type Installments, shownInstallments } from '../../payments/installments.ts';

/** SINGLE, a schedule of equal parts after the first, or one of days and amounts. */
export const PAYMENT_CONFIG =
  /^(?:SINGLE|MULTI:(?:first=\d{1,12};)?count=\d{1,3};period=\d{1,3}|MULTI_EXT:\d{8}=\d{1,12}(?:;\d{8}=\d{1,12})*)$/;

/** The schedule of a payment in parts: the first amount takes what does not divide, so that nothing is left over for the last one. */
export function multiConfig(amount: number, installments: Installments): string {
  const { count, periodDays, firstAmount } = shownInstallments(amount, installments);
  return `MULTI:first=${firstAmount};count=${count};period=${periodDays}`;
}

/** Whether a text says how a payment is divided. */
export function isPaymentConfig(text: string): boolean {
  return /^(?:SINGLE|MULTI(?:_EXT)?:.*)$/i.test(text);
}

/** Whether a payment is in several parts. */
export function isDivided(config: string): boolean {
  return config.startsWith('MULTI');
}

/**
 * The parts of an amount, in minor units: what is left over is in the last one. Empty where there is one payment, or where the
 * parts cannot come to the amount.
 */
export function partsOf(config: string, amount: number): readonly number[] {
  if (!isDivided(config) || !PAYMENT_CONFIG.test(config)) return [];
  const values = [...config.matchAll(/(\w+)=(\d+)/g)].map(
    ([, name = '', value]) => [name, Number(value)] as const,
  );
  if (config.startsWith('MULTI_EXT:')) {
    const parts = values.toSorted(([a], [b]) => a.localeCompare(b)).map(([, value]) => value);
    return parts.reduce((sum, part) => sum + part, 0) === amount ? parts : [];
  }
  const { first, count = 0 } = Object.fromEntries(values) as {
    readonly first?: number;
    readonly count?: number;
  };
  return equalParts(amount, count, first);
}

function equalParts(amount: number, count: number, first: number | undefined): readonly number[] {
  const head = first === undefined ? [] : [first];
  const rest = count - head.length;
  const left = amount - (first ?? 0);
  if (count < 1 || left < 0 || (rest === 0 && left !== 0)) return [];
  if (rest === 0) return head;
  const each = Math.floor(left / rest);
  return [...head, ...new Array<number>(rest - 1).fill(each), left - each * (rest - 1)];
}
