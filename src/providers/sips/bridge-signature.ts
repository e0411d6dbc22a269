/**
 * How the Worker and our bridge know each other: each call is signed with the secret that both hold. This is our own protocol, not the
 * bank's. The bridge runs it in Node, so that it imports nothing but the digests.
 */
import { equalText, hex, utf8 } from '../../signing/bytes.ts';
import { digests, hmacOf } from '../../signing/digests.ts';

export const TIMESTAMP_HEADER = 'x-countersign-timestamp';
export const NONCE_HEADER = 'x-countersign-nonce';
export const SIGNATURE_HEADER = 'x-countersign-signature';

/** How far the clocks of the Worker and of the bridge may be apart, in seconds. */
export const CLOCK_TOLERANCE_SECONDS = 120;

/** HMAC-SHA-256 in lower-case hexadecimal over `timestamp.nonce.path.body`. */
function signatureOf(secret: string, timestamp: string, nonce: string, path: string, body: string): string {
  return hex(hmacOf('sha256', utf8(secret), utf8(`${timestamp}.${nonce}.${path}.${body}`)));
}

/**
 * The headers of one call. Its nonce is a digest of the moment and the body, so that no two different calls share one.
 * @param path of the address that is called, without query.
 */
export function bridgeHeaders(secret: string, now: Date, path: string, body: string): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const nonce = hex(digests.sha256(utf8(`${now.getTime()}.${path}.${body}`))).slice(0, 32);
  return {
    'content-type': 'application/json',
    [TIMESTAMP_HEADER]: timestamp,
    [NONCE_HEADER]: nonce,
    [SIGNATURE_HEADER]: signatureOf(secret, timestamp, nonce, path, body),
  };
}

/** A call as the bridge received it. */
export interface BridgeCall {
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
  readonly path: string;
  readonly body: string;
}

/** Why a call is not to be believed, or null. The bridge itself remembers nonces and refuses repeated ones. */
export function bridgeProblem(secret: string, call: BridgeCall, now: Date): string | null {
  const { timestamp, nonce, signature, path, body } = call;
  if (!/^\d{10}$/.test(timestamp) || !/^[0-9a-f]{32}$/.test(nonce))
    return 'the headers are missing or malformed';
  const age = Math.abs(now.getTime() / 1000 - Number(timestamp));
  if (!equalText(signatureOf(secret, timestamp, nonce, path, body), signature))
    return 'the signature does not fit';
  return age > CLOCK_TOLERANCE_SECONDS ? 'the call is too old, or the clocks differ' : null;
}
