/**
 * The console's cookies. Over https their names begin with `__Host-`: no other host and no page of another path can set them. Under `npm start`
 * on http they have plain names, because browsers keep no such cookie there.
 */
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

/**
 * - `session`: the token of who is signed in;
 * - `visit`: a secret of a browser where nobody is signed in yet, for its forms;
 * - `step`: the password was right, the code is missing;
 * - `oidc`: what the answer of the issuer has to fit;
 * - `flash`: what the page before says;
 * - `language`, `zone`: as chosen.
 */
export type CookieName = 'session' | 'visit' | 'step' | 'oidc' | 'flash' | 'language' | 'zone';

/** Written by the script, so that it has a plain name; nothing depends on it but how times are shown. */
export const BROWSER_ZONE = 'console-browser-zone';

function isSecure(c: Context): boolean {
  return new URL(c.req.url).protocol === 'https:';
}

function nameOf(c: Context, name: CookieName): string {
  return isSecure(c) ? `__Host-console-${name}` : `console-${name}`;
}

export function readCookie(c: Context, name: CookieName): string | undefined {
  return getCookie(c, nameOf(c, name));
}

/** @param seconds how long it lasts; left out: until the browser is closed. */
export function writeCookie(c: Context, name: CookieName, value: string, seconds?: number): void {
  setCookie(c, nameOf(c, name), value, {
    path: '/',
    httpOnly: true,
    secure: isSecure(c),
    // Lax, and not Strict: a link in a mail leads to a page for whoever is signed in, and the issuer's answer finds its cookie.
    sameSite: 'Lax',
    ...(seconds !== undefined && { maxAge: seconds }),
  });
}

export function dropCookie(c: Context, name: CookieName): void {
  if (readCookie(c, name) !== undefined) writeCookie(c, name, '', 0);
}
