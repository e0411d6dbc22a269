/**
 * Passwords: scrypt with N = 2^14, r = 8, p = 5, one of the equal settings of OWASP's Password Storage Cheat Sheet. It takes 16 MiB, of the 128
 * that a Worker has, and about 0.2 s of a Worker's CPU (docs/decisions has what else was measured). The costs stand in the hash, so that they
 * can grow: an older hash still opens, and is replaced at the next sign-in.
 */
import { scryptSync } from 'node:crypto';
import { base64url, equalBytes, fromBase64url, utf8 } from '../signing/bytes.ts';

/** What a hash takes: N × r × 128 bytes of memory, p times over. */
export interface ScryptCosts {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

export const PASSWORD_COSTS: ScryptCosts = { N: 16_384, r: 8, p: 5 };

const HASH_BYTES = 32;
const SALT_BYTES = 16;

/** The largest costs that a stored hash may ask for: a Worker has not more memory to give. */
const MAX_MEMORY = 64 * 1024 * 1024;

/** Shorter ones are guessed too soon; longer ones only cost time. */
export const SHORTEST_PASSWORD = 12;
const LONGEST_PASSWORD = 200;

function derive(password: string, salt: Uint8Array, costs: ScryptCosts): Uint8Array {
  // The same characters from two keyboards are the same bytes.
  const bytes = utf8(password.normalize('NFKC'));
  return new Uint8Array(scryptSync(bytes, salt, HASH_BYTES, { ...costs, maxmem: MAX_MEMORY }));
}

function textOf({ N, r, p }: ScryptCosts, salt: Uint8Array, hash: Uint8Array): string {
  return `scrypt$${N}$${r}$${p}$${base64url(salt)}$${base64url(hash)}`;
}

/** The stored form of a password. @param random fills bytes. */
export function hashPassword(
  password: string,
  random: (bytes: Uint8Array) => void,
  costs: ScryptCosts = PASSWORD_COSTS,
): string {
  const salt = new Uint8Array(SALT_BYTES);
  random(salt);
  return textOf(costs, salt, derive(password, salt, costs));
}

interface StoredPassword {
  readonly costs: ScryptCosts;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

function stored(text: string): StoredPassword | null {
  const match = /^scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9_-]+)\$([A-Za-z0-9_-]+)$/.exec(text);
  if (!match) return null;
  const [, N, r, p, salt = '', hash = ''] = match;
  const bytes = { salt: fromBase64url(salt), hash: fromBase64url(hash) };
  if (!bytes.salt || bytes.hash?.length !== HASH_BYTES) return null;
  return { costs: { N: Number(N), r: Number(r), p: Number(p) }, salt: bytes.salt, hash: bytes.hash };
}

/** Takes as long as a real one, and fits nothing. */
function nobodys(costs: ScryptCosts): StoredPassword {
  return { costs, salt: new Uint8Array(SALT_BYTES), hash: new Uint8Array(HASH_BYTES) };
}

/**
 * Whether a password is the stored one. It takes the same time for who has no password, or is not there.
 * @param hash null: nobody's.
 * @param today the costs of new hashes.
 */
export function isPassword(
  password: string,
  hash: string | null,
  today: ScryptCosts = PASSWORD_COSTS,
): boolean {
  const known = hash === null ? null : stored(hash);
  const { costs, salt, hash: expected } = known ?? nobodys(today);
  // What is longer than any password fits none, and costs no more.
  const tried = [...password].slice(0, LONGEST_PASSWORD + 1).join('');
  const fits = equalBytes(expected, derive(tried, salt, costs));
  return fits && known !== null;
}

/** Whether a hash was made with other costs than today's. */
export function isOutdated(hash: string, today: ScryptCosts = PASSWORD_COSTS): boolean {
  const known = stored(hash);
  return (
    known === null || textOf(known.costs, known.salt, known.hash) !== textOf(today, known.salt, known.hash)
  );
}

export type PasswordFault = 'too_short' | 'too_long' | 'too_plain' | 'is_address';

/**
 * What is wrong with a new password; null: nothing. Length counts, and not signs of several kinds (NIST SP 800-63B).
 * @param email of its user: it is the first guess.
 */
export function passwordFault(password: string, email: string): PasswordFault | null {
  const length = [...password].length;
  if (length < SHORTEST_PASSWORD) return 'too_short';
  if (length > LONGEST_PASSWORD) return 'too_long';
  const lower = password.toLowerCase();
  if (lower.includes(email.toLowerCase()) || email.toLowerCase().includes(lower)) return 'is_address';
  // "aaaaaaaaaaaa", "123123123123": fewer than five different signs are no password, however long.
  return new Set(lower).size < 5 ? 'too_plain' : null;
}
