/** What the parts of the directory are given, each of which keeps tables of its own. */
import { hex } from '../signing/bytes.ts';
import type { Database } from './database.ts';
import type { Subject } from './recent-changes.ts';
import type { Vault } from './vault.ts';

export interface DirectoryParts {
  readonly db: Database;
  readonly vault: Vault;
  /** Keys the stored hashes of keys, tokens and codes, so that a copy of the database alone proves nothing about one. */
  readonly hashKey: Uint8Array;
  readonly now: () => number;
  readonly random: (bytes: Uint8Array) => void;
  /** Says that a change begins, before it is written; throws where nothing may be changed. */
  readonly begin: (subject: Subject) => Promise<void>;
}

export abstract class DirectoryPart {
  protected readonly db: Database;
  protected readonly vault: Vault;
  protected readonly hashKey: Uint8Array;
  protected readonly now: () => number;
  protected readonly begin: (subject: Subject) => Promise<void>;
  readonly #random: (bytes: Uint8Array) => void;

  constructor({ db, vault, hashKey, now, random, begin }: DirectoryParts) {
    this.db = db;
    this.vault = vault;
    this.hashKey = hashKey;
    this.now = now;
    this.begin = begin;
    this.#random = random;
  }

  /** The time, RFC 3339 UTC. */
  protected at(): string {
    return new Date(this.now()).toISOString();
  }

  protected bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.#random(bytes);
    return bytes;
  }

  /** A new id of a row. */
  protected newId(): string {
    return hex(this.bytes(16));
  }
}
