/** The text that PolyBanking signs. The signature is its SHA-512. Facts: PolyLAN/polybanking (server/libs, client/libs/polybanking.py). */
import { utf8 } from './bytes.ts';

/**
 * Names and values must not hold what separates them in the signed text. The original's rule: `a;b` and `a!!b` have one signature, so an IPN is
 * a reason to read the payment, and names no reference for certain where a shop has both.
 */
function escaped(text: string): string {
  return text.replaceAll(';', '!!').replaceAll('=', '??');
}

/** The text that is signed: `name=value;secret;` for each parameter, sorted by name; the secret is not escaped. */
export function polybankingBase(fields: Readonly<Record<string, string>>, secret: string): Uint8Array {
  const parts = Object.entries(fields)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${escaped(name)}=${escaped(value)};${secret};`);
  return utf8(parts.join(''));
}
