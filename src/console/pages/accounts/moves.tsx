/** Moving an account to another one, and back: on pages that say what follows. And the buttons of all that is done with a whole account. */

import { SelectField } from '../../components/fields.tsx';
import { Confirmation } from '../../components/form.tsx';
import { Empty, Facts, Notice } from '../../components/show.tsx';
import type { ConsoleContext } from '../../context.ts';
import { confirmationPage } from '../../form-page.tsx';
import { FormProblem, type FormState } from '../../form-state.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { accountsTexts } from '../../texts/accounts.ts';
import { movesTexts } from '../../texts/moves.ts';
import type { View } from '../../view.ts';
import { mayConfigure } from '../may.ts';
import { AccountFacts, nothingToDoPage, orRefused } from './confirm.tsx';
import { ACCOUNTS, accountApi, accountPath, readAccount, readAccounts, type ShownAccount } from './read.ts';

/** The hidden field with the account that the payments went to when the page was made. */
const SEEN = 'seen';

/** What can be done with an account as it is: the buttons of its page. */
export function MoveButtons({ view, account }: { readonly view: View; readonly account: ShownAccount }) {
  if (!mayConfigure(view.user)) return null;
  const t = movesTexts[view.language];
  const path = accountPath(account.id);
  const hasMoved = account.succession !== null;
  return (
    <section class="card" aria-labelledby="moves">
      <h2 id="moves">{t.heading}</h2>
      <div class="actions">
        <a class="button" href={`${path}/${hasMoved ? 'undo' : 'succeed'}`}>
          {hasMoved ? t.undo : t.succeed}
        </a>
        {account.retiredAt === null && (
          <a class="button danger" href={`${path}/retire`}>
            {t.retire}
          </a>
        )}
        {!hasMoved && (
          <a class="button danger" href={`${path}/delete`}>
            {t.delete}
          </a>
        )}
      </div>
    </section>
  );
}

/** Why an account cannot take the place of another, as far as the two show; null: it can. */
function unfitness(view: View, from: ShownAccount, to: ShownAccount): string | null {
  const t = movesTexts[view.language];
  if (to.succession?.by === from.id) return t.leadsHere;
  if (to.succession !== null) return t.moved(to.succession.by);
  if (to.retiredAt !== null) return accountsTexts[view.language].retired;
  const lost = from.currencies.filter((code) => !to.currencies.includes(code));
  return lost.length > 0 ? t.lacks(lost.join(', ')) : null;
}

export async function succeedPage(c: ConsoleContext, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = movesTexts[view.language];
  const all = await readAccounts(c);
  const account = await readAccount(c);
  const path = accountPath(account.id);
  if (account.succession !== null)
    return nothingToDoPage(c, t.succeedOf(account.caption), account.id, t.moved(account.succession.by));
  const others = all
    .filter(({ id, environment }) => id !== account.id && environment === account.environment)
    .map((one) => ({ ...one, unfit: unfitness(view, account, one) }));
  const fit = others.filter(({ unfit }) => unfit === null);
  const unfit = others.filter((one) => one.unfit !== null);
  const { environments } = accountsTexts[view.language];
  const needs = environments[account.environment as keyof typeof environments];
  return consolePage(c, {
    title: t.succeedOf(account.caption),
    area: 'accounts',
    status: state.status,
    body: (
      <>
        {fit.length === 0 ? (
          <Empty text={t.noTarget(`${needs}, ${account.currencies.join(', ')}`)}>
            <a class="button main" href={`${ACCOUNTS}/new`}>
              {accountsTexts[view.language].newAccount}
            </a>
          </Empty>
        ) : (
          <Confirmation
            {...{
              view,
              state,
              action: `${path}/succeed`,
              submit: t.succeedSubmit,
              danger: true,
              cancel: path,
            }}
            facts={
              <>
                <AccountFacts c={c} account={account} />
                <p>{t.succeedText}</p>
              </>
            }
          >
            <SelectField
              {...{ view, state, name: 'account', label: t.target, required: true }}
              empty={accountsTexts[view.language].nothingChosen}
              choices={fit.map(({ id, caption, provider }) => ({
                value: id,
                text: `${caption} (${id}, ${provider})`,
              }))}
            />
          </Confirmation>
        )}
        {unfit.length > 0 && (
          <details class="card">
            <summary>{t.unfit}</summary>
            <Facts of={unfit.map(({ id, unfit: reason }) => [id, reason] as const)} />
          </details>
        )}
      </>
    ),
  });
}

export function succeed(c: ConsoleContext): Promise<Response> {
  const t = movesTexts[c.get('view').language];
  const id = c.req.param('id') ?? '';
  return submission(c, {
    run: async (posted) => {
      const account = posted.text('account');
      if (account === '') throw new FormProblem([{ path: 'account', message: t.targetMissing }]);
      const { succession } = await readAccount(c);
      if (succession !== null && succession.by !== account)
        throw new FormProblem([{ path: '', message: t.changed }]);
      await orRefused(c, 'account', c.get('api').post(`${accountApi(id)}/succeed`, { account }));
      return { to: accountPath(id), flash: t.succeeded(account) };
    },
    form: (state) => succeedPage(c, state),
    repeatable: true,
  });
}

/** The way back: the account that its payments went to is succeeded by it. */
export async function undoPage(c: ConsoleContext, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = movesTexts[view.language];
  const account = await readAccount(c);
  const path = accountPath(account.id);
  const { succession } = account;
  if (succession === null) return nothingToDoPage(c, t.undoOf(account.caption), account.id, t.notMoved);
  return confirmationPage(c, {
    title: t.undoOf(account.caption),
    area: 'accounts',
    state,
    action: `${path}/undo`,
    submit: t.undoSubmit,
    danger: true,
    cancel: path,
    facts: (
      <>
        <AccountFacts c={c} account={account} />
        <Notice tone="info">
          <p>{t.undoText(succession.by)}</p>
        </Notice>
      </>
    ),
    fields: <input type="hidden" name={SEEN} value={succession.by} />,
  });
}

export function undo(c: ConsoleContext): Promise<Response> {
  const t = movesTexts[c.get('view').language];
  const id = c.req.param('id') ?? '';
  return submission(c, {
    run: async (posted) => {
      const { succession } = await readAccount(c);
      if (succession === null || succession.by !== posted.text(SEEN))
        throw new FormProblem([{ path: '', message: t.changed }]);
      await orRefused(c, '', c.get('api').post(`${accountApi(succession.by)}/succeed`, { account: id }));
      return { to: accountPath(id), flash: t.undone };
    },
    form: (state) => undoPage(c, state),
  });
}
