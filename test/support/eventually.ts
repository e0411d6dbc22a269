/** What happens after an answer: tests wait for it as long as a busy machine may need. */
import { vi } from 'vitest';

/** Longer than anything takes that is done after an answer, on a machine that has much else to do. */
const LONGEST_MS = 20_000;

/** Repeats a check until it holds. @throws what it threw last, when it does not hold in time. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: LONGEST_MS });
}
