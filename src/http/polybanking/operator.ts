/** The operator's route for a payment in the words of PolyBanking: what its own pages showed of a transaction. */

import { Problem } from '../../payments/errors.ts';
import { paymentInPath } from '../admin/payments.ts';
import { documented } from '../openapi.ts';
import { demoPayment } from '../operation-examples.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';
import { detailsOf, logsOf } from './words.ts';

export function polybankingViewRoutes(): Routes {
  const routes = new Routes();

  routes.get(
    '/v1/admin/payments/:id/polybanking',
    documented({
      summary: "Read a payment in PolyBanking's words",
      description:
        'The fields and the log that `/api/transactions/:reference/` gives a website, in its zone and spellings. Of any payment: one of another provider has the code that stands for its status.',
      auth: 'operator',
      permission: 'view',
      success: { 200: schemas.polybankingView },
      errors: ['not_found'],
      example: { path: { id: '$PAID' }, before: demoPayment('PAID', 'docs-in-words', 'automatic') },
    }),
    async (c) => {
      const service = c.get('service');
      const { id } = await paymentInPath(c);
      const history = await service.ledger(id).history();
      if (!history) throw new Problem('not_found', 'there is no such payment');
      const zone = service.config.polybankingTimeZone;
      return c.json({ transaction: detailsOf(history, zone), logs: logsOf(history, zone) });
    },
  );

  return routes;
}
