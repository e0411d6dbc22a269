/** The operator's routes for taking over PolyBanking's configs and transactions. */
import { Hono } from 'hono';
import { shopDifferences, takeOverTransaction } from '../../gateway/polybanking-import.ts';
import { keyWarnings, putShop } from '../../gateway/shop-change.ts';
import { originOf } from '../../gateway/start-attempt.ts';
import type { AppEnv } from '../app-env.ts';
import { OPERATOR } from '../auth.ts';
import { jsonBody } from '../body.ts';
import { documented } from '../openapi.ts';
import * as schemas from '../schemas.ts';

export function polybankingImportRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.post(
    '/v1/admin/imports/polybanking/shop',
    documented({
      summary: 'Take over a config of PolyBanking as a shop; one that is there already is left as it is',
      auth: 'operator',
      body: schemas.importShop,
      success: { 200: schemas.imported },
      errors: ['invalid_request', 'invalid_state', 'payload_too_large'],
      example: {
        body: {
          id: '7',
          name: 'Taken over',
          accounts: ['postfinance-sandbox'],
          keys: { ipnKey: 'as-it-was' },
        },
      },
    }),
    async (c) => {
      const service = c.get('service');
      const body = await jsonBody(c, schemas.importShop);
      const before = await service.directory.shops.get(body.id);
      if (before) {
        const names = await shopDifferences(service, before, body);
        return c.json({
          result: names.length > 0 ? 'differs' : 'unchanged',
          detail: names.length > 0 ? `there already, with other values: ${names.join(', ')}` : null,
        });
      }
      await putShop(service, body.id, body, { before: null, actor: OPERATOR, isImported: true });
      return c.json({ result: 'imported', detail: null, warnings: keyWarnings(body) });
    },
  );

  routes.post(
    '/v1/admin/imports/polybanking/transaction',
    documented({
      summary: 'Take over a transaction of PolyBanking with its log; its shop is not told again',
      auth: 'operator',
      body: schemas.importTransaction,
      success: { 200: schemas.imported },
      errors: ['invalid_request', 'forbidden', 'not_found', 'payload_too_large', 'amount_out_of_range'],
      example: {
        body: {
          config: '7',
          account: 'postfinance-sandbox',
          transaction: {
            reference: 'order-1',
            amount: 550,
            postfinanceId: '31234567',
            postfinanceStatus: '9',
            internalStatus: 'fb',
            ipnNeeded: false,
            created: '2015-10-26T19:50:00Z',
            forwarded: '2015-10-26T19:50:05Z',
            notified: '2015-10-26T19:52:03Z',
          },
          logs: [{ when: '2015-10-26T19:50:00Z', type: 'created' }],
        },
      },
    }),
    async (c) => {
      const service = c.get('service');
      const body = await jsonBody(c, schemas.importTransaction);
      const result = await takeOverTransaction(service, body, originOf(service, c.req.url));
      return c.json({
        result,
        detail: result === 'differs' ? 'there already, with another content' : null,
      });
    },
  );

  return routes;
}
