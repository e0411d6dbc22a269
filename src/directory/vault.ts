/**
 * Secrets at rest: AES-256-GCM under the master key. A sealed record says which key sealed it, so that the
 * master key can be rotated: `v2.<key id>.<nonce>.<ciphertext>`, base64url. The record's place (which secret of whom, and
 * the id of its row) is authenticated with it: a value that is copied to another account or to another row does not open.
 *
 * Records of before (`v1`) have their purpose alone, so that one from an old copy of the database would open in a row of today.
 * They open until the first run of the cron has sealed them again, and never afterwards (decision 9).
 */
import { Problem } from '../payments/errors.ts';
import { base64url, fromBase64url, fromUtf8, hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';
import type { OlderRecords } from './older-records.ts';

const NONCE_BYTES = 12;

/** Where a sealed record stands. */
export interface Place {
  /** Which secret of whom: `account/paybox-main/hmac_key`. */
  readonly purpose: string;
  /** The id of its row, which no other row has had. */
  readonly row: string;
}

/** The version of new records. */
const NEWEST = 'v2';

/** What is authenticated with a record of each version; null: there is no such version. */
function authenticated(version: string | undefined, { purpose, row }: Place): Uint8Array | null {
  if (version === NEWEST) return utf8(JSON.stringify([NEWEST, purpose, row]));
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

export class Vault {
  readonly #current: MasterKey;
  readonly #keys: ReadonlyMap<string, MasterKey>;
  readonly #random: (bytes: Uint8Array) => void;
  readonly #older: Pick<OlderRecords, 'areClosed'>;

  constructor(
    current: Uint8Array,
    previous: Uint8Array | null,
    random: (bytes: Uint8Array) => void,
    older: Pick<OlderRecords, 'areClosed'>,
  ) {
    this.#current = new MasterKey(current);
    const keys = previous ? [new MasterKey(previous), this.#current] : [this.#current];
    this.#keys = new Map(keys.map((key) => [key.id, key]));
    this.#random = random;
    this.#older = older;
  }

  /** How every record begins that is of the newest version and sealed under the current master key. */
  get prefix(): string {
    return `${NEWEST}.${this.#current.id}.`;
  }

  /** Seals a text for its place. */
  async seal(place: Place, secret: string): Promise<string> {
    const nonce = new Uint8Array(NONCE_BYTES);
    this.#random(nonce);
    const ciphertext = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv: nonce, additionalData: authenticated(NEWEST, place) ?? new Uint8Array() },
      await this.#current.key(),
      utf8(secret),
    );
    return `${this.prefix}${base64url(nonce)}.${base64url(new Uint8Array(ciphertext))}`;
  }

  /**
   * Opens a sealed record.
   * @param options.acceptOlder the operator says that records of older versions are genuine although they are closed.
   * @throws Problem misconfigured when its key is not there any more, it was tampered with, or its version is closed.
   */
  async open(
    place: Place,
    sealed: string,
    { acceptOlder = false }: { readonly acceptOlder?: boolean } = {},
  ): Promise<string> {
    const [version, keyId, nonce, ciphertext] = sealed.split('.');
    const additionalData = authenticated(version, place);
    if (!additionalData) {
      throw new Problem(
        'misconfigured',
        `the secret ${place.purpose} is sealed as ${version}, which this version of countersign does not know`,
      );
    }
    if (version !== NEWEST && !acceptOlder && (await this.#older.areClosed())) {
      console.warn({ event: 'vault.older_record_refused', secret: place.purpose, row: place.row, version });
      throw new Problem(
        'misconfigured',
        `the secret ${place.purpose} is sealed as by an older version, which is closed since all were sealed again: it was put back. If you have restored the database yourself, call POST /v1/admin/secrets/re-encrypt with {"acceptOlder": true}`,
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
