/** Which actions are offered to whom. The API decides: this only leaves out buttons that would lead to a no. */
import type { ConsoleUser } from '../../gateway.ts';

/** Captures, cancels, refunds, resends, settles. */
export function mayMoveMoney(user: Pick<ConsoleUser, 'role'> | null): boolean {
  return user?.role === 'refund' || user?.role === 'owner';
}
