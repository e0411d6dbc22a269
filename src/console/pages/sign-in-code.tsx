/** The step after the password: a code of the second factor, or making one. Nobody is signed in before it. */
import type { Hono } from 'hono';
import { TextField } from '../components/fields.tsx';
import { Form } from '../components/form.tsx';
import { ENROLMENT_FIELD, EnrolmentForm, RecoveryCodes } from '../components/second-factor.tsx';
import type { ConsoleContext, ConsoleEnv } from '../context.ts';
import { readCookie } from '../cookies.ts';
import { writeFlash } from '../flash.ts';
import { FormState, freshForm } from '../form-state.ts';
import { narrowPage } from '../page.tsx';
import { enrol, newEnrolment, readEnrolment, readSignInStep, takeCode } from '../second-factor.ts';
import { beginSession } from '../session.ts';
import { postedForm } from '../submission.tsx';
import { signinTexts } from '../texts/signin.ts';

const CODE = '/console/sign-in/code';
const ENROL = '/console/sign-in/second-factor';

/** The step that this browser is at. It is over: back to the beginning. */
async function stepOf(c: ConsoleContext) {
  const { passwords } = c.get('settings');
  return passwords ? readSignInStep(c, passwords, readCookie(c, 'step')) : null;
}

function beginAnew(c: ConsoleContext): Response | Promise<Response> {
  writeFlash(c, { kind: 'warn', text: signinTexts[c.get('view').language].code.over });
  return c.redirect('/console/sign-in', 303);
}

function codePage(c: ConsoleContext, state: FormState, status = 200): Response | Promise<Response> {
  const view = c.get('view');
  const t = signinTexts[view.language].code;
  return narrowPage(c, {
    title: t.title,
    status,
    body: (
      <Form view={view} state={state} action={CODE} submit={t.submit}>
        <TextField
          view={view}
          state={state}
          name="code"
          label={t.label}
          hint={t.hint}
          autocomplete="one-time-code"
          maxlength={20}
          required
          focus
        />
      </Form>
    ),
  });
}

async function checkCode(c: ConsoleContext): Promise<Response> {
  const step = await stepOf(c);
  if (!step) return beginAnew(c);
  const t = signinTexts[c.get('view').language];
  const result = await takeCode(c, step.user, (await postedForm(c)).text('code'));
  if (result.kind === 'wait')
    return codePage(c, new FormState({ values: {}, trouble: t.wait(result.seconds) }), 429);
  if (result.kind === 'wrong')
    return codePage(
      c,
      new FormState({ values: {}, problems: [{ path: 'code', message: t.code.wrong }] }),
      401,
    );
  if ((await beginSession(c, step.user)) === null) return beginAnew(c);
  if (result.recovery) {
    const { recoveryCodes } = await c.env.GATEWAY.credential(step.user);
    writeFlash(c, { kind: 'warn', text: t.code.left(recoveryCodes) });
  }
  return c.redirect(step.next, 303);
}

/** @param kept the secret that was shown before; left out: a new one. */
async function enrolmentPage(
  c: ConsoleContext,
  state: FormState,
  kept?: ReturnType<typeof newEnrolment>,
): Promise<Response> {
  const { passwords } = c.get('settings');
  const step = await stepOf(c);
  if (!passwords || !step) return beginAnew(c);
  // Whoever has a second factor proves it; a password alone replaces none.
  if ((await c.env.GATEWAY.credential(step.user)).hasTotp) return c.redirect(CODE, 303);
  const view = c.get('view');
  const t = signinTexts[view.language].enrol;
  return narrowPage(c, {
    title: t.title,
    status: state.status,
    body: (
      <>
        <p>{t.why}</p>
        <EnrolmentForm
          view={view}
          state={state}
          enrolment={kept ?? newEnrolment(c, passwords, step.user)}
          email={step.email}
          action={ENROL}
        />
      </>
    ),
  });
}

async function finishEnrolment(c: ConsoleContext): Promise<Response> {
  const { passwords } = c.get('settings');
  const step = await stepOf(c);
  if (!passwords || !step) return beginAnew(c);
  if ((await c.env.GATEWAY.credential(step.user)).hasTotp) return c.redirect(CODE, 303);
  const view = c.get('view');
  const t = signinTexts[view.language];
  const posted = await postedForm(c);
  const enrolment = readEnrolment(c, passwords, step.user, posted.raw(ENROLMENT_FIELD));
  const problem = (message: string) => new FormState({ values: {}, problems: [{ path: 'code', message }] });
  if (!enrolment) return enrolmentPage(c, problem(t.enrol.over));
  const codes = await enrol(c, step.user, enrolment, posted.text('code'));
  if (!codes) return enrolmentPage(c, problem(t.enrol.wrong), enrolment);
  if ((await beginSession(c, step.user)) === null) return beginAnew(c);
  return narrowPage(c, {
    title: t.codes.title,
    body: <RecoveryCodes view={view} codes={codes} next={step.next} />,
  });
}

export function signInCodeRoutes(app: Hono<ConsoleEnv>): void {
  app.get(CODE, async (c) => ((await stepOf(c)) ? codePage(c, freshForm()) : beginAnew(c)));
  app.post(CODE, checkCode);
  app.get(ENROL, (c) => enrolmentPage(c, freshForm()));
  app.post(ENROL, finishEnrolment);
}
