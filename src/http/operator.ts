/** The operator of a request: who it is, what it may do, and which shops it may see. */
import type { Context, MiddlewareHandler } from 'hono';
import type { Grant, Use } from '../directory/operators.ts';
import type { RateLimit } from '../directory/types.ts';
import { type Access, mayDo, type Operator, PERMISSION_WORDS } from '../gateway/permissions.ts';
import { Problem } from '../payments/errors.ts';
import { equalText } from '../signing/bytes.ts';
import { countAddress } from './address-limit.ts';
import type { AppEnv } from './app-env.ts';
import { bearer } from './auth.ts';
import { type SignedIn, signedInOf } from './signed-in.ts';

/** ADMIN_TOKEN in the audit log, as since the first version. */
const FIRST_OWNER = 'operator';

/** Of each token and user. ADMIN_TOKEN has none: it is for the beginning, for imports and for emergencies. */
const LIMIT: RateLimit = { perMinute: 600, burst: 60 };

/** Both values are compared, whichever fits, so that the time says nothing. */
function isAdminToken(c: Context<AppEnv>, token: string): boolean {
  const { adminToken, previousAdminToken } = c.get('service').config;
  const isCurrent = equalText(adminToken, token);
  const isPrevious = equalText(previousAdminToken ?? adminToken, token);
  return isCurrent || isPrevious;
}

function firstOwner(c: Context<AppEnv>): Operator {
  return {
    actor: FIRST_OWNER,
    actorName: null,
    address: c.req.header('cf-connecting-ip') ?? null,
    request: c.get('requestId'),
    role: 'owner',
    scope: { all: true },
  };
}

/** A token or user as the operator of a request: counted, and noted as used. */
function granted(c: Context<AppEnv>, { name, role, scope }: Grant, use: Omit<Use, 'at'>): Operator {
  const { directory, shopLimits } = c.get('service');
  const actor = `${use.kind}:${use.id}`;
  shopLimits.take(actor, LIMIT);
  const writing = directory.noteUse(use);
  if (writing) c.executionCtx.waitUntil(writing);
  return { actor, actorName: name, address: use.address, request: c.get('requestId'), role, scope };
}

async function operatorOfToken(c: Context<AppEnv>): Promise<Operator> {
  const text = bearer(c);
  if (isAdminToken(c, text)) return firstOwner(c);
  const token = await c.get('service').directory.operatorToken(text);
  if (!token) {
    await countAddress(c, 'guess');
    throw new Problem('unauthorized', 'this token is not known, was revoked, or has expired');
  }
  const address = c.req.header('cf-connecting-ip') ?? null;
  return granted(c, token, { kind: 'token', id: token.id, address });
}

async function operatorOfUser(c: Context<AppEnv>, { user: id, address }: SignedIn): Promise<Operator> {
  const user = await c.get('service').directory.operatorUser(id);
  if (!user) throw new Problem('unauthorized', 'this user is not there any more, or is switched off');
  return granted(c, user, { kind: 'user', id, address });
}

function isReading(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Finds out who the operator is. What the operator may do is checked by `documented`, as the route says it. */
export const authenticateOperator: MiddlewareHandler<AppEnv> = async (c, next) => {
  const signedIn = signedInOf(c.env);
  const operator = signedIn ? await operatorOfUser(c, signedIn) : await operatorOfToken(c);
  c.set('operator', operator);
  c.set('caller', operator.actor);
  const answering = next();
  // A change and its entry in the audit log belong together: whoever hangs up in between does not part them.
  if (!isReading(c.req.method)) c.executionCtx.waitUntil(answering.catch(() => {}));
  await answering;
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
