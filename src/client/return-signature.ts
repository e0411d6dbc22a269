/** The signature of the shopper's way back, as the client checks it and `countersign/testing` makes it. */
import { base64url, utf8 } from '../signing/bytes.ts';
import { clientProblem } from './errors.ts';
import { hmacSha256, secretBytes } from './mac.ts';

/** What is signed of a return. */
export interface SignedReturn {
  readonly payment: string;
  readonly reference: string;
  readonly status: string;
  /** Digits: seconds since 1970. */
  readonly expires: string;
}

/** The forms of all parts but the reference. None has a dot in it. */
const FORMS = { payment: /^[0-9A-Z]{16}$/, status: /^[a-z_]+$/, expires: /^\d{1,12}$/ };

/** Keeps what is signed here apart from webhooks, which the same secret signs. */
const LABEL = utf8('return');

/**
 * Base64url without padding of HMAC-SHA-256 over `payment.reference.status.expires`; its key is HMAC-SHA-256 of the text `return` under
 * the bytes of the webhook secret.
 *
 * The parts are joined, so whoever may change an address could move the borders: `payment=K.2026&reference=1042` joins to the same text as
 * `payment=K&reference=2026.1042`. Only the reference may have dots. The forms of the others are checked, so that the text reads in one way.
 * @throws CountersignError `malformed` where a part has another form.
 */
export async function returnSignature(secret: string, signed: SignedReturn): Promise<string> {
  const { payment, reference, status, expires } = signed;
  for (const [name, form] of Object.entries(FORMS)) {
    if (!form.test(signed[name as keyof typeof FORMS]))
      throw clientProblem('malformed', `${name} has another form than countersign gives it`);
  }
  const key = await hmacSha256(secretBytes(secret), LABEL);
  return base64url(await hmacSha256(key, utf8(`${payment}.${reference}.${status}.${expires}`)));
}
