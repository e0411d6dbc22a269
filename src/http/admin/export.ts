/** The operator's export: payments, operations, events and movements of a range, in pages that make one file. */
import type { Context } from 'hono';
import type * as v from 'valibot';
import type { BookCursor, BookRange } from '../../directory/books.ts';
import { bookCursor, bookCursorText, bookRange } from '../../gateway/books.ts';
import type { Service } from '../../gateway/service.ts';
import { invalidField } from '../../payments/errors.ts';
import type { AppEnv } from '../app-env.ts';
import { queryOf } from '../body.ts';
import { csvOf } from '../csv.ts';
import { documented } from '../openapi.ts';
import { operatorOf } from '../operator.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';
import { xmlOf } from '../xml.ts';
import {
  EXPORT_COLUMNS,
  type Exported,
  type ExportLine,
  eventLines,
  movementLine,
  operationLines,
  paymentLine,
  paymentLinesWithLogs,
  polybankingItems,
  withDecimals,
} from './export-lines.ts';

type ExportQuery = v.InferOutput<typeof schemas.exportQuery>;

const PAGE = 1000;

/** Where the ledger of each payment is read. */
const MOST_WITH_LEDGERS = 200;

const TYPES = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8; header=present',
  xml: 'application/xml; charset=utf-8',
} as const;

interface Page {
  readonly lines: readonly object[];
  readonly next: BookCursor | null;
}

/** The lines of a page, and where the next one begins. */
async function pageOf(service: Service, range: BookRange, query: ExportQuery): Promise<Page> {
  const { what = 'payments', format = 'json', logs, cursor } = query;
  const isPolybanking = format === 'xml' && what === 'payments';
  const withLogs = logs === 'true' && what === 'payments' && format !== 'csv';
  const readsLedgers = isPolybanking || withLogs || what === 'events';
  const wanted = Number(query.limit ?? PAGE);
  const limit = readsLedgers ? Math.min(wanted, MOST_WITH_LEDGERS) : wanted;
  const page = {
    cursor: cursor === undefined ? null : bookCursor(cursor, range.dateBy),
    // One more shows whether there is another page.
    limit: limit + 1,
    withOperations: what === 'operations',
  };
  const cut = <T extends { readonly cursor: BookCursor }>(found: readonly T[]) => {
    const kept = found.slice(0, limit);
    return { kept, next: found.length > limit ? (kept.at(-1)?.cursor ?? null) : null };
  };
  if (what === 'movements') {
    const { kept, next } = cut(await service.directory.books.movements(range, page));
    return { lines: kept.map(movementLine), next };
  }
  const { kept, next } = cut(await service.directory.books.payments(range, page));
  const lines = async (): Promise<readonly object[]> => {
    if (what === 'operations') return kept.flatMap(operationLines);
    if (what === 'events') return eventLines(service, kept);
    if (isPolybanking) {
      const names =
        query.shop === undefined
          ? new Map((await service.directory.shops.list()).map(({ id, name }) => [id, name]))
          : null;
      const zone = query.timeZone ?? service.config.polybankingTimeZone;
      return polybankingItems(service, kept, { zone, withLogs: logs !== 'false', names });
    }
    return withLogs ? paymentLinesWithLogs(service, kept) : kept.map(paymentLine);
  };
  return { lines: await lines(), next };
}

function fileOf(what: Exported, query: ExportQuery, lines: readonly object[]): string {
  const { format, separator = 'comma', bom, amounts } = query;
  // PolyBanking's words have both, whatever is asked for.
  if (format === 'xml' && what === 'payments') return xmlOf(lines);
  const shown = lines.map((line) => (amounts === 'decimal' ? withDecimals(line as ExportLine) : line));
  if (format === 'xml') return xmlOf(shown);
  if (format === 'ndjson') return shown.map((line) => `${JSON.stringify(line)}\n`).join('');
  const mark = bom === 'true' ? '\uFEFF' : '';
  return mark + csvOf(EXPORT_COLUMNS[what], shown as ExportLine[], separator);
}

/** @throws Problem invalid_request for what does not go together. */
function requireFits({ what, format = 'json', dateBy, good, logs, separator, bom }: ExportQuery): void {
  if (what === 'movements' && dateBy !== undefined && dateBy !== 'movement')
    throw invalidField('dateBy', 'of movements is `movement`');
  if (what === 'movements' && good !== undefined)
    throw invalidField('good', 'is about payments: leave it out with movements');
  if (logs === 'true' && (what ?? 'payments') !== 'payments')
    throw invalidField('logs', 'goes with payments: `what=events` has the logs as lines');
  if (logs === 'true' && format === 'csv')
    throw invalidField('logs', 'have no place in CSV: use what=events');
  if (format !== 'csv' && separator !== undefined) throw invalidField('separator', 'is of CSV');
  if (format !== 'csv' && bom !== undefined) throw invalidField('bom', 'is of CSV');
}

async function exportPage(c: Context<AppEnv>): Promise<Response> {
  const service = c.get('service');
  const query = queryOf(c, schemas.exportQuery);
  requireFits(query);
  const { what = 'payments', format = 'json', test, good, from, to, shop, group, timeZone = 'UTC' } = query;
  const dateBy = query.dateBy ?? (what === 'movements' ? 'movement' : 'created');
  const range = await bookRange(service, operatorOf(c).scope, {
    dateBy,
    from,
    to,
    timeZone,
    shop,
    group,
    test: test === undefined ? undefined : test === 'true',
    isGoodAlone: good === 'true',
  });
  const { lines, next } = await pageOf(service, range, query);
  const cursor = next && bookCursorText(dateBy, next);
  const total =
    query.count === 'true' ? await service.directory.books.count(range, what === 'movements') : null;
  const headers = {
    'x-content-type-options': 'nosniff',
    ...(cursor !== null && { 'x-next-cursor': cursor }),
    ...(total !== null && { 'x-total-count': String(total) }),
  };
  if (format === 'json') {
    const data = query.amounts === 'decimal' ? lines.map((line) => withDecimals(line as ExportLine)) : lines;
    return c.json({ data, nextCursor: cursor }, 200, headers);
  }
  return c.body(fileOf(what, query, lines), 200, {
    ...headers,
    'content-type': TYPES[format],
    'content-disposition': `attachment; filename="${what}.${format}"`,
  });
}

export function exportRoutes(): Routes {
  const routes = new Routes();

  routes.get(
    '/v1/admin/export',
    documented({
      summary: 'Export payments, operations, events or movements of money, the oldest first',
      description:
        'In pages: each is a whole file, and the next one begins after `nextCursor` (the header X-Next-Cursor, too). `countersign export --to FILE` joins them. Amounts are in minor units unless `amounts=decimal`.',
      auth: 'operator',
      permission: 'view',
      query: schemas.exportQuery,
      success: { 200: schemas.exported },
      errors: ['invalid_request', 'not_found'],
      example: { query: 'what=payments&format=csv&from=2026-11-01&to=2026-12-01&timeZone=Europe/Zurich' },
    }),
    exportPage,
  );

  return routes;
}
