/** Shops in D1, and their keys: API keys as a keyed hash, keys that sign sealed. */
import { base64, base64url, hex, utf8 } from '../signing/bytes.ts';
import { hmacOf } from '../signing/digests.ts';
import { changes, recordAudit } from './audit.ts';
import type { Statement } from './database.ts';
import { FIRST_ENDPOINT } from './endpoints.ts';
import { rotationOf } from './live-values.ts';
import { DirectoryPart } from './part.ts';
import { type SealedAgain, sealTableAgain } from './sealing.ts';
import { asIs, asJson, namesOf, readRow, type StoredRow, upsert, valuesOf, yesNo } from './table.ts';
import {
  type Actor,
  KEY_KINDS,
  type KeyKind,
  type LiveSecret,
  type LiveTimes,
  type Region,
  type Shop,
  type WebhookDialect,
} from './types.ts';
import type { Place } from './vault.ts';

/** The columns of a shop. */
export const SHOP_COLUMNS = {
  id: asIs<string>(),
  name: asIs<string>(),
  group: asIs<string | null>(),
  active: yesNo(),
  adminEnabled: yesNo(),
  testMode: yesNo(),
  region: asIs<Region | null>(),
  expireAfterMinutes: asIs<number | null>(),
  accounts: asJson<readonly string[]>(),
  perMinute: asIs<number | null>('rate_per_minute'),
  burst: asIs<number | null>('rate_burst'),
  success: asIs<string | null>('return_success'),
  failure: asIs<string | null>('return_failure'),
  url: asIs<string | null>('webhook_url'),
  dialect: asIs<WebhookDialect>('webhook_dialect'),
  newPayments: yesNo('webhook_new_payments'),
  createdAt: asIs<string>(),
  updatedAt: asIs<string>(),
};

const WRITE = upsert('shops', namesOf(SHOP_COLUMNS), { key: ['id'], kept: ['id', 'created_at'] });

interface KeyRow {
  readonly id: string;
  readonly shop: string;
  readonly kind: KeyKind;
  readonly hash: string | null;
  readonly sealed: string | null;
  readonly not_before: string;
  readonly not_after: string | null;
}

/** A shop as an operator writes it. */
export type ShopInput = Omit<Shop, 'createdAt' | 'updatedAt'>;

/** A shop found by one of its API keys, and until when that key is good (milliseconds; null: for ever). */
export interface KeyHolder {
  readonly shop: Shop;
  /** The stored form of the key. */
  readonly hash: string;
  readonly keyUntil: number | null;
}

function shopOf(row: StoredRow): Shop {
  const { perMinute, burst, success, failure, url, dialect, newPayments, ...shop } = readRow(
    SHOP_COLUMNS,
    row,
  );
  return {
    ...shop,
    rateLimit: perMinute && burst ? { perMinute, burst } : null,
    returnUrl: { success, failure },
    webhook: { url, dialect, newPayments },
  };
}

function valuesOfShop({ rateLimit, returnUrl, webhook, ...shop }: Shop) {
  const { perMinute, burst } = rateLimit ?? { perMinute: null, burst: null };
  return valuesOf(SHOP_COLUMNS, { ...shop, perMinute, burst, ...returnUrl, ...webhook });
}

function placeOf({ shop, kind, id }: Pick<KeyRow, 'shop' | 'kind' | 'id'>): Place {
  return { purpose: `shop/${shop}/${kind}`, row: id };
}

/** The current key first, then those in their grace, the newest first. */
const NEWEST_FIRST = 'ORDER BY not_after IS NOT NULL, not_before DESC, rowid DESC';

export class Shops extends DirectoryPart {
  /** A new key of a kind, in the form that its users expect. */
  newKey(kind: KeyKind): string {
    switch (kind) {
      case 'apiKey':
        return `cs_${base64url(this.bytes(32))}`;
      case 'webhookSecret':
        return `whsec_${base64(this.bytes(24))}`;
      case 'requestKey':
      case 'ipnKey':
        return hex(this.bytes(64));
    }
  }

