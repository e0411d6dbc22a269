/** Reads what others send: never more than the limit, and checked before it is used. */
import type { Context } from 'hono';
import type * as v from 'valibot';
import { valid } from '../gateway/validation.ts';
import { Problem } from '../payments/errors.ts';
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
  if (!request.body) return new Uint8Array();
  // HTTP holds a body to the length that it announces.
  if (announced !== null) return new Uint8Array(await request.arrayBuffer());
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
 * A JSON body that a schema accepts. An empty body counts as `{}` where everything is optional.
 * @param limit in bytes.
 * @throws Problem
 */
export async function jsonBody<Schema extends v.GenericSchema>(
  c: Context,
  schema: Schema,
  limit = BODY_LIMIT,
): Promise<v.InferOutput<Schema>> {
  const bytes = await rawBody(c.req.raw, limit);
  const text = fromUtf8(bytes);
  if (text === null) throw new Problem('invalid_request', 'the body is not UTF-8');
  return valid(schema, text.trim() === '' ? {} : parsed(text));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem('invalid_request', 'the body is not JSON', { cause });
  }
}

/** The id in the path. */
export function idParam(c: Context): string {
  return valid(id, c.req.param('id'));
}
