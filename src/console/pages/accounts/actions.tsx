/** A secret is rotated with a grace, and the keys are checked by a harmless call. */
import type { OperatorAnswer } from '../../api.ts';
import { SelectField, TextArea, TextField } from '../../components/fields.tsx';
import { Form } from '../../components/form.tsx';
import { Facts, Notice, Time } from '../../components/show.tsx';
import type { ConsoleContext } from '../../context.ts';
import { FormProblem, FormState } from '../../form-state.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { accountsTexts } from '../../texts/accounts.ts';
import { apiPath } from './confirm.tsx';
import { accountPath, readAccount, readProviders, type ShownAccount } from './read.ts';
import { hasLines, settingsOf, typedValue, without } from './settings.tsx';

const GRACES = ['0', '3600', '86400', '604800', '2592000'] as const;

async function settingOf(c: ConsoleContext, { provider }: ShownAccount, setting: string) {
  const found = (await readProviders(c)).find(({ id }) => id === provider);
  return found && settingsOf(found).find(({ name }) => name === setting);
}

export async function rotatePage(c: ConsoleContext, state: FormState, status = 200): Promise<Response> {
  const view = c.get('view');
  const t = accountsTexts[view.language];
  const account = await readAccount(c);
  const setting = c.req.param('setting') ?? '';
  const schema = await settingOf(c, account, setting);
  if (!schema || !(setting in account.secrets)) return c.notFound() as Response;
  const field = { view, state: without(state, 'value'), name: 'value', label: t.newSecret, required: true };
  const path = accountPath(account.id);
  return consolePage(c, {
    title: t.rotateOf(setting),
    area: 'accounts',
    status,
    body: (
      <section class="card">
        <p>{t.rotateText(account.caption)}</p>
        <Form
          view={view}
          state={state}
          action={`${path}/secrets/${encodeURIComponent(setting)}`}
          submit={t.rotateOf(setting)}
          cancel={path}
        >
          {hasLines(schema) ? (
            <TextArea {...field} />
          ) : (
            <TextField {...field} type="password" autocomplete="new-password" />
          )}
          <TextField view={view} state={state} name="keyId" label={t.keyId} hint={t.keyIdHint} />
          <SelectField
            view={view}
            state={state}
            name="graceSeconds"
            label={t.grace}
            hint={t.graceHint}
            choices={GRACES.map((value) => ({ value, text: t.graces[value] }))}
          />
        </Form>
      </section>
    ),
  });
}

/** What is wrong with the setting is wrong with the value that was typed. */
function atValue(state: FormState, setting: string): FormState {
  const problems = state.problems.map(({ path, message }) => ({
    path: path === `settings.${setting}` ? 'value' : path,
    message,
  }));
  return new FormState({ ...state, problems });
}

export async function rotate(c: ConsoleContext): Promise<Response> {
  const t = accountsTexts[c.get('view').language];
  const account = await readAccount(c);
  const setting = c.req.param('setting') ?? '';
  const schema = await settingOf(c, account, setting);
  if (!schema) return c.notFound() as Response;
  return submission(c, {
    run: async (posted) => {
      const value = typedValue(schema, posted, 'value');
      if (value === '') throw new FormProblem([{ path: 'value', message: t.secretMissing }]);
      await c.get('api').post(`${apiPath(account.id)}/secrets/${encodeURIComponent(setting)}/rotate`, {
        value,
        keyId: posted.orNull('keyId'),
        graceSeconds: Number(posted.text('graceSeconds')),
      });
      return { to: `${accountPath(account.id)}#secrets`, flash: t.rotated(setting) };
    },
    form: (state) => rotatePage(c, atValue(state, setting), 422),
  });
}

export async function checkPage(c: ConsoleContext, state: FormState, status = 200): Promise<Response> {
  const view = c.get('view');
  const t = accountsTexts[view.language];
  const account = await readAccount(c);
  const path = accountPath(account.id);
  return consolePage(c, {
    title: t.checkOf(account.caption),
    area: 'accounts',
    status,
    body: (
      <section class="card">
        <p>{t.checkText}</p>
        <Form view={view} state={state} action={`${path}/check`} submit={t.check} cancel={path} />
      </section>
    ),
  });
}

async function checkedPage(c: ConsoleContext, account: ShownAccount): Promise<Response> {
  const view = c.get('view');
  const t = accountsTexts[view.language];
  const answer = await c.get('api').post<OperatorAnswer<'accountCheck'>>(`${apiPath(account.id)}/check`, {});
  const tone = { good: 'ok', failed: 'bad', none: 'warn' } as const;
  const { health } = answer;
  return consolePage(c, {
    title: t.checkOf(account.caption),
    area: 'accounts',
    body: (
      <>
        <Notice tone={tone[answer.result]} title={t.results[answer.result]}>
          <p lang="en">{answer.detail}</p>
        </Notice>
        <section class="card">
          <Facts
            of={[
              [t.call, answer.call],
              [t.duration, `${answer.durationMs} ms`],
              [t.lastNotification, health && <Time view={view} at={health.lastNotificationAt} />],
              [t.lastAnswer, health && <Time view={view} at={health.lastAnswerAt} />],
              [t.lastError, health?.lastError ?? null],
            ]}
          />
          <div class="actions">
            <a class="button main" href={accountPath(account.id)}>
              {account.caption}
            </a>
          </div>
        </section>
      </>
    ),
  });
}

export async function check(c: ConsoleContext): Promise<Response> {
  const account = await readAccount(c);
  return submission(c, {
    run: async () => ({ to: accountPath(account.id), shown: await checkedPage(c, account) }),
    form: (state) => checkPage(c, state, 422),
    repeatable: true,
  });
}
