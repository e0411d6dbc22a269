/**
 * What a move from PolyBanking brings along beside shops and payments: its order numbers, its users as names, and the log of its
 * configs' changes. Each is written once: the same again changes nothing.
 */
import type { Database } from './database.ts';

/** A user of PolyBanking: a name that an owner can make a user of. Passwords are not taken over. */
export interface ImportedUser {
  /** The number at the old server; the username where the export named users so. */
  readonly id: string;
  /** Null: the export did not hold the users, only that a config allows this number. */
  readonly username: string | null;
  readonly name: string;
  readonly email: string;
  /** Saw and changed everything. */
  readonly superuser: boolean;
  /** Could create configs. */
  readonly staff: boolean;
  readonly active: boolean;
  readonly groups: readonly string[];
  /** The ids of the configs, now shops, that allowed this user. */
  readonly configs: readonly string[];
}

/** One line of the log of a config's changes. */
export interface ImportedChange {
  /** The number at the old server: ascending in time. */
  readonly id: number;
  /** The id of the config, now a shop. */
  readonly config: string;
  /** RFC 3339 UTC. */
  readonly at: string;
  /** As in ImportedUser; null: not known. */
  readonly user: string | null;
  readonly text: string;
}

/** What became of importing one thing: it is new, it is there already, or another one is there under its id. */
export type ImportedResult = 'imported' | 'unchanged' | 'differs';

interface UserRow {
  readonly id: string;
  readonly username: string | null;
  readonly name: string;
  readonly email: string;
  readonly superuser: number;
  readonly staff: number;
  readonly active: number;
  readonly groups: string;
  readonly configs: string;
}

function userOf({ superuser, staff, active, groups, configs, ...row }: UserRow): ImportedUser {
  return {
    ...row,
    superuser: superuser === 1,
    staff: staff === 1,
    active: active === 1,
    groups: JSON.parse(groups) as string[],
    configs: JSON.parse(configs) as string[],
  };
}

/** The names of the members in which two records differ. */
function differences<T extends object>(before: T, after: T): (keyof T)[] {
  const names = Object.keys(after) as (keyof T)[];
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

export class ImportedRecords {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The id of the payment that an order number of the old server names; null: none that was taken over. */
  async paymentOf(orderNumber: string): Promise<string | null> {
    const row = await this.#db
      .prepare('SELECT payment FROM imported_orders WHERE order_number = ?')
      .bind(orderNumber)
      .first<{ readonly payment: string }>();
    return row?.payment ?? null;
  }

  /** Has an order number name a payment, for good. False when it names another one. */
  async nameOrder(orderNumber: string, payment: string): Promise<boolean> {
    await this.#db
      .prepare('INSERT INTO imported_orders (order_number, payment) VALUES (?, ?) ON CONFLICT DO NOTHING')
      .bind(orderNumber, payment)
      .run();
    return (await this.paymentOf(orderNumber)) === payment;
  }

  /**
   * Keeps a user. One that was known by its number alone gets its name.
   * @returns with the names of the members that differ, where another one is there.
   */
  async putUser(
    user: ImportedUser,
    { dryRun }: { readonly dryRun: boolean },
  ): Promise<{ readonly result: ImportedResult; readonly differences: readonly string[] }> {
    const row = await this.#db
      .prepare('SELECT * FROM imported_users WHERE id = ?')
      .bind(user.id)
      .first<UserRow>();
    if (row && (row.username !== null || user.username === null)) {
      const names = differences(userOf(row), user);
      return { result: names.length > 0 ? 'differs' : 'unchanged', differences: names };
    }
    if (!dryRun) {
      await this.#db
        .prepare(
          `INSERT INTO imported_users (id, username, name, email, superuser, staff, active, groups, configs)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET username = excluded.username, name = excluded.name, email = excluded.email,
             superuser = excluded.superuser, staff = excluded.staff, active = excluded.active,
             groups = excluded.groups, configs = excluded.configs WHERE imported_users.username IS NULL`,
        )
        .bind(
          user.id,
          user.username,
          user.name,
          user.email,
          user.superuser ? 1 : 0,
          user.staff ? 1 : 0,
          user.active ? 1 : 0,
          JSON.stringify(user.groups),
          JSON.stringify(user.configs),
        )
        .run();
    }
    return { result: 'imported', differences: [] };
  }

  /** Every user, by username. */
  async users(): Promise<ImportedUser[]> {
    const { results } = await this.#db
      .prepare('SELECT * FROM imported_users ORDER BY username IS NULL, username, id')
      .all<UserRow>();
    return results.map(userOf);
  }

  /** Keeps a line of the log. */
  async putChange(change: ImportedChange, { dryRun }: { readonly dryRun: boolean }): Promise<ImportedResult> {
    const row = await this.#db
      .prepare('SELECT * FROM imported_changes WHERE id = ?')
      .bind(change.id)
      .first<ImportedChange>();
    if (row) return differences(row, change).length > 0 ? 'differs' : 'unchanged';
    if (!dryRun) {
      await this.#db
        .prepare(
          'INSERT INTO imported_changes (id, config, at, user, text) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
        )
        .bind(change.id, change.config, change.at, change.user, change.text)
        .run();
    }
    return 'imported';
  }

  /** Lines of the log, the newest first: of one config or of all, those before an id if given. */
  async changes(filter: {
    readonly config: string | null;
    readonly limit: number;
    readonly before: number | null;
  }): Promise<ImportedChange[]> {
    const { results } = await this.#db
      .prepare(
        'SELECT * FROM imported_changes WHERE (?1 IS NULL OR config = ?1) AND id < ?2 ORDER BY id DESC LIMIT ?3',
      )
      .bind(filter.config, filter.before ?? Number.MAX_SAFE_INTEGER, filter.limit)
      .all<ImportedChange>();
    return results;
  }
}
