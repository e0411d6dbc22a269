/** Calls of a provider's API. */
import { Problem } from '../../payments/errors.ts';
import type { CharsetName } from '../../signing/charsets.ts';
import { answerText } from './answer-charset.ts';
import { parseJsonOnce } from './json-once.ts';
import { providerError } from './provider-error.ts';

/** How long a provider's API may take. */
const API_TIMEOUT_MS = 10_000;

/** An answer of a provider's API, whatever its status. */
export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/**
 * Calls a provider's API.
 * @throws Problem provider_unreachable when it does not answer in time.
 */
export async function callApi(
  fetcher: typeof fetch,
  url: string,
  init: {
    readonly method?: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    /** Of an answer that says none and is not UTF-8; left out: ISO-8859-1. */
    readonly charset?: CharsetName;
  },
): Promise<ApiAnswer> {
  const { charset: otherwise, ...request } = init;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), API_TIMEOUT_MS);
  try {
    const response = await fetcher(url, {
      method: 'POST',
      redirect: 'manual',
      ...request,
      signal: abort.signal,
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const text = answerText(bytes, response.headers.get('content-type'), otherwise);
    return { status: response.status, text, headers: response.headers };
  } catch (cause) {
    throw new Problem('provider_unreachable', 'the provider did not answer', { cause });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Calls a provider's API and reads its JSON.
 * @throws Problem provider_unreachable when it does not answer in time, provider_error for any other answer.
 */
export async function callJson(
  fetcher: typeof fetch,
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  const { status, text } = await callApi(fetcher, url, {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (status < 200 || status > 299) {
    throw providerError(`the provider answered ${status}`, text);
  }
  return jsonObject(text);
}

/**
 * A text that has to be a JSON object that says nothing twice.
 * @throws Problem provider_error when it is something else, such as the page of a proxy.
 */
export function jsonObject(text: string): Record<string, unknown> {
  try {
    const parsed = parseJsonOnce(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
  } catch {
    // Reported below, as any other answer that is no object.
  }
  throw providerError('the provider answered something that is not a JSON object', text);
}
