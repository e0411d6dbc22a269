/** The operator's routes of what needs a person. */
import type { Context } from 'hono';
import type { AttentionCursor, Sight } from '../../directory/attention.ts';
import { mayDo, type Operator } from '../../gateway/permissions.ts';
import { ownAccount, scopedShop } from '../../gateway/scoped.ts';
import { invalidField, Problem } from '../../payments/errors.ts';
import type { AppEnv } from '../app-env.ts';
import { jsonBody, queryOf } from '../body.ts';
import { documented } from '../openapi.ts';
import { operatorOf } from '../operator.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';

/** Entries of a page, unless asked otherwise. */
const PAGE = 50;

function cursorOf(text: string | undefined): AttentionCursor | undefined {
  if (text === undefined) return undefined;
  const [, since, id] = /^(\d{4}-\d\d-\d\dT[\d:.]{8,16}Z)\|(\d{1,15})$/.exec(text) ?? [];
  if (since === undefined) throw invalidField('cursor', 'is not a cursor');
  return { since, id: Number(id) };
}

/** Tokens are an owner's business. One whose shops are limited does not see those of others. */
function sightOf({ scope, role }: Operator): Sight {
  return { scope, ofInstallation: mayDo(role, 'owner') };
}

/** An entry to work with, for the examples: a key of the demo shop that ends. */
const ONE_ENTRY = [
  `curl -sf -X POST "$BASE/v1/admin/shops/demo/keys/requestKey/rotate" -H "Authorization: Bearer $ADMIN_TOKEN" > /dev/null`,
  `ATTENTION=$(curl -sf "$BASE/v1/admin/attention?kind=secret_ending&shop=demo" -H "Authorization: Bearer $ADMIN_TOKEN" | sed 's/.*"id":"\\([0-9]*\\)".*/\\1/')`,
].join('\n');

/** The open entry of the path, if the operator may see it. */
async function openEntry(c: Context<AppEnv>) {
  const text = c.req.param('id') ?? '';
  const found = /^\d{1,15}$/.test(text)
    ? await c.get('service').directory.openAttention(Number(text), sightOf(operatorOf(c)))
    : null;
  if (!found) throw new Problem('not_found', 'there is no such open entry');
  return found;
}

export function attentionRoutes(): Routes {
  const routes = new Routes();

  routes.get(
    '/v1/admin/attention',
    documented({
      summary: 'What needs a person, the newest first',
      description:
        'Entries open and close with their causes. One that a person resolves is gone from here until its cause comes anew.',
      auth: 'operator',
      permission: 'view',
      query: schemas.attentionQuery,
      success: { 200: schemas.attentionList },
      errors: ['invalid_request', 'not_found'],
      example: { query: 'limit=20' },
    }),
    async (c) => {
      const { kind, shop, limit, cursor } = queryOf(c, schemas.attentionQuery);
      const service = c.get('service');
      const { scope } = operatorOf(c);
      // Nothing that is open, for a shop that is misspelt, would be taken for good news.
      if (shop !== undefined) await scopedShop(service, scope, shop);
      const { data, next, counts } = await service.directory.attention({
        kind,
        shop,
        limit: Number(limit ?? PAGE),
        cursor: cursorOf(cursor),
        sight: sightOf(operatorOf(c)),
      });
      return c.json({ data, nextCursor: next && `${next.since}|${next.id}`, counts });
    },
  );

  routes.get(
    '/v1/admin/attention/:id',
    documented({
      summary: 'Read one entry of what needs a person',
      description: 'As long as it is open; then 404.',
      auth: 'operator',
      permission: 'view',
      success: { 200: schemas.attention },
      errors: ['not_found'],
      example: { path: { id: '$ATTENTION' }, before: ONE_ENTRY },
    }),
    async (c) => c.json(await openEntry(c)),
  );

  routes.post(
    '/v1/admin/attention/:id/resolve',
    documented({
      summary: 'Resolve what needed a person',
      description:
        'With a note, which stands in the audit log. It comes back when its cause comes anew. What is about an account that shops outside use too is resolved by an operator of all shops: 403.',
      auth: 'operator',
      permission: 'refund',
      body: schemas.resolution,
      success: { 200: schemas.attention },
      errors: ['invalid_request', 'forbidden', 'not_found', 'payload_too_large'],
      example: {
        path: { id: '$ATTENTION' },
        body: { note: 'the website has the new key' },
        before: ONE_ENTRY,
      },
    }),
    async (c) => {
      const service = c.get('service');
      const { directory } = service;
      const { note } = await jsonBody(c, schemas.resolution);
      const found = await openEntry(c);
      // It would be gone for the others as well.
      if (found.shop === null && found.account !== null)
        await ownAccount(service, operatorOf(c).scope, found.account);
      await directory.resolveAttention(found, operatorOf(c), note);
      return c.json(found);
    },
  );

  return routes;
}
