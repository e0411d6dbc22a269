/** Retiring and deleting an account: each on a page of its own that says what follows. */
import type { ConsoleContext } from '../../context.ts';
import { confirmationPage } from '../../form-page.tsx';
import type { FormState } from '../../form-state.ts';
import { submission } from '../../submission.tsx';
import { movesTexts } from '../../texts/moves.ts';
import { AccountFacts, nothingToDoPage, orRefused } from './confirm.tsx';
import { ACCOUNTS, accountApi, accountPath, readAccount } from './read.ts';

export async function retirePage(c: ConsoleContext, state: FormState): Promise<Response> {
  const t = movesTexts[c.get('view').language];
  const account = await readAccount(c);
  const path = accountPath(account.id);
  if (account.retiredAt !== null)
    return nothingToDoPage(c, t.retireOf(account.caption), account.id, t.retiredAlready);
  return confirmationPage(c, {
    title: t.retireOf(account.caption),
    area: 'accounts',
    state,
    action: `${path}/retire`,
    submit: t.retireSubmit,
    danger: true,
    cancel: path,
    warning: t.retireWarning,
    facts: (
      <>
        <AccountFacts c={c} account={account} />
        <p>{t.retireText}</p>
      </>
    ),
  });
}

export function retire(c: ConsoleContext): Promise<Response> {
  const t = movesTexts[c.get('view').language];
  const id = c.req.param('id') ?? '';
  return submission(c, {
    run: async () => {
      await c.get('api').post(`${accountApi(id)}/retire`, {});
      return { to: accountPath(id), flash: t.retired };
    },
    form: (state) => retirePage(c, state),
    repeatable: true,
  });
}

export async function deletePage(c: ConsoleContext, state: FormState): Promise<Response> {
  const t = movesTexts[c.get('view').language];
  const account = await readAccount(c);
  const path = accountPath(account.id);
  return confirmationPage(c, {
    title: t.deleteOf(account.caption),
    area: 'accounts',
    state,
    action: `${path}/delete`,
    submit: t.deleteSubmit,
    danger: true,
    cancel: path,
    warning: t.deleteWarning,
    facts: <AccountFacts c={c} account={account} />,
  });
}

export function deleteAccount(c: ConsoleContext): Promise<Response> {
  const t = movesTexts[c.get('view').language];
  const id = c.req.param('id') ?? '';
  return submission(c, {
    run: async () => {
      await orRefused(c, '', c.get('api').delete(accountApi(id)));
      return { to: ACCOUNTS, flash: t.deleted(id) };
    },
    form: (state) => deletePage(c, state),
  });
}
