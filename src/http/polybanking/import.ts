/** The operator's routes for taking over PolyBanking's configs and transactions, its users' names and its log of changes. */

import type { ImportedResult } from '../../directory/imported.ts';
import { shopDifferences, takeOverTransaction } from '../../gateway/polybanking-import.ts';
import { scopedShop } from '../../gateway/scoped.ts';
import { checkedShop, keyWarnings, putShop } from '../../gateway/shop-change.ts';
import { originOf } from '../../gateway/start-attempt.ts';
import { invalidField } from '../../payments/errors.ts';
import { nextCursor } from '../admin/paging.ts';
import { jsonBody, queryOf } from '../body.ts';
import { documented } from '../openapi.ts';
import { operatorOf } from '../operator.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';

/** The largest body: a transaction comes with its extra data and its whole log. */
const IMPORT_LIMIT = 1024 * 1024;

/** The answer to importing one thing. */
function answerOf(result: ImportedResult, differences: readonly string[] = []) {
  const others =
    differences.length > 0 ? `with other values: ${differences.join(', ')}` : 'with another content';
  return { result, detail: result === 'differs' ? `there already, ${others}` : null };
}

/** Configs as shops, transactions as payments. */
function importRoutes(): Routes {
  const routes = new Routes();

  routes.post(
    '/v1/admin/imports/polybanking/shop',
    documented({
      summary: 'Take over a config of PolyBanking as a shop; one that is there already is left as it is',
      auth: 'operator',
      permission: 'owner',
      unlimitedOnly: true,
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
        return c.json(answerOf(names.length > 0 ? 'differs' : 'unchanged', names));
      }
      const change = { before: null, by: operatorOf(c), isImported: true };
      if (body.dryRun) await checkedShop(service, body.id, body, change);
      else await putShop(service, body.id, body, change);
      return c.json({ ...answerOf('imported'), warnings: keyWarnings(body) });
    },
  );

  routes.post(
    '/v1/admin/imports/polybanking/transaction',
    documented({
      summary: 'Take over a transaction of PolyBanking with its log; its shop is not told again',
      description:
        'Messages of the bank about its order number (polybanking-<number>) lead to it from then on, and later captures, cancels, refunds and status queries name its PAYID. The keys of its config prove whose it is: another shop may have the number of the config as its id.',
      auth: 'operator',
      permission: 'owner',
      unlimitedOnly: true,
      body: schemas.importTransaction,
      success: { 200: schemas.imported },
      errors: [
        'invalid_request',
        'forbidden',
        'not_found',
        'invalid_state',
        'payload_too_large',
        'amount_out_of_range',
      ],
      example: {
        body: {
          config: '7',
          configKeys: { ipnKey: 'ee15b3cd78e9e0c238d69dc9266e6e245469d86479045b2a01c11433ec123071' },
          account: 'postfinance-sandbox',
          number: '1042',
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
      const body = await jsonBody(c, schemas.importTransaction, IMPORT_LIMIT);
      return c.json(answerOf(await takeOverTransaction(service, body, originOf(service, c.req.url))));
    },
  );

  return routes;
}

/** Users as names, and the log of the configs' changes. */
function peopleRoutes(): Routes {
  const routes = new Routes();

  routes.post(
    '/v1/admin/imports/polybanking/user',
    documented({
      summary:
        'Keep a user of PolyBanking as a name, with the configs that allow it; nobody can sign in as one',
      description: 'Without a password. One that was known by its number alone gets its name.',
      auth: 'operator',
      permission: 'owner',
      unlimitedOnly: true,
      body: schemas.importUser,
      success: { 200: schemas.imported },
      errors: ['invalid_request', 'payload_too_large'],
      example: {
        body: {
          id: '3',
          username: 'alice',
          name: 'Alice Example',
          email: 'alice@example.com',
          superuser: false,
          staff: true,
          active: true,
          groups: ['treasurers'],
          configs: ['7'],
        },
      },
    }),
    async (c) => {
      const { dryRun, ...user } = await jsonBody(c, schemas.importUser);
      const { imported } = c.get('service').directory;
      const { result, differences } = await imported.putUser(user, { dryRun: dryRun === true });
      return c.json(answerOf(result, differences));
    },
  );

  routes.get(
    '/v1/admin/imports/polybanking/users',
    documented({
      summary: "PolyBanking's users as they were taken over, by username",
      auth: 'operator',
      permission: 'view',
      unlimitedOnly: true,
      success: { 200: schemas.importedUsers },
      errors: [],
      example: {},
    }),
    async (c) => c.json({ data: await c.get('service').directory.imported.users() }),
  );

  routes.post(
    '/v1/admin/imports/polybanking/change',
    documented({
      summary: "Keep a line of PolyBanking's log of its configs' changes",
      auth: 'operator',
      permission: 'owner',
      unlimitedOnly: true,
      body: schemas.importChange,
      success: { 200: schemas.imported },
      errors: ['invalid_request', 'payload_too_large'],
      example: {
        body: {
          id: 12,
          config: '7',
          at: '2015-10-26T19:50:00Z',
          user: '3',
          text: 'Config has been updated: Name=Concerts (was Tickets)',
        },
      },
    }),
    async (c) => {
      const { dryRun, ...change } = await jsonBody(c, schemas.importChange, IMPORT_LIMIT);
      const { imported } = c.get('service').directory;
      return c.json(answerOf(await imported.putChange(change, { dryRun: dryRun === true })));
    },
  );

  routes.get(
    '/v1/admin/imports/polybanking/changes',
    documented({
      summary: "PolyBanking's log of its configs' changes as it was taken over, the newest first",
      description: 'Who may see some shops only names one of them as `config`.',
      auth: 'operator',
      permission: 'view',
      query: schemas.importedChangesQuery,
      success: { 200: schemas.importedChanges },
      errors: ['invalid_request', 'not_found'],
      example: { query: 'config=7' },
    }),
    async (c) => {
      const { config = null, limit = '100', cursor } = queryOf(c, schemas.importedChangesQuery);
      const { scope } = operatorOf(c);
      if (config === null && !scope.all) throw invalidField('config', 'is missing: one of your shops');
      // Who sees all shops may ask for one that was deleted.
      if (config !== null && !scope.all) await scopedShop(c.get('service'), scope, config);
      const data = await c.get('service').directory.imported.changes({
        config,
        limit: Number(limit),
        before: cursor === undefined ? null : Number(cursor),
      });
      return c.json({ data, nextCursor: nextCursor(data, Number(limit)) });
    },
  );

  return routes;
}

export function polybankingImportRoutes(): Routes {
  return new Routes().route('/', importRoutes()).route('/', peopleRoutes());
}
