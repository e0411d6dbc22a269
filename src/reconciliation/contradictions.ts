/**
 * Lines whose number and order do not belong together: the payment was found by its order and has another number in the ledger, or was found by
 * its number while the order is another payment's, whether that has a movement or not.
 */
import type { NamedLine, NamedPayment } from '../directory/account-movements.ts';
import { ID_LENGTH } from '../payments/id.ts';
import { NAME_SORTS } from './intake.ts';
import { hasOurForm } from './reader.ts';

/**
 * The condition of such a line, over `lines l` and its `entries e`. What goes back has numbers of its own at many providers, which the ledger need
 * not know.
 * @param numbers whether the file has the provider's numbers that the ledger has.
 */
export const otherNumber = (numbers: boolean) =>
  numbers
    ? `((l.matched_by <> 'provider_reference' AND l.provider_reference <> '' AND e.is_numbered = 1 AND e.kind = 'payment'
          AND NOT EXISTS (SELECT 1 FROM names n WHERE n.sort = ${NAME_SORTS.provider_reference} AND n.name = l.provider_reference
            AND n.entry = e.id))
        OR EXISTS (SELECT 1 FROM contradicted c WHERE c.line = l.id))`
    : 'FALSE';

/** More orders are not looked up: then the column has no orders of ours. */
const MOST_ORDERS = 5000;

/** Lines that were found by their number, and have an order that no movement found has. What has our form comes first. */
export function ordersToFind(sql: SqlStorage): readonly NamedLine[] {
  return sql
    .exec<{ readonly id: number; readonly ord: string }>(
      `SELECT l.id, l.order_number AS ord FROM lines l JOIN entries e ON e.id = l.entry
       WHERE l.matched_by = 'provider_reference' AND l.order_number <> ''
         AND NOT EXISTS (SELECT 1 FROM names n WHERE n.sort = ${NAME_SORTS.order} AND n.name = l.order_number AND n.entry = e.id)
       ORDER BY length(l.order_number) NOT IN (${ID_LENGTH}, ${ID_LENGTH + 2}), l.id LIMIT ${MOST_ORDERS}`,
    )
    .toArray()
    .map(({ id, ord }) => ({
      id,
      payment: hasOurForm(ord) ? ord.slice(0, ID_LENGTH) : '',
      providerReference: '',
      order: ord,
      reference: '',
    }));
}

/**
 * Notes which of these orders are another payment's. Of another account's nothing is said: who sees this account need not see that one.
 * @param found what the orders of `ordersToFind` lead to.
 */
export function noteContradictions(sql: SqlStorage, account: string, found: readonly NamedPayment[]): void {
  const own = found.filter((one) => one.account === account);
  sql.exec(
    `INSERT INTO contradicted (line) SELECT j.id FROM (SELECT value ->> 'id' AS id, value ->> 'payment' AS payment FROM json_each(?)) j
     JOIN lines l ON l.id = j.id JOIN entries e ON e.id = l.entry WHERE e.payment <> j.payment`,
    JSON.stringify(own),
  );
}
