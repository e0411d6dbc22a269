/**
 * PolyBanking's transactions: what its operators had, in its own words beside ours. A transaction is a payment, an IPN a webhook; any
 * payment is shown, because a config of PolyBanking may be paid at other providers now.
 */
import { type OperatorAnswer, queryText } from '../api.ts';
import type { Area } from '../area.ts';
import { SelectField } from '../components/fields.tsx';
import { AskForm } from '../components/form.tsx';
import { Amount, Empty, StatusPill, Time } from '../components/show.tsx';
import { DataTable, NextPage } from '../components/table.tsx';
import type { ConsoleContext } from '../context.ts';
import { freshForm } from '../form-state.ts';
import { consolePage } from '../page.tsx';
import { commonTexts } from '../texts/common.ts';
import { transactionsTexts } from '../texts/transactions.ts';
import { ResendButton } from './payments/deliveries.tsx';
import { shopChoices } from './payments/link.tsx';
import { readPayment } from './payments/read.ts';
import { paymentPath } from './payments/table.tsx';
import { PolybankingTabs } from './polybanking/tabs.tsx';

const PATH = '/console/transactions';
/** Each transaction is a call of the API, of which a user has sixty at a time. */
const PAGE = 10;

type Transaction = OperatorAnswer<'polybankingView'>;

function readTransaction(c: ConsoleContext, id: string): Promise<Transaction> {
  return c.get('api').get<Transaction>(`/payments/${encodeURIComponent(id)}/polybanking`);
}

async function transactionsPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = transactionsTexts[view.language];
  const [shop, cursor] = [c.req.query('config'), c.req.query('cursor')];
  const [choices, list] = await Promise.all([
    shopChoices(c),
    c.get('api').get<OperatorAnswer<'operatorPaymentList'>>('/payments', { shop, cursor, limit: PAGE }),
  ]);
  const theirs = await Promise.all(list.data.map(({ id }) => readTransaction(c, id)));
  const rows = list.data.flatMap((payment, index) => {
    const one = theirs[index];
    return one ? [{ payment, transaction: one.transaction }] : [];
  });
  const state = freshForm({ config: shop ?? '' });
  return consolePage(c, {
    title: t.title,
    area: 'shops',
    body: (
      <>
        <PolybankingTabs view={view} current="transactions" />
        <p>{t.text}</p>
        <AskForm view={view} state={state} action={PATH} submit={t.find}>
          <SelectField
            view={view}
            state={state}
            name="config"
            label={t.config}
            choices={choices}
            empty={t.all}
          />
        </AskForm>
        {rows.length === 0 ? (
          <Empty text={t.none} />
        ) : (
          <DataTable
            caption={t.title}
            rows={rows}
            href={({ payment }) => `${PATH}/${payment.id}`}
            columns={[
              { head: t.reference, cell: ({ payment }) => payment.reference },
              {
                head: t.amount,
                right: true,
                cell: ({ payment }) => (
                  <Amount view={view} amount={payment.amount} currency={payment.currency} />
                ),
              },
              {
                head: t.theirs,
                cell: ({ transaction }) => (
                  <span lang="en">
                    {transaction.internal_status_text}, {transaction.postfinance_status}{' '}
                    {transaction.postfinance_status_text}
                  </span>
                ),
              },
              { head: t.ours, cell: ({ payment }) => <StatusPill view={view} status={payment.status} /> },
              {
                head: t.ipn,
                cell: ({ transaction }) =>
                  transaction.ipn_needed === 'True'
                    ? commonTexts[view.language].yes
                    : commonTexts[view.language].no,
              },
              {
                head: t.created,
                cell: ({ payment }) => <Time view={view} at={payment.createdAt} as="relative" />,
              },
            ]}
          />
        )}
        <NextPage
          view={view}
          cursor={list.nextCursor}
          href={(cursor) => `${PATH}${queryText({ config: shop, cursor })}`}
        />
      </>
    ),
  });
}

async function transactionPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = transactionsTexts[view.language];
  const payment = await readPayment(c);
  const { transaction, logs } = await readTransaction(c, payment.id);
  return consolePage(c, {
    title: t.of(payment.reference),
    area: 'shops',
    actions: (
      <>
        <ResendButton view={view} id={payment.id} text={t.resend} />
        <a class="button" href={paymentPath(payment.id)}>
          {t.payment}
        </a>
      </>
    ),
    body: (
      <>
        <p class="row">
          <Amount view={view} amount={payment.amount} currency={payment.currency} />
          <StatusPill view={view} status={payment.status} />
        </p>
        <section class="stack" aria-labelledby="fields">
          <h2 id="fields">{t.fields}</h2>
          <p class="small muted">{t.zone}</p>
          <DataTable
            caption={t.fields}
            rows={Object.entries(transaction)}
            columns={[
              { head: t.field, cell: ([name]) => <code>{name}</code> },
              { head: t.ours, cell: ([name]) => t.name[name as keyof typeof t.name] ?? name },
              { head: t.theirs, cell: ([, value]) => <span lang="en">{String(value)}</span> },
            ]}
          />
        </section>
        <section class="stack" aria-labelledby="log">
          <h2 id="log">{t.log}</h2>
          {logs.length === 0 ? (
            <Empty text={t.logEmpty} />
          ) : (
            <DataTable
              caption={t.log}
              rows={logs}
              columns={[
                { head: t.when, cell: ({ when }) => when },
                { head: t.theirs, cell: ({ log_type_text }) => <span lang="en">{log_type_text}</span> },
                { head: t.ours, cell: ({ log_type }) => t.line[log_type as keyof typeof t.line] ?? log_type },
                { head: t.extra, cell: ({ extra_data }) => extra_data },
              ]}
            />
          )}
        </section>
      </>
    ),
  });
}

export const transactionsArea: Area = {
  id: 'transactions',
  routes: (app) => {
    app.get(PATH, transactionsPage);
    app.get(`${PATH}/:id`, transactionPage);
  },
};
