/** Takes a BLIK code out of errors: the provider's answer may repeat it. */
import { Problem } from '../payments/errors.ts';

const MASK = '******';

/** An error that may have the code in what the provider has said, without it. */
export function withoutCode(error: unknown, code: string | undefined): unknown {
  if (code === undefined) return error;
  const masked = (text: string) => text.replaceAll(code, MASK);
  if (!(error instanceof Problem)) return error;
  const { provider } = error;
  // Its cause may be the whole answer.
  return new Problem(error.code, masked(error.message), {
    errors: error.errors,
    ...(error.retryAfter !== null && { retryAfter: error.retryAfter }),
    ...(provider && { provider: { code: masked(provider.code), text: masked(provider.text) } }),
  });
}
