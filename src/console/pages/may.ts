/** Which actions are offered to whom. The API decides: this only leaves out what would lead to a no. */
import type { ConsoleUser } from '../gateway.ts';

type Viewer = Pick<ConsoleUser, 'role'> | null;

/** Captures, cancels, refunds, resends, settles. */
export function mayMoveMoney(user: Viewer): boolean {
  return user?.role === 'refund' || user?.role === 'owner';
}

/** Changes shops and accounts. */
export function mayConfigure(user: Viewer): boolean {
  return user?.role === 'configure' || user?.role === 'owner';
}
