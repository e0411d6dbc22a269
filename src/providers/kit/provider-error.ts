/** What is said of a provider that answers otherwise than its sheet says. */
import { Problem, type ProviderWords } from '../../payments/errors.ts';

/**
 * @param cause what it answered: for the log alone.
 * @param words the provider's own, where its answer has them: the shop gets them, and the shopper is told that the provider has said no.
 */
export function providerError(said: string, cause?: unknown, words?: ProviderWords): Problem {
  return new Problem('provider_error', said, { cause, provider: words?.code ? words : undefined });
}
