/** How calls of API v3 are signed, and what exactly is sent. Facts: SHEET.md, "Signature of a request". */
import type { Signable } from '../../signing/bytes.ts';
import { hmacText } from '../../signing/digests.ts';
import type { Signed } from '../contract.ts';
import type { PaynowSettings } from './settings.ts';

/** What of a call is signed. Method and path are not. */
export interface SignedPaynowCall {
  readonly apiKey: string;
  readonly idempotencyKey: string;
  /** The query as it is sent, without `?`, still percent-encoded. */
  readonly query: string;
  /** Exactly as it is sent; empty: none. */
  readonly body: string;
}

/** HMAC-SHA-256 by the signature key, in base64. The key is text, although it looks like a number. */
export function paynowHmac(
  base: Signable,
  { signature_key = '' }: Pick<Partial<PaynowSettings>, 'signature_key'>,
): Signed {
  const signature = hmacText('sha256', signature_key, base, 'base64');
  return { base, algorithm: 'HMAC-SHA256 base64', signature };
}

/** The parameters of a query by name, sorted, each with a list of its values: also where there is one value alone. */
function parametersOf(query: string): Readonly<Record<string, readonly string[]>> {
  if (query === '') return {};
  const parameters = new URLSearchParams(query);
  const names = [...new Set(parameters.keys())].toSorted();
  return Object.fromEntries(names.map((name) => [name, parameters.getAll(name)]));
}

/** The signature of a call. The body is a text inside of the signed JSON. */
export function signPaynowCall(
  { apiKey, idempotencyKey, query, body }: SignedPaynowCall,
  settings: Pick<Partial<PaynowSettings>, 'signature_key'>,
): Signed {
  const text = JSON.stringify({
    headers: { 'Api-Key': apiKey, 'Idempotency-Key': idempotencyKey },
    parameters: parametersOf(query),
    body,
  });
  return paynowHmac(text, settings);
}

/** JSON in ASCII: what is beyond it is escaped, so that the body has one form inside of the signed text, whoever writes that. */
export function asciiJson(value: object): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
