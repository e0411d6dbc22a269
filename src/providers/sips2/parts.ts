/**
 * A payment in several parts (paymentPattern INSTALMENT): what the form says of them, how each is named, and which of them a message is
 * about. Facts: SHEET.md, "Instalments". Each part is a transaction with a reference of its own.
 */
import { type Installments, installmentsOf } from '../../payments/installments.ts';
import { inParis } from '../kit/paris-time.ts';
import type { DataPair, DataValues } from './data.ts';
import type { Sips2Settings } from './settings.ts';

/** The reference of a part: the first has that of the attempt. Letters and digits, as the field wants. */
export function partReference(order: string, number: number): string {
  return number === 1 ? order : `${order}P${number}`;
}

/** The attempt's reference in that of one of its parts. An order number of ours has 18 characters. */
export function wholeReference(reference: string): string {
  return /^([0-9A-Z]{18})P(?:[2-9]|1[0-2])$/.exec(reference)?.[1] ?? reference;
}

/** Why a payment cannot be paid in parts at an account with these settings; null: it can. */
export function sips2InstallmentsProblem(
  _installments: Installments,
  settings: Sips2Settings,
): string | null {
  return settings.use_s10_reference
    ? 'the parts of a shop with SIPS 1 style references cannot be named ahead'
    : null;
}

/** `YYYYMMDD` in Paris. */
function dueDay(time: number): string {
  const value = inParis(time);
  return `${value('year')}${value('month')}${value('day')}`;
}

/** The pairs of Data that divide a payment. @param now milliseconds since 1970. */
export function partPairs(
  { amount, installments }: { readonly amount: number; readonly installments?: Installments },
  order: string,
  now: number,
): readonly DataPair[] {
  if (!installments) return [];
  const parts = installmentsOf(amount, installments, now);
  const list = (values: readonly (string | number)[]) => values.join(',');
  return [
    ['paymentPattern', 'INSTALMENT'],
    ['instalmentData.number', String(parts.length)],
    ['instalmentData.amountsList', list(parts.map((part) => part.amount))],
    ['instalmentData.datesList', list(parts.map(({ dueAt }) => dueDay(dueAt)))],
    [
      'instalmentData.transactionReferencesList',
      list(parts.map((_part, index) => partReference(order, index + 1))),
    ],
  ];
}

/**
 * What a message is about, in minor units: of a payment in parts the amount that the sealed lists have for its reference, whatever else
 * it names; null: it names none that can be read.
 */
export function wholeAmount(values: DataValues): number | null {
  const number = (text: string | undefined) => (/^\d{1,12}$/.test(text ?? '') ? Number(text) : null);
  if (values.get('paymentPattern') !== 'INSTALMENT') return number(values.get('amount'));
  const references = values.get('instalmentTransactionReferencesList')?.split(',') ?? [];
  const at = references.indexOf(values.get('transactionReference') ?? '');
  return at < 0 ? null : number(values.get('instalmentAmountsList')?.split(',')[at]);
}
