/** The operator's routes for refunds that two people decide. */

import { decideOperation } from '../../gateway/approvals.ts';
import { scopedPayment } from '../../gateway/scoped.ts';
import { originOf } from '../../gateway/start-attempt.ts';
import { currency } from '../../payments/currencies.ts';
import { invalidField, Problem } from '../../payments/errors.ts';
import { jsonBody, optionalJsonBody } from '../body.ts';
import { checkoutUrl } from '../checkout-url.ts';
import { documented } from '../openapi.ts';
import { demoPayment } from '../operation-examples.ts';
import { operatorOf } from '../operator.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';

/**
 * A refund that waits, for the examples: a token has asked for it, above a limit that is set for the moment.
 * @param variable the shell's, for the payment.
 */
function waitingRefund(variable: string): string {
  const admin = (method: string, path: string, body: object, key = '$ADMIN_TOKEN') =>
    `curl -sf -X ${method} "$BASE/v1/admin/${path}" -H "Authorization: Bearer ${key}" -d '${JSON.stringify(body)}'`;
  const token = admin('POST', 'tokens', { name: 'first', role: 'refund' });
  return [
    demoPayment(variable, `docs-${variable.toLowerCase()}`, 'automatic'),
    `${admin('PUT', 'approvals', { EUR: 100 })} > /dev/null`,
    `FIRST=$(${token} | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`,
    `${admin('POST', `payments/$${variable}/refund`, { amount: 500 }, '$FIRST')} > /dev/null`,
    `${admin('PUT', 'approvals', { EUR: 50_000 })} > /dev/null`,
  ].join('\n');
}

/** By the last part of their paths. */
const DECISIONS = { approve: 'approved', decline: 'declined' } as const;

const DECISION_WORDS = {
  approve: {
    variable: 'WAITING',
    summary: 'Approve a refund of another operator, which executes it',
    description:
      'Once: a second approval is 409, and so is one by whoever has asked for it. 502 and 504 say in their detail whether it failed or its outcome is unknown.',
  },
  decline: {
    variable: 'UNWANTED',
    summary: 'Decline a refund of another operator: it is never sent',
    description: 'What was reserved for it may be given back again. Whoever has asked for it cannot: 409.',
  },
} as const;

export function approvalRoutes(): Routes {
  const routes = new Routes();

  routes.get(
    '/v1/admin/approvals',
    documented({
      summary: 'Above which amounts a refund of an operator needs a second one',
      auth: 'operator',
      permission: 'view',
      success: { 200: schemas.approvalLimits },
      errors: [],
      example: {},
    }),
    async (c) => c.json(await c.get('service').directory.settings.approvals()),
  );

  routes.put(
    '/v1/admin/approvals',
    documented({
      summary: 'Set above which amounts a refund of an operator needs a second one',
      description:
        'For the whole installation; off as long as no currency is named. The body is the whole: what is left out ends. What operators give back of one payment alone counts together, a cancel of paid money too. The shops’ own refunds are not held up.',
      auth: 'operator',
      permission: 'owner',
      unlimitedOnly: true,
      body: schemas.approvalLimits,
      success: { 200: schemas.approvalLimits },
      errors: ['invalid_request', 'payload_too_large'],
      example: { body: { EUR: 50_000 } },
    }),
    async (c) => {
      const { directory } = c.get('service');
      const limits = await jsonBody(c, schemas.approvalLimits);
      for (const code of Object.keys(limits))
        if (!currency(code)) throw invalidField(code, 'is not a currency of ISO 4217');
      await directory.settings.putApprovals(limits, await directory.settings.approvals(), operatorOf(c));
      directory.changed();
      return c.json(limits);
    },
  );

  for (const name of ['approve', 'decline'] as const) {
    routes.post(
      `/v1/admin/payments/:id/operations/:operation/${name}`,
      documented({
        summary: DECISION_WORDS[name].summary,
        description: DECISION_WORDS[name].description,
        auth: 'operator',
        permission: 'refund',
        optionalBody: schemas.nothing,
        success: { 200: schemas.payment },
        errors: [
          'invalid_request',
          'not_found',
          'invalid_state',
          'payload_too_large',
          'unsupported_operation',
          'amount_out_of_range',
          'provider_error',
          'provider_unreachable',
        ],
        example: {
          path: { id: `$${DECISION_WORDS[name].variable}`, operation: '1' },
          body: {},
          before: waitingRefund(DECISION_WORDS[name].variable),
        },
      }),
      async (c) => {
        await optionalJsonBody(c, schemas.nothing);
        const service = c.get('service');
        const by = operatorOf(c);
        const number = Number(c.req.param('operation'));
        const missing = 'there is no such operation';
        if (!Number.isInteger(number)) throw new Problem('not_found', missing);
        const { id, read } = await scopedPayment(service, by.scope, c.req.param('id'), missing);
        const origin = originOf(service, c.req.url);
        const working = decideOperation(service, { id, read, number, decision: DECISIONS[name], origin, by });
        // Whoever does not wait for the answer does not break the call off.
        c.executionCtx.waitUntil(working.catch(() => {}));
        const view = await working;
        return c.json({ ...view, checkoutUrl: checkoutUrl(service, origin, id) });
      },
    );
  }

  return routes;
}
