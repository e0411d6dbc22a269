/** What the sandbox stores, in tables of its own beside the local directory; made when first needed. */

import type { BankOrder, Memory } from './bank.ts';

const TABLES = [
  'CREATE TABLE IF NOT EXISTS sandbox_orders (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT',
  'CREATE TABLE IF NOT EXISTS sandbox_memory (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT',
  `CREATE TABLE IF NOT EXISTS sandbox_webhooks (
     number INTEGER PRIMARY KEY, at TEXT NOT NULL, payment TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL,
     verified INTEGER NOT NULL, problem TEXT, body TEXT NOT NULL) STRICT`,
];

/** A webhook as the demo shop received it. */
export interface ReceivedWebhook {
  readonly at: string;
  readonly payment: string;
  readonly id: string;
  readonly type: string;
  readonly verified: boolean;
  readonly problem: string | null;
  readonly body: string;
}

type WebhookRow = Omit<ReceivedWebhook, 'verified'> & { readonly verified: number };

export class SandboxStore implements Memory {
  readonly #db: D1Database;
  #ready = false;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async #tables(): Promise<D1Database> {
    if (!this.#ready) await this.#db.batch(TABLES.map((statement) => this.#db.prepare(statement)));
    this.#ready = true;
    return this.#db;
  }

  async saveOrder(order: BankOrder): Promise<void> {
    const db = await this.#tables();
    await db
      .prepare('INSERT OR REPLACE INTO sandbox_orders (id, body) VALUES (?, ?)')
      .bind(order.id, JSON.stringify(order))
      .run();
  }

  async order(id: string): Promise<BankOrder | null> {
    const db = await this.#tables();
    const row = await db
      .prepare('SELECT body FROM sandbox_orders WHERE id = ?')
      .bind(id)
      .first<{ body: string }>();
    return row && (JSON.parse(row.body) as BankOrder);
  }

  /** A bank's stored text of that name. */
  async get(name: string): Promise<string | null> {
    const db = await this.#tables();
    const row = await db
      .prepare('SELECT value FROM sandbox_memory WHERE name = ?')
      .bind(name)
      .first<{ value: string }>();
    return row?.value ?? null;
  }

  async put(name: string, value: string): Promise<void> {
    const db = await this.#tables();
    await db
      .prepare('INSERT OR REPLACE INTO sandbox_memory (name, value) VALUES (?, ?)')
      .bind(name, value)
      .run();
  }

  /** Changes a stored text as it is now: what somebody else writes meanwhile is not undone. @param to of null, where there is none */
  async change(name: string, to: (value: string | null) => string): Promise<void> {
    const db = await this.#tables();
    for (;;) {
      const value = await this.get(name);
      const statement =
        value === null
          ? db
              .prepare('INSERT OR IGNORE INTO sandbox_memory (value, name) VALUES (?, ?)')
              .bind(to(value), name)
          : db
              .prepare('UPDATE sandbox_memory SET value = ? WHERE name = ? AND value = ?')
              .bind(to(value), name, value);
      if ((await statement.run()).meta.changes > 0) return;
    }
  }

  async saveWebhook(webhook: ReceivedWebhook): Promise<void> {
    const db = await this.#tables();
    const { at, payment, id, type, verified, problem, body } = webhook;
    await db
      .prepare(
        'INSERT INTO sandbox_webhooks (at, payment, id, type, verified, problem, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
      )
      .bind(at, payment, id, type, verified ? 1 : 0, problem, body)
      .run();
  }

  async webhooks(payment: string): Promise<ReceivedWebhook[]> {
    const db = await this.#tables();
    const { results } = await db
      .prepare('SELECT * FROM sandbox_webhooks WHERE payment = ? ORDER BY number')
      .bind(payment)
      .all<WebhookRow>();
    return results.map((row) => ({ ...row, verified: row.verified === 1 }));
  }
}
