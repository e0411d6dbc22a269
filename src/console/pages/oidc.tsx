/** The way to the issuer of OpenID Connect, and back. */
import type { Hono } from 'hono';
import { base64url, fromBase64url, fromUtf8, utf8 } from '../../signing/bytes.ts';
import type { ConsoleContext, ConsoleEnv } from '../context.ts';
import { dropCookie, readCookie, writeCookie } from '../cookies.ts';
import { type OidcDeparture, OidcFault } from '../oidc.ts';
import { narrowPage } from '../page.tsx';
import { addressBlock, gateOf } from '../password-sign-in.ts';
import { beginSession, browserOf, safeNext } from '../session.ts';
import { signinTexts } from '../texts/signin.ts';

const BACK = '/console/sign-in/oidc/back';

/** Seconds in which somebody signs in at the issuer. */
const DEPARTED_SECONDS = 600;

function redirectUri(c: ConsoleContext): string {
  return new URL(BACK, c.req.url).href;
}

function troublePage(
  c: ConsoleContext,
  text: string,
  status: 401 | 403 | 429 | 502,
): Response | Promise<Response> {
  const t = signinTexts[c.get('view').language];
  return narrowPage(c, {
    title: t.issuer.title,
    status,
    body: (
      <>
        <p>{text}</p>
        <a class="button main" href="/console/sign-in">
          {t.again}
        </a>
      </>
    ),
  });
}

/** What this browser was sent away with: of its cookie, which nobody else can set. */
function departureOf(c: ConsoleContext): (OidcDeparture & { readonly next: string }) | null {
  const bytes = fromBase64url(readCookie(c, 'oidc') ?? '');
  const text = bytes && fromUtf8(bytes);
  if (!text) return null;
  try {
    const { state, nonce, verifier, next } = JSON.parse(text) as Record<string, unknown>;
    if (![state, nonce, verifier].every((value) => typeof value === 'string' && value.length >= 43))
      return null;
    return { state, nonce, verifier, next: safeNext(String(next)) } as OidcDeparture & { next: string };
  } catch {
    return null;
  }
}

function faultPage(c: ConsoleContext, error: unknown): Response | Promise<Response> {
  if (!(error instanceof OidcFault)) throw error;
  console.warn({ event: 'oidc.failed', reason: error.reason, detail: error.message });
  const t = signinTexts[c.get('view').language].issuer;
  return troublePage(c, t[error.reason], error.reason === 'unreachable' ? 502 : 401);
}

async function depart(c: ConsoleContext): Promise<Response> {
  const { oidc } = c.get('settings');
  if (!oidc) return c.notFound() as Response;
  try {
    const { address, departure } = await c.get('oidc').depart(oidc, redirectUri(c));
    const kept = JSON.stringify({ ...departure, next: safeNext(c.req.query('next')) });
    writeCookie(c, 'oidc', base64url(utf8(kept)), DEPARTED_SECONDS);
    return c.redirect(address, 303);
  } catch (error) {
    return faultPage(c, error);
  }
}

async function arrive(c: ConsoleContext): Promise<Response> {
  const { oidc } = c.get('settings');
  if (!oidc) return c.notFound() as Response;
  const t = signinTexts[c.get('view').language];
  const departure = departureOf(c);
  // Each answer counts once: the same address again, from the history, is stale.
  dropCookie(c, 'oidc');
  const gate = gateOf(c, 'address', addressBlock(browserOf(c).address));
  const seconds = await gate.take('address');
  if (seconds > 0) return troublePage(c, t.wait(seconds), 429);
  try {
    const query = new URL(c.req.url).searchParams;
    const email = await c.get('oidc').arrive(oidc, redirectUri(c), query, departure);
    const user = await c.env.GATEWAY.userByEmail(email);
    const began = user?.active ? await beginSession(c, user.id) : null;
    if (began === null) {
      console.warn({ event: 'oidc.nobody', user: user?.id ?? null });
      return troublePage(c, t.issuer.nobody(email), 403);
    }
    await gate.right('address');
    return c.redirect(departure?.next ?? '/console', 303);
  } catch (error) {
    return faultPage(c, error);
  }
}

export function oidcRoutes(app: Hono<ConsoleEnv>): void {
  app.get('/console/sign-in/oidc', depart);
  app.get(BACK, arrive);
}