  /** The stored form of an API key. */
  hashOf(apiKey: string): string {
    return hex(hmacOf('sha256', this.hashKey, utf8(`api-key\0${apiKey}`)));
  }

  async get(id: string): Promise<Shop | null> {
    const row = await this.db.prepare('SELECT * FROM shops WHERE id = ?').bind(id).first<StoredRow>();
    return row ? shopOf(row) : null;
  }

  async list(): Promise<Shop[]> {
    const { results } = await this.db.prepare('SELECT * FROM shops ORDER BY id').all<StoredRow>();
    return results.map(shopOf);
  }

  /** The shop of an API key's hash, dead keys excluded. */
  async byHash(hash: string): Promise<KeyHolder | null> {
    const row = await this.db
      .prepare(
        `SELECT shops.*, shop_keys.not_after AS key_until FROM shop_keys JOIN shops ON shops.id = shop_keys.shop
         WHERE shop_keys.hash = ? AND (shop_keys.not_after IS NULL OR shop_keys.not_after > ?)`,
      )
      .bind(hash, this.at())
      .first<StoredRow & { readonly key_until: string | null }>();
    return (
      row && { shop: shopOf(row), hash, keyUntil: row.key_until === null ? null : Date.parse(row.key_until) }
    );
  }

  /** The live values of a signing key, the newest first. */
  async keys(shop: string, kind: Exclude<KeyKind, 'apiKey'>): Promise<LiveSecret[]> {
    const { results } = await this.db
      .prepare(
        `SELECT * FROM shop_keys WHERE shop = ? AND kind = ? AND (not_after IS NULL OR not_after > ?)
         ${NEWEST_FIRST}`,
      )
      .bind(shop, kind, this.at())
      .all<KeyRow>();
    return Promise.all(
      results.map(async (row) => ({
        value: await this.vault.open(placeOf(row), row.sealed ?? ''),
        notBefore: Date.parse(row.not_before),
        notAfter: row.not_after === null ? null : Date.parse(row.not_after),
      })),
    );
  }

  /** When the live values of each key of a shop live, the newest first. None is opened. */
  async keyTimes(shop: string): Promise<Readonly<Record<KeyKind, readonly LiveTimes[]>>> {
    const { results } = await this.db
      .prepare(
        `SELECT * FROM shop_keys WHERE shop = ? AND (not_after IS NULL OR not_after > ?) ${NEWEST_FIRST}`,
      )
      .bind(shop, this.at())
      .all<KeyRow>();
    const times = (kind: KeyKind) =>
      results
        .filter((row) => row.kind === kind)
        .map((row) => ({ notBefore: row.not_before, notAfter: row.not_after }));
    return {
      apiKey: times('apiKey'),
      requestKey: times('requestKey'),
      ipnKey: times('ipnKey'),
      webhookSecret: times('webhookSecret'),
    };
  }

  /** The shop that an API key belongs to already, whichever it is; null when the key is free. */
  async ownerOfKey(apiKey: string): Promise<string | null> {
    const row = await this.db
      .prepare('SELECT shop FROM shop_keys WHERE hash = ?')
      .bind(this.hashOf(apiKey))
      .first<{ readonly shop: string }>();
    return row?.shop ?? null;
  }

