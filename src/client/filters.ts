/** Filters as queries, and names as parts of an address: nothing that is missing, and nothing that leads elsewhere. */
import { clientProblem, namingText, optionObject, wholeNumber } from './errors.ts';
import type { Query } from './transport.ts';

/** Members that say where to go on. Their null is that of a cursor before the first page: from the start. */
const PLACES: readonly string[] = ['cursor', 'after'];

function queryValue(name: string, value: unknown): string | number | readonly string[] {
  if (typeof value === 'number') return wholeNumber(name, value, 0);
  if (!Array.isArray(value)) return namingText(name, value);
  if (value.length === 0)
    throw clientProblem('invalid_option', `${name} has nothing in it: leave it out for all of them`);
  return value.map((one) => namingText(name, one));
}

/**
 * A filter as it is sent. A member that is undefined is left out; what is null or empty is a mistake, and not "whichever".
 * @throws CountersignError invalid_option
 */
export function filterQuery(filter: object): Query {
  const given = Object.entries(optionObject('the filter', filter)).filter(
    ([name, value]) => value !== undefined && !(value === null && PLACES.includes(name)),
  );
  return Object.fromEntries(given.map(([name, value]) => [name, queryValue(name, value)]));
}

/**
 * The id of a provider or an account as a part of an address.
 * @throws CountersignError invalid_option, where it is none: it could lead to another address.
 */
export function pathPart(name: string, id: unknown): string {
  const text = namingText(name, id);
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text)) return text;
  throw clientProblem('invalid_option', `${name} is ${JSON.stringify(text)}, and no id has that form`);
}
