/**
 * The accounts of a shop in their order: the first that takes a currency is the first choice. Buttons move one; where scripts run, a row
 * is dragged too, which posts the whole order.
 */

import { SelectField } from '../../components/fields.tsx';
import { Form, HiddenFields } from '../../components/form.tsx';
import { Empty, Pill } from '../../components/show.tsx';
import type { ConsoleContext } from '../../context.ts';
import { FormProblem, type FormState, freshForm, newOperation, type Posted } from '../../form-state.ts';
import { submission } from '../../submission.tsx';
import { commonTexts } from '../../texts/common.ts';
import { shopsTexts } from '../../texts/shops.ts';
import type { View } from '../../view.ts';
import { accountPath, readAccounts, type ShownAccount } from '../accounts/read.ts';
import { mayConfigure } from '../may.ts';
import { shopPage } from './parts.tsx';
import { readShop, type ShownShop, shopApi, shopPath } from './read.ts';

type Direction = 'up' | 'down';

interface Listed {
  readonly view: View;
  readonly shop: ShownShop;
  /** Those that the operator may see, by id. */
  readonly known: ReadonlyMap<string, ShownAccount>;
}

/** Whether a shop offers an account to its shoppers: test and live do not mix. */
function fitsShop({ testMode }: ShownShop, { environment }: ShownAccount): boolean {
  return (environment === 'production') === !testMode;
}

/** What an account of the list is. It may be one that is gone. */
function About({ view, shop, known, id }: Listed & { readonly id: string }) {
  const t = shopsTexts[view.language];
  const account = known.get(id);
  return (
    <span class="order-text">
      <a href={accountPath(id)}>{account?.caption ?? id}</a> <span class="id">{id}</span>
      <span class="small muted">{account?.currencies.join(', ')}</span>
      {account && account.environment !== 'production' && (
        <Pill tone="warn">{commonTexts[view.language].test}</Pill>
      )}
      {account && !fitsShop(shop, account) && <Pill tone="bad">{t.notOffered}</Pill>}
      {account?.retiredAt && <Pill tone="none">{t.retired}</Pill>}
    </span>
  );
}

/** @param moved the account that was moved last: its button has the focus again. */
function OrderedAccounts({ view, shop, known, moved }: Listed & { readonly moved: string }) {
  const t = shopsTexts[view.language];
  const last = shop.accounts.length - 1;
  const buttons = (id: string, at: number) => {
    const ways = [...(at > 0 ? (['up'] as const) : []), ...(at < last ? (['down'] as const) : [])];
    const [, direction = 'up', account = ''] = /^(up|down):(.*)$/.exec(moved) ?? [];
    const focused = account === id ? (ways.find((way) => way === direction) ?? ways[0]) : undefined;
    return (
      <span class="row">
        {ways.map((way: Direction) => (
          <button
            type="submit"
            class="button"
            name="move"
            value={`${way}:${id}`}
            data-focus={way === focused ? '' : undefined}
          >
            {t[way]}
            <span class="visually-hidden"> {id}</span>
          </button>
        ))}
        <button type="submit" class="button" name="move" value={`remove:${id}`}>
          {t.takeOut}
          <span class="visually-hidden"> {id}</span>
        </button>
      </span>
    );
  };
  const rows = (
    <ol class="order" data-order>
      {shop.accounts.map((id, at) => (
        <li data-id={id}>
          <span class="grip" hidden data-grip aria-hidden="true">
            ⠿
          </span>
          <About view={view} shop={shop} known={known} id={id} />
          {mayConfigure(view.user) && buttons(id, at)}
        </li>
      ))}
    </ol>
  );
  if (!mayConfigure(view.user)) return rows;
  return (
    <form method="post" action={shopPath(shop.id, 'accounts')}>
      <HiddenFields view={view} operation={newOperation()} />
      <input type="hidden" name="order" value={shop.accounts.join(' ')} data-order-field />
      {rows}
    </form>
  );
}

