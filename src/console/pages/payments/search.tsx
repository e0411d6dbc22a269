/** The list of payments with its filters, and the one search field of the frame. */

import { STATUSES } from '../../../payments/statuses.ts';
import { ApiProblem, type OperatorAnswer, queryText } from '../../api.ts';
import { ChoiceField, SelectField, TextField } from '../../components/fields.tsx';
import { AskForm } from '../../components/form.tsx';
import { Empty } from '../../components/show.tsx';
import { NextPage } from '../../components/table.tsx';
import type { ConsoleContext } from '../../context.ts';
import { FormState } from '../../form-state.ts';
import { consolePage } from '../../page.tsx';
import { commonTexts } from '../../texts/common.ts';
import { paymentsTexts } from '../../texts/payments.ts';
import type { View } from '../../view.ts';
import { mayMoveMoney } from '../may.ts';
import { FILTER_NAMES, quickSearches, readFilters } from './filters.ts';
import { type ListedPayment, PaymentTable, paymentPath } from './table.tsx';

type PaymentPage = OperatorAnswer<'operatorPaymentList'>;

const PAGE = 20;

function FilterFields({ view, state }: { readonly view: View; readonly state: FormState }) {
  const t = paymentsTexts[view.language];
  const names = commonTexts[view.language].status;
  const text = (name: string, label: string, more: object = {}) => (
    <TextField view={view} state={state} name={name} label={label} {...more} />
  );
  const day = { type: 'date' as const };
  const money = { inputmode: 'decimal' as const, hint: t.amountHint };
  return (
    <>
      <div class="cards">
        {text('reference', t.reference)}
        {text('providerReference', t.providerReference)}
        {text('email', t.email)}
        {text('id', t.id, { hint: t.idHint })}
        {text('shop', t.shop)}
        {text('group', t.group)}
        {text('account', t.account)}
        {text('provider', t.provider)}
        {text('currency', t.currency, { maxlength: 3 })}
        {text('amountFrom', t.amountFrom, money)}
        {text('amountTo', t.amountTo, money)}
        <SelectField
          view={view}
          state={state}
          name="test"
          label={t.kind}
          empty={t.any}
          choices={[
            { value: 'false', text: t.real },
            { value: 'true', text: t.test },
          ]}
        />
        {text('createdFrom', t.createdFrom, day)}
        {text('createdTo', t.createdTo, day)}
        {text('updatedFrom', t.updatedFrom, day)}
        {text('updatedTo', t.updatedTo, day)}
        {text('paidFrom', t.paidFrom, day)}
        {text('paidTo', t.paidTo, day)}
      </div>
      <div class="choices">
        <ChoiceField
          view={view}
          state={state}
          name="status"
          label={t.status}
          many
          choices={STATUSES.map((value) => ({ value, text: names[value] }))}
        />
      </div>
    </>
  );
}

/** What is searched for, in the words of the form: the form itself is closed over what it has found. */
function filterWords({ language }: View, state: FormState): string {
  const names: Readonly<Record<string, string>> = commonTexts[language].status;
  return FILTER_NAMES.flatMap((name) =>
    state.all(name).map((value) => (name === 'status' ? (names[value] ?? value) : value)),
  ).join(', ');
}

/** What is wrong with filters goes to their fields; all else is a page of its own. */
async function pageOf(
  c: ConsoleContext,
  query: object | null,
  cursor: string | undefined,
): Promise<PaymentPage | ApiProblem | null> {
  if (query === null) return null;
  try {
    return await c.get('api').get<PaymentPage>('/payments', { ...query, limit: PAGE, cursor });
  } catch (error) {
    if (error instanceof ApiProblem && (error.errors.length > 0 || error.status === 404)) return error;
    throw error;
  }
}

function problemState(state: FormState, error: ApiProblem): FormState {
  const { values } = state;
  if (error.errors.length > 0) return new FormState({ values, problems: error.errors });
  return new FormState({ values, problems: [{ path: 'shop', message: error.detail }] });
}

/** `GET /console/payments` */
export async function paymentListPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = paymentsTexts[view.language];
  const { searchParams } = new URL(c.req.url);
  const { state, query, isEmpty } = readFilters(view, searchParams);
  const found = await pageOf(c, query, c.req.query('cursor'));
  const isWrong = found === null || found instanceof ApiProblem;
  const shown = found instanceof ApiProblem ? problemState(state, found) : state;
  const more = (cursor: string) => {
    const kept = Object.fromEntries(FILTER_NAMES.map((name) => [name, searchParams.getAll(name)]));
    return `/console/payments${queryText({ ...kept, cursor })}`;
  };
  const mayMake = mayMoveMoney(view.user);
  return consolePage(c, {
    title: t.title,
    area: 'payments',
    status: isWrong ? 422 : 200,
    actions: (
      <>
        {mayMake && (
          <a class="button main" href="/console/links/new">
            {t.newLink}
          </a>
        )}
        {mayMake && (
          <a class="button" href="/console/payments/resend">
            {t.resendMany}
          </a>
        )}
        <a class="button" href="/console/transactions">
          {t.transactions}
        </a>
      </>
    ),
    body: (
      <>
        <details class="card" open={!isEmpty && (isWrong || found.data.length === 0)}>
          <summary>
            <h2>{t.filters}</h2>
            {!isEmpty && <p class="hint">{filterWords(view, shown)}</p>}
          </summary>
          <AskForm
            view={view}
            state={shown}
            action="/console/payments"
            submit={t.find}
            clear={{ href: '/console/payments', text: t.clear }}
          >
            <FilterFields view={view} state={shown} />
          </AskForm>
        </details>
        {!isWrong && found.data.length > 0 && <PaymentTable view={view} rows={found.data} />}
        {!isWrong && found.data.length === 0 && <Empty text={isEmpty ? t.noneYet : t.none} />}
        {!isWrong && <NextPage view={view} cursor={found.nextCursor} href={more} />}
      </>
    ),
  });
}

/** Everything that one text finds, each payment once. What one search does not take, another one may find. */
async function findQuickly(
  c: ConsoleContext,
  text: string,
): Promise<{ readonly rows: readonly ListedPayment[]; readonly isCut: boolean }> {
  const api = c.get('api');
  const pages = await Promise.all(
    quickSearches(text).map((query) =>
      api.get<PaymentPage>('/payments', { ...query, limit: PAGE }).catch((error: unknown) => {
        if (error instanceof ApiProblem && error.status === 400) return { data: [], nextCursor: null };
        throw error;
      }),
    ),
  );
  const byId = new Map(pages.flatMap(({ data }) => data.map((row) => [row.id, row] as const)));
  return { rows: [...byId.values()], isCut: pages.some(({ nextCursor }) => nextCursor !== null) };
}

/** `GET /console/search?q=`: one payment is shown at once. */
export async function quickSearchPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = paymentsTexts[view.language];
  const text = (c.req.query('q') ?? '').trim().slice(0, 300);
  const { rows, isCut } = text ? await findQuickly(c, text) : { rows: [], isCut: false };
  const [only] = rows;
  if (only && rows.length === 1) return c.redirect(paymentPath(only.id), 303);
  return consolePage(c, {
    title: text ? t.results(text) : t.title,
    area: 'payments',
    body: (
      <>
        {rows.length > 0 && <PaymentTable view={view} rows={rows} />}
        {rows.length === 0 && <Empty text={text ? t.none : t.ask} />}
        {isCut && <p>{t.more}</p>}
        <p>
          <a class="button" href="/console/payments">
            {t.filters}
          </a>
        </p>
      </>
    ),
  });
}
