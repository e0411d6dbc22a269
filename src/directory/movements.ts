/** Movements of money in the searchable copy: each is a line of a ledger's log, which is only added to. */
import type { BookedMovement } from '../payments/movements.ts';
import type { PaymentView } from '../payments/types.ts';
import type { Database, Statement } from './database.ts';

interface Pushed {
  readonly shop: string;
  readonly view: Pick<PaymentView, 'id' | 'currency' | 'test'>;
  readonly movements: readonly BookedMovement[];
}

/** Of what a ledger pushes, most is there already: it is not written again. */
const ADD = `INSERT INTO movements (payment, seq, attempt, at, shop, account, currency, test, paid, refunded, charged_back)
  SELECT value ->> 'payment', value ->> 'seq', value ->> 'attempt', value ->> 'at', value ->> 'shop', value ->> 'account',
    value ->> 'currency', value ->> 'test', value ->> 'paid', value ->> 'refunded', value ->> 'chargedBack'
  FROM json_each(?) WHERE TRUE
  ON CONFLICT (payment, seq, attempt) DO UPDATE SET at = excluded.at, shop = excluded.shop, account = excluded.account,
    currency = excluded.currency, test = excluded.test, paid = excluded.paid, refunded = excluded.refunded,
    charged_back = excluded.charged_back
  WHERE (at, shop, account, currency, test, paid, refunded, charged_back)
    IS NOT (excluded.at, excluded.shop, excluded.account, excluded.currency, excluded.test, excluded.paid, excluded.refunded,
      excluded.charged_back)`;

/** What stands in the place of movements of payments that an earlier version has pushed. */
const DROP_ESTIMATES = `DELETE FROM movements WHERE payment IN (SELECT value FROM json_each(?)) AND seq < 1`;

/** What writes the movements of pushed payments; none where they have none. */
export function movementStatements(db: Database, payments: readonly Pushed[]): Statement[] {
  const rows = payments.flatMap(({ shop, view: { id: payment, currency, test }, movements }) =>
    movements.map((movement) => ({ payment, shop, currency, test: test ? 1 : 0, ...movement })),
  );
  if (rows.length === 0) return [];
  const ids = [...new Set(rows.map(({ payment }) => payment))];
  return [db.prepare(DROP_ESTIMATES, [JSON.stringify(ids)]), db.prepare(ADD, [JSON.stringify(rows)])];
}
