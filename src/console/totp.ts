/**
 * Codes of an authenticator app: TOTP of RFC 6238 with what every app takes: SHA-1, six digits, 30 seconds. SHA-1 is weak where somebody chooses
 * two messages; here it keys a MAC (RFC 6238, section 1.2), and apps offer no other.
 */
import { equalText } from '../signing/bytes.ts';
import { hmacOf } from '../signing/digests.ts';

const STEP_SECONDS = 30;

/** A clock may be one step off, each way. */
const STEPS_OFF = [0, -1, 1] as const;

/** RFC 4648. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Bytes in base32, without padding: how apps take a secret. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET[(held << (5 - bits)) & 31] : text;
}

/** The bytes of a base32 text; null: it is none. */
export function fromBase32(text: string): Uint8Array | null {
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const sign of text.replace(/[\s=]/g, '').toUpperCase()) {
    const value = ALPHABET.indexOf(sign);
    if (value < 0) return null;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 255);
    }
    held &= (1 << bits) - 1;
  }
  return Uint8Array.from(bytes);
}

/** The code of a time step: RFC 4226, section 5.3. */
export function totpCode(secret: Uint8Array, step: number): string {
  const counter = new Uint8Array(8);
  new DataView(counter.buffer).setBigUint64(0, BigInt(step));
  const mac = hmacOf('sha1', secret, counter);
  const view = new DataView(mac.buffer, mac.byteOffset, mac.byteLength);
  const offset = (mac.at(-1) ?? 0) & 15;
  return String((view.getUint32(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/**
 * The time step whose code it is, now or one step off; null: none. Whoever takes it takes the step, so that a code that was seen is good for nothing.
 * @param secret base32.
 */
export function stepOfCode(secret: string, code: string, now: number): number | null {
  const key = fromBase32(secret);
  if (!key) return null;
  const current = Math.floor(now / 1000 / STEP_SECONDS);
  const fitting = STEPS_OFF.map((off) => current + off).filter((step) =>
    equalText(totpCode(key, step), code),
  );
  return fitting[0] ?? null;
}

/** What an app reads from the QR code: the "Key Uri Format" of Google Authenticator. */
export function totpAddress(secret: string, user: string, issuer: string): string {
  const parameters = new URLSearchParams({
    secret,
    issuer,
    algorithm: 'SHA1',
    digits: '6',
    period: String(STEP_SECONDS),
  });
  return `otpauth://totp/${encodeURIComponent(issuer)}:${encodeURIComponent(user)}?${parameters.toString().replaceAll('+', '%20')}`;
}
