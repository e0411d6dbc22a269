/** One's own password and second factor. Whoever changes them proves first who it is. */
import type { Hono } from 'hono';
import { ENROLMENT_FIELD, EnrolmentForm, RecoveryCodes } from '../../components/second-factor.tsx';
import { Facts } from '../../components/show.tsx';
import type { ConsoleContext, ConsoleEnv } from '../../context.ts';
import { formPage } from '../../form-page.tsx';
import { FormProblem, type FormState, freshForm, type Posted } from '../../form-state.ts';
import { consolePage } from '../../page.tsx';
import { newPasswordHash } from '../../password-sign-in.ts';
import { newRecoveryCodes } from '../../recovery-codes.ts';
import { enrol, newEnrolment, readEnrolment } from '../../second-factor.ts';
import { browserOf, renewSession } from '../../session.ts';
import { type FormOutcome, submission } from '../../submission.tsx';
import { meTexts } from '../../texts/me.ts';
import { signinTexts } from '../../texts/signin.ts';
import { NewPasswordFields, newPasswordProblems } from '../new-password.tsx';
import { CurrentPassword, OldCode, ownUser, requireCode, requirePassword } from './proving.tsx';

const ME = '/console/me';
const PASSWORD = `${ME}/password`;
const SECOND = `${ME}/second-factor`;
const CODES = `${ME}/recovery-codes`;
const OFF = `${ME}/second-factor/off`;

/** What one has, and where to change it. Nobody has one where the console takes no passwords. */
export async function SignInCard({ c }: { c: ConsoleContext }) {
  const { passwords } = c.get('settings');
  const credential = await c.env.GATEWAY.credential(ownUser(c).id);
  if (!passwords || credential.passwordHash === null) return null;
  const t = meTexts[c.get('view').language].signIn;
  const { hasTotp, recoveryCodes } = credential;
  return (
    <section class="card">
      <h2>{t.heading}</h2>
      <Facts of={[[t.second, hasTotp ? `${t.on}, ${t.codes(recoveryCodes)}` : t.off]]} />
      <div class="actions">
        <a class="button" href={PASSWORD}>
          {t.change}
        </a>
        <a class="button" href={SECOND}>
          {hasTotp ? t.replace : t.turnOn}
        </a>
        {hasTotp && (
          <a class="button" href={CODES}>
            {t.newCodes}
          </a>
        )}
        {hasTotp && passwords.secondFactor === 'optional' && (
          <a class="button danger" href={OFF}>
            {t.turnOff}
          </a>
        )}
      </div>
    </section>
  );
}

// --- Password -----------------------------------------------------------------------------------------------

function passwordPage(c: ConsoleContext, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = meTexts[view.language].signIn;
  return formPage(c, {
    title: t.change,
    area: 'me',
    state,
    action: PASSWORD,
    submit: t.change,
    cancel: ME,
    fields: (
      <>
        <CurrentPassword c={c} state={state} />
        <NewPasswordFields view={view} state={state} />
      </>
    ),
  });
}

async function changePassword(c: ConsoleContext, posted: Posted): Promise<FormOutcome> {
  const { language } = c.get('view');
  const { id, email } = ownUser(c);
  const problems = newPasswordProblems(language, posted, email);
  if (problems.length > 0) throw new FormProblem(problems);
  await requirePassword(c, posted);
  const passwordHash = newPasswordHash(c, posted.raw('password'));
  await c.env.GATEWAY.putCredential(id, { passwordHash }, browserOf(c));
  await renewSession(c);
  return { to: ME, flash: meTexts[language].signIn.changed };
}

// --- Second factor ------------------------------------------------------------------------------------------

/** @param kept the form's enrolment, after a wrong code. */
async function secondFactorPage(c: ConsoleContext, state: FormState): Promise<Response> {
  const { passwords } = c.get('settings');
  if (!passwords) return c.notFound() as Response;
  const view = c.get('view');
  const t = meTexts[view.language].signIn;
  const { id, email } = ownUser(c);
  const { hasTotp } = await c.env.GATEWAY.credential(id);
  const kept = readEnrolment(c, passwords, id, state.value(ENROLMENT_FIELD));
  return consolePage(c, {
    title: hasTotp ? t.replace : t.turnOn,
    area: 'me',
    status: state.status,
    body: (
      <section class="card">
        <p>{hasTotp ? t.replaceWhy : signinTexts[view.language].enrol.why}</p>
        <EnrolmentForm
          view={view}
          state={state}
          enrolment={kept ?? newEnrolment(c, passwords, id)}
          email={email}
          action={SECOND}
        >
          <OldCode c={c} state={state} />
          <CurrentPassword c={c} state={state} />
        </EnrolmentForm>
      </section>
    ),
  });
}

