/** The operator's route for the audit log: filtered, in pages, and as a file. */

import type { AuditEntry } from '../../directory/types.ts';
import { scopedShop } from '../../gateway/scoped.ts';
import { invalidField } from '../../payments/errors.ts';
import { queryOf } from '../body.ts';
import { csvOf } from '../csv.ts';
import { documented } from '../openapi.ts';
import { operatorOf } from '../operator.ts';
import { Routes } from '../router.ts';
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

function ndjson(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

const FILES = {
  csv: {
    write: (entries: readonly AuditEntry[]) =>
      csvOf(
        COLUMNS,
        entries.map((entry) => ({ ...entry })),
      ),
    type: 'text/csv; charset=utf-8; header=present',
  },
  ndjson: { write: ndjson, type: 'application/x-ndjson' },
} as const;

export function auditRoutes(): Routes {
  const routes = new Routes();

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
