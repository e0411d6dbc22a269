/** The books: sums of months on a page, to be printed, as a PDF and as CSV. */
import type { Hono } from 'hono';
import { dayIn } from '../../payments/time-zones.ts';
import { ApiProblem, type OperatorAnswer } from '../api.ts';
import type { Area } from '../area.ts';
import { SelectField, TextField } from '../components/fields.tsx';
import { Amount, Empty, Pill } from '../components/show.tsx';
import { type Column, DataTable } from '../components/table.tsx';
import type { ConsoleContext, ConsoleEnv } from '../context.ts';
import { countText, shortDate } from '../format.ts';
import { consolePage } from '../page.tsx';
import { type BookLine, type BookLineSums, booksPdf } from '../pdf/books.ts';
import { booksTexts } from '../texts/books.ts';
import { commonTexts } from '../texts/common.ts';
import type { View } from '../view.ts';
import { downloadExport, exportPage } from './books-export.tsx';
import { type BookShop, BooksForm, choicesOf, WhoseFields } from './books-form.tsx';
import { listOf } from './books-list.ts';
import { distinctNames } from './books-names.ts';
import { type Asked, addressOf, askedForm, askedIn, problemsIn, SUMMARY_FIELDS } from './books-query.ts';

type Summary = Omit<OperatorAnswer<'summary'>, 'data' | 'totals'> & {
  readonly data: readonly (BookLine & { readonly key: string })[];
  readonly totals: readonly BookLineSums[];
};

const BY = ['shop', 'group', 'account'] as const;

function defaultsOf({ now, zone }: View): Asked {
  return {
    month: dayIn(now, zone).slice(0, 'YYYY-MM'.length),
    by: 'shop',
    dateBy: 'movement',
    timeZone: zone,
  };
}

async function shopsSeen(c: ConsoleContext): Promise<readonly BookShop[]> {
  const { data } = await c.get('api').get<{ data: readonly BookShop[] }>('/shops');
  return data;
}

/** When the sums begin and end, and which date decides: in words. */
function aboutWords({ language }: View, { from, to, timeZone, dateBy }: Summary): string[] {
  const t = booksTexts[language];
  const day = (at: string) => shortDate(language, timeZone, at);
  return [t.period(day(from), day(to), timeZone), t.dateWords[dateBy]];
}

function sumColumns<Line extends BookLineSums>(view: View): Column<Line>[] {
  const t = booksTexts[view.language];
  const money = (name: 'gross' | 'refunds' | 'chargebacks' | 'net'): Column<Line> => ({
    head: t.columns[name],
    right: true,
    cell: (line) => <Amount view={view} amount={line[name]} currency={line.currency} />,
  });
  return [
    { head: t.columns.payments, right: true, cell: ({ payments }) => countText(view.language, payments) },
    ...(['gross', 'refunds', 'chargebacks', 'net'] as const).map(money),
  ];
}

function named(view: View, text: string, test: boolean) {
  return (
    <span class="row">
      {text}
      {test && <Pill tone="info">{commonTexts[view.language].test}</Pill>}
    </span>
  );
}

function Sums({ view, summary }: { readonly view: View; readonly summary: Summary }) {
  const t = booksTexts[view.language];
  const { data, totals, by } = summary;
  if (data.length === 0)
    return (
      <Empty text={t.nothing}>
        <p class="muted">{t.nothingHint}</p>
      </Empty>
    );
  const isByMonth = new Set(data.map(({ month }) => month)).size > 1;
  return (
    <>
      <DataTable<BookLine>
        caption={t.caption}
        rows={data}
        columns={[
          { head: t.byNames[by], cell: ({ name, test }) => named(view, name || '—', test) },
          ...(isByMonth ? [{ head: t.columns.month, cell: ({ month }: BookLine) => month }] : []),
          ...sumColumns<BookLine>(view),
        ]}
      />
      <section class="stack" aria-labelledby="totals">
        <h2 id="totals">{t.totals}</h2>
        <DataTable<BookLineSums>
          caption={t.totals}
          rows={totals}
          columns={[
            { head: t.total, cell: ({ currency, test }) => named(view, currency, test) },
            ...sumColumns<BookLineSums>(view),
          ]}
        />
      </section>
    </>
  );
}

/** The sums, or what is wrong with the question. */
async function ask(c: ConsoleContext, asked: Asked): Promise<Summary | ApiProblem> {
  try {
    const summary = await c.get('api').get<Summary>('/summary', asked);
    const names = distinctNames(summary.data.map(({ key, name }) => [key, name]));
    return {
      ...summary,
      data: summary.data.map((line) => ({ ...line, name: names.get(line.key) ?? line.name })),
    };
  } catch (error) {
    if (error instanceof ApiProblem && problemsIn(error)) return error;
    throw error;
  }
}

