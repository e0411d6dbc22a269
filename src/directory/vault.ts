/**
 * Secrets at rest: AES-256-GCM under the master key. A sealed record says which key sealed it, so that the
 * master key can be rotated: `v1.<key id>.<nonce>.<ciphertext>`, base64url. The record's purpose (which secret
 * of whom) is authenticated with it: a row copied to another account does not open.
 */
import { Problem } from '../payments/errors.ts';
import { base64url, fromBase64, fromUtf8, hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';

const NONCE_BYTES = 12;

/** A master key; imported at its first use, and then kept as a key, not as a promise of another request. */
class MasterKey {
  readonly id: string;
  readonly #bytes: Uint8Array;
  #key: CryptoKey | null = null;

  constructor(bytes: Uint8Array) {
    this.id = hex(digests.sha256(bytes)).slice(0, 8);
    this.#bytes = bytes;
  }

  async key(): Promise<CryptoKey> {
    this.#key ??= await crypto.subtle.importKey('raw', this.#bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
    return this.#key;
  }
}

function fromBase64url(text: string): Uint8Array | null {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  return fromBase64(standard.padEnd(Math.ceil(standard.length / 4) * 4, '='));
}

export class Vault {
  readonly #current: MasterKey;
  readonly #keys: ReadonlyMap<string, MasterKey>;
  readonly #random: (bytes: Uint8Array) => void;

  constructor(current: Uint8Array, previous: Uint8Array | null, random: (bytes: Uint8Array) => void) {
    this.#current = new MasterKey(current);
    const keys = previous ? [new MasterKey(previous), this.#current] : [this.#current];
    this.#keys = new Map(keys.map((key) => [key.id, key]));
    this.#random = random;
  }

  /** Whether a record is sealed under the current master key. */
  isCurrent(sealed: string): boolean {
    return sealed.split('.')[1] === this.#current.id;
  }

  /** Seals a text for a purpose (`account/paybox-main/hmac_key`). */
  async seal(purpose: string, secret: string): Promise<string> {
    const nonce = new Uint8Array(NONCE_BYTES);
    this.#random(nonce);
    const ciphertext = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv: nonce, additionalData: utf8(purpose) },
      await this.#current.key(),
      utf8(secret),
    );
    return ['v1', this.#current.id, base64url(nonce), base64url(new Uint8Array(ciphertext))].join('.');
  }

  /**
   * Opens a sealed record.
   * @throws Problem misconfigured when its key is not there any more or it was tampered with.
   */
  async open(purpose: string, sealed: string): Promise<string> {
    const [version, keyId, nonce, ciphertext] = sealed.split('.');
    const master = this.#keys.get(keyId ?? '');
    if (version !== 'v1' || !master) {
      throw new Problem(
        'misconfigured',
        `a secret is sealed under the master key ${keyId}, which is neither MASTER_KEY nor MASTER_KEY_PREVIOUS`,
      );
    }
    try {
      const plain = await crypto.subtle.decrypt(
        {
          name: 'AES-GCM',
          iv: fromBase64url(nonce ?? '') ?? new Uint8Array(),
          additionalData: utf8(purpose),
        },
        await master.key(),
        fromBase64url(ciphertext ?? '') ?? new Uint8Array(),
      );
      return fromUtf8(new Uint8Array(plain)) ?? '';
    } catch (cause) {
      throw new Problem('misconfigured', `the secret ${purpose} does not open: it was changed or moved`, {
        cause,
      });
    }
  }
}
