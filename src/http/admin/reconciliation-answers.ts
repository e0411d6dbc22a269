/** How a reconciliation is shown: as JSON with a page of its lines, or the lines as CSV. */
import type { Context } from 'hono';
import type { ListedReconciliation } from '../../directory/reconciliations.ts';
import { type FoundReconciliation, scopedReconciliation } from '../../gateway/reconciliations.ts';
import type { ReconciledLine, ReconciliationInfo } from '../../payments/reconciled.ts';
import type { AppEnv } from '../app-env.ts';
import { idParam, queryOf } from '../body.ts';
import { csvOf } from '../csv.ts';
import { operatorOf } from '../operator.ts';
import * as schemas from '../schemas.ts';

/** The columns of the CSV. */
const CSV_COLUMNS = [
  'result',
  'matchedBy',
  'line',
  'repeats',
  'providerReference',
  'order',
  'reference',
  'fileDay',
  'fileAmount',
  'fileCurrency',
  'payment',
  'paymentReference',
  'shop',
  'kind',
  'ledgerDay',
  'ledgerAmount',
  'ledgerCurrency',
  'isOtherNumber',
  'isElsewhere',
  'markReason',
  'markBy',
  'markAt',
  'fileFee',
] as const;

const PAGE = 100;

/** How a reconciliation is shown. */
export function shownReconciliation(
  listed: ListedReconciliation,
  info: ReconciliationInfo,
  lines: readonly ReconciledLine[],
  next: string | null,
) {
  const { lines: fileLines, shops: _shops, ...rest } = info;
  const { fileName, createdAt, createdBy, createdByName } = listed;
  return { ...rest, fileName, createdAt, createdBy, createdByName, fileLines, lines, nextCursor: next };
}

export function reconciliationIn(c: Context<AppEnv>): Promise<FoundReconciliation> {
  return scopedReconciliation(c.get('service'), operatorOf(c), idParam(c));
}

export async function readReconciliation(c: Context<AppEnv>): Promise<Response> {
  const {
    result,
    marked,
    matchedBy,
    otherNumber,
    day,
    format = 'json',
    limit,
    cursor,
  } = queryOf(c, schemas.reconciliationQuery);
  const { listed, info, lines: linesOf } = await reconciliationIn(c);
  const size = Number(limit ?? PAGE);
  const lines = await linesOf({
    results: result ?? null,
    marked: marked === undefined ? null : marked === 'true',
    matchedBy: matchedBy ?? null,
    isOtherNumber: otherNumber === undefined ? null : otherNumber === 'true',
    day: day ?? null,
    after: Number(cursor ?? 0),
    limit: size,
  });
  const last = lines.at(-1);
  const next = lines.length === size && last ? String(last.number) : null;
  if (format === 'json') return c.json(shownReconciliation(listed, info, lines, next));
  const rows = lines.map(({ mark, ...line }) => ({
    ...line,
    markReason: mark?.reason ?? null,
    markBy: mark?.by ?? null,
    markAt: mark?.at ?? null,
  }));
  return c.body(csvOf(CSV_COLUMNS, rows), 200, {
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': `attachment; filename="reconciliation-${listed.id}.csv"`,
    'x-content-type-options': 'nosniff',
    ...(next !== null && { 'x-next-cursor': next }),
  });
}
