/** Recovery codes: for whoever has lost the telephone. Ten of them, each good once; 50 random bits, in signs that nobody confuses. */
const COUNT = 10;
const HALF = 5;

/** Crockford's base32: no I, L, O, U. */
const SIGNS = '0123456789abcdefghjkmnpqrstvwxyz';

/** @param random fills bytes. */
export function newRecoveryCodes(random: (bytes: Uint8Array) => void): readonly string[] {
  return Array.from({ length: COUNT }, () => {
    const bytes = new Uint8Array(2 * HALF);
    random(bytes);
    const signs = [...bytes].map((byte) => SIGNS[byte & 31]).join('');
    return `${signs.slice(0, HALF)}-${signs.slice(HALF)}`;
  });
}

/** A code as it was given out, whatever was typed: in any case, with or without the dash. Null: it is none. */
export function typedRecoveryCode(text: string): string | null {
  const signs = text.toLowerCase().replace(/[\s-]/g, '').replaceAll('o', '0').replace(/[il]/g, '1');
  return /^[0-9a-hjkmnp-tv-z]{10}$/.test(signs) ? `${signs.slice(0, HALF)}-${signs.slice(HALF)}` : null;
}
