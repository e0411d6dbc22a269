/** The console: its routes, who may come in, and what is answered when something goes wrong. */
import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie } from 'hono/cookie';
import { AccessTokens } from './access.ts';
import { ApiProblem } from './api.ts';
import { AREAS } from './areas.ts';
import { assetAnswer } from './assets.ts';
import type { ConsoleContext, ConsoleEnv } from './context.ts';
import { BROWSER_ZONE, readCookie } from './cookies.ts';
import { readFlash } from './flash.ts';
import { OidcClient } from './oidc.ts';
import { narrowPage } from './page.tsx';
import { invitationRoutes } from './pages/invitation.tsx';
import { oidcRoutes } from './pages/oidc.tsx';
import { setUpPage } from './pages/set-up.tsx';
import { signInRoutes } from './pages/sign-in.tsx';
import { signInCodeRoutes } from './pages/sign-in-code.tsx';
import type { ConsolePorts } from './ports.ts';
import { endOwnSession } from './session.ts';
import { readSettings } from './settings.ts';
import { commonTexts } from './texts/common.ts';
import { apiProblemPage, failurePage, notFoundPage } from './trouble.tsx';
import { tastes, type View } from './view.ts';
import { asVisitor, isReading, requireSignedIn } from './who-comes-in.ts';

/** A logo, and what is around it. */
const LARGEST_FORM = 1024 * 1024;

/** A provider's file, where scripts do not send it in pieces. */
const LARGEST_UPLOAD = 9 * 1024 * 1024;
const UPLOADS = /^\/console\/reconciliation(?:\/[0-9a-f]+\/file)?$/;

/** What is known of whoever looks, before the sign-in. */
function viewOf(c: ConsoleContext): View {
  const { pathname, search } = new URL(c.req.url);
  const cf = c.req.raw.cf as { readonly timezone?: string } | undefined;
  return {
    ...tastes(
      {
        language: readCookie(c, 'language'),
        zone: readCookie(c, 'zone'),
        browserZone: getCookie(c, BROWSER_ZONE),
      },
      { acceptLanguage: c.req.header('accept-language') ?? null, addressZone: cf?.timezone ?? null },
    ),
    now: c.get('ports').now(),
    path: pathname + search,
    csrf: '',
    user: null,
    flash: isReading(c) ? readFlash(c) : null,
    counts: {},
  };
}

/** Without a way to sign in, every page says what to set. */
const requireSetUp: MiddlewareHandler<ConsoleEnv> = async (c, next) => {
  const settings = readSettings(c.env);
  c.set('settings', settings);
  c.set('view', viewOf(c));
  const { access, oidc, passwords, faults } = settings;
  if (faults.length > 0 || !(access || oidc || passwords)) return setUpPage(c, faults);
  return next();
};

function tooLargePage(c: ConsoleContext): Response | Promise<Response> {
  const t = commonTexts[c.get('view').language].trouble;
  return narrowPage(c, { title: t.tooLarge, status: 413, body: <p>{t.rejected}</p> });
}

function onError(error: Error, c: ConsoleContext): Response | Promise<Response> {
  if (error instanceof ApiProblem && c.get('view')?.user) {
    // The user was switched off in this moment: the next page asks to sign in.
    return apiProblemPage(c, error);
  }
  const request = crypto.randomUUID();
  // An invitation is a secret.
  const path = c.req.path.replace(/(\/invitation\/).+/, '$1…');
  console.error({ event: 'console.failed', request, path, cause: error.stack ?? error.message });
  return failurePage(c, request);
}

/** Signs out; behind Access alone, there too: else the next page would sign in again. */
async function signOut(c: ConsoleContext): Promise<Response> {
  const { access, oidc, passwords } = c.get('settings');
  await endOwnSession(c);
  return c.redirect(access && !oidc && !passwords ? '/cdn-cgi/access/logout' : '/console/sign-in?left', 303);
}

/** The console's routes. */
export function createConsole(ports: ConsolePorts): Hono<ConsoleEnv> {
  const accessTokens = new AccessTokens(ports);
  const oidc = new OidcClient(ports);
  const app = new Hono<ConsoleEnv>();
  app.get('/', (c) => c.redirect('/console', 302));
  app.get('/console/assets/:name', (c) => assetAnswer(c.req.path) ?? c.text('Not found', 404));
  app.use('*', async (c, next) => {
    c.set('ports', ports);
    c.set('accessTokens', accessTokens);
    c.set('oidc', oidc);
    return next();
  });
  app.use('*', requireSetUp);
  const limitedTo = (maxSize: number) =>
    bodyLimit({ maxSize, onError: (c) => tooLargePage(c as ConsoleContext) });
  const [ofForms, ofUploads] = [limitedTo(LARGEST_FORM), limitedTo(LARGEST_UPLOAD)];
  app.use('*', (c, next) => (UPLOADS.test(c.req.path) ? ofUploads : ofForms)(c, next));
  for (const path of ['/console/sign-in', '/console/sign-in/*', '/console/invitation/*'])
    app.use(path, asVisitor);
  for (const routes of [signInRoutes, signInCodeRoutes, oidcRoutes, invitationRoutes]) routes(app);
  app.use('*', requireSignedIn);
  app.post('/console/sign-out', signOut);
  for (const { routes } of AREAS) routes(app);
  app.get('/console', (c) => c.redirect(c.get('entries')[0]?.href ?? '/console/me', 303));
  app.notFound((c) => (c.get('view')?.user ? notFoundPage(c) : c.redirect('/console/sign-in', 303)));
  app.onError(onError);
  return app;
}
