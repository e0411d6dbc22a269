/** Messages that are forms: their raw bytes, and their parameters in order. */
import { Refusal } from '../../payments/errors.ts';
import { parseForm, type RawField, rawFields } from '../../signing/form.ts';
import { utf8Octets } from '../../signing/octets.ts';
import { keptForNames } from '../../signing/order.ts';
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

/** Values by name, of a message or of a map. */
export type Values = Pick<ReadonlyMap<string, string>, 'get'>;

/** Those of some fields that are there and not empty, in the order of the names. */
export function pick(values: Values, names: readonly string[]): Readonly<Record<string, string>> {
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

/** What a list of names decides. */
const namesOf = keptForNames((names) => {
  const places = new Map<string, number>();
  let repeated: string | null = null;
  names.forEach((name, place) => {
    if (places.has(name)) repeated ??= name;
    places.set(name, place);
  });
  return { names, places, repeated };
});

/** The fields of a form message by their names. Where each stands is found once for all messages that have the same names. */
export class UniqueFields {
  readonly fields: readonly RawField[];
  /** In the order of the fields: one list for all messages that have the same. */
  readonly names: readonly string[];
  readonly #places: ReadonlyMap<string, number>;

  /** @throws Refusal when a name came twice. */
  constructor(fields: readonly RawField[]) {
    const { names, places, repeated } = namesOf(fields.map(({ name }) => name));
    if (repeated !== null) throw cameTwice('field', repeated);
    this.fields = fields;
    this.names = names;
    this.#places = places;
  }

  field(name: string): RawField | undefined {
    const place = this.#places.get(name);
    return place === undefined ? undefined : this.fields[place];
  }

  /** The value of a field. */
  get(name: string): string | undefined {
    return this.field(name)?.value;
  }
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
