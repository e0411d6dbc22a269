/**
 * Secrets at rest: AES-256-GCM under the master key. A sealed record says which key sealed it, so that the
 * master key can be rotated: `v2.<key id>.<nonce>.<ciphertext>`, base64url. The record's place (which secret of whom, and
 * the id of its row) is authenticated with it: a value that is copied to another account or to another row, and an older
 * value that is put back, do not open. Records of before (`v1`) have their purpose alone; they open until they are sealed
 * again.
 */
import { Problem } from '../payments/errors.ts';
import { base64url, fromBase64, fromUtf8, hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';

const NONCE_BYTES = 12;

/** Where a sealed record stands. */
export interface Place {
  /** Which secret of whom: `account/paybox-main/hmac_key`. */
  readonly purpose: string;
  /** The id of its row, which no other row has had. */
  readonly row: string;
}

/** What is authenticated with a record of each version; null: there is no such version. */
function authenticated(version: string | undefined, { purpose, row }: Place): Uint8Array | null {
  if (version === 'v2') return utf8(JSON.stringify(['v2', purpose, row]));
  return version === 'v1' ? utf8(purpose) : null;
}

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

  /** Whether a record is of the newest version, and sealed under the current master key. */
  isCurrent(sealed: string): boolean {
    const [version, keyId] = sealed.split('.');
    return version === 'v2' && keyId === this.#current.id;
  }

  /** Seals a text for its place. */
  async seal(place: Place, secret: string): Promise<string> {
    const nonce = new Uint8Array(NONCE_BYTES);
    this.#random(nonce);
    const ciphertext = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv: nonce, additionalData: authenticated('v2', place) ?? new Uint8Array() },
      await this.#current.key(),
      utf8(secret),
    );
    return ['v2', this.#current.id, base64url(nonce), base64url(new Uint8Array(ciphertext))].join('.');
  }

  /**
   * Opens a sealed record.
   * @throws Problem misconfigured when its key is not there any more or it was tampered with.
   */
  async open(place: Place, sealed: string): Promise<string> {
    const [version, keyId, nonce, ciphertext] = sealed.split('.');
    const additionalData = authenticated(version, place);
    if (!additionalData) {
      throw new Problem(
        'misconfigured',
        `the secret ${place.purpose} is sealed as ${version}, which this version of countersign does not know`,
      );
    }
    const master = this.#keys.get(keyId ?? '');
    if (!master) {
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
          additionalData,
        },
        await master.key(),
        fromBase64url(ciphertext ?? '') ?? new Uint8Array(),
      );
      return fromUtf8(new Uint8Array(plain)) ?? '';
    } catch (cause) {
      throw new Problem(
        'misconfigured',
        `the secret ${place.purpose} does not open: it was changed or moved`,
        {
          cause,
        },
      );
    }
  }
}
