/** Choosing a provider: what there is, and what a shop has. */
import { Hono } from 'hono';
import { describeProof, shownProof } from '../gateway/proof.ts';
import { offeredAccounts } from '../gateway/start-attempt.ts';
import { Problem } from '../payments/errors.ts';
import type { Provider } from '../providers/contract.ts';
import { shownRequirement } from '../providers/kit/requirements.ts';
import { settingsDefaults, settingsJsonSchema } from '../providers/kit/settings.ts';
import { provider, providers } from '../providers/registry.ts';
import type { AppEnv } from './app-env.ts';
import { authenticatedShop } from './auth.ts';
import { queryOf } from './body.ts';
import { documented } from './openapi.ts';
import * as schemas from './schemas.ts';

function describe(entry: Provider) {
  const { id, aliases, caption, countries, currencies, capabilities } = entry;
  return {
    id,
    aliases,
    caption,
    ended: entry.ended ?? null,
    successor: entry.successor ?? [],
    countries,
    currencies,
    capabilities,
    requires: entry.requires.map(shownRequirement),
    proof: describeProof(entry, settingsDefaults(entry.settings)),
    settings: settingsJsonSchema(entry.settings),
  };
}

export function providerRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

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
    (c) => {
      const { currency } = queryOf(c, schemas.currencyQuery);
      const found = providers.filter(
        (entry) => currency === undefined || entry.currencies.includes(currency),
      );
      return c.json({ data: found.map(describe) });
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
    (c) => {
      const found = provider(c.req.param('id'));
      if (!found) throw new Problem('not_found', `there is no provider ${c.req.param('id')}`);
      return c.json(describe(found));
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
        currencies: account.currencies,
        test: account.environment !== 'production',
        ...shownProof(account),
      }));
      return c.json({ data });
    },
  );

  return routes;
}
