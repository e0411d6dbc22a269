/**
 * Who comes in: somebody with a session of this console. Behind Cloudflare Access, and with no other way to sign in, each request has to carry
 * Access's token of the session's own user as well; the session begins with the first one.
 */
import type { MiddlewareHandler } from 'hono';
import { Api } from './api.ts';
import { AREAS, navigation } from './areas.ts';
import { CSRF_FIELD } from './components/form.tsx';
import type { ConsoleContext, ConsoleEnv } from './context.ts';
import { csrfToken, isCsrfToken, isOwnOrigin } from './csrf.ts';
import type { ConsoleUser } from './gateway.ts';
import { accessFaultPage, nobodyPage } from './pages/access.tsx';
import { endedPage, staleFormPage } from './pages/stale.tsx';
import { beginSession, browserOf, endOwnSession, signedInUser, visitSecret } from './session.ts';
import { postedForm } from './submission.tsx';
import type { View } from './view.ts';

export function isReading(c: ConsoleContext): boolean {
  return c.req.method === 'GET' || c.req.method === 'HEAD';
}

/** Every form is one of ours, of this browser, and of this sign-in. */
async function isOwnForm(c: ConsoleContext, secret: string): Promise<boolean> {
  const isOwn = isOwnOrigin(c.req.raw) && isCsrfToken(secret, (await postedForm(c)).raw(CSRF_FIELD));
  if (!isOwn) console.warn({ event: 'form.refused', origin: c.req.header('origin') ?? null });
  return isOwn;
}

/** For pages before the sign-in. */
export const asVisitor: MiddlewareHandler<ConsoleEnv> = async (c, next) => {
  const secret = visitSecret(c);
  c.set('view', { ...c.get('view'), csrf: csrfToken(secret) });
  if (!isReading(c) && !(await isOwnForm(c, secret))) return staleFormPage(c, '/console/sign-in');
  return next();
};

async function countsOf(api: Api): Promise<View['counts']> {
  const asked = AREAS.flatMap(({ id, nav }) => (nav?.count ? [{ id, count: nav.count }] : []));
  const found = await Promise.all(
    asked.map(async ({ id, count }) => [id, await count(api).catch(() => 0)] as const),
  );
  return Object.fromEntries(found);
}

interface CameIn {
  readonly user: ConsoleUser;
  /** Of the session: a secret. */
  readonly token: string;
  /** Of the session, as the list names it; null: it has just begun. */
  readonly session: string | null;
}

/** By Access's token. A session of another user, or none, begins anew, except under a form. */
async function throughAccess(c: ConsoleContext): Promise<CameIn | Response> {
  const { access } = c.get('settings');
  if (!access) return endedPage(c);
  const result = await c.get('accessTokens').check(c.req.raw, access);
  if (result.kind === 'fault') return accessFaultPage(c, result.fault);
  const known = await signedInUser(c);
  if (known?.user.email === result.email.toLowerCase()) return known;
  const user = await c.env.GATEWAY.userByEmail(result.email);
  if (!user?.active) {
    console.warn({ event: 'access.nobody', user: user?.id ?? null });
    return nobodyPage(c, result.email);
  }
  if (known) await endOwnSession(c);
  if (!isReading(c)) return endedPage(c);
  const token = await beginSession(c, user.id);
  return token === null ? nobodyPage(c, result.email) : { user, token, session: null };
}

async function cameIn(c: ConsoleContext): Promise<CameIn | Response> {
  const { access, oidc, passwords } = c.get('settings');
  if (access && !oidc && !passwords) return throughAccess(c);
  const known = await signedInUser(c);
  if (known) return known;
  if (access && c.req.header('cf-access-jwt-assertion')) return throughAccess(c);
  if (!isReading(c)) return endedPage(c);
  return c.redirect(`/console/sign-in?next=${encodeURIComponent(c.get('view').path)}`, 303);
}

/** Whoever is not signed in signs in first. A form of a session that has ended is not sent: nothing is done. */
export const requireSignedIn: MiddlewareHandler<ConsoleEnv> = async (c, next) => {
  const found = await cameIn(c);
  if (found instanceof Response) return found;
  const { user, token, session } = found;
  const view: View = { ...c.get('view'), csrf: csrfToken(token), user };
  c.set('view', view);
  c.set('session', session);
  c.set('entries', navigation(AREAS, user.role));
  // Without a PUBLIC_URL, under `npm start`, addresses in answers begin with that of the request.
  const origin = c.env.LOCAL === '1' ? new URL(c.req.url).origin : undefined;
  const api = new Api(c.env.GATEWAY, user.id, browserOf(c).address, origin);
  c.set('api', api);
  if (!isReading(c) && !(await isOwnForm(c, token))) return staleFormPage(c, c.req.path);
  if (isReading(c)) c.set('view', { ...view, counts: await countsOf(api) });
  return next();
};
