/** The operator's route for the audit log: filtered, in pages, and as a file. */
import { Hono } from 'hono';
import type { AuditEntry } from '../../directory/types.ts';
import { scopedShop } from '../../gateway/scoped.ts';
import { invalidField } from '../../payments/errors.ts';
import type { AppEnv } from '../app-env.ts';
import { queryOf } from '../body.ts';
import { documented } from '../openapi.ts';
import { operatorOf } from '../operator.ts';
import * as schemas from '../schemas.ts';
import { nextCursor } from './paging.ts';

const COLUMNS = [
  'id',
  'at',
  'actor',
  'actorName',
  'address',
  'request',
  'action',
  'subject',
  'shop',
  'detail',
] as const;

/**
 * A value as a cell of CSV (RFC 4180). What a spreadsheet would take for a formula begins with an apostrophe: names and texts in the log
 * are other people's.
 */
function cell(value: unknown): string {
  const text = value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

function csv(entries: readonly AuditEntry[]): string {
  const rows = entries.map((entry) => COLUMNS.map((name) => cell(entry[name])).join(','));
  return [COLUMNS.join(','), ...rows, ''].join('\r\n');
}

function ndjson(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

const FILES = {
  csv: { write: csv, type: 'text/csv; charset=utf-8; header=present' },
  ndjson: { write: ndjson, type: 'application/x-ndjson' },
} as const;

export function auditRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get(
    '/v1/admin/audit',
    documented({
      summary: 'Who changed what, when, from where; the newest first',
      description:
        'Filters narrow each other. Who may see some shops only gets the entries about these, and about the accounts that they use. As `ndjson` and `csv` it is a file.',
      auth: 'operator',
      permission: 'view',
      query: schemas.auditQuery,
      success: { 200: schemas.auditList },
      errors: ['invalid_request', 'not_found'],
      example: { query: 'action=shop.updated&limit=5' },
    }),
    async (c) => {
      const { limit = '100', cursor, from, to, format = 'json', ...equal } = queryOf(c, schemas.auditQuery);
      const [since, until] = [from, to].map((time) => (time === undefined ? undefined : Date.parse(time)));
      if (since !== undefined && until !== undefined && since > until)
        throw invalidField('to', 'is before from');
      const service = c.get('service');
      const { scope } = operatorOf(c);
      // Who sees all shops may ask for one that was deleted.
      if (equal.shop !== undefined && !scope.all) await scopedShop(service, scope, equal.shop);
      const entries = await service.directory.audit({
        ...equal,
        from: since,
        to: until,
        scope,
        before: cursor === undefined ? null : Number(cursor),
        limit: Number(limit),
      });
      const next = nextCursor(entries, Number(limit));
      if (format === 'json') return c.json({ data: entries, nextCursor: next });
      const { write, type } = FILES[format];
      return c.body(write(entries), 200, {
        'content-type': type,
        'content-disposition': `attachment; filename="audit.${format}"`,
        'x-content-type-options': 'nosniff',
        ...(next !== null && { 'x-next-cursor': next }),
      });
    },
  );

  return routes;
}