async function shownCodes(c: ConsoleContext, codes: readonly string[]): Promise<FormOutcome> {
  const view = c.get('view');
  const { title } = signinTexts[view.language].codes;
  const body = <RecoveryCodes view={view} codes={codes} next={ME} />;
  return { to: ME, shown: await consolePage(c, { title, area: 'me', body }) };
}

async function turnOn(c: ConsoleContext, posted: Posted): Promise<FormOutcome> {
  const { passwords } = c.get('settings');
  const t = signinTexts[c.get('view').language].enrol;
  const { id } = ownUser(c);
  const enrolment = passwords && readEnrolment(c, passwords, id, posted.raw(ENROLMENT_FIELD));
  if (!enrolment) throw new FormProblem([{ path: 'code', message: t.over }]);
  await requirePassword(c, posted);
  await requireCode(c, posted);
  const codes = await enrol(c, id, enrolment, posted.text('code'));
  if (!codes) throw new FormProblem([{ path: 'code', message: t.wrong }]);
  await renewSession(c);
  return shownCodes(c, codes);
}

/** A page that asks for the password and a code, and then does one thing. */
function provePage(
  c: ConsoleContext,
  state: FormState,
  words: { readonly title: string; readonly why: string; readonly action: string; readonly danger?: boolean },
): Promise<Response> {
  const { title, why, action, danger = false } = words;
  return formPage(c, {
    title,
    area: 'me',
    state,
    action,
    submit: title,
    danger,
    cancel: ME,
    intro: <p>{why}</p>,
    fields: (
      <>
        <CurrentPassword c={c} state={state} />
        <OldCode c={c} state={state} />
      </>
    ),
  });
}

async function newCodes(c: ConsoleContext, posted: Posted): Promise<FormOutcome> {
  await requirePassword(c, posted);
  await requireCode(c, posted);
  const recoveryCodes = newRecoveryCodes(c.get('ports').random);
  await c.env.GATEWAY.putCredential(ownUser(c).id, { recoveryCodes }, browserOf(c));
  return shownCodes(c, recoveryCodes);
}

async function turnOff(c: ConsoleContext, posted: Posted): Promise<FormOutcome> {
  await requirePassword(c, posted);
  await requireCode(c, posted);
  await c.env.GATEWAY.putCredential(ownUser(c).id, { totpSecret: null, recoveryCodes: [] }, browserOf(c));
  await renewSession(c);
  return { to: ME, flash: meTexts[c.get('view').language].signIn.turnedOff };
}

export function credentialRoutes(app: Hono<ConsoleEnv>): void {
  const wordsOf = (c: ConsoleContext) => meTexts[c.get('view').language].signIn;
  const codesPage = (c: ConsoleContext, state: FormState) => {
    const t = wordsOf(c);
    return provePage(c, state, { title: t.newCodes, why: t.newCodesWhy, action: CODES });
  };
  const offPage = (c: ConsoleContext, state: FormState) => {
    const t = wordsOf(c);
    return provePage(c, state, { title: t.turnOff, why: t.turnOffWhy, action: OFF, danger: true });
  };
  const forms = [
    { path: PASSWORD, show: passwordPage, run: changePassword },
    { path: SECOND, show: secondFactorPage, run: turnOn },
    { path: CODES, show: codesPage, run: newCodes },
    { path: OFF, show: offPage, run: turnOff },
  ];
  const isOpen = async (c: ConsoleContext, path: string) => {
    const { passwords } = c.get('settings');
    const { passwordHash } = await c.env.GATEWAY.credential(ownUser(c).id);
    return (
      passwords !== null && passwordHash !== null && !(path === OFF && passwords.secondFactor === 'required')
    );
  };
  for (const { path, show, run } of forms) {
    app.get(path, async (c) => ((await isOpen(c, path)) ? show(c, freshForm()) : c.notFound()));
    app.post(path, async (c) =>
      (await isOpen(c, path))
        ? submission(c, { run: (posted) => run(c, posted), form: (state) => show(c, state) })
        : c.notFound(),
    );
  }
}
