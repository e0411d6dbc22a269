/** The operator of a request: who it is, what it may do, and which shops it may see. */
import type { Context, MiddlewareHandler } from 'hono';
import { type Access, mayDo, type Operator, PERMISSION_WORDS } from '../gateway/permissions.ts';
import { Problem } from '../payments/errors.ts';
import { equalText } from '../signing/bytes.ts';
import { countAddress } from './address-limit.ts';
import type { AppEnv } from './app-env.ts';
import { bearer } from './auth.ts';

/** ADMIN_TOKEN in the audit log, as since the first version. */
const FIRST_OWNER = 'operator';

/** Finds out who the operator is. What the operator may do is checked by `documented`, as the route says it. */
export const authenticateOperator: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (!equalText(c.get('service').config.adminToken, bearer(c))) {
    await countAddress(c, 'guess');
    throw new Problem('unauthorized', 'this is not the admin token');
  }
  c.set('operator', {
    actor: FIRST_OWNER,
    actorName: null,
    address: c.req.header('cf-connecting-ip') ?? null,
    request: c.get('requestId'),
    role: 'owner',
    scope: { all: true },
  });
  c.set('caller', FIRST_OWNER);
  await next();
};

/**
 * The operator of a request.
 * @throws Problem unauthorized outside of the operator's routes.
 */
export function operatorOf(c: Context<AppEnv>): Operator {
  const operator = c.get('operator');
  if (!operator) throw new Problem('unauthorized', 'send the header "Authorization: Bearer <token>"');
  return operator;
}

/** @throws Problem forbidden when the operator may not do what a route does. */
export function requireAccess(c: Context<AppEnv>, { permission, unlimitedOnly }: Access): void {
  const { role, scope } = operatorOf(c);
  if (!mayDo(role, permission)) {
    throw new Problem(
      'forbidden',
      `this takes an operator who ${PERMISSION_WORDS[permission]} (${permission}); the role of this one is ${role}`,
    );
  }
  if (unlimitedOnly && !scope.all) {
    throw new Problem(
      'forbidden',
      'this is about the whole installation; this operator may see some shops only',
    );
  }
}
