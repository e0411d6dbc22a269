/**
 * RETURNMAC: what a session was opened with, and the shopper's browser brings back. It shows that this is the same trip, and nothing of
 * what happened. Only its digest is stored. Facts: SHEET.md, "Browser return".
 */
import { Refusal } from '../../payments/errors.ts';
import { equalText, hex, readable, utf8 } from '../../signing/bytes.ts';
import { digests } from '../../signing/digests.ts';
import type { Hint, ProviderRequest } from '../contract.ts';

/** As it is stored with an attempt: SHA-256, hexadecimal. */
export function hashOfReturnmac(returnmac: string): string {
  return hex(digests.sha256(utf8(returnmac)));
}

/** What a return says. A parameter that comes twice says nothing. @throws Refusal when there is no RETURNMAC. */
export function readWorldlineReturn({ query }: Pick<ProviderRequest, 'query'>): Hint {
  const parameters = new URLSearchParams(readable(query));
  const [returnmac, hostedCheckoutId] = ['RETURNMAC', 'hostedCheckoutId'].map((name) => {
    const values = parameters.getAll(name);
    if (values.length > 1) throw new Refusal('duplicate_field', `${name} came twice`);
    return values[0] ?? '';
  });
  if (!returnmac) throw new Refusal('field_missing', 'there is no RETURNMAC');
  return {
    kind: 'hint',
    order: null,
    about: { RETURNMAC: returnmac, hostedCheckoutId: hostedCheckoutId ?? '' },
  };
}

/** Whether a return is that of an attempt. Compared in constant time; of an attempt that has stored none no return is. */
export function isOwnWorldlineReturn(
  about: Readonly<Record<string, string>>,
  { returnmacHash, hostedCheckoutId }: Readonly<Record<string, string>>,
): boolean {
  if (!returnmacHash || !about.RETURNMAC) return false;
  const isSame = equalText(returnmacHash, hashOfReturnmac(about.RETURNMAC));
  return isSame && (!about.hostedCheckoutId || about.hostedCheckoutId === hostedCheckoutId);
}
