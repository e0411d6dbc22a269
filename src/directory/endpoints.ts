/**
 * Webhook endpoints of shops in D1. The first endpoint of a shop is its `webhook`: address, dialect and secret are the shop's, and its
 * row here has the rest. The others have rows and secrets of their own.
 */
import { base64, hex } from '../signing/bytes.ts';
import { type AuditRecord, changes, recordAudit } from './audit.ts';
import type { Statement } from './database.ts';
import { rotationOf } from './live-values.ts';
import { DirectoryPart } from './part.ts';
import { type SealedAgain, sealTableAgain } from './sealing.ts';
import { asIs, asJson, namesOf, readRow, type StoredRow, upsert, valuesOf, yesNo } from './table.ts';
import type { Actor, LiveSecret, LiveTimes, Shop, WebhookDialect } from './types.ts';
import type { Place } from './vault.ts';

/** The id of the endpoint that is the shop's `webhook`. */
export const FIRST_ENDPOINT = 'first';

/** What stands for every event. */
export const EVERY_EVENT = '*';

/** An endpoint that takes nothing for so long is switched off, in milliseconds. */
export const SWITCHED_OFF_AFTER_MS = 5 * 86_400_000;

/** One address that a shop's webhooks go to. */
export interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly dialect: WebhookDialect;
  /** Types of webhooks; `*` is every one. */
  readonly events: readonly string[];
  readonly active: boolean;
  /** Since when it has taken nothing, RFC 3339 UTC; null: it takes them. */
  readonly failingSince: string | null;
  /** When it was switched off because it took nothing; null: it was not. */
  readonly switchedOffAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** An endpoint with what signs its messages, the newest secret first. */
export interface EndpointTarget extends Endpoint {
  readonly secrets: readonly LiveSecret[];
}

/** What an operator says of an endpoint. */
export type EndpointInput = Pick<Endpoint, 'url' | 'dialect' | 'events' | 'active'>;

/** What an operator writes of an endpoint, and when. */
const WRITTEN = {
  shop: asIs<string>(),
  id: asIs<string>(),
  // Null of the first one: the shop's.
  url: asIs<string | null>(),
  dialect: asIs<WebhookDialect | null>(),
  events: asJson<readonly string[]>(),
  active: yesNo(),
  createdAt: asIs<string>(),
  updatedAt: asIs<string>(),
};

/** The columns of an endpoint. */
export const ENDPOINT_COLUMNS = {
  ...WRITTEN,
  failingSince: asIs<string | null>(),
  switchedOffAt: asIs<string | null>(),
};

/** Who switches it on again, or mends its address, begins the five days anew. */
const WRITE = `${upsert('endpoints', namesOf(WRITTEN), { key: ['shop', 'id'], kept: ['shop', 'id', 'created_at'] })},
  failing_since = NULL, switched_off_at = CASE WHEN excluded.active = 1 THEN NULL ELSE switched_off_at END`;

interface SecretRow {
  readonly id: string;
  readonly shop: string;
  readonly endpoint: string;
  readonly sealed: string;
  readonly not_before: string;
  readonly not_after: string | null;
}

/** An endpoint of its own, by its row. */
function endpointOf(row: StoredRow): Endpoint {
  const { shop: _shop, url, dialect, ...endpoint } = readRow(ENDPOINT_COLUMNS, row);
  return { ...endpoint, url: url ?? '', dialect: dialect ?? 'standard' };
}

/** The first endpoint: the shop's `webhook`, with what its row says beside; null: the shop has none. */
function firstOf({ webhook, createdAt, updatedAt }: Shop, row: StoredRow | undefined): Endpoint | null {
  if (webhook.url === null) return null;
  const beside = row ? endpointOf(row) : null;
  return {
    id: FIRST_ENDPOINT,
    url: webhook.url,
    dialect: webhook.dialect,
    events: beside?.events ?? [EVERY_EVENT],
    active: beside?.active ?? true,
    failingSince: beside?.failingSince ?? null,
    switchedOffAt: beside?.switchedOffAt ?? null,
    createdAt,
    updatedAt: beside && beside.updatedAt > updatedAt ? beside.updatedAt : updatedAt,
  };
}

function placeOf({ shop, endpoint, id }: Pick<SecretRow, 'shop' | 'endpoint' | 'id'>): Place {
  return { purpose: `shop/${shop}/endpoint/${endpoint}`, row: id };
}

export class ShopEndpoints extends DirectoryPart {
  newSecret(): string {
    return `whsec_${base64(this.bytes(24))}`;
  }

