/** Messages that are forms: their raw bytes, and their parameters in order. */
import { Refusal } from '../../payments/errors.ts';
import { utf8 } from '../../signing/bytes.ts';
import { parseForm, type RawField, rawFields } from '../../signing/form.ts';
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
 * @throws Refusal when the percent-encoding is broken, or there are more than any genuine message has.
 */
export function formFields(bytes: Uint8Array): RawField[] {
  const fields = parseForm(bytes, MOST_FIELDS + 1);
  if (!fields) throw new Refusal('malformed', 'the percent-encoding of the parameters is broken');
  requireFewFields(fields.length);
  return fields;
}

/** The parameters of a recipe's input, given raw or as fields. */
export function inputFields(input: RecipeInput): RawField[] {
  return input.raw === undefined ? rawFields(textFields(input)) : formFields(utf8(input.raw));
}

function jsonText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The fields of a recipe's input as text, in their order. */
export function textFields(input: RecipeInput): (readonly [string, string])[] {
  const pairs = Array.isArray(input.fields)
    ? (input.fields as readonly (readonly [string, Json])[])
    : Object.entries((input.fields ?? {}) as Record<string, Json>);
  return pairs.map(([name, value]) => [name, jsonText(value)] as const);
}
