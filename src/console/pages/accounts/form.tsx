/** Making and changing an account: what every account has, and the settings of its provider. */
import { CheckField, SelectField, TextArea, TextField } from '../../components/fields.tsx';
import { AskForm } from '../../components/form.tsx';
import type { ConsoleContext } from '../../context.ts';
import { formPage } from '../../form-page.tsx';
import { FormProblem, type FormState, freshForm, type Posted } from '../../form-state.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { accountsTexts } from '../../texts/accounts.ts';
import { movesTexts } from '../../texts/moves.ts';
import { requireFreeId } from '../free-id.ts';
import { EndedProvider } from './progress.tsx';
import {
  ACCOUNTS,
  accountApi,
  accountPath,
  readAccount,
  readAccounts,
  readProviders,
  type ShownAccount,
  type ShownProvider,
} from './read.ts';
import { postedSettings, SettingFields, settingValues } from './settings.tsx';

const NEW = `${ACCOUNTS}/new`;
const KINDS = ['card', 'bank', 'wallet', 'cash'] as const;
const ENVIRONMENTS = ['test', 'production', 'sandbox'] as const;

function listOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}

/** What a form says, as the API takes it. */
function postedAccount(c: ConsoleContext, found: ShownProvider, before: ShownAccount | null, posted: Posted) {
  const currencies = listOf(posted.text('currencies').toUpperCase());
  return {
    provider: found.id,
    caption: posted.orNull('caption'),
    displayName: posted.orNull('displayName'),
    kind: posted.orNull('kind'),
    environment: posted.orNull('environment'),
    currencies: currencies.length > 0 ? currencies : null,
    settings: postedSettings(found, posted),
    endpoints: postedEndpoints(c, before, posted),
    allowedIps: listOf(posted.text('allowedIps')),
    trustUnprovenNotifications: posted.isChecked('trustUnprovenNotifications'),
    expireAfterHours: posted.numberOrNull('expireAfterHours'),
    fallback: posted.orNull('fallback'),
  };
}

const ORIGINS = ['page', 'api'] as const;

/**
 * The addresses of the simulated banks; null: as they are. Those of an account of another platform (a white label) are the API's alone to
 * change, and one that leaves the sandbox takes none of them with it: its keys would go there.
 * @throws FormProblem
 */
function postedEndpoints(c: ConsoleContext, before: ShownAccount | null, posted: Posted) {
  const typed = { page: posted.orNull('endpoints.page'), api: posted.orNull('endpoints.api') };
  if (posted.text('environment') === 'sandbox') return typed;
  const stored = before?.environment === 'sandbox' ? {} : (before?.endpoints ?? {});
  const message = movesTexts[c.get('view').language].endpointsWrong;
  const wrong = ORIGINS.filter((name) => typed[name] !== null && typed[name] !== stored[name]);
  if (wrong.length > 0) throw new FormProblem(wrong.map((name) => ({ path: `endpoints.${name}`, message })));
  return before?.environment === 'sandbox' ? typed : null;
}

function accountValues(found: ShownProvider, account: ShownAccount) {
  const { caption, displayName, kind, environment, expireAfterHours, fallback } = account;
  return {
    ...{ caption, displayName, kind, environment, expireAfterHours, fallback },
    'endpoints.page': account.endpoints.page ?? null,
    'endpoints.api': account.endpoints.api ?? null,
    currencies: account.currencies.join(' '),
    allowedIps: account.allowedIps.join('\n'),
    trustUnprovenNotifications: account.trustUnprovenNotifications,
    ...settingValues(found, account.settings),
  };
}

/** The provider is chosen first: its schema makes the form. */
async function choosePage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = accountsTexts[view.language];
  const state = freshForm();
  const choices = (await readProviders(c))
    .toSorted((one, other) => Number(one.ended !== null) - Number(other.ended !== null))
    .map(({ id, caption, ended }) => ({
      value: id,
      text: ended === null ? `${caption} (${id})` : `${caption} (${id}): ${t.ended}`,
    }));
  return consolePage(c, {
    title: t.newAccount,
    area: 'accounts',
    body: (
      <div class="card">
        <AskForm view={view} state={state} action={NEW} submit={t.goOn}>
          <SelectField view={view} state={state} name="provider" label={t.provider} choices={choices} />
        </AskForm>
      </div>
    ),
  });
}

