/** A secret is rotated with a grace, and the keys are checked by a harmless call. */
import type { OperatorAnswer } from '../../api.ts';
import { TextArea, TextField } from '../../components/fields.tsx';
import { GraceField } from '../../components/grace.tsx';
import { Facts, Notice, Time } from '../../components/show.tsx';
import type { ConsoleContext } from '../../context.ts';
import { formPage } from '../../form-page.tsx';
import { FormProblem, type FormState } from '../../form-state.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { accountsTexts } from '../../texts/accounts.ts';
import { accountApi, accountPath, readAccount, readProviders, type ShownAccount } from './read.ts';
import { hasLines, settingsOf, typedValue, without } from './settings.tsx';

async function settingOf(c: ConsoleContext, { provider }: ShownAccount, setting: string) {
  const found = (await readProviders(c)).find(({ id }) => id === provider);
  return found && settingsOf(found).find(({ name }) => name === setting);
}

export async function rotatePage(c: ConsoleContext, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = accountsTexts[view.language];
  const account = await readAccount(c);
  const setting = c.req.param('setting') ?? '';
  const schema = await settingOf(c, account, setting);
  if (!schema || !(setting in account.secrets)) return c.notFound() as Response;
  const field = { view, state: without(state, 'value'), name: 'value', label: t.newSecret, required: true };
  const path = accountPath(account.id);
  return formPage(c, {
    title: t.rotateOf(setting),
    area: 'accounts',
    state,
    action: `${path}/secrets/${encodeURIComponent(setting)}`,
    submit: t.rotateOf(setting),
    cancel: path,
    intro: <p>{t.rotateText(account.caption)}</p>,
    fields: (
      <>
        {hasLines(schema) ? (
          <TextArea {...field} />
        ) : (
          <TextField {...field} type="password" autocomplete="new-password" />
        )}
        <TextField view={view} state={state} name="keyId" label={t.keyId} hint={t.keyIdHint} />
        <GraceField view={view} state={state} hint={t.graceHint} none={t.graceNone} />
      </>
    ),
  });
}

/** What is wrong with the setting is wrong with the value that was typed. */
function atValue(state: FormState, setting: string): FormState {
  return state.withPaths((path) => (path === `settings.${setting}` ? 'value' : path));
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
      await c.get('api').post(`${accountApi(account.id)}/secrets/${encodeURIComponent(setting)}/rotate`, {
        value,
        keyId: posted.orNull('keyId'),
        graceSeconds: Number(posted.text('graceSeconds')),
      });
      return { to: `${accountPath(account.id)}#secrets`, flash: t.rotated(setting) };
    },
    form: (state) => rotatePage(c, atValue(state, setting)),
  });
}

export async function checkPage(c: ConsoleContext, state: FormState): Promise<Response> {
  const t = accountsTexts[c.get('view').language];
  const account = await readAccount(c);
  const path = accountPath(account.id);
  return formPage(c, {
    title: t.checkOf(account.caption),
    area: 'accounts',
    state,
    action: `${path}/check`,
    submit: t.check,
    cancel: path,
    intro: <p>{t.checkText}</p>,
  });
}

async function checkedPage(c: ConsoleContext, account: ShownAccount): Promise<Response> {
  const view = c.get('view');
  const t = accountsTexts[view.language];
  const answer = await c
    .get('api')
    .post<OperatorAnswer<'accountCheck'>>(`${accountApi(account.id)}/check`, {});
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
    form: (state) => checkPage(c, state),
    repeatable: true,
  });
}