async function summaryPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = booksTexts[view.language];
  const asked = askedIn(c, SUMMARY_FIELDS, defaultsOf(view));
  const [shops, answer] = await Promise.all([shopsSeen(c), ask(c, asked)]);
  const problem = answer instanceof ApiProblem ? answer : null;
  const summary = answer instanceof ApiProblem ? null : answer;
  const state = askedForm(asked, (problem && problemsIn(problem)) ?? []);
  return consolePage(c, {
    title: t.title,
    area: 'books',
    status: problem ? 422 : 200,
    actions: (
      <a class="button" href="/console/books/export">
        {t.toExport}
      </a>
    ),
    body: (
      <>
        {summary && (
          <div class="stack">
            {aboutWords(view, summary).map((words) => (
              <p>{words}</p>
            ))}
          </div>
        )}
        <BooksForm view={view} state={state} action="/console/books" submit={t.show}>
          <TextField view={view} state={state} name="month" label={t.month} hint="2026-11" maxlength={7} />
          <TextField view={view} state={state} name="to" label={t.to} hint={t.toHint} maxlength={7} />
          <SelectField
            view={view}
            state={state}
            name="by"
            label={t.by}
            choices={choicesOf(BY, (by) => t.byNames[by])}
          />
          <WhoseFields view={view} state={state} shops={shops} />
        </BooksForm>
        {summary && <Sums view={view} summary={summary} />}
        {summary && (
          <div class="actions">
            <a class="button" href={addressOf('/summary.pdf', asked)}>
              {t.pdf}
            </a>
            <a class="button" href={addressOf('/summary.pdf', asked, { list: 'true' })}>
              {t.pdfList}
            </a>
            <a class="button" href={addressOf('/summary.csv', asked)}>
              {t.csv}
            </a>
            <span class="muted">{t.print}</span>
          </div>
        )}
      </>
    ),
  });
}

const FILE_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** The sums on paper. A question that is wrong leads back to its form. */
async function summaryPdf(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = booksTexts[view.language];
  const asked = askedIn(c, SUMMARY_FIELDS, defaultsOf(view));
  const [shops, summary] = await Promise.all([shopsSeen(c), ask(c, asked)]);
  if (summary instanceof ApiProblem) return c.redirect(addressOf('', asked), 303);
  const shop = shops.find(({ id }) => id === asked.shop);
  const isListed = c.req.query('list') === 'true';
  const list = isListed ? await listOf(c.get('api'), { asked, summary, shops }) : null;
  const bytes = await booksPdf(view, {
    owner: shop?.name ?? asked.group ?? new URL(c.req.url).host,
    about: aboutWords(view, summary),
    by: t.byNames[summary.by],
    lines: summary.data,
    totals: summary.totals,
    list,
  });
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: {
      ...FILE_HEADERS,
      'content-type': 'application/pdf',
      'content-disposition': `inline; filename="books-${asked.month}.pdf"`,
    },
  });
}

/** The sums as CSV, as the API makes it. */
async function summaryCsv(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const asked = askedIn(c, SUMMARY_FIELDS, defaultsOf(view));
  const query = new URLSearchParams({ ...asked, format: 'csv', amounts: 'decimal', bom: 'true' });
  try {
    const answer = await c.get('api').fetch('GET', `/summary?${query}`);
    const headers = new Headers(FILE_HEADERS);
    for (const name of ['content-type', 'content-disposition'])
      headers.set(name, answer.headers.get(name) ?? '');
    return new Response(answer.body, { headers });
  } catch (error) {
    if (error instanceof ApiProblem && problemsIn(error)) return c.redirect(addressOf('', asked), 303);
    throw error;
  }
}

export const booksArea: Area = {
  id: 'books',
  nav: {
    href: '/console/books',
    order: 60,
    icon: 'book',
    text: (language) => booksTexts[language].nav,
  },
  routes: (app: Hono<ConsoleEnv>) => {
    app.get('/console/books', summaryPage);
    app.get('/console/books/summary.pdf', summaryPdf);
    app.get('/console/books/summary.csv', summaryCsv);
    app.get('/console/books/export', async (c) => exportPage(c, await shopsSeen(c)));
    app.get('/console/books/download', async (c) => downloadExport(c, await shopsSeen(c)));
  },
};
