/** Messages that are forms: their raw bytes, and their parameters in order. */
import { Refusal } from '../../payments/errors.ts';
import { parseForm, type RawField, rawFields } from '../../signing/form.ts';
import { utf8Octets } from '../../signing/octets.ts';
import type { Json, ProviderRequest, RecipeInput } from '../contract.ts';
import { MOST_FIELDS, requireFewFields } from './message-limits.ts';

/** The type of a form body. */
export const FORM = 'application/x-www-form-urlencoded';

/**
 * The raw parameter text of a form message: the query of a GET, the body of a POST. A body that says no type is taken.
 * @throws Refusal when a POST says that it is no form.
 */
export function formBytes(request: ProviderRequest): Uint8Array {
  if (request.method === 'GET') return request.query;
  if (request.body.length > 0 && request.contentType !== null && request.contentType !== FORM)
    throw new Refusal('malformed', `the body is ${request.contentType}, not ${FORM}`);
  return request.body;
}

/**
 * The parameters of a form message.
 * @param bytes or their octets.
 * @throws Refusal when the percent-encoding is broken, or there are more than any genuine message has.
 */
export function formFields(bytes: Uint8Array | string): RawField[] {
  const fields = parseForm(bytes, MOST_FIELDS + 1);
  if (!fields) throw new Refusal('malformed', 'the percent-encoding of the parameters is broken');
  requireFewFields(fields.length);
  return fields;
}

/** The parameters of a recipe's input, given raw or as fields. */
export function inputFields(input: RecipeInput): RawField[] {
  return input.raw === undefined ? rawFields(textFields(input)) : formFields(utf8Octets(input.raw));
}

/** Those of some fields that are there and not empty, in the order of the names. */
export function pick(
  values: ReadonlyMap<string, string>,
  names: readonly string[],
): Readonly<Record<string, string>> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = values.get(name);
    if (value) picked[name] = value;
  }
  return picked;
}

/** Why a message is refused in which a name comes twice: one of its values would be read, and the other one checked. */
export function cameTwice(noun: string, name: string): Refusal {
  return new Refusal('duplicate_field', `the ${noun} ${name} came twice`);
}

/**
 * The fields of a form message by their names.
 * @throws Refusal when a name came twice.
 */
export function uniqueFields(fields: readonly RawField[]): Map<string, RawField> {
  const found = new Map<string, RawField>();
  for (const field of fields) {
    if (found.has(field.name)) throw cameTwice('field', field.name);
    found.set(field.name, field);
  }
  return found;
}

/**
 * The values of a form message by their names.
 * @param noun what a protocol calls them.
 * @throws Refusal when a name came twice.
 */
export function uniqueValues(fields: readonly RawField[], noun = 'field'): Map<string, string> {
  const values = new Map<string, string>();
  for (const { name, value } of fields) {
    if (values.has(name)) throw cameTwice(noun, name);
    values.set(name, value);
  }
  return values;
}

function jsonText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The fields of a recipe's input as text, in their order. */
export function textFields(input: RecipeInput): (readonly [string, string])[] {
  const pairs = Array.isArray(input.fields)
    ? (input.fields as readonly (readonly [string, Json])[])
    : Object.entries((input.fields ?? {}) as Record<string, Json>);
  const isText = pairs.every((pair) => typeof pair[1] === 'string');
  return isText
    ? (pairs as (readonly [string, string])[])
    : pairs.map(([name, value]) => [name, jsonText(value)] as const);
}
