/** Parameters of messages, which come in either case, in the query or in the body. */
import { Refusal } from '../../payments/errors.ts';
import { readable, utf8 } from '../../signing/bytes.ts';
import { parseForm } from '../../signing/form.ts';
import type { ProviderRequest } from '../contract.ts';

/** The parameters by lower-case name; null when the percent-encoding is broken. */
export function lowerCaseParameters(bytes: Uint8Array): Map<string, string> | null {
  const fields = parseForm(bytes);
  if (!fields) return null;
  return new Map(fields.map(({ name, value }) => [readable(name).toLowerCase(), readable(value)]));
}

/** PayFiP appends its parameters with a question mark to an address of ours that has one already: `?o=...?idop=...`. */
function withoutSecondMark(query: Uint8Array): Uint8Array {
  return utf8(readable(query).replaceAll('?', '&'));
}

/**
 * The parameters of a request by lower-case name; one of the body counts before one of the query.
 * @throws Refusal malformed when the percent-encoding is broken.
 */
export function requestParameters(request: ProviderRequest): ReadonlyMap<string, string> {
  const query = lowerCaseParameters(withoutSecondMark(request.query));
  const body = lowerCaseParameters(request.body);
  if (!query || !body) throw new Refusal('malformed', 'the percent-encoding of the parameters is broken');
  return new Map([...query, ...body]);
}

/** An amount in cents; null where there is none that can be read. */
export function centsOf(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : null;
}
