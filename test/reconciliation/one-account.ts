/** One account of its own with movements, and small files that are compared with it: what the tests of one file share. */
import { makeAccount } from '../support/harness.ts';
import { idOf, type Movement, putMovements } from './support.ts';

export const COLUMNS = {
  providerReference: 'Number',
  order: 'Order',
  reference: 'Reference',
  amount: 'Amount',
  currency: 'Currency',
  date: 'Date',
};

export const HEADER = 'Number;Order;Reference;Amount;Currency;Date\n';

let counter = 0;

/** An account of its own, with movements. */
export async function accountWith(movements: readonly Omit<Movement, 'account'>[]): Promise<string> {
  const account = await makeAccount('ogone');
  await putMovements(movements.map((one) => ({ ...one, account })));
  return account;
}

/** Ids that no other test has. */
export function idsOf(count: number): readonly string[] {
  counter += 1;
  return Array.from({ length: count }, (_, n) =>
    idOf(`T${counter}`.replace(/[^0-9A-HJKMNP-TV-Z]/g, 'Z'), counter * 1000 + n),
  );
}

/** What a reconciliation is asked for with. */
export const order = (account: string, more: object = {}) => ({
  account,
  preset: 'generic',
  columns: COLUMNS,
  ...more,
});

/** A time in November. */
export const at = (day: number, hour = 12) =>
  `2026-11-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00.000Z`;
