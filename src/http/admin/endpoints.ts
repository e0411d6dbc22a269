/** The operator's routes of webhook endpoints, and of messages that are sent again. */

import type { Endpoint } from '../../directory/endpoints.ts';
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  rotateEndpoint,
  testEndpoint,
} from '../../gateway/endpoint-change.ts';
import { resendMany } from '../../gateway/resend-many.ts';
import { scopedShop } from '../../gateway/scoped.ts';
import { invalidField } from '../../payments/errors.ts';
import { DEFAULT_GRACE_SECONDS } from '../auth.ts';
import { idParam, jsonBody, optionalJsonBody } from '../body.ts';
import { documented } from '../openapi.ts';
import { operatorOf } from '../operator.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';
import { shownMembers } from './shown-members.ts';

/** An endpoint as its operators see it, without its secrets. */
const endpointAnswer = (endpoint: Endpoint) =>
  shownMembers(endpoint, [
    'id',
    'url',
    'dialect',
    'events',
    'active',
    'failingSince',
    'switchedOffAt',
    'createdAt',
    'updatedAt',
  ]);

export function endpointRoutes(): Routes {
  const routes = new Routes();

  routes.get(
    '/v1/admin/shops/:id/endpoints',
    documented({
      summary: 'List the webhook endpoints of a shop',
      auth: 'operator',
      permission: 'view',
      success: { 200: schemas.endpointList },
      errors: ['invalid_request', 'not_found'],
      example: { path: { id: 'demo' } },
    }),
    async (c) => {
      const service = c.get('service');
      const shop = await scopedShop(service, operatorOf(c).scope, idParam(c));
      const endpoints = await service.directory.endpoints.list(shop);
      return c.json({ data: endpoints.map(endpointAnswer) });
    },
  );

  routes.post(
    '/v1/admin/shops/:id/endpoints',
    documented({
      summary: 'Make a webhook endpoint of a shop',
      description:
        'It gets every message that its `events` name, with tries of its own, signed by a secret of its own, which the answer shows, once. A shop has five at most, its `webhook` among them.',
      auth: 'operator',
      permission: 'configure',
      body: schemas.newEndpoint,
      success: { 201: schemas.endpoint },
      errors: ['invalid_request', 'not_found', 'invalid_state', 'payload_too_large'],
      example: {
        path: { id: 'demo' },
        body: {
          url: 'https://books.example.com/countersign',
          events: ['payment.paid', 'payment.refunded'],
        },
        keep: { ENDPOINT: 'id' },
      },
    }),
    async (c) => {
      const service = c.get('service');
      const shop = await scopedShop(service, operatorOf(c).scope, idParam(c));
      const body = await jsonBody(c, schemas.newEndpoint);
      const made = await createEndpoint(service, shop, body, operatorOf(c));
      return c.json({ ...endpointAnswer(made), secret: made.secret }, 201);
    },
  );

  routes.put(
    '/v1/admin/shops/:id/endpoints/:endpoint',
    documented({
      summary: 'Change a webhook endpoint of a shop',
      description:
        'What is left out keeps its value. `first` is the `webhook` of the shop. `active: true` switches one on again that was switched off.',
      auth: 'operator',
      permission: 'configure',
      body: schemas.endpointChange,
      success: { 200: schemas.endpoint },
      errors: ['invalid_request', 'not_found', 'payload_too_large'],
      example: { path: { id: 'demo', endpoint: '$ENDPOINT' }, body: { events: ['*'] } },
    }),
    async (c) => {
      const service = c.get('service');
      const shop = await scopedShop(service, operatorOf(c).scope, idParam(c));
      const change = await jsonBody(c, schemas.endpointChange);
      const id = c.req.param('endpoint');
      const changed = await changeEndpoint(service, shop, { id, change, by: operatorOf(c) });
      return c.json(endpointAnswer(changed));
    },
  );

  routes.post(
    '/v1/admin/shops/:id/endpoints/:endpoint/test',
    documented({
      summary: 'Send a signed sample to a webhook endpoint',
      description:
        'At once, once, whether or not the endpoint is active. The sample is a `payment.paid` with `sample: true`, of the payment `0000000000000000`, which does not exist.',
      auth: 'operator',
      permission: 'configure',
      optionalBody: schemas.nothing,
      success: { 200: schemas.endpointTest },
      errors: ['invalid_request', 'not_found', 'payload_too_large'],
      example: { path: { id: 'demo', endpoint: '$ENDPOINT' } },
    }),
    async (c) => {
      const service = c.get('service');
      const shop = await scopedShop(service, operatorOf(c).scope, idParam(c));
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
      permission: 'configure',
      optionalBody: schemas.endpointRotation,
      success: { 200: schemas.endpoint },
      errors: ['invalid_request', 'not_found', 'invalid_state', 'payload_too_large'],
      example: { path: { id: 'demo', endpoint: '$ENDPOINT' }, body: { graceSeconds: 86400 } },
    }),
    async (c) => {
      const service = c.get('service');
      const shop = await scopedShop(service, operatorOf(c).scope, idParam(c));
      const body = await optionalJsonBody(c, schemas.endpointRotation);
      const graceSeconds = body.graceSeconds ?? DEFAULT_GRACE_SECONDS;
      const id = c.req.param('endpoint');
      const rotated = await rotateEndpoint(service, shop, { id, graceSeconds, by: operatorOf(c) });
      return c.json({ ...endpointAnswer(rotated), secret: rotated.secret });
    },
  );

  routes.delete(
    '/v1/admin/shops/:id/endpoints/:endpoint',
    documented({
      summary: 'Delete a webhook endpoint of a shop',
      auth: 'operator',
      permission: 'configure',
      success: { 204: 'Deleted.' },
      errors: ['invalid_request', 'not_found'],
      example: { path: { id: 'demo', endpoint: '$ENDPOINT' } },
    }),
    async (c) => {
      const service = c.get('service');
      const shop = await scopedShop(service, operatorOf(c).scope, idParam(c));
      await deleteEndpoint(service, shop, c.req.param('endpoint'), operatorOf(c));
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
      permission: 'refund',
      body: schemas.resendSpan,
      success: { 202: schemas.resentMany },
      errors: ['invalid_request', 'not_found', 'payload_too_large'],
      example: {
        body: { shop: 'demo', from: '2026-11-26T08:00:00Z', to: '2026-11-26T12:00:00Z' },
      },
    }),
    async (c) => {
      const service = c.get('service');
      const { shop: id, from, to, cursor } = await jsonBody(c, schemas.resendSpan);
      const shop = await scopedShop(service, operatorOf(c).scope, id);
      if (Date.parse(from) >= Date.parse(to)) throw invalidField('to', 'is not after from');
      return c.json(await resendMany(service, shop, { from, to, cursor, by: operatorOf(c) }), 202);
    },
  );

  return routes;
}
