/** Where an invited user sets a password. */
import type { Hono } from 'hono';
import { TextField } from '../components/fields.tsx';
import { Form } from '../components/form.tsx';
import type { ConsoleContext, ConsoleEnv } from '../context.ts';
import { writeFlash } from '../flash.ts';
import { FormState, freshForm, type Posted } from '../form-state.ts';
import { invitedUser } from '../invitations.ts';
import { narrowPage } from '../page.tsx';
import { newPasswordHash } from '../password-sign-in.ts';
import { passwordFault, SHORTEST_PASSWORD } from '../passwords.ts';
import { browserOf } from '../session.ts';
import { postedForm } from '../submission.tsx';
import type { Language } from '../texts/languages.ts';
import { signinTexts } from '../texts/signin.ts';

/** What is wrong with a new password that was typed twice: by field, in the viewer's language. */
export function newPasswordProblems(language: Language, posted: Posted, email: string) {
  const t = signinTexts[language].fault;
  const password = posted.raw('password');
  const fault = passwordFault(password, email);
  return [
    ...(fault ? [{ path: 'password', message: t[fault] }] : []),
    ...(password !== posted.raw('repeat') ? [{ path: 'repeat', message: t.differs }] : []),
  ];
}

async function invitationPage(c: ConsoleContext, state: FormState, status = 200): Promise<Response> {
  const view = c.get('view');
  const t = signinTexts[view.language].invitation;
  const user = await invitedUser(c, c.req.param('token') ?? '');
  if (!user) return narrowPage(c, { title: t.over, status: 410, body: <p>{t.overText}</p> });
  return narrowPage(c, {
    title: t.title,
    status,
    body: (
      <>
        <p>{t.text(user.email)}</p>
        <Form view={view} state={state} action={c.req.path} submit={t.submit}>
          <input type="hidden" name="username" value={user.email} autocomplete="username" />
          <TextField
            view={view}
            state={state}
            name="password"
            label={t.password}
            hint={t.hint(SHORTEST_PASSWORD)}
            type="password"
            autocomplete="new-password"
            required
            focus
          />
          <TextField
            view={view}
            state={state}
            name="repeat"
            label={t.repeat}
            type="password"
            autocomplete="new-password"
            required
          />
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
  if (problems.length > 0) return invitationPage(c, new FormState({ values: {}, problems }), 422);
  const passwordHash = newPasswordHash(c, posted.raw('password'));
  await c.env.GATEWAY.putCredential(user.id, { passwordHash }, browserOf(c));
  writeFlash(c, { kind: 'ok', text: signinTexts[language].invitation.done });
  return c.redirect('/console/sign-in', 303);
}

export function invitationRoutes(app: Hono<ConsoleEnv>): void {
  app.get('/console/invitation/:token', (c) => invitationPage(c, freshForm()));
  app.post('/console/invitation/:token', setPassword);
}
