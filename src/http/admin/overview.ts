/** The operator's route for the sums of the first page. */

import { overviewOf } from '../../gateway/overview.ts';
import { queryOf } from '../body.ts';
import { documented } from '../openapi.ts';
import { operatorOf } from '../operator.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';

export function overviewRoutes(): Routes {
  const routes = new Routes();

  routes.get(
    '/v1/admin/overview',
    documented({
      summary: "Sum up the payments of the operator's shops: today by status, and money by day",
      description:
        'By currency, provider, and whether the money is real. It counts the searchable copy, which follows within moments: for a look, and not for the books.',
      auth: 'operator',
      permission: 'view',
      query: schemas.overviewQuery,
      success: { 200: schemas.overview },
      errors: ['invalid_request'],
      example: { query: 'zone=Europe/Zurich&days=7' },
    }),
    async (c) => {
      const { zone = 'UTC', days = '30' } = queryOf(c, schemas.overviewQuery);
      return c.json(await overviewOf(c.get('service'), operatorOf(c).scope, { zone, days: Number(days) }));
    },
  );

  return routes;
}
