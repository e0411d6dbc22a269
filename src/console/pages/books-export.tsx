/** The export: a form, and the file that joins the pages of the operator's API while they come. */

import {
  EXPORT_FORMATS,
  EXPORT_JOINS,
  type ExportFormat,
  exportPageSize,
  pageInFile,
} from '../../payments/export-pages.ts';
import { dayAfter, dayIn } from '../../payments/time-zones.ts';
import { utf8 } from '../../signing/bytes.ts';
import { type Api, ApiProblem, type InputProblem } from '../api.ts';
import { CheckField, SelectField, TextField } from '../components/fields.tsx';
import type { ConsoleContext } from '../context.ts';
import { fileHeaders } from '../download.ts';
import { consolePage } from '../page.tsx';
import { booksTexts } from '../texts/books.ts';
import type { View } from '../view.ts';
import { type BookShop, BooksForm, choicesOf, WhoseFields } from './books-form.tsx';
import { type Asked, askedForm, askedIn, EXPORT_FIELDS, problemsIn } from './books-query.ts';

const TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
  xml: 'application/xml; charset=utf-8',
};

const WHAT = ['payments', 'operations', 'movements', 'events'] as const;
const AMOUNTS = ['decimal', 'minor'] as const;
const CSV_SEPARATORS = ['semicolon', 'comma', 'tab'] as const;

/** The month before. */
function defaultsFor({ now, zone }: View): Asked {
  const first = `${dayIn(now, zone).slice(0, 'YYYY-MM'.length)}-01`;
  const before = `${dayAfter(first, -1).slice(0, 'YYYY-MM'.length)}-01`;
  return {
    what: 'payments',
    format: 'csv',
    dateBy: 'created',
    from: before,
    to: first,
    timeZone: zone,
    amounts: 'decimal',
    separator: 'semicolon',
    bom: 'true',
  };
}

function formatIn({ format }: Asked): ExportFormat {
  return EXPORT_FORMATS.find((one) => one === format) ?? 'csv';
}

/** What the API is asked: settings of files of another format are left out. */
function questionOf(asked: Asked): Readonly<Record<string, string>> {
  const format = formatIn(asked);
  const { separator, bom, logs, ...rest } = asked;
  const { what = 'payments' } = rest;
  const isOfMovements = what === 'movements';
  const { good, dateBy, ...others } = rest;
  return {
    ...others,
    ...(!isOfMovements && good && { good }),
    ...(!isOfMovements && dateBy && { dateBy }),
    ...(format === 'csv' && separator && { separator }),
    ...(format === 'csv' && bom && { bom }),
    ...(format !== 'csv' && what === 'payments' && { logs: logs ?? 'false' }),
    format: EXPORT_JOINS[format].asked,
    limit: String(exportPageSize(format, asked)),
  };
}

function page(
  c: ConsoleContext,
  shops: readonly BookShop[],
  asked: Asked,
  problems: readonly InputProblem[] = [],
) {
  const view = c.get('view');
  const t = booksTexts[view.language];
  const state = askedForm(asked, problems);
  return consolePage(c, {
    title: t.exportTitle,
    area: 'books',
    status: problems.length > 0 ? 422 : 200,
    actions: (
      <a class="button" href="/console/books">
        {t.toSummary}
      </a>
    ),
    body: (
      <BooksForm view={view} state={state} action="/console/books/download" submit={t.download}>
        <SelectField
          view={view}
          state={state}
          name="what"
          label={t.what}
          choices={choicesOf(WHAT, (what) => t.whatNames[what])}
        />
        <SelectField
          view={view}
          state={state}
          name="format"
          label={t.format}
          choices={choicesOf(EXPORT_FORMATS, (format) => t.formatNames[format])}
        />
        <TextField view={view} state={state} name="from" label={t.from} type="date" />
        <TextField view={view} state={state} name="to" label={t.until} hint={t.untilHint} type="date" />
        <WhoseFields view={view} state={state} shops={shops} />
        <SelectField
          view={view}
          state={state}
          name="amounts"
          label={t.amounts}
          choices={choicesOf(AMOUNTS, (amounts) => t.amountNames[amounts])}
        />
        <SelectField
          view={view}
          state={state}
          name="separator"
          label={t.separator}
          choices={choicesOf(CSV_SEPARATORS, (separator) => t.separatorNames[separator])}
        />
        <CheckField view={view} state={state} name="bom" label={t.bom} />
        <CheckField view={view} state={state} name="good" label={t.good} />
        <CheckField view={view} state={state} name="logs" label={t.logs} hint={t.large} />
      </BooksForm>
    ),
  });
}

/** The form. */
export function exportPage(c: ConsoleContext, shops: readonly BookShop[]) {
  return page(c, shops, askedIn(c, EXPORT_FIELDS, defaultsFor(c.get('view'))));
}

/** What the file is made of, as it comes. */
async function* piecesOf(api: Api, format: ExportFormat, query: string, first: Response) {
  const { begin, end } = EXPORT_JOINS[format];
  yield utf8(begin);
  let isBeginning = true;
  for (let answer = first; ; ) {
    if (answer.body)
      for await (const piece of pageInFile(format, answer.body, isBeginning)) {
        if (piece.length > 0) isBeginning = false;
        yield piece;
      }
    const cursor = answer.headers.get('x-next-cursor');
    if (cursor === null) break;
    answer = await api.fetch('GET', `/export?${query}&cursor=${cursor}`);
  }
  yield utf8(end);
}

/** The file, as the browser takes it. What goes wrong in the middle breaks the download off: half a file looks whole. */
function joined(api: Api, format: ExportFormat, query: string, first: Response): ReadableStream<Uint8Array> {
  const pieces = piecesOf(api, format, query, first);
  return new ReadableStream({
    async pull(controller) {
      for (;;) {
        const { done, value } = await pieces.next();
        if (done) return controller.close();
        if (value.length > 0) return controller.enqueue(value);
      }
    },
    cancel: async () => void (await pieces.return()),
  });
}

/** The days in the name of a file. */
function fileName({ what = 'payments', from, to }: Asked, format: ExportFormat): string {
  const days = [from, to].filter((day) => day !== undefined && /^[\d-]+$/.test(day)).join('-to-');
  return `${what}${days && `-${days}`}.${format}`.replace(/[^a-z0-9.-]/g, '');
}

/** The file. What is wrong with the question is said in its form. */
export async function downloadExport(c: ConsoleContext, shops: readonly BookShop[]): Promise<Response> {
  const asked = askedIn(c, EXPORT_FIELDS, defaultsFor(c.get('view')));
  const format = formatIn(asked);
  const query = new URLSearchParams(questionOf(asked)).toString();
  try {
    const first = await c.get('api').fetch('GET', `/export?${query}`);
    return new Response(joined(c.get('api'), format, query, first), {
      headers: fileHeaders(TYPES[format], fileName(asked, format)),
    });
  } catch (error) {
    const problems = error instanceof ApiProblem ? problemsIn(error) : null;
    if (problems) return page(c, shops, asked, problems);
    throw error;
  }
}
