/** The ledger's own database, one per payment. Every table and column is described in schema.md. */

/**
 * The steps from an empty database to today's, in order; forward only. A ledger's `user_version` is kept in its
 * `payment` row, because SQLite in a Durable Object does not offer the pragma.
 */
const STEPS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE payment (
       one INTEGER PRIMARY KEY CHECK (one = 1),
       schema INTEGER NOT NULL,
       version INTEGER NOT NULL,
       shop TEXT NOT NULL,
       request_hash TEXT NOT NULL,
       seq INTEGER NOT NULL,
       head TEXT NOT NULL,
       record TEXT NOT NULL
     ) STRICT`,
    `CREATE TABLE events (
       seq INTEGER PRIMARY KEY,
       at TEXT NOT NULL,
       type TEXT NOT NULL,
       source TEXT NOT NULL,
       detail TEXT NOT NULL,
       hash TEXT NOT NULL
     ) STRICT`,
    `CREATE TABLE notifications (
       key TEXT PRIMARY KEY,
       at TEXT NOT NULL,
       status INTEGER NOT NULL,
       headers TEXT NOT NULL,
       body TEXT NOT NULL
     ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE jobs (
       id TEXT PRIMARY KEY,
       kind TEXT NOT NULL,
       body TEXT NOT NULL,
       tries INTEGER NOT NULL,
       due_at INTEGER,
       created_at TEXT NOT NULL
     ) STRICT, WITHOUT ROWID`,
  ],
];

/** The number of today's schema. */
export const SCHEMA = STEPS.length;

/** Runs the steps after `from` (0: an empty database). Call it inside a transaction. */
export function migrate(sql: SqlStorage, from: number): void {
  for (const statements of STEPS.slice(from)) for (const statement of statements) sql.exec(statement);
}
