/** The operator's routes: the upkeep of the directory, and all others put together. */

import { scopedPayment } from '../../gateway/scoped.ts';
import type { LedgerClient, Service } from '../../gateway/service.ts';
import { originOf } from '../../gateway/start-attempt.ts';
import { invalidField, Problem } from '../../payments/errors.ts';
import { paymentId } from '../../payments/id.ts';
import { jsonBody, optionalJsonBody } from '../body.ts';
import { checkoutUrl } from '../checkout-url.ts';
import { documented } from '../openapi.ts';
import { demoPayment } from '../operation-examples.ts';
import { authenticateOperator, operatorOf } from '../operator.ts';
import { polybankingImportRoutes } from '../polybanking/import.ts';
import { polybankingViewRoutes } from '../polybanking/operator.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';
import { accountRoutes } from './accounts.ts';
import { approvalRoutes } from './approvals.ts';
import { attemptRoutes } from './attempts.ts';
import { attentionRoutes } from './attention.ts';
import { auditRoutes } from './audit.ts';
import { bookCheckRoutes } from './book-check.ts';
import { brandingRoutes } from './branding.ts';
import { dailyReportRoutes } from './daily-report.ts';
import { endpointRoutes } from './endpoints.ts';
import { exportRoutes } from './export.ts';
import { overviewRoutes } from './overview.ts';
import { paymentOperationRoutes } from './payment-operations.ts';
import { operatorPaymentRoutes } from './payments.ts';
import { peopleRoutes } from './people.ts';
import { proofRoutes } from './proofs.ts';
import { reconciliationRoutes } from './reconciliations.ts';
import { shopRoutes } from './shops.ts';
import { summaryRoutes } from './summary.ts';

/** How many ledgers one call of the rebuild wakes. */
const REBUILD_PAGE = 100;

function objectLedger(service: Service, object: string, index: number): LedgerClient {
  const ledger = service.ledgerByObject(object);
  if (!ledger) throw invalidField(`objects.${index}`, 'is not the id of a ledger');
  return ledger;
}

