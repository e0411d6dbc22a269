/** Retiring and deleting an account: each on a page of its own that says what follows. */
import { Confirmation } from '../../components/form.tsx';
import type { ConsoleContext } from '../../context.ts';
import type { FormState } from '../../form-state.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { movesTexts } from '../../texts/moves.ts';
import { AccountFacts, apiPath, nothingToDoPage, orRefused, statusOf } from './confirm.tsx';
import { ACCOUNTS, accountPath, readAccount } from './read.ts';

export async function retirePage(c: ConsoleContext, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = movesTexts[view.language];
  const account = await readAccount(c);
  const path = accountPath(account.id);
  if (account.retiredAt !== null)
    return nothingToDoPage(c, t.retireOf(account.caption), account.id, t.retiredAlready);
  return consolePage(c, {
    title: t.retireOf(account.caption),
    area: 'accounts',
    status: statusOf(state),
    body: (
      <Confirmation
        {...{ view, state, action: `${path}/retire`, submit: t.retireSubmit, danger: true, cancel: path }}
        facts={
          <>
            <AccountFacts c={c} account={account} />
            <p>{t.retireText}</p>
          </>
        }
        warning={t.retireWarning}
      />
    ),
  });
}

export function retire(c: ConsoleContext): Promise<Response> {
  const t = movesTexts[c.get('view').language];
  const id = c.req.param('id') ?? '';
  return submission(c, {
    run: async () => {
      await c.get('api').post(`${apiPath(id)}/retire`, {});
      return { to: accountPath(id), flash: t.retired };
    },
    form: (state) => retirePage(c, state),
    repeatable: true,
  });
}

export async function deletePage(c: ConsoleContext, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = movesTexts[view.language];
  const account = await readAccount(c);
  const path = accountPath(account.id);
  return consolePage(c, {
    title: t.deleteOf(account.caption),
    area: 'accounts',
    status: statusOf(state),
    body: (
      <Confirmation
        {...{ view, state, action: `${path}/delete`, submit: t.deleteSubmit, danger: true, cancel: path }}
        facts={<AccountFacts c={c} account={account} />}
        warning={t.deleteWarning}
      />
    ),
  });
}

export function deleteAccount(c: ConsoleContext): Promise<Response> {
  const t = movesTexts[c.get('view').language];
  const id = c.req.param('id') ?? '';
  return submission(c, {
    run: async () => {
      await orRefused(c, '', c.get('api').delete(apiPath(id)));
      return { to: ACCOUNTS, flash: t.deleted(id) };
    },
    form: (state) => deletePage(c, state),
  });
}