  /**
   * Creates or replaces a shop. Keys that are given replace the live ones; at creation the missing ones are
   * made. Returns the keys that were set, which nobody can read again.
   */
  async put(
    input: ShopInput,
    given: Partial<Record<KeyKind, string>>,
    before: Shop | null,
    by: Actor,
  ): Promise<Partial<Record<KeyKind, string>>> {
    await this.begin(`shop/${input.id}`);
    const at = this.at();
    const keys: Partial<Record<KeyKind, string>> = { ...given };
    if (!before) for (const kind of KEY_KINDS) keys[kind] ??= this.newKey(kind);
    const statements = [this.db.prepare(WRITE, valuesOfShop({ ...input, createdAt: at, updatedAt: at }))];
    if (before && before.webhook.url !== input.webhook.url) statements.push(this.#beginsAnew(input.id));
    for (const kind of KEY_KINDS) {
      const value = keys[kind];
      if (value === undefined) continue;
      statements.push(
        this.db.prepare('DELETE FROM shop_keys WHERE shop = ? AND kind = ?').bind(input.id, kind),
        await this.#insertKey(input.id, kind, value, at),
      );
    }
    const { id, ...shown } = input;
    statements.push(
      recordAudit(this.db, at, {
        by,
        action: before ? 'shop.updated' : 'shop.created',
        subject: id,
        shop: id,
        detail: { ...changes(before && shownBefore(before, shown), shown), keys: Object.keys(keys) },
      }),
    );
    await this.db.batch(statements);
    return keys;
  }

  /** A new address is on, and has five days of its own. */
  #beginsAnew(shop: string): Statement {
    return this.db
      .prepare(
        `UPDATE endpoints SET active = CASE WHEN switched_off_at IS NULL THEN active ELSE 1 END, failing_since = NULL,
           switched_off_at = NULL WHERE shop = ? AND id = '${FIRST_ENDPOINT}'`,
      )
      .bind(shop);
  }

  async #insertKey(shop: string, kind: KeyKind, value: string, at: string): Promise<Statement> {
    const hash = kind === 'apiKey' ? this.hashOf(value) : null;
    const id = this.newId();
    const sealed = kind === 'apiKey' ? null : await this.vault.seal(placeOf({ id, shop, kind }), value);
    return this.db
      .prepare('INSERT INTO shop_keys (id, shop, kind, hash, sealed, not_before) VALUES (?, ?, ?, ?, ?, ?)')
      .bind(id, shop, kind, hash, sealed, at);
  }

  /**
   * A new key of a kind; the one before works, and signs beside it, until the grace ends. Those of earlier rotations keep
   * their own end.
   * @throws Problem invalid_state when too many are in their grace already.
   */
  async rotate(shop: string, kind: KeyKind, graceSeconds: number, by: Actor): Promise<string> {
    await this.begin(`shop/${shop}`);
    const now = this.now();
    const at = new Date(now).toISOString();
    const value = this.newKey(kind);
    const ended = await rotationOf(
      { db: this.db, table: 'shop_keys', whose: { shop, kind } },
      {
        name: kind,
        at,
        until: new Date(now + graceSeconds * 1000).toISOString(),
        graceSeconds,
        instead: 'set a key of your own in PUT /v1/admin/shops/:id, which ends all earlier ones at once',
      },
    );
    await this.db.batch([
      ...ended,
      await this.#insertKey(shop, kind, value, at),
      recordAudit(this.db, at, {
        by,
        action: 'shop.key_rotated',
        subject: shop,
        shop,
        detail: { kind, graceSeconds },
      }),
    ]);
    return value;
  }

  /** Deletes a shop with its keys, its endpoints, and how it looks. */
  async delete(id: string, by: Actor): Promise<void> {
    await this.begin(`shop/${id}`);
    const at = this.at();
    await this.db.batch([
      ...['shop_keys', 'endpoints', 'endpoint_secrets', 'branding', 'attention'].map((table) =>
        this.db.prepare(`DELETE FROM ${table} WHERE shop = ?`).bind(id),
      ),
      this.db.prepare('DELETE FROM shops WHERE id = ?').bind(id),
      recordAudit(this.db, at, { by, action: 'shop.deleted', subject: id, shop: id, detail: {} }),
    ]);
  }

  /** Seals again every key that signs that an older version or an older master key holds. */
  sealAgain(acceptOlder: boolean): Promise<SealedAgain> {
    const { db, vault } = this;
    return sealTableAgain<KeyRow>(
      { db, vault, table: 'shop_keys', id: 'id', sealed: 'sealed' },
      (row) => ({ id: row.id, sealed: row.sealed ?? '', place: placeOf(row) }),
      acceptOlder,
    );
  }
}

/** What an operator may have written of a shop before: the members that are written now. */
function shownBefore(shop: Shop, now: Omit<ShopInput, 'id'>): Record<string, unknown> {
  const names = Object.keys(now) as (keyof typeof now)[];
  return Object.fromEntries(names.map((name) => [name, shop[name]]));
}
