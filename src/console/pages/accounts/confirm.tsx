/** What the pages share on which something is done with a whole account: what it is, and what is said where the API does not do it. */
import { ApiProblem, type OperatorAnswer } from '../../api.ts';
import { Empty, Facts } from '../../components/show.tsx';
import type { ConsoleContext } from '../../context.ts';
import { FormProblem } from '../../form-state.ts';
import { consolePage } from '../../page.tsx';
import { accountsTexts } from '../../texts/accounts.ts';
import { movesTexts } from '../../texts/moves.ts';
import { accountPath, readAccounts, type ShownAccount } from './read.ts';

/** The accounts whose payments go to one: itself, and those that it has taken the place of. */
function namesOf(id: string, accounts: readonly ShownAccount[]): ReadonlySet<string> {
  const names = new Set([id]);
  for (const name of names) for (const one of accounts) if (one.succession?.by === name) names.add(one.id);
  return names;
}

/** The account that is about to change, with the shops whose payments go there. */
export async function AccountFacts({
  c,
  account,
}: {
  readonly c: ConsoleContext;
  readonly account: ShownAccount;
}) {
  const { language } = c.get('view');
  const [t, moves] = [accountsTexts[language], movesTexts[language]];
  const shops = (await c.get('api').get<OperatorAnswer<'shopList'>>('/shops')).data;
  const names = namesOf(account.id, await readAccounts(c));
  const users = shops.filter(({ accounts }) => accounts.some((id) => names.has(id))).map(({ id }) => id);
  return (
    <Facts
      of={[
        [t.caption, account.caption],
        [t.id, <span class="id">{account.id}</span>],
        [t.provider, account.provider],
        [t.environment, t.environments[account.environment as keyof typeof t.environments]],
        [t.currencies, account.currencies.join(', ')],
        [moves.usedBy, users.join(', ') || moves.nobody],
      ]}
    />
  );
}

/** Has the API do it; what it does not do for the state that the account is in is a problem of the form, in its words. */
export async function orRefused<T>(c: ConsoleContext, path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== 'invalid_state') throw error;
    throw new FormProblem([{ path, message: movesTexts[c.get('view').language].refused(error.detail) }]);
  }
}

/** A page that says why there is nothing to confirm. */
export function nothingToDoPage(
  c: ConsoleContext,
  title: string,
  id: string,
  text: string,
): Promise<Response> {
  return consolePage(c, {
    title,
    area: 'accounts',
    status: 409,
    body: (
      <Empty text={text}>
        <a class="button main" href={accountPath(id)}>
          {id}
        </a>
      </Empty>
    ),
  });
}
