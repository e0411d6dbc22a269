/**
 * The Standard Webhooks dialect (standardwebhooks.com, specification 1.0): what is signed is
 * `id.timestamp.body`, with HMAC-SHA-256 under the bytes of a `whsec_` secret. During a rotation the header
 * carries one signature per live secret, the newest first.
 */
import { base64, fromBase64, utf8 } from '../signing/bytes.ts';
import { hmacOf } from '../signing/digests.ts';

const PREFIX = 'whsec_';

/** The key of a secret: base64 after `whsec_`; a secret that is not base64 (taken over from elsewhere) is its text. */
export function webhookKey(secret: string): Uint8Array {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  return fromBase64(text) ?? utf8(text);
}

/** A message as it is sent: any 2xx means that the shop has it. */
export function standardMessage(id: string, sentAt: number, body: string, secrets: readonly string[]) {
  return {
    headers: standardHeaders(id, sentAt, body, secrets),
    body,
    accepts: (status: number) => status >= 200 && status < 300,
  };
}

/**
 * The headers of one delivery.
 * @param id the same in every retry of a message.
 * @param sentAt milliseconds; the header is in seconds.
 * @param secrets live secrets, at least one.
 */
export function standardHeaders(
  id: string,
  sentAt: number,
  body: string,
  secrets: readonly string[],
): Record<string, string> {
  const timestamp = String(Math.floor(sentAt / 1000));
  const message = utf8(`${id}.${timestamp}.${body}`);
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets
      .map((secret) => `v1,${base64(hmacOf('sha256', webhookKey(secret), message))}`)
      .join(' '),
  };
}
