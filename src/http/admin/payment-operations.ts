/** What operators do with a payment: capture, cancel, refund, refresh, send its webhook again, erase its shopper's data. */

import { approvalAbove } from '../../gateway/approvals.ts';
import { originOf } from '../../gateway/start-attempt.ts';
import { refresh } from '../../gateway/status-query.ts';
import { Problem } from '../../payments/errors.ts';
import { OPERATION_KINDS } from '../../payments/operations.ts';
import { optionalJsonBody } from '../body.ts';
import { checkoutUrl } from '../checkout-url.ts';
import { documented } from '../openapi.ts';
import { type Noted, OPERATION_ERRORS, OPERATION_HEADERS, OPERATION_SUMMARIES, operate } from '../operate.ts';
import { demoPayment, operationExamples } from '../operation-examples.ts';
import { operatorOf } from '../operator.ts';
import { shownDelivery } from '../payment-log.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';
import { paymentInPath } from './payments.ts';

const EXAMPLES = operationExamples('operator-', {
  capture: ['OPERATED', 'docs-operated'],
  cancel: ['OPERATED_TOO', 'docs-operated-too'],
  refund: ['GIVEN_BACK', 'docs-given-back'],
});

export function paymentOperationRoutes(): Routes {
  const routes = new Routes();

  for (const kind of OPERATION_KINDS) {
    routes.post(
      `/v1/admin/payments/:id/${kind}`,
      documented({
        summary: OPERATION_SUMMARIES[kind],
        description:
          "As the shop's own, with Idempotency-Keys of the operators' own. A refund above the limit of `approvals`, or a cancel that gives back as much of what was paid, waits as `awaiting_approval` until a second person approves it.",
        auth: 'operator',
        permission: 'refund',
        ...(kind === 'cancel' ? { optionalBody: schemas.cancel } : { body: schemas.operationRequest }),
        headers: OPERATION_HEADERS,
        success: { 200: schemas.payment },
        errors: OPERATION_ERRORS,
        example: EXAMPLES[kind],
      }),
      async (c) => {
        const service = c.get('service');
        const by = operatorOf(c);
        const { id, read } = await paymentInPath(c);
        const { shop, view } = read;
        // A cancel may give paid money back too: the ledger says which operation does.
        const operator = { actor: by.actor, approvalAbove: await approvalAbove(service, view.currency) };
        const noted = ({ operation, view: now, problem }: Noted) => {
          const made = now?.operations.find((one) => one.operation === operation);
          const detail = {
            ...(operation !== null && { operation }),
            ...(made ? { amount: made.amount, state: made.state } : now && { status: now.status }),
            ...(problem && { problem }),
          };
          return service.directory.noteAudit({ by, action: `payment.${kind}`, subject: id, shop, detail });
        };
        return operate(c, kind, { id, shop, read, operator, noted });
      },
    );
  }

  routes.post(
    '/v1/admin/payments/:id/refresh',
    documented({
      summary: 'Ask the provider what became of a payment',
      description:
        'Its answer counts like a notification. Operations whose outcome is unknown are asked about too.',
      auth: 'operator',
      permission: 'refund',
      optionalBody: schemas.nothing,
      success: { 200: schemas.operatorPaymentRead },
      errors: [
        'invalid_request',
        'not_found',
        'payload_too_large',
        'unsupported_operation',
        'provider_error',
        'provider_unreachable',
      ],
      example: { path: { id: '$PAID' }, before: demoPayment('PAID', 'docs-asked', 'automatic') },
    }),
    async (c) => {
      await optionalJsonBody(c, schemas.nothing);
      const service = c.get('service');
      const { id, read } = await paymentInPath(c);
      await refresh(service, id, read);
      const { read: now } = await paymentInPath(c);
      const { view, shop, attempts } = now;
      await service.directory.noteAudit({
        by: operatorOf(c),
        action: 'payment.refreshed',
        subject: id,
        shop,
        detail: { from: read.view.status, to: view.status },
      });
      return c.json({
        ...view,
        shop,
        attempts,
        checkoutUrl: checkoutUrl(service, originOf(service, c.req.url), id),
      });
    },
  );

  routes.post(
    '/v1/admin/payments/:id/resend',
    documented({
      summary: 'Send the newest webhook of a payment again',
      auth: 'operator',
      permission: 'refund',
      optionalBody: schemas.nothing,
      success: { 202: schemas.deliveries },
      errors: ['invalid_request', 'not_found', 'invalid_state', 'payload_too_large'],
      example: { path: { id: '$PAID' }, before: demoPayment('PAID', 'docs-sent-again', 'automatic') },
    }),
    async (c) => {
      await optionalJsonBody(c, schemas.nothing);
      const service = c.get('service');
      const { id, read } = await paymentInPath(c);
      const shop = await service.directory.shop(read.shop);
      const ledger = service.ledger(id);
      const before = await ledger.deliveries();
      if (!(await ledger.resend(shop?.webhook.dialect === 'polybanking', 'operator')))
        throw new Problem('invalid_state', 'nothing has happened yet that a webhook would tell');
      await service.directory.noteAudit({
        by: operatorOf(c),
        action: 'webhook.resent',
        subject: id,
        shop: read.shop,
        detail: {},
      });
      return c.json({ data: (before?.deliveries ?? []).map(shownDelivery) }, 202);
    },
  );

  routes.post(
    '/v1/admin/payments/:id/erase',
    documented({
      summary: "Erase a shopper's data from a payment that is decided",
      description:
        'Name, addresses, card, description, extra data and the details of messages go, from the log too: its chain keeps their hashes and still holds. Money and statuses stay. Messages that come later are erased by another call.',
      auth: 'operator',
      permission: 'owner',
      optionalBody: schemas.nothing,
      success: { 200: schemas.operatorPaymentRead },
      errors: ['invalid_request', 'not_found', 'invalid_state', 'payload_too_large'],
      example: {
        path: { id: '$ERASED' },
        before: demoPayment('ERASED', 'docs-erased', 'automatic'),
      },
    }),
    async (c) => {
      await optionalJsonBody(c, schemas.nothing);
      const service = c.get('service');
      const { id, read } = await paymentInPath(c);
      const { shop } = read;
      const result = await service.ledger(id).erase();
      if (result === 'not_found') throw new Problem('not_found', 'there is no such payment');
      if (result === 'not_decided')
        throw new Problem(
          'invalid_state',
          'the payment, or an operation of it, has no result yet and may need the data: cancel it first',
        );
      await service.directory.noteAudit({
        by: operatorOf(c),
        action: 'payment.erased',
        subject: id,
        shop,
        detail: {},
      });
      const { read: now } = await paymentInPath(c);
      const url = checkoutUrl(service, originOf(service, c.req.url), id);
      return c.json({ ...now.view, shop, attempts: now.attempts, checkoutUrl: url });
    },
  );

  return routes;
}
