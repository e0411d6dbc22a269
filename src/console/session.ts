/** Who is signed in in a browser: the cookie that proves it, and how a sign-in begins and ends. The gateway knows the sessions themselves. */
import { base64url } from '../signing/bytes.ts';
import type { ConsoleContext } from './context.ts';
import { dropCookie, readCookie, writeCookie } from './cookies.ts';
import { csrfToken } from './csrf.ts';
import type { ConsoleUser } from './gateway.ts';

/** A session ends after twelve hours anyway. */
const SESSION_SECONDS = 12 * 3600;

/** Where the browser is. */
export function browserOf(c: ConsoleContext): {
  readonly address: string | null;
  readonly agent: string | null;
} {
  return {
    address: c.req.header('cf-connecting-ip') ?? null,
    agent: c.req.header('user-agent')?.slice(0, 300) ?? null,
  };
}

/** The user whose session a browser has; null: nobody is signed in, the session has ended, or the user is switched off. */
export async function signedInUser(
  c: ConsoleContext,
): Promise<{ readonly user: ConsoleUser; readonly token: string; readonly session: string } | null> {
  const token = readCookie(c, 'session');
  if (!token) return null;
  const session = await c.env.GATEWAY.session(token);
  const user = session && (await c.env.GATEWAY.user(session.user));
  return session && user?.active ? { user, token, session: session.id } : null;
}

/**
 * Begins a session: always under a new token, so that one that somebody has put into this browser leads nowhere.
 * @returns its token; null: the user is not there, or is switched off.
 */
export async function beginSession(c: ConsoleContext, user: string): Promise<string | null> {
  await endOwnSession(c);
  const token = await c.env.GATEWAY.createSession(user, browserOf(c));
  if (token === null) return null;
  writeCookie(c, 'session', token, SESSION_SECONDS);
  for (const name of ['visit', 'step', 'oidc'] as const) dropCookie(c, name);
  return token;
}

/** Another session for the same user, after all have ended because its password or second factor is new: this browser stays signed in. */
export async function renewSession(c: ConsoleContext): Promise<void> {
  const view = c.get('view');
  const token = view.user && (await beginSession(c, view.user.id));
  if (token) c.set('view', { ...view, csrf: csrfToken(token) });
}

/** Ends the session of this browser. */
export async function endOwnSession(c: ConsoleContext): Promise<void> {
  const token = readCookie(c, 'session');
  const session = token ? await c.env.GATEWAY.session(token) : null;
  if (session) await c.env.GATEWAY.endSession(session.user, session.id);
  dropCookie(c, 'session');
}

/** The secret of a browser where nobody is signed in: its forms' tokens are made from it. */
export function visitSecret(c: ConsoleContext): string {
  const known = readCookie(c, 'visit');
  if (known && known.length >= 43) return known;
  const bytes = new Uint8Array(32);
  c.get('ports').random(bytes);
  const made = base64url(bytes);
  writeCookie(c, 'visit', made);
  return made;
}

/** Where somebody goes who has signed in: a page of the console, and nothing elsewhere. */
export function safeNext(text: string | undefined): string {
  return text && /^\/console(?:[/?][^\\\s]*)?$/.test(text) && !text.startsWith('/console/sign-')
    ? text
    : '/console';
}
