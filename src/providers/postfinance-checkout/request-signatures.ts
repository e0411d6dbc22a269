/** How calls are signed: four x-mac headers (v1), or a token for each (v2). SHEET.md, "Signature of a request". */
import { base64url, readable, utf8 } from '../../signing/bytes.ts';
import { hmacBy, hmacOf } from '../../signing/digests.ts';
import { kept } from '../../signing/kept.ts';
import type { Signed } from '../contract.ts';
import type { CheckoutSettings } from './settings.ts';

/** What of a call is signed. The body is not. */
export interface SignedCall {
  readonly method: string;
  /** With its query, percent-encoded as it is sent, and without the host. */
  readonly path: string;
  /** Unix seconds. */
  readonly timestamp: number;
}

/** The bytes of an authentication key. As the vendor's libraries do, unused bits of the last character are not looked at. */
function keyBytes(applicationKey: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]+=*$/.test(applicationKey) || applicationKey.length % 4 !== 0) return new Uint8Array();
  return Uint8Array.from(atob(applicationKey), (character) => character.charCodeAt(0));
}

/** What an authentication key signs with: the last character of one key has four spellings. */
export const checkoutKeyForm = (applicationKey: string): string => String(keyBytes(applicationKey));

const macOf = kept((applicationKey) => hmacBy('sha512', keyBytes(applicationKey)));

/** v1: `x-mac-value`, HMAC-SHA-512 of a line of five values. */
export function signXMac(
  { user_id = '', application_key = '' }: Partial<CheckoutSettings>,
  { method, path, timestamp }: SignedCall,
): Signed {
  const base = `1|${user_id}|${timestamp}|${method}|${path}`;
  const signature = macOf(application_key)(base, 'base64');
  return { base, algorithm: 'HMAC-SHA512 base64', signature };
}

/** v2: the last part of a JSON Web Token (HS256) that is good for one call; `base` are the first two. */
export function signToken(
  { user_id = '', application_key = '' }: Partial<CheckoutSettings>,
  { method, path, timestamp }: SignedCall,
): Signed {
  const header = { alg: 'HS256', typ: 'JWT', ver: 1 };
  const claims = { sub: user_id, iat: timestamp, requestPath: path, requestMethod: method };
  const base = [header, claims].map((part) => base64url(utf8(JSON.stringify(part)))).join('.');
  const signature = base64url(hmacOf('sha256', keyBytes(application_key), base));
  return { base, algorithm: 'HMAC-SHA256 base64url', signature };
}

/** The headers that a call is authenticated by. */
export function authorizationHeaders(
  settings: CheckoutSettings,
  call: SignedCall,
): Readonly<Record<string, string>> {
  if (settings.mode === 'v1')
    return {
      'x-mac-version': '1',
      'x-mac-userid': settings.user_id,
      'x-mac-timestamp': String(call.timestamp),
      'x-mac-value': signXMac(settings, call).signature,
    };
  const { base, signature } = signToken(settings, call);
  return {
    authorization: `Bearer ${readable(base)}.${signature}`,
    space: settings.space_id,
  };
}
