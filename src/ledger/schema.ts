/** The ledger's own database, one per payment. Every table and column is described in schema.md. */
import { withRefundMovements } from './refund-movements.ts';
import { renamedRecord, renamedStatusQuery } from './renames.ts';

/** Today's tables. */
const TABLES: readonly string[] = [
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
       hash TEXT NOT NULL,
       salt TEXT,
       detail_hash TEXT,
       exchange TEXT
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
];

/**
 * The steps from version 1 on, in order; forward only. A ledger's version is kept in its `payment` row, because SQLite in
 * a Durable Object does not offer the pragma `user_version`.
 */
const MIGRATIONS: readonly ((sql: SqlStorage) => void)[] = [
  (sql) => {
    for (const { record } of sql.exec<{ record: string }>('SELECT record FROM payment').toArray()) {
      sql.exec('UPDATE payment SET record = ?', renamedRecord(record));
    }
    const queries = sql.exec<{ id: string; body: string }>(
      "SELECT id, body FROM jobs WHERE kind = 'confirm'",
    );
    for (const { id, body } of queries.toArray()) {
      sql.exec('UPDATE jobs SET body = ? WHERE id = ?', renamedStatusQuery(body), id);
    }
  },
  (sql) => {
    for (const { record } of sql.exec<{ record: string }>('SELECT record FROM payment').toArray()) {
      sql.exec('UPDATE payment SET record = ?', withRefundMovements(record));
    }
  },
  (sql) => {
    for (const column of ['salt', 'detail_hash', 'exchange'])
      sql.exec(`ALTER TABLE events ADD COLUMN ${column} TEXT`);
  },
];

/** The version of today's tables and of what is in them. */
export const SCHEMA = 1 + MIGRATIONS.length;

/** Makes today's tables in an empty database. Call it inside a transaction. */
export function createTables(sql: SqlStorage): void {
  for (const statement of TABLES) sql.exec(statement);
}

/** Brings the tables of an earlier version to today's. Call it inside a transaction. */
export function migrate(sql: SqlStorage, from: number): void {
  for (const step of MIGRATIONS.slice(from - 1)) step(sql);
}
