/** Reads what others send: never more than the limit, and checked before it is used. */
import type { Context } from 'hono';
import type * as v from 'valibot';
import { unknownName } from '../gateway/unknown-members.ts';
import { valid } from '../gateway/validation.ts';
import { type FieldError, invalidField, Problem } from '../payments/errors.ts';
import { parseJsonOnce, RepeatedMember } from '../providers/kit/json-once.ts';
import { concat, fromUtf8, utf8 } from '../signing/bytes.ts';
import { id } from './schemas.ts';

/** The largest request body, and the longest query string, in bytes. */
export const BODY_LIMIT = 64 * 1024;

function tooLarge(what: string, limit: number): Problem {
  return new Problem('payload_too_large', `the ${what} is larger than ${limit} bytes`);
}

/**
 * The raw body.
 * @param limit in bytes.
 * @throws Problem payload_too_large, as soon as the limit is passed.
 */
export async function rawBody(request: Request, limit = BODY_LIMIT): Promise<Uint8Array> {
  const announced = request.headers.get('content-length');
  if (Number(announced ?? 0) > limit) throw tooLarge('body', limit);
  // HTTP holds a body to the length that it announces. Asking for `body` first would make a stream.
  if (announced !== null) return new Uint8Array(await request.arrayBuffer());
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.length;
    if (length > limit) {
      await reader.cancel();
      throw tooLarge('body', limit);
    }
    chunks.push(read.value);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : concat(chunks);
}

/**
 * The raw query string without its question mark, still percent-encoded.
 * @throws Problem payload_too_large
 */
export function rawQuery(url: string): Uint8Array {
  const at = url.indexOf('?');
  if (at < 0) return new Uint8Array();
  const hash = url.indexOf('#', at);
  const query = utf8(url.slice(at + 1, hash < 0 ? undefined : hash));
  if (query.length > BODY_LIMIT) throw tooLarge('query', BODY_LIMIT);
  return query;
}

/**
 * A JSON body that a schema accepts.
 * @param limit in bytes.
 * @throws Problem
 */
export async function jsonBody<Schema extends v.GenericSchema>(
  c: Context,
  schema: Schema,
  limit = BODY_LIMIT,
): Promise<v.InferOutput<Schema>> {
  const text = await textBody(c, limit);
  if (text.trim() === '') throw new Problem('invalid_request', 'the body is missing: send a JSON object');
  return valid(schema, parsed(text));
}

/** As `jsonBody`, where no body at all counts as `{}`. */
export async function optionalJsonBody<Schema extends v.GenericSchema>(
  c: Context,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const text = await textBody(c, BODY_LIMIT);
  return valid(schema, text.trim() === '' ? {} : parsed(text));
}

async function textBody(c: Context, limit: number): Promise<string> {
  const text = fromUtf8(await rawBody(c.req.raw, limit));
  if (text === null) throw new Problem('invalid_request', 'the body is not UTF-8');
  return text;
}

function parsed(text: string): unknown {
  try {
    return parseJsonOnce(text);
  } catch (cause) {
    if (cause instanceof RepeatedMember) throw invalidField(cause.path, 'is given more than once');
    throw new Problem('invalid_request', 'the body is not JSON', { cause });
  }
}

/** The id in the path. */
export function idParam(c: Context): string {
  return valid(id, c.req.param('id'));
}

/** A parameter that is one member of another: `metadata[name]`. */
const MEMBER = /^(metadata)\[(.+)\]$/su;

/** The parameters of a query. */
type QueryEntries = v.StrictObjectSchema<v.ObjectEntries, undefined>;

/** Whether a parameter may come several times. */
function isList(entry: v.GenericSchema): boolean {
  const { type, wrapped } = entry as v.GenericSchema & { readonly wrapped?: v.GenericSchema };
  return wrapped ? isList(wrapped) : type === 'array';
}

/** The parameters by name; hono's own object loses one that is named `__proto__`. */
function parametersOf(c: Context): ReadonlyMap<string, readonly string[]> {
  const parameters = new Map<string, string[]>();
  for (const [name, value] of new URL(c.req.url).searchParams)
    parameters.set(name, [...(parameters.get(name) ?? []), value]);
  return parameters;
}

/**
 * The parameters of the query, each once, except where the schema has a list.
 * @throws Problem invalid_request with every error, those that are not known too.
 */
export function queryOf<Schema extends QueryEntries>(c: Context, schema: Schema): v.InferOutput<Schema> {
  const given: Record<string, unknown> = {};
  const errors: FieldError[] = [];
  for (const [name, values] of parametersOf(c)) {
    const entry = Object.hasOwn(schema.entries, name) ? schema.entries[name] : undefined;
    const member = MEMBER.exec(name);
    const [, list = '', free = ''] = member ?? [];
    if (member && Object.hasOwn(schema.entries, list) && values.length === 1) {
      const known = (given[list] ?? {}) as Record<string, unknown>;
      // A name may be anything, __proto__ too: the schema refuses that one by its name.
      given[list] = Object.fromEntries([...Object.entries(known), [free, values[0]]]);
    } else if (name === '__proto__')
      errors.push({ path: name, message: unknownName(name, Object.keys(schema.entries)) });
    else if (entry && isList(entry)) given[name] = values;
    else if (values.length === 1) given[name] = values[0];
    else errors.push({ path: name, message: 'is given more than once' });
  }
  const [first] = errors;
  if (first) throw new Problem('invalid_request', `${first.path}: ${first.message}`, { errors });
  return valid(schema, given) as v.InferOutput<Schema>;
}

/** @throws Problem invalid_request when a route that takes no parameters gets some. */
export function requireNoQuery(c: Context): void {
  const errors = [...parametersOf(c).keys()].map((path) => ({ path, message: unknownName(path, []) }));
  const [first] = errors;
  if (first) throw new Problem('invalid_request', `${first.path}: ${first.message}`, { errors });
}