/** @param account null: it is made. */
async function accountFormPage(
  c: ConsoleContext,
  found: ShownProvider,
  account: ShownAccount | null,
  state: FormState,
): Promise<Response> {
  const view = c.get('view');
  const t = accountsTexts[view.language];
  const others = (await readAccounts(c)).filter(
    ({ id, retiredAt }) => id !== account?.id && (retiredAt === null || id === account?.fallback),
  );
  const moves = movesTexts[view.language];
  const field = { view, state };
  return formPage(c, {
    title: account ? t.changeOf(account.id) : t.newOf(found.caption),
    area: 'accounts',
    state,
    action: account ? `${accountPath(account.id)}/change` : `${NEW}?provider=${found.id}`,
    submit: account ? t.save : t.make,
    cancel: account ? accountPath(account.id) : ACCOUNTS,
    intro: <EndedProvider view={view} found={found} />,
    fields: (
      <>
        {account === null && (
          <TextField {...field} name="id" label={t.id} hint={t.idHint} required maxlength={64} />
        )}
        <TextField {...field} name="caption" label={t.caption} required={false} maxlength={100} />
        <SelectField
          {...field}
          name="environment"
          label={t.environment}
          choices={ENVIRONMENTS.map((value) => ({ value, text: t.environments[value] }))}
        />
        <SettingFields {...field} found={found} stored={Object.keys(account?.secrets ?? {})} />
        <TextField {...field} name="currencies" label={t.currencies} hint={t.currenciesHint} />
        <TextField {...field} name="displayName" label={t.displayName} hint={t.displayNameHint} />
        <SelectField
          {...field}
          name="kind"
          label={t.kind}
          empty={t.kindUsual}
          choices={KINDS.map((value) => ({ value, text: t.kinds[value] }))}
        />
        <TextField
          {...field}
          name="expireAfterHours"
          label={t.expire}
          hint={t.expireHint}
          inputmode="numeric"
        />
        <SelectField
          {...field}
          name="fallback"
          label={t.fallback}
          hint={t.fallbackHint}
          empty={t.nothingChosen}
          choices={others.map(({ id, caption }) => ({ value: id, text: `${caption} (${id})` }))}
        />
        <fieldset class="field">
          <legend>{moves.endpoints}</legend>
          <span class="hint">{moves.endpointsHint}</span>
          <div class="stack">
            <TextField {...field} name="endpoints.page" label={moves.pageOrigin} type="url" />
            <TextField {...field} name="endpoints.api" label={moves.apiOrigin} type="url" />
          </div>
        </fieldset>
        <TextArea {...field} name="allowedIps" label={t.allowedIps} hint={t.allowedIpsHint} rows={3} />
        <CheckField {...field} name="trustUnprovenNotifications" label={t.trust} hint={t.trustHint} />
      </>
    ),
  });
}

async function providerOf(c: ConsoleContext, id: string | undefined): Promise<ShownProvider | null> {
  return (await readProviders(c)).find((one) => one.id === id) ?? null;
}

export async function newAccountPage(c: ConsoleContext): Promise<Response> {
  const found = await providerOf(c, c.req.query('provider'));
  return found ? accountFormPage(c, found, null, freshForm({ environment: 'test' })) : choosePage(c);
}

export async function makeAccount(c: ConsoleContext): Promise<Response> {
  const found = await providerOf(c, c.req.query('provider'));
  if (!found) return c.notFound() as Response;
  const t = accountsTexts[c.get('view').language];
  return submission(c, {
    run: async (posted) => {
      const id = posted.text('id');
      await requireFreeId(c, id, { path: accountApi(id), wrong: t.idWrong, taken: t.idTaken });
      await c.get('api').put(accountApi(id), postedAccount(c, found, null, posted));
      return { to: accountPath(id), flash: t.made };
    },
    form: (state) => accountFormPage(c, found, null, state),
  });
}

export async function changeAccountPage(c: ConsoleContext): Promise<Response> {
  const account = await readAccount(c);
  const found = await providerOf(c, account.provider);
  if (!found) return c.notFound() as Response;
  return accountFormPage(c, found, account, freshForm(accountValues(found, account)));
}

export async function changeAccount(c: ConsoleContext): Promise<Response> {
  const account = await readAccount(c);
  const found = await providerOf(c, account.provider);
  if (!found) return c.notFound() as Response;
  return submission(c, {
    run: async (posted) => {
      await c.get('api').put(accountApi(account.id), postedAccount(c, found, account, posted));
      return { to: accountPath(account.id), flash: accountsTexts[c.get('view').language].saved };
    },
    form: (state) => accountFormPage(c, found, account, state),
    repeatable: true,
  });
}
