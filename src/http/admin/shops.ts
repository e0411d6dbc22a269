/** The operator's routes for shops and their keys. */
import { Hono } from 'hono';
import type * as v from 'valibot';
import { KEY_KINDS, type KeyKind, type Shop } from '../../directory/types.ts';
import type { Service } from '../../gateway/service.ts';
import { invalidField, Problem } from '../../payments/errors.ts';
import { addressProblem } from '../../webhooks/address.ts';
import type { AppEnv } from '../app-env.ts';
import { DEFAULT_GRACE_SECONDS, OPERATOR } from '../auth.ts';
import { idParam, jsonBody } from '../body.ts';
import { operation } from '../openapi.ts';
import * as schemas from '../schemas.ts';

type PutShop = v.InferOutput<typeof schemas.shopChange>;

/** A member that was given, null included, or else the value before. */
function given<T>(value: T | null | undefined, before: T | null | undefined): T | null {
  return value === undefined ? (before ?? null) : value;
}

/** A shop as it will be: what is given over what is there. */
export function shopInput(id: string, body: PutShop, before: Shop | null, service: Service) {
  const url = given(body.webhook?.url, before?.webhook.url);
  if (url !== null) {
    const problem = addressProblem(url, service.config.local);
    if (problem) throw invalidField('webhook.url', problem);
  }
  return {
    id,
    name: body.name ?? before?.name ?? id,
    group: given(body.group, before?.group),
    active: body.active ?? before?.active ?? true,
    adminEnabled: body.adminEnabled ?? before?.adminEnabled ?? true,
    testMode: body.testMode ?? before?.testMode ?? false,
    region: given(body.region, before?.region),
    accounts: body.accounts ?? before?.accounts ?? [],
    returnUrl: {
      success: given(body.returnUrl?.success, before?.returnUrl.success),
      failure: given(body.returnUrl?.failure, before?.returnUrl.failure),
    },
    webhook: {
      url,
      dialect: body.webhook?.dialect ?? before?.webhook.dialect ?? ('standard' as const),
      newPayments: body.webhook?.newPayments ?? before?.webhook.newPayments ?? false,
    },
  };
}

/** The keys that a request gives; an API key opens one shop only. */
async function givenKeys(
  service: Service,
  id: string,
  body: PutShop,
): Promise<Partial<Record<KeyKind, string>>> {
  const keys: Partial<Record<KeyKind, string>> = {};
  for (const kind of KEY_KINDS) {
    const value = body.keys?.[kind];
    if (value) keys[kind] = value;
  }
  const owner = keys.apiKey ? await service.directory.shops.ownerOfKey(keys.apiKey) : null;
  if (owner !== null && owner !== id) throw invalidField('keys.apiKey', 'is the key of another shop');
  return keys;
}

async function requireAccounts(service: Service, ids: readonly string[]): Promise<void> {
  for (const [index, id] of ids.entries()) {
    if (!(await service.directory.accounts.get(id))) {
      throw invalidField(`accounts.${index}`, `there is no account ${id}`);
    }
  }
}

/**
 * A shop that has to be there.
 * @throws Problem not_found
 */
export async function knownShop(service: Service, id: string): Promise<Shop> {
  const shop = await service.directory.shops.get(id);
  if (!shop) throw new Problem('not_found', `there is no shop ${id}`);
  return shop;
}

/**
 * Creates or changes a shop, and returns the keys that were set.
 * @throws Problem invalid_request
 */
export async function putShop(
  service: Service,
  id: string,
  body: PutShop,
  before: Shop | null,
): Promise<Partial<Record<KeyKind, string>>> {
  const { directory } = service;
  const input = shopInput(id, body, before, service);
  await requireAccounts(service, input.accounts);
  const keys = await directory.shops.put(input, await givenKeys(service, id, body), before, OPERATOR);
  directory.changed();
  return keys;
}

export function shopRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.put(
    '/v1/admin/shops/:id',
    operation({
      summary: 'Create or change a shop',
      description:
        'What is left out keeps its value; keys left out at creation are made. The creating answer shows the keys, once.',
      auth: 'operator',
      body: schemas.shopChange,
      success: { 201: schemas.shop, 200: schemas.shop },
      errors: ['invalid_request', 'payload_too_large'],
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
      const keys = await putShop(service, id, body, before);
      const shop = await knownShop(service, id);
      return before ? c.json(shop) : c.json({ ...shop, keys }, 201);
    },
  );

  routes.get(
    '/v1/admin/shops',
    operation({
      summary: 'List the shops',
      auth: 'operator',
      success: { 200: schemas.shopList },
      errors: [],
      example: {},
    }),
    async (c) => c.json({ data: await c.get('service').directory.shops.list() }),
  );

  routes.get(
    '/v1/admin/shops/:id',
    operation({
      summary: 'Read a shop; its keys are never read back',
      auth: 'operator',
      success: { 200: schemas.shop },
      errors: ['invalid_request', 'not_found'],
      example: { path: { id: 'docs-shop' } },
    }),
    async (c) => c.json(await knownShop(c.get('service'), idParam(c))),
  );

  routes.post(
    '/v1/admin/shops/:id/keys/:kind/rotate',
    operation({
      summary: 'Rotate a key of a shop',
      description:
        'The old key works, and signs beside the new one, until the grace ends. The answer shows the new key, once.',
      auth: 'operator',
      body: schemas.rotateKey,
      success: { 200: schemas.shop },
      errors: ['invalid_request', 'not_found', 'payload_too_large'],
      example: { path: { id: 'docs-shop', kind: 'webhookSecret' }, body: { graceSeconds: 86400 } },
    }),
    async (c) => {
      const service = c.get('service');
      const shop = await knownShop(service, idParam(c));
      const kind = KEY_KINDS.find((name) => name === c.req.param('kind'));
      if (!kind) throw new Problem('not_found', `a shop has the keys ${KEY_KINDS.join(', ')}`);
      const { graceSeconds } = await jsonBody(c, schemas.rotateKey);
      const grace = graceSeconds ?? DEFAULT_GRACE_SECONDS;
      const value = await service.directory.shops.rotate(shop.id, kind, grace, OPERATOR);
      service.directory.changed();
      return c.json({ ...shop, keys: { [kind]: value } });
    },
  );

  return routes;
}
