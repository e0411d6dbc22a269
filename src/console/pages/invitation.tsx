/** Where an invited user sets a password. */
import type { Hono } from 'hono';
import { Form } from '../components/form.tsx';
import type { ConsoleContext, ConsoleEnv } from '../context.ts';
import { writeFlash } from '../flash.ts';
import { FormState, freshForm } from '../form-state.ts';
import { invitedUser } from '../invitations.ts';
import { narrowPage } from '../page.tsx';
import { newPasswordHash } from '../password-sign-in.ts';
import { browserOf } from '../session.ts';
import { postedForm } from '../submission.tsx';
import { signinTexts } from '../texts/signin.ts';
import { NewPasswordFields, newPasswordProblems } from './new-password.tsx';

async function invitationPage(c: ConsoleContext, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = signinTexts[view.language].invitation;
  const user = await invitedUser(c, c.req.param('token') ?? '');
  if (!user) return narrowPage(c, { title: t.over, status: 410, body: <p>{t.overText}</p> });
  return narrowPage(c, {
    title: t.title,
    status: state.status,
    body: (
      <>
        <p>{t.text(user.email)}</p>
        <Form view={view} state={state} action={c.req.path} submit={t.submit}>
          <input type="hidden" name="username" value={user.email} autocomplete="username" />
          <NewPasswordFields view={view} state={state} focus />
        </Form>
      </>
    ),
  });
}

async function setPassword(c: ConsoleContext): Promise<Response> {
  const { language } = c.get('view');
  const user = await invitedUser(c, c.req.param('token') ?? '');
  if (!user) return invitationPage(c, freshForm());
  const posted = await postedForm(c);
  const problems = newPasswordProblems(language, posted, user.email);
  if (problems.length > 0) return invitationPage(c, new FormState({ values: {}, problems }));
  const passwordHash = newPasswordHash(c, posted.raw('password'));
  await c.env.GATEWAY.putCredential(user.id, { passwordHash }, browserOf(c));
  writeFlash(c, { kind: 'ok', text: signinTexts[language].invitation.done });
  return c.redirect('/console/sign-in', 303);
}

export function invitationRoutes(app: Hono<ConsoleEnv>): void {
  app.get('/console/invitation/:token', (c) => invitationPage(c, freshForm()));
  app.post('/console/invitation/:token', setPassword);
}
