/**
 * Describes routes, and lets only those through whom the description names. The OpenAPI document is made of the descriptions when the
 * Worker is built (reference/document.ts): of a description, the Worker itself has what decides, and none of the words (src/build/bare.ts).
 */
import type { MiddlewareHandler } from 'hono';
import type { GenericSchema, ObjectEntries, StrictObjectSchema } from 'valibot';
import type { Access } from '../gateway/permissions.ts';
import type { ProblemCode } from '../payments/errors.ts';
import type { AppEnv } from './app-env.ts';
import { requireNoQuery } from './body.ts';
import { requireAccess } from './operator.ts';

/** Whose key a route takes, and what an operator has to be allowed. */
type RouteAuth = { readonly auth: 'shop' | null } | ({ readonly auth: 'operator' } & Access);

export type RouteDescription = RouteAuth & RouteContents;

interface RouteContents {
  readonly summary: string;
  readonly description?: string;
  readonly body?: GenericSchema;
  /** A body that may be left out. */
  readonly optionalBody?: GenericSchema;
  /** The body is a picture, and has to be there. */
  readonly image?: true;
  /** The body is a file, or a piece of one, and has to be there. */
  readonly file?: true;
  /** The fields of a body that is a form. */
  readonly form?: GenericSchema;
  readonly query?: StrictObjectSchema<ObjectEntries, undefined>;
  readonly headers?: Readonly<Record<string, string>>;
  /** What a success looks like; a text describes an answer that is not JSON. */
  readonly success: Readonly<Record<number, GenericSchema | string>>;
  readonly errors: readonly ProblemCode[];
  /** What the reference page shows how to call; left out where only a provider can. */
  readonly example?: Example;
}

/** A call that works against `npm start`, in the order of the document. */
export interface Example {
  /** Values of the path's parameters; may be shell variables. */
  readonly path?: Readonly<Record<string, string>>;
  /** Without the question mark. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The fields of a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** The bytes of a body, in base64. */
  readonly bytes?: string;
  /** What the call has answered, where its schema's example would be another's. */
  readonly answer?: object;
  /** A call that has to come before. */
  readonly before?: string;
  /** Shell variables, and the members of the answer that they take. */
  readonly keep?: Readonly<Record<string, string>>;
}

/** Every operation that was described, by the middleware that guards it. */
export const describedRoutes = new Map<MiddlewareHandler<AppEnv>, RouteDescription>();

/**
 * A middleware that describes its route, and lets only those operators through whom the description names. Under /v1 it refuses
 * every query of a route that describes none; the others read theirs by `queryOf`.
 */
export function documented(described: RouteDescription): MiddlewareHandler<AppEnv> {
  const check: MiddlewareHandler<AppEnv> = async (c, next) => {
    if (described.auth === 'operator') requireAccess(c, described);
    if (!described.query && c.req.path.startsWith('/v1/') && c.req.url.includes('?')) requireNoQuery(c);
    await next();
  };
  describedRoutes.set(check, described);
  return check;
}
