/** The operator's routes of webhook endpoints, and of messages that are sent again. */
import { Hono } from 'hono';
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  rotateEndpoint,
  testEndpoint,
} from '../../gateway/endpoint-change.ts';
import { resendMany } from '../../gateway/resend-many.ts';
import { knownShop } from '../../gateway/shop-change.ts';
import { invalidField } from '../../payments/errors.ts';
import type { AppEnv } from '../app-env.ts';
import { DEFAULT_GRACE_SECONDS, OPERATOR } from '../auth.ts';
import { idParam, jsonBody, optionalJsonBody } from '../body.ts';
import { documented } from '../openapi.ts';
import * as schemas from '../schemas.ts';

export function endpointRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get(
    '/v1/admin/shops/:id/endpoints',
    documented({
      summary: 'List the webhook endpoints of a shop',
      auth: 'operator',
      success: { 200: schemas.endpointList },
      errors: ['invalid_request', 'not_found'],
      example: { path: { id: 'docs-shop' } },
    }),
    async (c) => {
      const service = c.get('service');
      const shop = await knownShop(service, idParam(c));
      return c.json({ data: await service.directory.endpoints.list(shop) });
    },
  );

  routes.post(
    '/v1/admin/shops/:id/endpoints',
    documented({
      summary: 'Make a webhook endpoint of a shop',
      description:
        'It gets every message that its `events` name, with tries of its own, signed by a secret of its own, which the answer shows, once. A shop has five at most, its `webhook` among them.',
      auth: 'operator',
      body: schemas.newEndpoint,
      success: { 201: schemas.endpoint },
      errors: ['invalid_request', 'not_found', 'invalid_state', 'payload_too_large'],
      example: {
        path: { id: 'docs-shop' },
        body: {
          url: 'https://books.example.com/countersign',
          events: ['payment.paid', 'payment.refunded'],
        },
        keep: { ENDPOINT: 'id' },
      },
    }),
    async (c) => {
      const service = c.get('service');
      const shop = await knownShop(service, idParam(c));
      const body = await jsonBody(c, schemas.newEndpoint);
      return c.json(await createEndpoint(service, shop, body, OPERATOR), 201);
    },
  );

  routes.put(
    '/v1/admin/shops/:id/endpoints/:endpoint',
    documented({
      summary: 'Change a webhook endpoint of a shop',
      description:
        'What is left out keeps its value. `first` is the `webhook` of the shop. `active: true` switches one on again that was switched off.',
      auth: 'operator',
      body: schemas.endpointChange,
      success: { 200: schemas.endpoint },
      errors: ['invalid_request', 'not_found', 'payload_too_large'],
      example: { path: { id: 'docs-shop', endpoint: '$ENDPOINT' }, body: { events: ['*'] } },
    }),
    async (c) => {
      const service = c.get('service');
      const shop = await knownShop(service, idParam(c));
      const change = await jsonBody(c, schemas.endpointChange);
      const id = c.req.param('endpoint');
      return c.json(await changeEndpoint(service, shop, { id, change, actor: OPERATOR }));
    },
  );

  routes.post(
    '/v1/admin/shops/:id/endpoints/:endpoint/test',
    documented({
      summary: 'Send a signed sample to a webhook endpoint',
      description:
        'At once, once, whether or not the endpoint is active. The sample is a `payment.paid` with `sample: true`, of the payment `0000000000000000`, which does not exist.',
      auth: 'operator',
      optionalBody: schemas.nothing,
      success: { 200: schemas.endpointTest },
      errors: ['invalid_request', 'not_found', 'payload_too_large'],
      example: { path: { id: 'docs-shop', endpoint: '$ENDPOINT' } },
    }),
    async (c) => {
      const service = c.get('service');
      const shop = await knownShop(service, idParam(c));
      await optionalJsonBody(c, schemas.nothing);
      return c.json(await testEndpoint(service, shop, c.req.param('endpoint')));
    },
  );

  routes.post(
    '/v1/admin/shops/:id/endpoints/:endpoint/rotate',
    documented({
      summary: 'Rotate the secret of a webhook endpoint',
      description:
        'Messages carry a signature of the new secret and one of the old until the grace ends. The answer shows the new one, once. That of `first` is the `webhookSecret` of the shop, or its `ipnKey` in the dialect of PolyBanking.',
      auth: 'operator',
      optionalBody: schemas.rotateEndpoint,
      success: { 200: schemas.endpoint },
      errors: ['invalid_request', 'not_found', 'invalid_state', 'payload_too_large'],
      example: { path: { id: 'docs-shop', endpoint: '$ENDPOINT' }, body: { graceSeconds: 86400 } },
    }),
    async (c) => {
      const service = c.get('service');
      const shop = await knownShop(service, idParam(c));
      const body = await optionalJsonBody(c, schemas.rotateEndpoint);
      const graceSeconds = body.graceSeconds ?? DEFAULT_GRACE_SECONDS;
      const id = c.req.param('endpoint');
      return c.json(await rotateEndpoint(service, shop, { id, graceSeconds, actor: OPERATOR }));
    },
  );

  routes.delete(
    '/v1/admin/shops/:id/endpoints/:endpoint',
    documented({
      summary: 'Delete a webhook endpoint of a shop',
      auth: 'operator',
      success: { 204: 'Deleted.' },
      errors: ['invalid_request', 'not_found'],
      example: { path: { id: 'docs-shop', endpoint: '$ENDPOINT' } },
    }),
    async (c) => {
      const service = c.get('service');
      const shop = await knownShop(service, idParam(c));
      await deleteEndpoint(service, shop, c.req.param('endpoint'), OPERATOR);
      return c.body(null, 204);
    },
  );

  routes.post(
    '/v1/admin/deliveries/resend',
    documented({
      summary: 'Send the newest webhook of many payments again',
      description:
        'Of the payments of a shop whose newest change is in a span of time, the earliest first, a hundred in one call; `nextCursor` leads to the next ones. Each goes to every endpoint that wants it now, under its own `webhook-id`.',
      auth: 'operator',
      body: schemas.resendMany,
      success: { 202: schemas.resentMany },
      errors: ['invalid_request', 'not_found', 'payload_too_large'],
      example: {
        body: { shop: 'docs-shop', from: '2026-11-26T08:00:00Z', to: '2026-11-26T12:00:00Z' },
      },
    }),
    async (c) => {
      const service = c.get('service');
      const { shop: id, from, to, cursor } = await jsonBody(c, schemas.resendMany);
      const shop = await knownShop(service, id);
      if (Date.parse(from) >= Date.parse(to)) throw invalidField('to', 'is not after from');
      return c.json(await resendMany(service, shop, { from, to, cursor, actor: OPERATOR }), 202);
    },
  );

  return routes;
}
