/** Why a shopper could not be forwarded, as the payment's log and ours have it. */
import type { Account } from '../directory/types.ts';
import type { HopFailure } from '../ledger/commands.ts';
import { Problem } from '../payments/errors.ts';
import { withoutCards, withoutSecrets } from '../providers/kit/masking.ts';
import { charset } from '../signing/charsets.ts';

/** The most characters of a text that a failure brings: whoever has the link can cause one. */
const LONGEST = 500;

/** The provider's own words: those that it declined with, or the answer that nobody expected. */
function wordsOf(problem: Problem): string | null {
  const { provider, cause } = problem;
  if (provider) return [provider.code, provider.text].filter(Boolean).join(' ');
  if (problem.code !== 'provider_error' || !cause || cause instanceof Error) return null;
  return typeof cause === 'string' ? cause : JSON.stringify(cause);
}

/** A text for the log: bounded, without the account's secrets, card numbers as they may be kept. */
function forLog(text: string, account: Account | null): string {
  const secrets = Object.entries(account?.secrets ?? {}).flatMap(([name, live]) =>
    live.map(({ value }) => [name, value] as const),
  );
  // Cut twice: masking takes time with the length of a text, and may make it longer.
  const masked = withoutCards(withoutSecrets(text.slice(0, 4 * LONGEST), secrets, charset('utf-8')));
  return masked.length > LONGEST ? `${masked.slice(0, LONGEST)}…` : masked;
}

/** A failure as the payment's log keeps it. @param account that the shopper was to pay at; null: not known */
export function hopFailure(
  error: unknown,
  {
    accountId,
    account,
    requestId,
  }: {
    readonly accountId: string | null;
    readonly account: Account | null;
    readonly requestId: string;
  },
): HopFailure {
  const about = { account: accountId, requestId };
  // What is ours stands in our log by the request id: it may hold anything.
  if (!(error instanceof Problem))
    return { ...about, code: 'internal_error', detail: 'something failed on our side', words: null };
  const words = wordsOf(error);
  return {
    ...about,
    code: error.code,
    detail: forLog(error.message, account),
    words: words === null ? null : forLog(words, account),
  };
}
