/** Messages that are JSON: their raw bytes. */
import { Refusal } from '../../payments/errors.ts';
import type { ProviderRequest } from '../contract.ts';

/**
 * The raw body of a JSON message. One that says no type is taken: what it is, its signature and its content show.
 * @throws Refusal malformed when it is no POST, or says another type.
 */
export function jsonBytes({ method, contentType, body }: ProviderRequest): Uint8Array {
  if (method !== 'POST') throw new Refusal('malformed', 'it is no POST of JSON');
  if (contentType !== null && contentType !== 'application/json')
    throw new Refusal('malformed', `the body is ${contentType}, not application/json`);
  return body;
}
