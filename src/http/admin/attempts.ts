/** The operator's route for attempts that wait for a person: their messages prove nothing, and nobody can be asked. */

import { scopedPayment } from '../../gateway/scoped.ts';
import { originOf } from '../../gateway/start-attempt.ts';
import { invalidField, Problem } from '../../payments/errors.ts';
import type { Minor } from '../../payments/money.ts';
import { jsonBody } from '../body.ts';
import { checkoutUrl } from '../checkout-url.ts';
import { documented } from '../openapi.ts';
import { operatorOf } from '../operator.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';

/** A payment that waits for a person, for the example: PayFiP's URL form says that it is paid, and nobody has signed that. */
const WAITING_PAYMENT = [
  `curl -sf -X PUT "$BASE/v1/admin/accounts/docs-payfip" -H "Authorization: Bearer $ADMIN_TOKEN" -d '{"provider":"tipi","environment":"production","settings":{"mode":"url","numcli":"090909","saisie":"A"}}' > /dev/null`,
  `curl -sf -X PUT "$BASE/v1/admin/shops/docs-town" -H "Authorization: Bearer $ADMIN_TOKEN" -d '{"testMode":false,"accounts":["docs-payfip"],"keys":{"apiKey":"docs-town-api-key"}}' > /dev/null`,
  `CLAIMED=$(curl -sf -X POST "$BASE/v1/payments" -H 'Authorization: Bearer docs-town-api-key' -d '{"reference":"docs-canteen","amount":5500,"currency":"EUR","customer":{"email":"zoe@example.com"}}' | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')`,
  `curl -sf "$BASE/callback/docs-payfip?o=$CLAIMED"01 -d "numcli=090909&refdet=$CLAIMED"01 -d 'montant=5500&saisie=A&resultrans=P' > /dev/null`,
].join('\n');

export function attemptRoutes(): Routes {
  const routes = new Routes();

  routes.post(
    '/v1/admin/payments/:id/attempts/:attempt',
    documented({
      summary: 'Say what became of an attempt that waits for proof',
      description:
        'For an attempt whose `pendingReason` is `proof_missing`, or of whose held money the provider says that it was taken and not how much (the log has a conflict `amount_untold`; only `paid` with the amount concludes it), or whose messages name an amount or a currency that cannot be (the log has a conflict `amount_implausible`, `amount_scaled`, `amount_missing` or `currency`; `paid` takes the amount): look it up at the provider first. It moves the payment once, without proof (`signed` is false); proof that comes later counts, and not a second time.',
      auth: 'operator',
      permission: 'refund',
      body: schemas.attemptConclusion,
      success: { 200: schemas.paymentRead },
      errors: ['invalid_request', 'not_found', 'invalid_state', 'payload_too_large'],
      example: {
        path: { id: '$CLAIMED', attempt: '1' },
        body: { outcome: 'paid', note: 'in the journal of 21 November' },
        before: WAITING_PAYMENT,
      },
    }),
    async (c) => {
      const service = c.get('service');
      const by = operatorOf(c);
      const number = Number(c.req.param('attempt'));
      const { outcome, amount = null, note } = await jsonBody(c, schemas.attemptConclusion);
      if (outcome === 'denied' && amount !== null)
        throw invalidField('amount', 'goes with the outcome paid alone');
      const missing = 'there is no such attempt';
      const { id, read: before } = await scopedPayment(service, by.scope, c.req.param('id'), missing);
      const result = await service
        .ledger(id)
        .concludeAttempt({ attempt: number, outcome, amount: amount as Minor | null });
      switch (result.kind) {
        case 'not_found':
          throw new Problem('not_found', missing);
        case 'not_waiting':
          throw new Problem('invalid_state', 'the attempt does not wait for proof');
        case 'held':
          throw new Problem(
            'invalid_state',
            'money of the attempt is held or was taken: send the outcome "paid" with the "amount" that its back office shows, in minor units',
          );
        case 'amount_needed': {
          const claimed =
            result.claimed.length > 0 ? `claim ${result.claimed.join(' and ')}` : 'claim no amount';
          throw new Problem(
            'invalid_state',
            `the messages ${claimed}: send the "amount" that the provider's back office shows, in minor units`,
          );
        }
      }
      const detail = {
        attempt: number,
        outcome: result.outcome,
        ...(result.amount !== null && { amount: result.amount }),
        ...(note && { note }),
      };
      const { shop } = before;
      await service.directory.noteAudit({ by, action: 'attempt.concluded', subject: id, shop, detail });
      const read = await service.ledger(id).read();
      if (!read) throw new Problem('not_found', 'there is no such payment');
      const url = checkoutUrl(service, originOf(service, c.req.url), id);
      return c.json({ ...read.view, checkoutUrl: url, attempts: read.attempts });
    },
  );

  return routes;
}
