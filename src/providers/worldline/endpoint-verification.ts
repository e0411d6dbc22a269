/** The check of a webhook address before it is used: a GET with a header that comes back as text. Facts: SHEET.md, "Notification". */
import type { Reply } from '../contract.ts';

const HEADER = 'x-gcs-webhooks-endpoint-verification';

/** Finds a header by its name in lower case. */
export type HeaderOf = (name: string) => string | undefined;

/** What such a value looks like: it is sent back to whoever asks, so that it holds nothing that a browser would read as a page. */
const VALUE = /^[\w.:+/=~-]{1,256}$/;

/**
 * The reply to such a check; null: the request is none.
 */
export function verificationReply(method: string, headerOf: HeaderOf): Reply | null {
  const value = headerOf(HEADER) ?? '';
  if (method !== 'GET' || !VALUE.test(value)) return null;
  return {
    status: 200,
    headers: { 'content-type': 'text/plain', 'x-content-type-options': 'nosniff' },
    body: value,
  };
}
