/** What is kept of a webhook's body and of the answer: the beginning, without the shop's secrets and whole card numbers. */
import { withoutCards, withoutSecrets } from '../providers/kit/masking.ts';
import { charset } from '../signing/charsets.ts';
import type { DeliveryOutcome, SentExchange } from '../webhooks/deliver.ts';

/** Characters that are kept of each body. */
const KEPT = 4096;

/** Characters of a body that are looked through for secrets: one that begins within what is kept does not end in it. */
const LOOKED_AT = 5120;

function kept(text: string, secrets: readonly string[]): string {
  // The key of Standard Webhooks is written with and without its prefix.
  const named = secrets
    .flatMap((value) => [value, value.replace(/^whsec_/, '')])
    .map((value) => ['secret', value] as const);
  return withoutCards(withoutSecrets(text.slice(0, LOOKED_AT), named, charset('utf-8'))).slice(0, KEPT);
}

/** The outcome of a delivery with what is kept of its bodies. @param secrets those that live. */
export function withKeptExchange(outcome: DeliveryOutcome, secrets: readonly string[]): DeliveryOutcome {
  const { exchange } = outcome;
  if (!exchange) return outcome;
  const { url, request, answer } = exchange;
  const masked: SentExchange = {
    url: kept(url, secrets),
    request: kept(request, secrets),
    answer: answer === null ? null : kept(answer, secrets),
  };
  return { ...outcome, exchange: masked };
}
