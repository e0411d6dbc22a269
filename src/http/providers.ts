/** Choosing a provider: what there is, and what a shop has. */

import { meansOf } from '../gateway/means.ts';
import { methodsOf } from '../gateway/methods.ts';
import { shownProof } from '../gateway/proof.ts';
import { providersDocument } from '../gateway/provider-texts.ts';
import { offeredAccounts } from '../gateway/start-attempt.ts';
import { Problem } from '../payments/errors.ts';
import { provider } from '../providers/registry.ts';
import { authenticatedShop } from './auth.ts';
import { queryOf } from './body.ts';
import { documented } from './openapi.ts';
import { Routes } from './router.ts';
import * as schemas from './schemas.ts';

export function providerRoutes(): Routes {
  const routes = new Routes();

  routes.get(
    '/v1/providers',
    documented({
      summary: 'List the providers, or those that take a currency',
      auth: null,
      query: schemas.currencyQuery,
      success: { 200: schemas.providerList },
      errors: ['invalid_request'],
      example: { query: 'currency=CHF' },
    }),
    async (c) => {
      const { currency } = queryOf(c, schemas.currencyQuery);
      const { providers } = await providersDocument(c.get('service'));
      const data = providers.filter(
        ({ currencies }) => currency === undefined || currencies.includes(currency),
      );
      return c.json({ data });
    },
  );

  routes.get(
    '/v1/providers/:id',
    documented({
      summary: 'Read a provider by its id or an alias',
      auth: null,
      success: { 200: schemas.providerInfo },
      errors: ['not_found'],
      example: { path: { id: 'paybox' } },
    }),
    async (c) => {
      const found = provider(c.req.param('id'));
      if (!found) throw new Problem('not_found', `there is no provider ${c.req.param('id')}`);
      const { providers } = await providersDocument(c.get('service'));
      return c.json(providers.find(({ id }) => id === found.id));
    },
  );

  routes.get(
    '/v1/accounts',
    documented({
      summary: "List the shop's accounts, or those that take a currency",
      auth: 'shop',
      query: schemas.currencyQuery,
      success: { 200: schemas.shopAccounts },
      errors: ['invalid_request', 'forbidden'],
      example: { query: 'currency=EUR' },
    }),
    async (c) => {
      const shop = await authenticatedShop(c);
      const { currency } = queryOf(c, schemas.currencyQuery);
      const found = await offeredAccounts(c.get('service'), shop, currency ?? null);
      // By the shop's own name for it: it may be written in the shop's pages.
      const data = found.map(({ named, account }) => ({
        id: named.id,
        account: account.id,
        provider: account.provider,
        caption: account.caption,
        displayName: meansOf(account).name,
        kind: meansOf(account).kind,
        currencies: account.currencies,
        test: account.environment !== 'production',
        ...shownProof(account),
      }));
      return c.json({ data });
    },
  );

  routes.get(
    '/v1/accounts/:id/methods',
    documented({
      summary: 'List the means of payment of an account, as its provider has them',
      description:
        'For a payment of this currency and amount; the answer is at most ten minutes old. The `id` of one goes into `method` with the kind `bank`.',
      auth: 'shop',
      query: schemas.methodsQuery,
      success: { 200: schemas.methods },
      errors: [
        'invalid_request',
        'forbidden',
        'not_found',
        'unsupported_currency',
        'unsupported_operation',
        'provider_error',
      ],
      example: { path: { id: 'przelewy24-sandbox' }, query: 'currency=PLN&amount=1999' },
    }),
    async (c) => {
      const shop = await authenticatedShop(c);
      const { currency = null, amount } = queryOf(c, schemas.methodsQuery);
      const wanted = { currency, amount: amount === undefined ? null : Number(amount) };
      const data = await methodsOf(c.get('service'), shop, c.req.param('id'), wanted);
      return c.json({ data: data.map(({ id, name, kind }) => ({ id, name, kind })) });
    },
  );

  return routes;
}
