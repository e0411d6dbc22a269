/** The operator's routes for operators: tokens and users, which owners make. */

import type { OperatorToken, OperatorUser } from '../../directory/operators.ts';
import { grantOf, isGrantWithin, knownToken, knownUser, requireFreeEmail } from '../../gateway/grants.ts';
import { invalidField } from '../../payments/errors.ts';
import { jsonBody } from '../body.ts';
import { documented } from '../openapi.ts';
import { operatorOf } from '../operator.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';

/** What both have, a grant's limits as the API has them: null, null is everything. */
function shownGrant({
  id,
  name,
  role,
  scope,
  lastUsedAt,
  lastUsedFrom,
  createdAt,
}: OperatorToken | OperatorUser) {
  const limits = { shops: scope.all ? null : scope.shops, groups: scope.all ? null : scope.groups };
  return { id, name, role, ...limits, lastUsedAt, lastUsedFrom, createdAt };
}

function shownUser(user: OperatorUser) {
  const { email, active, updatedAt } = user;
  return { ...shownGrant(user), email, active, updatedAt };
}

function shownToken(token: OperatorToken) {
  const { expiresAt, revokedAt } = token;
  return { ...shownGrant(token), expiresAt, revokedAt };
}

function tokenRoutes(): Routes {
  const routes = new Routes();

  routes.post(
    '/v1/admin/tokens',
    documented({
      summary: 'Make a token for an operator or a program',
      description:
        'The answer has the token, once. It gives no more than its maker has: who sees some shops only names some of them.',
      auth: 'operator',
      permission: 'owner',
      body: schemas.tokenInput,
      success: { 201: schemas.createdToken },
      errors: ['invalid_request', 'payload_too_large'],
      example: {
        body: {
          name: 'nightly export',
          role: 'view',
          groups: ['theatres'],
          expiresAt: '2036-01-01T00:00:00Z',
        },
        keep: { TOKEN_ID: 'id' },
      },
    }),
    async (c) => {
      const service = c.get('service');
      const by = operatorOf(c);
      const body = await jsonBody(c, schemas.tokenInput);
      const grant = await grantOf(service, by, body);
      const expiresAt = body.expiresAt ? new Date(body.expiresAt).toISOString() : null;
      if (expiresAt !== null && Date.parse(expiresAt) <= service.now())
        throw invalidField('expiresAt', 'is over already');
      const { token, created } = await service.directory.operators.createToken({ ...grant, expiresAt }, by);
      service.directory.changed();
      return c.json({ ...shownToken(created), token }, 201);
    },
  );

  routes.get(
    '/v1/admin/tokens',
    documented({
      summary: 'List the tokens, those that are revoked or over too, the newest first',
      description: 'When and from where each was last used is about a minute late.',
      auth: 'operator',
      permission: 'owner',
      success: { 200: schemas.tokenList },
      errors: [],
      example: {},
    }),
    async (c) => {
      const service = c.get('service');
      const { scope } = operatorOf(c);
      const tokens = await service.directory.operators.tokens();
      const isWithin = await isGrantWithin(service, scope);
      return c.json({ data: tokens.filter(isWithin).map(shownToken) });
    },
  );

  routes.delete(
    '/v1/admin/tokens/:id',
    documented({
      summary: 'Revoke a token',
      description:
        'It opens nothing any more: here at once, in the last corner of the network five seconds later.',
      auth: 'operator',
      permission: 'owner',
      success: { 204: 'Revoked.' },
      errors: ['not_found'],
      example: { path: { id: '$TOKEN_ID' } },
    }),
    async (c) => {
      const service = c.get('service');
      const by = operatorOf(c);
      const token = await knownToken(service, by.scope, c.req.param('id'));
      if (token.revokedAt === null) await service.directory.operators.revokeToken(token, by);
      service.directory.changed();
      return c.body(null, 204);
    },
  );

  return routes;
}

function userRoutes(): Routes {
  const routes = new Routes();

  routes.post(
    '/v1/admin/users',
    documented({
      summary: 'Make a user of the console',
      description: 'How a user proves who it is, is set in the console; the gateway decides what it may do.',
      auth: 'operator',
      permission: 'owner',
      body: schemas.userInput,
      success: { 201: schemas.user },
      errors: ['invalid_request', 'payload_too_large'],
      example: {
        body: { email: 'zoe@example.com', name: 'Zoé Müller', role: 'refund', shops: ['demo'] },
        keep: { USER_ID: 'id' },
      },
    }),
    async (c) => {
      const service = c.get('service');
      const by = operatorOf(c);
      const body = await jsonBody(c, schemas.userInput);
      const grant = await grantOf(service, by, body);
      const email = body.email.toLowerCase();
      await requireFreeEmail(service, email, null);
      const user = { ...grant, email, active: body.active ?? true };
      const id = await service.directory.operators.putUser(user, null, by);
      service.directory.changed();
      return c.json(shownUser(await knownUser(service, by.scope, id)), 201);
    },
  );

  routes.get(
    '/v1/admin/users',
    documented({
      summary: 'List the users, by e-mail address',
      auth: 'operator',
      permission: 'owner',
      success: { 200: schemas.userList },
      errors: [],
      example: {},
    }),
    async (c) => {
      const service = c.get('service');
      const { scope } = operatorOf(c);
      const users = await service.directory.operators.users();
      const isWithin = await isGrantWithin(service, scope);
      return c.json({ data: users.filter(isWithin).map(shownUser) });
    },
  );

  routes.put(
    '/v1/admin/users/:id',
    documented({
      summary: 'Change a user',
      description:
        'What is left out keeps its value. `shops` and `groups` go together: null for both is everything. Who is switched off is signed out.',
      auth: 'operator',
      permission: 'owner',
      body: schemas.userChange,
      success: { 200: schemas.user },
      errors: ['invalid_request', 'not_found', 'payload_too_large'],
      example: { path: { id: '$USER_ID' }, body: { role: 'view' } },
    }),
    async (c) => {
      const service = c.get('service');
      const by = operatorOf(c);
      const before = await knownUser(service, by.scope, c.req.param('id'));
      const body = await jsonBody(c, schemas.userChange);
      const grant = await grantOf(service, by, body, before);
      const email = body.email?.toLowerCase() ?? before.email;
      await requireFreeEmail(service, email, before);
      const user = { ...grant, email, active: body.active ?? before.active };
      await service.directory.operators.putUser(user, before, by);
      service.directory.changed();
      return c.json(shownUser(await knownUser(service, by.scope, before.id)));
    },
  );

  routes.delete(
    '/v1/admin/users/:id',
    documented({
      summary: 'Delete a user with its password, second factor and sessions',
      description: 'Its id and name stay in the audit log.',
      auth: 'operator',
      permission: 'owner',
      success: { 204: 'Deleted.' },
      errors: ['not_found'],
      example: { path: { id: '$USER_ID' } },
    }),
    async (c) => {
      const service = c.get('service');
      const by = operatorOf(c);
      const user = await knownUser(service, by.scope, c.req.param('id'));
      await service.directory.operators.deleteUser(user, by);
      service.directory.changed();
      return c.body(null, 204);
    },
  );

  return routes;
}

export function peopleRoutes(): Routes {
  return new Routes().route('/', tokenRoutes()).route('/', userRoutes());
}
