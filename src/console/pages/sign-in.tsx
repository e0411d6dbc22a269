/** Where people sign in: by password here, or on the way to an issuer of their own. */
import type { Hono } from 'hono';
import { TextField } from '../components/fields.tsx';
import { Form } from '../components/form.tsx';
import { Notice } from '../components/show.tsx';
import type { ConsoleContext, ConsoleEnv } from '../context.ts';
import { writeCookie } from '../cookies.ts';
import { FormState, freshForm } from '../form-state.ts';
import { narrowPage } from '../page.tsx';
import { passwordSignIn } from '../password-sign-in.ts';
import { signInStep } from '../second-factor.ts';
import { beginSession, safeNext, signedInUser } from '../session.ts';
import { postedForm } from '../submission.tsx';
import { signinTexts } from '../texts/signin.ts';

function PasswordForm({ c, state, next }: { c: ConsoleContext; state: FormState; next: string }) {
  const view = c.get('view');
  const t = signinTexts[view.language];
  return (
    <Form view={view} state={state} action="/console/sign-in" submit={t.submit}>
      <input type="hidden" name="next" value={next} />
      <TextField
        view={view}
        state={state}
        name="email"
        label={t.email}
        type="email"
        autocomplete="username"
        required
        focus
      />
      <TextField
        view={view}
        state={state}
        name="password"
        label={t.password}
        type="password"
        autocomplete="current-password"
        required
      />
    </Form>
  );
}

function signInPage(
  c: ConsoleContext,
  state: FormState,
  status: 200 | 401 | 429,
): Response | Promise<Response> {
  const { passwords, oidc, access } = c.get('settings');
  const t = signinTexts[c.get('view').language];
  const next = safeNext(state.value('next') || c.req.query('next'));
  return narrowPage(c, {
    title: t.title,
    status,
    body: (
      <>
        {c.req.query('left') !== undefined && <Notice tone="ok">{<p>{t.left}</p>}</Notice>}
        {oidc && (
          <a
            class={passwords ? 'button' : 'button main'}
            href={`/console/sign-in/oidc?next=${encodeURIComponent(next)}`}
          >
            {t.through(new URL(oidc.issuer).host)}
          </a>
        )}
        {oidc && passwords && <p>{t.or}</p>}
        {passwords && <PasswordForm c={c} state={state} next={next} />}
        {access && !passwords && !oidc && (
          <a class="button main" href={next}>
            {t.again}
          </a>
        )}
      </>
    ),
  });
}

/** A right password: signed in, or on to the code, or to making a second factor first. */
async function signIn(c: ConsoleContext): Promise<Response> {
  const { passwords } = c.get('settings');
  if (!passwords) return c.notFound() as Response;
  const t = signinTexts[c.get('view').language];
  const posted = await postedForm(c);
  const values = { email: posted.all('email'), next: posted.all('next') };
  const result = await passwordSignIn(c, posted.text('email'), posted.raw('password'));
  if (result.kind === 'wait')
    return signInPage(c, new FormState({ values, trouble: t.wait(result.seconds) }), 429);
  if (result.kind === 'wrong') return signInPage(c, new FormState({ values, trouble: t.wrong }), 401);
  const { user, credential } = result;
  const next = safeNext(posted.text('next'));
  if (credential.hasTotp || passwords.secondFactor === 'required') {
    const { now } = c.get('ports');
    writeCookie(c, 'step', signInStep(passwords, { user: user.id, next }, credential.passwordHash, now()));
    return c.redirect(credential.hasTotp ? '/console/sign-in/code' : '/console/sign-in/second-factor', 303);
  }
  const began = await beginSession(c, user.id);
  if (began === null) return signInPage(c, new FormState({ values, trouble: t.wrong }), 401);
  return c.redirect(next, 303);
}

export function signInRoutes(app: Hono<ConsoleEnv>): void {
  app.get('/console/sign-in', async (c) => {
    if (await signedInUser(c)) return c.redirect(safeNext(c.req.query('next')), 303);
    return signInPage(c, freshForm(), 200);
  });
  app.post('/console/sign-in', signIn);
}