  async #rows(shop: string): Promise<StoredRow[]> {
    const { results } = await this.db
      .prepare('SELECT * FROM endpoints WHERE shop = ? ORDER BY created_at, id')
      .bind(shop)
      .all<StoredRow>();
    return results;
  }

  /** The endpoints of a shop, its `webhook` first, the others by their age. */
  async list(shop: Shop): Promise<Endpoint[]> {
    const rows = await this.#rows(shop.id);
    const first = firstOf(
      shop,
      rows.find(({ id }) => id === FIRST_ENDPOINT),
    );
    const others = rows.filter(({ id }) => id !== FIRST_ENDPOINT).map(endpointOf);
    return first ? [first, ...others] : others;
  }

  /** The same with their secrets. @param firstSecrets those of the shop's `webhook`. */
  async targets(shop: Shop, firstSecrets: readonly LiveSecret[]): Promise<EndpointTarget[]> {
    const endpoints = await this.list(shop);
    if (endpoints.every(({ id }) => id === FIRST_ENDPOINT))
      return endpoints.map((endpoint) => ({ ...endpoint, secrets: firstSecrets }));
    const secrets = await this.#secrets(shop.id);
    return endpoints.map((endpoint) => ({
      ...endpoint,
      secrets: endpoint.id === FIRST_ENDPOINT ? firstSecrets : (secrets.get(endpoint.id) ?? []),
    }));
  }

  /** The live secrets of a shop's endpoints as they are stored, the newest first. */
  async #secretRows(shop: string): Promise<readonly SecretRow[]> {
    const { results } = await this.db
      .prepare(
        `SELECT * FROM endpoint_secrets WHERE shop = ? AND (not_after IS NULL OR not_after > ?)
         ORDER BY not_after IS NOT NULL, not_before DESC, rowid DESC`,
      )
      .bind(shop, this.at())
      .all<SecretRow>();
    return results;
  }

  /** The live secrets of a shop's endpoints, the newest first. */
  async #secrets(shop: string): Promise<ReadonlyMap<string, readonly LiveSecret[]>> {
    const found = new Map<string, LiveSecret[]>();
    for (const row of await this.#secretRows(shop)) {
      const secret = {
        value: await this.vault.open(placeOf(row), row.sealed),
        notBefore: Date.parse(row.not_before),
        notAfter: row.not_after === null ? null : Date.parse(row.not_after),
      };
      found.set(row.endpoint, [...(found.get(row.endpoint) ?? []), secret]);
    }
    return found;
  }

  /** When the live secrets of each endpoint but the first live, the newest first. None is opened. */
  async secretTimes(shop: string): Promise<Readonly<Record<string, readonly LiveTimes[]>>> {
    const times: Record<string, LiveTimes[]> = {};
    for (const { endpoint, not_before: notBefore, not_after: notAfter } of await this.#secretRows(shop))
      times[endpoint] = [...(times[endpoint] ?? []), { notBefore, notAfter }];
    return times;
  }

  #audited(at: string, by: Actor, action: string, detail: AuditRecord['detail'], shop: string): Statement {
    return recordAudit(this.db, at, { by, action, subject: shop, shop, detail });
  }

  async #insertSecret(shop: string, endpoint: string, value: string, at: string): Promise<Statement> {
    const id = this.newId();
    const sealed = await this.vault.seal(placeOf({ id, shop, endpoint }), value);
    return this.db
      .prepare('INSERT INTO endpoint_secrets (id, shop, endpoint, sealed, not_before) VALUES (?, ?, ?, ?, ?)')
      .bind(id, shop, endpoint, sealed, at);
  }

  /** Makes an endpoint; returns its id and its secret, which nobody can read again. */
  async create(
    shop: string,
    input: EndpointInput,
    by: Actor,
  ): Promise<{ readonly id: string; readonly secret: string }> {
    await this.begin(`shop/${shop}`);
    const at = this.at();
    const id = `ep_${hex(this.bytes(8))}`;
    const secret = this.newSecret();
    await this.db.batch([
      this.#written(shop, id, input, at),
      await this.#insertSecret(shop, id, secret, at),
      this.#audited(at, by, 'endpoint.created', { endpoint: id, ...changes(null, { ...input }) }, shop),
    ]);
    return { id, secret };
  }

  #written(shop: string, id: string, input: EndpointInput, at: string): Statement {
    const { events, active } = input;
    const address = id === FIRST_ENDPOINT ? { url: null, dialect: null } : input;
    const { url, dialect } = address;
    const members = { shop, id, url, dialect, events, active, createdAt: at, updatedAt: at };
    return this.db.prepare(WRITE, valuesOf(WRITTEN, members));
  }

  /** Changes an endpoint. Of the first one, what is not the shop's own. */
  async change(shop: string, before: Endpoint, input: EndpointInput, by: Actor): Promise<void> {
    await this.begin(`shop/${shop}`);
    const at = this.at();
    const { url, dialect, events, active } = before;
    const changed = changes({ url, dialect, events, active }, { ...input });
    await this.db.batch([
      this.#written(shop, before.id, input, at),
      this.#audited(at, by, 'endpoint.updated', { endpoint: before.id, ...changed }, shop),
    ]);
  }

  /** Deletes an endpoint with its secrets, and what it has needed a person for. */
  async delete(shop: string, endpoint: string, by: Actor): Promise<void> {
    await this.begin(`shop/${shop}`);
    const at = this.at();
    await this.db.batch([
      this.db.prepare('DELETE FROM endpoints WHERE shop = ? AND id = ?').bind(shop, endpoint),
      this.db.prepare('DELETE FROM endpoint_secrets WHERE shop = ? AND endpoint = ?').bind(shop, endpoint),
      this.db
        .prepare(
          "DELETE FROM attention WHERE shop = ? AND kind = 'webhook_failing' AND subject LIKE '%/' || ?",
        )
        .bind(shop, endpoint),
      this.#audited(at, by, 'endpoint.deleted', { endpoint }, shop),
    ]);
  }

  /**
   * A new secret of an endpoint; the one before signs beside it until the grace ends.
   * @throws Problem invalid_state when too many are in their grace already.
   */
  async rotate(shop: string, endpoint: string, graceSeconds: number, by: Actor): Promise<string> {
    await this.begin(`shop/${shop}`);
    const now = this.now();
    const at = new Date(now).toISOString();
    const value = this.newSecret();
    const ended = await rotationOf(
      { db: this.db, table: 'endpoint_secrets', whose: { shop, endpoint } },
      {
        name: 'secret',
        at,
        until: new Date(now + graceSeconds * 1000).toISOString(),
        graceSeconds,
        instead: 'delete the endpoint and make a new one',
      },
    );
    await this.db.batch([
      ...ended,
      await this.#insertSecret(shop, endpoint, value, at),
      this.#audited(at, by, 'endpoint.secret_rotated', { endpoint, graceSeconds }, shop),
    ]);
    return value;
  }

  /** Notes that an endpoint took a message after it had taken none. */
  async works(shop: string, endpoint: string): Promise<void> {
    await this.db
      .prepare('UPDATE endpoints SET failing_since = NULL WHERE shop = ? AND id = ?')
      .bind(shop, endpoint)
      .run();
  }

  /**
   * Notes that an endpoint did not take a message, and switches it off when it has taken none for five days.
   * @returns whether it is switched off now.
   */
  async fails(shop: string, endpoint: string): Promise<boolean> {
    const now = this.now();
    const at = new Date(now).toISOString();
    const row = await this.db
      .prepare(
        `INSERT INTO endpoints (shop, id, events, active, failing_since, created_at, updated_at)
         SELECT ?1, ?2, ?4, 1, ?3, ?3, ?3 WHERE ?2 = '${FIRST_ENDPOINT}' OR EXISTS
           (SELECT 1 FROM endpoints WHERE shop = ?1 AND id = ?2)
         ON CONFLICT (shop, id) DO UPDATE SET failing_since = coalesce(failing_since, excluded.failing_since),
           active = CASE WHEN failing_since <= ?5 THEN 0 ELSE active END,
           switched_off_at = CASE WHEN failing_since <= ?5 AND active = 1 THEN ?3 ELSE switched_off_at END
         RETURNING switched_off_at`,
      )
      .bind(
        shop,
        endpoint,
        at,
        JSON.stringify([EVERY_EVENT]),
        new Date(now - SWITCHED_OFF_AFTER_MS).toISOString(),
      )
      .first<{ readonly switched_off_at: string | null }>();
    return row?.switched_off_at === at;
  }

  /** Seals again every secret that an older version or an older master key holds. */
  sealAgain(acceptOlder: boolean): Promise<SealedAgain> {
    const { db, vault } = this;
    return sealTableAgain<SecretRow>(
      { db, vault, table: 'endpoint_secrets', id: 'id', sealed: 'sealed' },
      (row) => ({ id: row.id, sealed: row.sealed, place: placeOf(row) }),
      acceptOlder,
    );
  }
}
