/** The signature of the shopper's way back, as the client checks it and `countersign/testing` makes it. */
import { base64url, utf8 } from '../signing/bytes.ts';
import { hmacSha256, secretBytes } from './mac.ts';

/** What is signed of a return. */
export interface SignedReturn {
  readonly payment: string;
  readonly reference: string;
  readonly status: string;
  /** Digits: seconds since 1970. */
  readonly expires: string;
}

/** Keeps what is signed here apart from webhooks, which the same secret signs. */
const LABEL = utf8('return');

/**
 * Base64url without padding of HMAC-SHA-256 over `payment.reference.status.expires`; its key is HMAC-SHA-256 of the text `return` under
 * the bytes of the webhook secret. Only a reference has dots in it, so that the text reads in one way.
 */
export async function returnSignature(secret: string, signed: SignedReturn): Promise<string> {
  const { payment, reference, status, expires } = signed;
  const key = await hmacSha256(secretBytes(secret), LABEL);
  return base64url(await hmacSha256(key, utf8(`${payment}.${reference}.${status}.${expires}`)));
}
