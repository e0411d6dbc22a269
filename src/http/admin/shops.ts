/** The operator's routes for shops and their keys. */

import { KEY_KINDS, type Shop } from '../../directory/types.ts';
import { requireChangeInScope, scopedShop, scopedShops } from '../../gateway/scoped.ts';
import { knownShop, putShop } from '../../gateway/shop-change.ts';
import { originOf } from '../../gateway/start-attempt.ts';
import { Problem } from '../../payments/errors.ts';
import { DEFAULT_GRACE_SECONDS } from '../auth.ts';
import { idParam, jsonBody, optionalJsonBody } from '../body.ts';
import { documented } from '../openapi.ts';
import { operatorOf } from '../operator.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';
import { shownMembers } from './shown-members.ts';

/** A shop as its operators see it, without its keys. */
const shopAnswer = (shop: Shop) =>
  shownMembers(shop, [
    'id',
    'name',
    'group',
    'active',
    'adminEnabled',
    'testMode',
    'region',
    'rateLimit',
    'expireAfterMinutes',
    'accounts',
    'returnUrl',
    'webhook',
    'createdAt',
    'updatedAt',
  ]);

export function shopRoutes(): Routes {
  const routes = new Routes();

  routes.put(
    '/v1/admin/shops/:id',
    documented({
      summary: 'Create or change a shop',
      description:
        'What is left out keeps its value; keys left out at creation are made. The creating answer shows the keys, once. Test and live do not mix: an account that does not fit `testMode` is 409.',
      auth: 'operator',
      permission: 'configure',
      body: schemas.shopChange,
      success: { 201: schemas.shop, 200: schemas.shop },
      errors: ['invalid_request', 'invalid_state', 'payload_too_large'],
      example: {
        path: { id: 'docs-shop' },
        body: {
          name: 'Docs shop',
          accounts: ['paybox-sandbox'],
          returnUrl: {
            success: 'https://shop.example.com/thanks',
            failure: 'https://shop.example.com/sorry',
          },
          webhook: { url: 'https://shop.example.com/webhook' },
        },
      },
    }),
    async (c) => {
      const service = c.get('service');
      const id = idParam(c);
      const body = await jsonBody(c, schemas.shopChange);
      const before = await service.directory.shops.get(id);
      const by = operatorOf(c);
      await requireChangeInScope(service, by.scope, { id, body, before });
      const keys = await putShop(service, id, body, { before, by });
      const shop = shopAnswer(await knownShop(service, id));
      return before ? c.json(shop) : c.json({ ...shop, keys }, 201);
    },
  );

  routes.get(
    '/v1/admin/shops',
    documented({
      summary: 'List the shops',
      auth: 'operator',
      permission: 'view',
      success: { 200: schemas.shopList },
      errors: [],
      example: {},
    }),
    async (c) => {
      const shops = await scopedShops(c.get('service'), operatorOf(c).scope);
      return c.json({ data: shops.map(shopAnswer) });
    },
  );

  routes.get(
    '/v1/admin/shops/:id',
    documented({
      summary: 'Read a shop; its keys are never read back',
      auth: 'operator',
      permission: 'view',
      success: { 200: schemas.shop },
      errors: ['invalid_request', 'not_found'],
      example: { path: { id: 'docs-shop' } },
    }),
    async (c) => {
      const shop = await scopedShop(c.get('service'), operatorOf(c).scope, idParam(c));
      return c.json(shopAnswer(shop));
    },
  );

  routes.get(
    '/v1/admin/shops/:id/connection',
    documented({
      summary:
        'Read how a website reaches a shop: the address of the API, and when its keys and secrets count',
      auth: 'operator',
      permission: 'view',
      success: { 200: schemas.connection },
      errors: ['invalid_request', 'not_found'],
      example: { path: { id: 'docs-shop' } },
    }),
    async (c) => {
      const service = c.get('service');
      const { shops, endpoints } = service.directory;
      const { id } = await scopedShop(service, operatorOf(c).scope, idParam(c));
      return c.json({
        url: originOf(service, c.req.url),
        keys: await shops.keyTimes(id),
        endpointSecrets: await endpoints.secretTimes(id),
      });
    },
  );

  routes.post(
    '/v1/admin/shops/:id/keys/:kind/rotate',
    documented({
      summary: 'Rotate a key of a shop',
      description:
        'The old key works, and signs beside the new one, until the grace ends. Each earlier one keeps its own end; five live at most: a rotation beyond is 409, and ends none. The answer shows the new key, once.',
      auth: 'operator',
      permission: 'configure',
      optionalBody: schemas.rotateKey,
      success: { 200: schemas.shop },
      errors: ['invalid_request', 'not_found', 'invalid_state', 'payload_too_large'],
      example: { path: { id: 'docs-shop', kind: 'webhookSecret' }, body: { graceSeconds: 86400 } },
    }),
    async (c) => {
      const service = c.get('service');
      const by = operatorOf(c);
      const shop = await scopedShop(service, by.scope, idParam(c));
      const kind = KEY_KINDS.find((name) => name === c.req.param('kind'));
      if (!kind) throw new Problem('not_found', `a shop has the keys ${KEY_KINDS.join(', ')}`);
      const { graceSeconds } = await optionalJsonBody(c, schemas.rotateKey);
      const grace = graceSeconds ?? DEFAULT_GRACE_SECONDS;
      const value = await service.directory.shops.rotate(shop.id, kind, grace, by);
      service.directory.changed();
      return c.json({ ...shopAnswer(shop), keys: { [kind]: value } });
    },
  );

  routes.delete(
    '/v1/admin/shops/:id',
    documented({
      summary: 'Delete a shop that has no payments; one that has some is switched off',
      auth: 'operator',
      permission: 'configure',
      success: { 204: 'Deleted.', 200: schemas.shop },
      errors: ['invalid_request', 'not_found'],
      example: { path: { id: 'docs-shop' } },
    }),
    async (c) => {
      const service = c.get('service');
      const by = operatorOf(c);
      const before = await scopedShop(service, by.scope, idParam(c));
      if (await service.directory.hasPayments(before.id)) {
        await putShop(service, before.id, { active: false }, { before, by });
        return c.json(await knownShop(service, before.id));
      }
      await service.directory.shops.delete(before.id, by);
      service.directory.changed();
      return c.body(null, 204);
    },
  );

  return routes;
}