function upkeepRoutes(): Routes {
  const routes = new Routes();

  routes.post(
    '/v1/admin/payments/rebuild',
    documented({
      summary: 'Have ledgers push their row of the searchable copy again',
      description: 'By object ids, or page by page over the payments that the copy still knows.',
      auth: 'operator',
      permission: 'owner',
      unlimitedOnly: true,
      optionalBody: schemas.rebuild,
      success: { 200: schemas.rebuilt },
      errors: ['invalid_request', 'payload_too_large'],
      example: { body: {} },
    }),
    async (c) => {
      const service = c.get('service');
      const { objects, cursor, older } = await optionalJsonBody(c, schemas.rebuild);
      const ids = objects
        ? []
        : await service.directory.projectedIds(cursor ?? '', REBUILD_PAGE, older ?? false);
      const ledgers = objects
        ? objects.map((object, index) => objectLedger(service, object, index))
        : ids
            .map(paymentId)
            .filter((id) => id !== null)
            .map((id) => service.ledger(id));
      const results = await Promise.all(ledgers.map((ledger) => ledger.reproject()));
      const queued = results.filter(Boolean).length;
      const nextCursor = ids.length === REBUILD_PAGE ? (ids.at(-1) ?? null) : null;
      return c.json({ queued, empty: results.length - queued, nextCursor });
    },
  );

  routes.post(
    '/v1/admin/payments/:id/operations/:operation',
    documented({
      summary: 'Say what became of an operation whose outcome nobody knows',
      description:
        "For a capture, cancel or refund that is `unknown`, or `accepted` for ever: look it up at the provider first. It moves the payment as the provider's own answer would have.",
      auth: 'operator',
      permission: 'refund',
      body: schemas.operationConclusion,
      success: { 200: schemas.paymentRead },
      errors: ['invalid_request', 'not_found', 'invalid_state', 'payload_too_large'],
      example: {
        path: { id: '$PAID', operation: '1' },
        body: { outcome: 'failed', note: 'not in the back office' },
        before: [
          demoPayment('PAID', 'docs-concluded', 'automatic'),
          `curl -sf -X POST "$BASE/sandbox/trouble" -d '{"provider":"sips2","trouble":"html"}' > /dev/null`,
          `curl -s -X POST "$BASE/v1/payments/$PAID/refund" -H "Authorization: Bearer $SHOP_KEY" -d '{"amount":100}'`,
        ].join('\n'),
      },
    }),
    async (c) => {
      const service = c.get('service');
      const number = Number(c.req.param('operation'));
      const { outcome, note } = await jsonBody(c, schemas.operationConclusion);
      const by = operatorOf(c);
      const missing = 'there is no such operation';
      const { id, read: before } = await scopedPayment(service, by.scope, c.req.param('id'), missing);
      const result = await service.ledger(id).concludeOperation({ number, outcome });
      if (result === 'not_found') throw new Problem('not_found', missing);
      if (result === 'awaiting_approval')
        throw new Problem('invalid_state', 'it waits for approval: nothing of it was sent');
      if (result === 'already_known')
        throw new Problem('invalid_state', 'it is known already what became of it');
      const detail = { operation: number, outcome, ...(note && { note }) };
      // The audit log's word since version 0.1.0.
      const { shop } = before;
      await service.directory.noteAudit({ by, action: 'operation.settled', subject: id, shop, detail });
      const read = await service.ledger(id).read();
      if (!read) throw new Problem('not_found', 'there is no such payment');
      const { view, attempts } = read;
      const url = checkoutUrl(service, originOf(service, c.req.url), id);
      return c.json({ ...view, checkoutUrl: url, attempts });
    },
  );

  routes.post(
    '/v1/admin/secrets/re-encrypt',
    documented({
      summary: 'Seal every secret again under the current MASTER_KEY',
      description:
        'The cron does it too, every ten minutes. Run it while MASTER_KEY_PREVIOUS is set; when nothing is in `failed`, that one can be removed. Afterwards secrets sealed by an older version do not open any more: `acceptOlder` takes those that are there once more, after you have restored an old copy of the database.',
      auth: 'operator',
      permission: 'owner',
      unlimitedOnly: true,
      optionalBody: schemas.reencrypt,
      success: { 200: schemas.reencrypted },
      errors: ['invalid_request', 'payload_too_large'],
      example: { body: {} },
    }),
    async (c) => {
      const { acceptOlder } = await optionalJsonBody(c, schemas.reencrypt);
      const { directory } = c.get('service');
      return c.json(await directory.sealAgain({ by: operatorOf(c), acceptOlder: acceptOlder ?? false }));
    },
  );

  return routes;
}

export function adminRoutes(): Routes {
  const routes = new Routes();
  routes.use('/v1/admin/*', authenticateOperator);
  routes.route('/', accountRoutes());
  routes.route('/', shopRoutes());
  routes.route('/', endpointRoutes());
  routes.route('/', brandingRoutes());
  routes.route('/', attentionRoutes());
  routes.route('/', upkeepRoutes());
  routes.route('/', overviewRoutes());
  routes.route('/', operatorPaymentRoutes());
  routes.route('/', proofRoutes());
  routes.route('/', peopleRoutes());
  routes.route('/', approvalRoutes());
  routes.route('/', auditRoutes());
  routes.route('/', exportRoutes());
  routes.route('/', summaryRoutes());
  routes.route('/', dailyReportRoutes());
  routes.route('/', bookCheckRoutes());
  routes.route('/', reconciliationRoutes());
  routes.route('/', attemptRoutes());
  routes.route('/', paymentOperationRoutes());
  routes.route('/', polybankingImportRoutes());
  routes.route('/', polybankingViewRoutes());
  return routes;
}
