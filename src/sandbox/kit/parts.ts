/** Orders that are paid in several parts: the bank takes the first when the shopper pays, and the others when they are due. */
import { BankError, type BankOrder } from './bank.ts';

/** The amounts of an order's parts, in minor units, the first one first; empty: it is paid in one. */
export function partsIn({ data }: Pick<BankOrder, 'data'>): readonly number[] {
  return data.parts ? data.parts.split(',').map(Number) : [];
}

/** Which part a message is about, from 1. */
export function partNumber({ data }: Pick<BankOrder, 'data'>): number {
  return Number(data.part ?? 1);
}

/** What a message of an order is about, in minor units: one of its parts, or the whole. */
export function amountOfMessage(order: BankOrder): number {
  return partsIn(order)[partNumber(order) - 1] ?? order.amount;
}

/** The order as it is when one of its parts is due. */
export function withPart(order: BankOrder, part: number | undefined): BankOrder {
  return part === undefined ? order : { ...order, data: { ...order.data, part: String(part) } };
}

/** What an order keeps of its parts. @throws BankError when they do not come to its amount. */
export function checkedParts(
  amounts: readonly number[],
  total: number,
  field: string,
): { readonly parts: string } {
  const isWhole = amounts.every((amount) => Number.isSafeInteger(amount) && amount > 0);
  const sum = amounts.reduce((before, amount) => before + amount, 0);
  if (!isWhole || amounts.length < 2 || sum !== total)
    throw new BankError(field, `the parts come to ${sum}, and the order is for ${total}`);
  return { parts: amounts.join(',') };
}