/** Accounts that the shop could use too: in use, and of its mode, which the first ones decide. */
function addable({ shop, known }: Omit<Listed, 'view'>): readonly ShownAccount[] {
  const isUndecided = shop.accounts.length === 0;
  return [...known.values()].filter(
    (account) =>
      account.retiredAt === null &&
      !shop.accounts.includes(account.id) &&
      (isUndecided || fitsShop(shop, account)),
  );
}

async function orderPage(c: ConsoleContext, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = shopsTexts[view.language];
  const shop = await readShop(c);
  const known = new Map((await readAccounts(c)).map((account) => [account.id, account]));
  const more = addable({ shop, known });
  return shopPage(c, {
    shop,
    tab: 'accounts',
    status: state.status,
    body: (
      <>
        <p>{t.orderText}</p>
        {shop.accounts.length === 0 ? (
          <Empty text={t.withoutAccounts} />
        ) : (
          <OrderedAccounts view={view} shop={shop} known={known} moved={c.req.query('moved') ?? ''} />
        )}
        {mayConfigure(view.user) && (
          <section class="card" aria-labelledby="add">
            <h2 id="add">{t.addAccount}</h2>
            {more.length === 0 && state.status === 200 ? (
              <p>
                {shop.testMode ? t.noMoreTest : t.noMoreLive} <a href="/console/accounts">{t.toAccounts}</a>
              </p>
            ) : (
              <Form view={view} state={state} action={shopPath(shop.id, 'accounts')} submit={t.addAccount}>
                <SelectField
                  view={view}
                  state={state}
                  name="add"
                  label={t.account}
                  empty={t.chooseAccount}
                  choices={more.map(({ id, caption }) => ({ value: id, text: `${caption} (${id})` }))}
                />
              </Form>
            )}
          </section>
        )}
      </>
    ),
  });
}

export function shopAccountsPage(c: ConsoleContext): Promise<Response> {
  return orderPage(c, freshForm());
}

/** The list with one account moved, or taken out. @returns null: it is not in the list, or cannot be moved further. */
function moved(accounts: readonly string[], what: string): readonly string[] | null {
  const [, how, id = ''] = /^(up|down|remove):(.*)$/.exec(what) ?? [];
  const at = accounts.indexOf(id);
  if (at < 0) return null;
  const others = accounts.filter((one) => one !== id);
  if (how === 'remove') return others;
  const to = how === 'up' ? at - 1 : at + 1;
  return to < 0 || to >= accounts.length ? null : others.toSpliced(to, 0, id);
}

/** The accounts as a form asks for them. @param now as they are: what is asked for changes these, whatever the page showed. */
function asked(c: ConsoleContext, posted: Posted, now: readonly string[]): readonly string[] {
  const t = shopsTexts[c.get('view').language];
  const stale = () => new FormProblem([{ path: '', message: t.changedMeanwhile }]);
  const move = posted.text('move');
  if (move !== '') {
    const after = moved(now, move);
    if (after === null) throw stale();
    return after;
  }
  if ('order' in posted.values) {
    const order = posted.text('order').split(' ').filter(Boolean);
    if (order.toSorted().join(' ') !== now.toSorted().join(' ')) throw stale();
    return order;
  }
  const add = posted.text('add');
  if (add === '') throw new FormProblem([{ path: 'add', message: t.accountMissing }]);
  return now.includes(add) ? now : [...now, add];
}

/** What is wrong with the list is wrong with the account that was chosen: the form has no other field. */
function asFields(state: FormState): FormState {
  return state.withPaths((path) => (/^accounts(?:\.\d+)?$/.test(path) ? 'add' : path));
}

export function changeShopAccounts(c: ConsoleContext): Promise<Response> {
  const t = shopsTexts[c.get('view').language];
  return submission(c, {
    run: async (posted) => {
      const shop = await readShop(c);
      const accounts = asked(c, posted, shop.accounts);
      await c.get('api').put(shopApi(shop.id), { accounts });
      const move = posted.text('move');
      const path = shopPath(shop.id, 'accounts');
      return { to: move ? `${path}?moved=${encodeURIComponent(move)}` : path, flash: t.ordered };
    },
    form: (state) => orderPage(c, asFields(state)),
  });
}
