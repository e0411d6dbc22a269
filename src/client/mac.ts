/** HMAC-SHA-256 and SHA-512 of the platform's own WebCrypto, and the keys of a shop's webhooks. */
import { fromBase64, utf8 } from '../signing/bytes.ts';
import { clientProblem } from './errors.ts';

/** A copy that nobody shares: WebCrypto takes no others by its types. */
const own = (bytes: Uint8Array) => new Uint8Array(bytes);

/** HMAC-SHA-256 (RFC 2104). */
export async function hmacSha256(key: Uint8Array, message: Uint8Array): Promise<Uint8Array> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', own(key), algorithm, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, own(message)));
}

/** SHA-512 (FIPS 180-4). */
export async function sha512(message: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-512', own(message)));
}

const PREFIX = 'whsec_';

/** The bytes of a shop's webhook secret: base64 after `whsec_`; of one that is not base64 (taken over from elsewhere), its text. */
export function secretBytes(secret: string): Uint8Array {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  return fromBase64(text) ?? utf8(text);
}

/**
 * The secrets that may have signed: one, or several during a rotation. One that is not set (undefined or null) is none, if another is there: the
 * list of a rotation may name the older one for ever. An empty one is a mistake.
 */
export type Secrets = string | null | undefined | readonly (string | null | undefined)[];

/** @throws CountersignError invalid_option without any. */
export function secretList(secrets: Secrets): readonly string[] {
  const given = Array.isArray(secrets) ? (secrets as readonly unknown[]) : [secrets];
  const list = given.filter((one) => one !== undefined && one !== null);
  // An empty key would take a message that anybody has signed with it.
  if (
    list.length > 0 &&
    list.every((one): one is string => typeof one === 'string' && one.replace(PREFIX, '') !== '')
  )
    return list;
  throw clientProblem(
    'invalid_option',
    'the secret is missing: give the webhook secret of the shop, or several in a list',
  );
}
