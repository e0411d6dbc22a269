/** `GET /console`: what needs a person first, then today, then a month of money, then what is in test. */
import { ApiProblem, type OperatorAnswer } from '../../api.ts';
import type { Area } from '../../area.ts';
import { Empty, Notice, StatusPill } from '../../components/show.tsx';
import { DataTable } from '../../components/table.tsx';
import type { ConsoleContext } from '../../context.ts';
import { countText } from '../../format.ts';
import { consolePage } from '../../page.tsx';
import { homeTexts } from '../../texts/home.ts';
import type { View } from '../../view.ts';
import { AttentionCard, type AttentionPage } from '../attention.tsx';
import { mayMoveMoney } from '../may.ts';
import { MoneyChart } from './chart.tsx';
import { byCurrency, type Overview } from './sums.ts';

const DAYS = 30;

/** Entries that the first page shows. */
const ENTRIES = 4;

/** Charts that it shows: the table of a payment list has the rest. */
const CHARTS = 6;

/** What can wait for no morning comes before what is only to be known. */
const URGENT = [
  'awaiting_approval',
  'paid_twice',
  'operation_unknown',
  'provider_failing',
  'endpoint_off',
  'pending_proof',
  'pending_person',
  'conflict',
];

type ReadAccount = OperatorAnswer<'account'>;

function urgentFirst({ data }: AttentionPage): AttentionPage['data'] {
  const rank = (kind: string) => (URGENT.includes(kind) ? URGENT.indexOf(kind) : URGENT.length);
  return data.toSorted((a, b) => rank(a.kind) - rank(b.kind));
}

function AttentionFirst({ view, list }: { readonly view: View; readonly list: AttentionPage }) {
  const t = homeTexts[view.language];
  const total = Object.values(list.counts).reduce((sum, count) => sum + count, 0);
  return (
    <section class="stack" aria-labelledby="attention">
      <h2 id="attention">{t.attention}</h2>
      {total === 0 && <Notice tone="ok">{<p>{t.calm}</p>}</Notice>}
      <div class="cards wide">
        {urgentFirst(list)
          .slice(0, ENTRIES)
          .map((entry) => (
            <AttentionCard view={view} entry={entry} />
          ))}
      </div>
      {total > ENTRIES && (
        <p>
          <a class="button" href="/console/attention">
            {t.allAttention(countText(view.language, total))}
          </a>
        </p>
      )}
    </section>
  );
}

function Today({ view, today }: { readonly view: View; readonly today: Overview['today'] }) {
  const t = homeTexts[view.language];
  const { statuses, day } = today;
  return (
    <section class="stack" aria-labelledby="today">
      <h2 id="today">{t.today}</h2>
      {statuses.length === 0 ? (
        <Empty text={t.noneToday} />
      ) : (
        <ul class="tiles">
          {statuses.map(({ status, test, count }) => (
            <li>
              <a class="tile" href={`/console/payments?status=${status}&test=${test}&createdFrom=${day}`}>
                <span class="tile-number">{countText(view.language, count)}</span>
                <StatusPill view={view} status={status} />
                <span class="small muted">{test ? t.test : t.real}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Money({ view, overview }: { readonly view: View; readonly overview: Overview }) {
  const t = homeTexts[view.language];
  const all = byCurrency(overview);
  return (
    <section class="stack" aria-labelledby="money">
      <h2 id="money">{t.money(countText(view.language, overview.days.length))}</h2>
      {all.length === 0 && (
        <Empty text={t.noMoney}>
          {mayMoveMoney(view.user) && (
            <a class="button" href="/console/links/new">
              {t.newLink}
            </a>
          )}
        </Empty>
      )}
      {all.slice(0, CHARTS).map((sums) => (
        <MoneyChart view={view} sums={sums} />
      ))}
    </section>
  );
}

function InTest({ view, accounts }: { readonly view: View; readonly accounts: readonly ReadAccount[] }) {
  const t = homeTexts[view.language];
  const inTest = accounts.filter(
    ({ environment, retiredAt }) => environment !== 'production' && retiredAt === null,
  );
  return (
    <section class="stack" aria-labelledby="in-test">
      <h2 id="in-test">{t.testAccounts}</h2>
      {inTest.length === 0 ? (
        <Empty text={t.noTestAccounts} />
      ) : (
        <details>
          <summary>
            {countText(view.language, inTest.length)} · {t.testAccountsText}
          </summary>
          <DataTable
            caption={t.testAccounts}
            rows={inTest}
            href={({ id }) => `/console/accounts/${id}`}
            columns={[
              { head: t.account, cell: ({ id }) => id },
              { head: t.provider, cell: ({ provider }) => provider },
              {
                head: t.environment,
                cell: ({ environment }) =>
                  t.environments[environment as keyof typeof t.environments] ?? environment,
              },
            ]}
          />
        </details>
      )}
    </section>
  );
}

async function homePage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = homeTexts[view.language];
  const api = c.get('api');
  const [list, overview, accounts] = await Promise.all([
    api.get<AttentionPage>('/attention', { limit: 50 }),
    api.get<Overview>('/overview', { zone: view.zone, days: DAYS }).catch((error: unknown) => {
      // Many payments take long to count: the page is more than its sums.
      if (error instanceof ApiProblem && error.status >= 500) return null;
      throw error;
    }),
    api.get<{ readonly data: readonly ReadAccount[] }>('/accounts'),
  ]);
  return consolePage(c, {
    title: t.title,
    area: 'home',
    body: (
      <>
        <AttentionFirst view={view} list={list} />
        {overview === null ? (
          <Notice tone="warn">{<p>{t.unavailable}</p>}</Notice>
        ) : (
          <>
            <Today view={view} today={overview.today} />
            <Money view={view} overview={overview} />
          </>
        )}
        <InTest view={view} accounts={accounts.data} />
      </>
    ),
  });
}

export const homeArea: Area = {
  id: 'home',
  nav: { href: '/console', order: 10, icon: 'home', text: (language) => homeTexts[language].nav },
  routes: (app) => {
    app.get('/console', homePage);
  },
};
