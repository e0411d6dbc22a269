/** The status tables of SHEET.md. */
import { statusTable } from '../kit/statuses.ts';

/** The eopayment dialect: which of the two parameters came. */
export const DUMMY_RESPONSES = statusTable([
  ['ok', 'paid', 'paid'],
  ['nok', 'error', 'not paid'],
]);

/** The getpaid dialect: `new_status`, or the `event` of the page's other form. */
export const GETPAID_STATUSES = statusTable([
  ['paid payment_confirmed', 'paid', 'paid'],
  ['pre-auth payment_locked', 'authorized', 'reserved, not yet charged'],
  ['failed payment_failed', 'denied', 'declined'],
  ['refund_started', 'none', 'a refund has been requested'],
  ['refunded', 'reversed', 'everything paid has been given back'],
]);
