/** The operator's routes for what proves a log: the file of one payment, and the anchors. */

import { anchorProof } from '../../gateway/anchors.ts';
import { type LogProof, PROOF_VERSION } from '../../gateway/log-proof.ts';
import { Problem } from '../../payments/errors.ts';
import { queryOf } from '../body.ts';
import { documented } from '../openapi.ts';
import { demoPayment } from '../operation-examples.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';
import { paymentInPath } from './payments.ts';

export function proofRoutes(): Routes {
  const routes = new Routes();

  routes.get(
    '/v1/admin/payments/:id/proof',
    documented({
      summary: "A payment's whole log as a file that `countersign proof` checks offline",
      description: 'With the way to an anchor, once one has the payment: by default the newest.',
      auth: 'operator',
      permission: 'view',
      query: schemas.proofQuery,
      success: { 200: schemas.logProof },
      errors: ['invalid_request', 'not_found'],
      example: { path: { id: '$PAID' }, before: demoPayment('PAID', 'docs-proven', 'automatic') },
    }),
    async (c) => {
      const service = c.get('service');
      const { anchor } = queryOf(c, schemas.proofQuery);
      const { id } = await paymentInPath(c);
      const log = await service.ledger(id).events();
      if (!log) throw new Problem('not_found', 'there is no such payment');
      const found = await anchorProof(service, id, anchor === undefined ? null : Number(anchor));
      if (anchor !== undefined && !found)
        throw new Problem('not_found', `anchor ${anchor} does not have this payment, or is not made yet`);
      const proof: LogProof = { version: PROOF_VERSION, payment: id, events: log.events, anchor: found };
      return c.json(proof);
    },
  );

  routes.get(
    '/v1/admin/anchors',
    documented({
      summary: 'The anchors of the logs, the newest first',
      description:
        'One a day, over the payments whose log has changed. Keep them elsewhere: then nobody can rewrite a log without you finding out. The key is of this installation and follows from ID_KEY.',
      auth: 'operator',
      permission: 'view',
      query: schemas.anchorsQuery,
      success: { 200: schemas.anchorList },
      errors: ['invalid_request'],
      example: { query: 'limit=7' },
    }),
    async (c) => {
      const query = queryOf(c, schemas.anchorsQuery);
      const limit = Number(query.limit ?? 20);
      const before = query.cursor === undefined ? null : Number(query.cursor);
      const data = await c.get('service').directory.anchors.list(limit, before);
      const last = data.at(-1);
      return c.json({ data, nextCursor: data.length === limit && last ? String(last.number) : null });
    },
  );

  return routes;
}
