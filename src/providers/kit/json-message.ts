/** Messages in JSON, read into types: what anybody can send has members of any type, as many as fit, and as deep. */
import * as v from 'valibot';
import { Refusal } from '../../payments/errors.ts';
import { fromUtf8 } from '../../signing/bytes.ts';
import type { ProviderRequest } from '../contract.ts';
import { parseJsonOnce } from './json-once.ts';
import { jsonSize, requireFewFields } from './message-limits.ts';

/**
 * The text of a message that is a POST of JSON, before its signature is checked.
 * @throws Refusal malformed when it is none, or has more values than any genuine one.
 */
export function jsonText(request: ProviderRequest): string {
  if (request.method !== 'POST') throw new Refusal('malformed', 'a notification is a POST of JSON');
  // One that says no type is taken: what it is, its content and its signature show.
  if (request.contentType !== null && request.contentType !== 'application/json')
    throw new Refusal('malformed', `the body is ${request.contentType}, not application/json`);
  return fewValues(request.body);
}

/**
 * The text of a body that has to be JSON, whatever its content type says.
 * @throws Refusal malformed when it is not UTF-8, or has more values than any genuine message.
 */
export function fewValues(body: Uint8Array): string {
  const text = fromUtf8(body);
  if (text === null) throw new Refusal('malformed', 'the body is not UTF-8');
  requireFewFields(jsonSize(text).values);
  return text;
}

/**
 * Parses the text of a message: JSON that says nothing twice and is not too deep to be walked.
 * @throws Refusal malformed
 */
export function parseMessage(text: string): unknown {
  try {
    return parseJsonOnce(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new Refusal('malformed', 'the body is not JSON, or says a thing twice', { cause });
  }
}

/**
 * Reads the members of a parsed message that a schema names, each in its type. Others are left out, unless the schema is loose.
 * @throws Refusal malformed naming the first member of another type.
 */
export function readMembers<Schema extends v.GenericSchema>(
  schema: Schema,
  parsed: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, parsed, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? 'the body';
  throw new Refusal('malformed', `${path} has another type than a message has there`);
}

/** The members that are there: one that is null says as little as one that is missing. */
export function present<Members extends object>(
  members: Members,
): { [Name in keyof Members]?: Exclude<Members[Name], null | undefined> } {
  const found: { [Name in keyof Members]?: Exclude<Members[Name], null | undefined> } = {};
  for (const name of Object.keys(members) as (keyof Members)[]) {
    const value = members[name];
    if (value !== null && value !== undefined)
      found[name] = value as Exclude<Members[keyof Members], null | undefined>;
  }
  return found;
}
