/** The token of every form: made from the secret that the browser's cookie holds, so that no other page knows it and none is stored. */
import { base64url, equalText, utf8 } from '../signing/bytes.ts';
import { hmacOf } from '../signing/digests.ts';

/** @param secret the session's token, or that of a visitor who is not signed in. */
export function csrfToken(secret: string): string {
  return base64url(hmacOf('sha256', utf8(secret), utf8('form')));
}

export function isCsrfToken(secret: string, given: string): boolean {
  return equalText(csrfToken(secret), given);
}

/** Whether a browser says that one of our own pages posts. Older browsers say nothing: the token decides. */
export function isOwnOrigin(request: Request): boolean {
  const origin = request.headers.get('origin');
  if (origin !== null && origin !== 'null') return origin === new URL(request.url).origin;
  const site = request.headers.get('sec-fetch-site');
  return origin === null && (site === null || site === 'same-origin' || site === 'none');
}
