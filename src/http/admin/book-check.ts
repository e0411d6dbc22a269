/** The operator's routes for the check of the books: `countersign audit` walks them. */

import { checkAnchors, checkListed, checkNext } from '../../gateway/book-audit.ts';
import { invalidField } from '../../payments/errors.ts';
import { queryOf } from '../body.ts';
import { documented } from '../openapi.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';

const PAGE = 50;

/** Anchors of a page: each has up to two million leaves. */
const ANCHORS = 1;

export function bookCheckRoutes(): Routes {
  const routes = new Routes();

  routes.get(
    '/v1/admin/checks/payments',
    documented({
      summary: 'Check payments: their logs, their sums, their copies',
      description:
        'Every ledger verifies its log and compares what was asked, held, paid, given back, charged back and its operations with it; then the searchable copy and the anchors are compared with the ledger. In the order of ids, over all payments that anything in the copy names; with `objects`, those of the ledgers that the platform lists. `countersign audit` walks all pages.',
      auth: 'operator',
      permission: 'view',
      unlimitedOnly: true,
      query: schemas.checkQuery,
      success: { 200: schemas.checked },
      errors: ['invalid_request'],
      example: { query: 'limit=20' },
    }),
    async (c) => {
      const { limit, cursor, objects } = queryOf(c, schemas.checkQuery);
      if (objects && cursor !== undefined) throw invalidField('cursor', 'goes without objects');
      if (objects) return c.json(await checkListed(c.get('service'), objects));
      return c.json(await checkNext(c.get('service'), cursor ?? '', Number(limit ?? PAGE)));
    },
  );

  routes.get(
    '/v1/admin/checks/anchors',
    documented({
      summary: 'Check anchors: their signatures, their order, their leaves',
      description:
        'The earliest first. That an anchor is the one that was signed then shows only the copy that you have kept.',
      auth: 'operator',
      permission: 'view',
      unlimitedOnly: true,
      query: schemas.anchorCheckQuery,
      success: { 200: schemas.checkedAnchors },
      errors: ['invalid_request'],
      example: { query: 'limit=2' },
    }),
    async (c) => {
      const { limit, cursor = '0' } = queryOf(c, schemas.anchorCheckQuery);
      return c.json(await checkAnchors(c.get('service'), Number(cursor), Number(limit ?? ANCHORS)));
    },
  );

  return routes;
}
