/** The operator's summary of the books. */

import { bookSummary, type SummaryLine, type SummarySums } from '../../gateway/book-summary.ts';
import { queryOf } from '../body.ts';
import { csvOf } from '../csv.ts';
import { documented } from '../openapi.ts';
import { operatorOf } from '../operator.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';
import { withDecimals } from './export-lines.ts';

const COLUMNS = [
  'month',
  'key',
  'name',
  'currency',
  'test',
  'payments',
  'refundCount',
  'chargebackCount',
  'gross',
  'refunds',
  'chargebacks',
  'net',
] as const;

export function summaryRoutes(): Routes {
  const routes = new Routes();

  routes.get(
    '/v1/admin/summary',
    documented({
      summary: 'Sum up months by shop, group or account, and currency',
      description:
        'What came (gross), what was given back, what was charged back, and what is left. `dateBy` says which date decides; by `movement` the sums of a month never change again.',
      auth: 'operator',
      permission: 'view',
      query: schemas.summaryQuery,
      success: { 200: schemas.summary },
      errors: ['invalid_request', 'not_found'],
      example: { query: 'month=2026-11&timeZone=Europe/Zurich&by=shop' },
    }),
    async (c) => {
      const query = queryOf(c, schemas.summaryQuery);
      const {
        month,
        to = month,
        by = 'shop',
        dateBy = 'movement',
        timeZone = 'UTC',
        shop,
        group,
        test,
      } = query;
      const summary = await bookSummary(c.get('service'), operatorOf(c).scope, {
        month,
        to,
        by,
        dateBy,
        timeZone,
        shop,
        group,
        test: test === undefined ? undefined : test === 'true',
      });
      const isDecimal = query.amounts === 'decimal';
      const shown = (lines: readonly (SummaryLine | SummarySums)[]) =>
        lines.map((line) => (isDecimal ? withDecimals({ ...line }) : { ...line }));
      if (query.format !== 'csv')
        return c.json({ ...summary, data: shown(summary.data), totals: shown(summary.totals) });
      const mark = query.bom === 'true' ? '\uFEFF' : '';
      return c.body(mark + csvOf(COLUMNS, shown(summary.data), query.separator), 200, {
        'content-type': 'text/csv; charset=utf-8; header=present',
        'content-disposition': `attachment; filename="summary-${month}${to === month ? '' : `-${to}`}.csv"`,
        'x-content-type-options': 'nosniff',
      });
    },
  );

  return routes;
}
