/** What is said of a provider that answers otherwise than its sheet says. */
import { Problem } from '../../payments/errors.ts';

/** @param cause what it answered: for the log alone. */
export function providerError(said: string, cause?: unknown): Problem {
  return new Problem('provider_error', said, { cause });
}
