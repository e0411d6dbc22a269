/** Parameters of messages, which come in either case, in the query or in the body. */
import { readable, utf8 } from '../../signing/bytes.ts';
import type { ProviderRequest } from '../contract.ts';
import { formFields } from '../kit/form-message.ts';

/**
 * The parameters by lower-case name.
 * @throws Refusal malformed when the percent-encoding is broken, or there are more than any genuine message has.
 */
export function lowerCaseParameters(bytes: Uint8Array): Map<string, string> {
  return new Map(formFields(bytes).map(({ name, value }) => [name.toLowerCase(), value]));
}

/** PayFiP appends its parameters with a question mark to an address of ours that has one already: `?o=...?idop=...`. */
function withoutSecondMark(query: Uint8Array): Uint8Array {
  return utf8(readable(query).replaceAll('?', '&'));
}

/**
 * The parameters of a request by lower-case name; one of the body counts before one of the query.
 * @throws Refusal malformed when the percent-encoding is broken, or there are more than any genuine message has.
 */
export function requestParameters(request: ProviderRequest): ReadonlyMap<string, string> {
  const query = lowerCaseParameters(withoutSecondMark(request.query));
  return new Map([...query, ...lowerCaseParameters(request.body)]);
}

/** An amount in cents; null where there is none that can be read. */
export function centsOf(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : null;
}
