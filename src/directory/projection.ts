/**
 * The searchable copy of payments. Ledgers push it, guarded by a version, so that it can be rebuilt at any time
 * and never runs backwards. Nothing reads a payment's truth from here.
 */
import type { SearchablePayment } from '../payments/searchable.ts';
import { UNFINISHED } from '../payments/statuses.ts';
import type { PaymentView } from '../payments/types.ts';
import type { Database, Statement } from './database.ts';
import { movementStatements } from './movements.ts';
import { type Stored, upsert } from './table.ts';

export interface ListFilter {
  readonly shop: string;
  /** In any of them; left out or empty: in all. */
  readonly status?: readonly string[] | undefined;
  readonly account?: string | undefined;
  /** Each of them. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** RFC 3339, inclusive. */
  readonly from?: string | undefined;
  /** RFC 3339, exclusive. */
  readonly to?: string | undefined;
  readonly limit: number;
  readonly cursor?: Cursor | undefined;
}

/** The last payment of the page before. */
export interface Cursor {
  readonly createdAt: string;
  readonly id: string;
}

/** Members of a payment that rows of before do not have. */
const ADDED = {
  version: 0,
  operations: [],
  expiresAt: null,
  paidAt: null,
  late: false,
  metadata: {},
  lineItems: [],
  method: null,
  installments: null,
} as const;

/** A row's payment. */
export function viewIn({ body, version }: { readonly body: string; readonly version: number }): PaymentView {
  const view = JSON.parse(body) as Omit<PaymentView, keyof typeof ADDED> & Partial<PaymentView>;
  return { ...ADDED, version, ...view };
}

/** Writes payments' rows in one transaction, each unless a newer one is there. @param beside what else goes with them. */
export async function project(
  db: Database,
  payments: readonly SearchablePayment[],
  beside: readonly Statement[] = [],
): Promise<void> {
  const statement = db.prepare(PROJECT);
  const values = Object.values(PAYMENT_COLUMNS);
  const references = payments.flatMap(({ view, providerReferences }) =>
    providerReferences.map((reference) => ({ reference, payment: view.id })),
  );
  await db.batch([
    ...payments.map((payment) => statement.bind(...values.map((value) => value(payment.view, payment)))),
    ...movementStatements(db, payments),
    ...(references.length > 0 ? [db.prepare(ADD_REFERENCES, [JSON.stringify(references)])] : []),
    ...beside,
  ]);
}

/** Numbers are only added: what a provider has called a payment once leads to it. */
const ADD_REFERENCES = `INSERT OR IGNORE INTO provider_references (reference, payment)
  SELECT value ->> 'reference', value ->> 'payment' FROM json_each(?)`;

/** The columns of a payment's row, with what a ledger's push has for each. */
export const PAYMENT_COLUMNS: Readonly<
  Record<string, (view: PaymentView, payment: SearchablePayment) => Stored>
> = {
  id: (view) => view.id,
  version: (_view, { version }) => version,
  shop: (_view, { shop }) => shop,
  reference: (view) => view.reference,
  status: (view) => view.status,
  amount: (view) => view.amount,
  currency: (view) => view.currency,
  account: (view) => view.account,
  provider: (view) => view.provider,
  test: (view) => (view.test ? 1 : 0),
  paid: (view) => view.amounts.paid,
  refunded: (view) => view.amounts.refunded,
  provider_reference: (view) => view.providerReference,
  created_at: (view) => view.createdAt,
  updated_at: (view) => view.updatedAt,
  body: (view) => JSON.stringify(view),
  check_at: (view) => checkAtOf(view),
  email: (view) => emailOf(view),
  paid_at: (view) => view.paidAt,
  head_seq: (_view, { head }) => head.seq,
  head: (_view, { head }) => head.hash,
  metadata: (view) => metadataOf(view),
  earlier: (_view, { earlier }) => JSON.stringify(earlier),
  unanchored: () => 1,
};

const PROJECT = `${upsert('payments', Object.keys(PAYMENT_COLUMNS), {
  key: ['id'],
  kept: ['id', 'shop', 'reference', 'created_at'],
  instead: {
    check_at:
      'CASE WHEN excluded.updated_at = payments.updated_at THEN payments.check_at ELSE excluded.check_at END',
    unanchored: 'CASE WHEN excluded.head IS payments.head THEN payments.unanchored ELSE 1 END',
  },
})}
  WHERE excluded.version > payments.version
    OR (excluded.version = payments.version AND excluded.head_seq >= coalesce(payments.head_seq, 0))`;

/** What the search compares. */
export function emailOf({ customer }: PaymentView): string | null {
  return customer.email?.toLowerCase() ?? null;
}

/** As the row has it. */
export function metadataOf({ metadata }: PaymentView): string | null {
  return Object.keys(metadata).length > 0 ? JSON.stringify(metadata) : null;
}

/** A payment without a result is first checked so long after its last change. */
const FIRST_CHECK_MS = 600_000;

const DAY_MS = 86_400_000;

/** When a payment is first checked after a change: without a result, or a day after its next part is due. Null: never. */
function checkAtOf({ status, updatedAt, installments }: PaymentView): string | null {
  const isInParts = status === 'partially_paid' && installments !== null;
  if (!UNFINISHED.has(status) && !isInParts) return null;
  const pause = isInParts ? (installments.periodDays + 1) * DAY_MS : FIRST_CHECK_MS;
  return new Date(Date.parse(updatedAt) + pause).toISOString();
}

/** Payments that are due to be checked, the longest waiting first. */
export async function listOverdue(
  db: Database,
  now: string,
  limit: number,
): Promise<{ readonly id: string; readonly checkAt: string }[]> {
  const { results } = await db
    .prepare('SELECT id, check_at AS checkAt FROM payments WHERE check_at <= ? ORDER BY check_at LIMIT ?')
    .bind(now, limit)
    .all<{ id: string; checkAt: string }>();
  return results;
}

/** Sets when payments are checked again; one that has changed meanwhile has a time of its own already. */
export async function setNextChecks(
  db: Database,
  payments: readonly { readonly id: string; readonly checkAt: string; readonly next: string | null }[],
): Promise<void> {
  if (payments.length === 0) return;
  const statement = db.prepare('UPDATE payments SET check_at = ? WHERE id = ? AND check_at = ?');
  await db.batch(payments.map(({ id, checkAt, next }) => statement.bind(next, id, checkAt)));
}

/** The condition that a payment has a text, whose name and value are bound. @param id the column with the payment's id. */
export function hasMetadata(id: string): string {
  return `EXISTS (SELECT 1 FROM payment_metadata x WHERE x.payment = ${id} AND x.name = ? AND x.value = ?)`;
}

/** A shop's payments, the newest first, and where the next page starts. */
export async function listProjected(
  db: Database,
  filter: ListFilter,
): Promise<{ readonly data: PaymentView[]; readonly next: Cursor | null }> {
  const [first, ...others] = Object.entries(filter.metadata ?? {});
  // Those with the text have the order of the list in their own index.
  const order = first ? 'm' : 'p';
  const id = first ? 'm.payment' : 'p.id';
  const conditions = [`${order}.shop = ?`];
  const values: (string | number)[] = [filter.shop];
  const add = (condition: string, ...bound: (string | undefined)[]) => {
    if (bound.some((value) => value === undefined)) return;
    conditions.push(condition);
    values.push(...(bound as string[]));
  };
  if (first) add('m.name = ? AND m.value = ?', ...first);
  for (const pair of others) add(hasMetadata('p.id'), ...pair);
  if (filter.status && filter.status.length > 0) {
    conditions.push(`p.status IN (${filter.status.map(() => '?').join(', ')})`);
    values.push(...filter.status);
  }
  add('p.account = ?', filter.account);
  add(`${order}.created_at >= ?`, filter.from);
  add(`${order}.created_at < ?`, filter.to);
  add(`(${order}.created_at, ${id}) < (?, ?)`, filter.cursor?.createdAt, filter.cursor?.id);
  const from = first ? 'payment_metadata m CROSS JOIN payments p ON p.id = m.payment' : 'payments p';
  const { results } = await db
    .prepare(
      `SELECT p.body, p.version FROM ${from} WHERE ${conditions.join(' AND ')} ORDER BY ${order}.created_at DESC, ${id} DESC LIMIT ?`,
    )
    .bind(...values, filter.limit + 1)
    .all<{ readonly body: string; readonly version: number }>();
  const data = results.slice(0, filter.limit).map(viewIn);
  const last = data.at(-1);
  return {
    data,
    next: results.length > filter.limit && last ? { createdAt: last.createdAt, id: last.id } : null,
  };
}

/** Payments of a shop by their newest change, the earliest first. `from` is inclusive, `to` exclusive, RFC 3339 UTC. */
export async function listChanged(
  db: Database,
  page: {
    readonly shop: string;
    readonly from: string;
    readonly to: string;
    readonly after: { readonly updatedAt: string; readonly id: string } | null;
    readonly limit: number;
  },
): Promise<{ readonly id: string; readonly updatedAt: string }[]> {
  const { shop, from, to, after, limit } = page;
  const { results } = await db
    .prepare(
      `SELECT id, updated_at AS updatedAt FROM payments
       WHERE shop = ? AND (updated_at, id) > (?, ?) AND updated_at >= ? AND updated_at < ? ORDER BY updated_at, id LIMIT ?`,
    )
    .bind(shop, after?.updatedAt ?? '', after?.id ?? '', from, to, limit)
    .all<{ readonly id: string; readonly updatedAt: string }>();
  return results;
}

/** Whether there is a payment of a shop. */
export async function hasProjected(db: Database, shop: string): Promise<boolean> {
  const found = await db.prepare('SELECT 1 FROM payments WHERE shop = ? LIMIT 1').bind(shop).first();
  return found !== null;
}

/**
 * Whether any attempt ever went to an account: with the newest of a payment, or with one before it.
 * @returns `unknown`: none that is known, and of payments that an earlier version has pushed the newest alone is known.
 */
export async function everWentTo(db: Database, account: string): Promise<'yes' | 'no' | 'unknown'> {
  const [went, unknown] = await db.batch([
    db.prepare(
      `SELECT 1 FROM payments WHERE account = ?1
       UNION ALL SELECT 1 FROM earlier_attempts WHERE account = ?1 LIMIT 1`,
      [account],
    ),
    db.prepare('SELECT 1 FROM payments WHERE earlier IS NULL LIMIT 1'),
  ]);
  if (went?.results.length) return 'yes';
  return unknown?.results.length ? 'unknown' : 'no';
}

/** References of a shop's payments, the newest first. */
export async function listReferences(db: Database, shop: string, limit: number): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT reference FROM payments WHERE shop = ? ORDER BY created_at DESC, id DESC LIMIT ?')
    .bind(shop, limit)
    .all<{ readonly reference: string }>();
  return results.map((row) => row.reference);
}

/**
 * A page of payment ids in the copy, in order of id, for the rebuild.
 * @param isOlder only those that an older version has pushed.
 */
export async function projectedIds(
  db: Database,
  after: string,
  limit: number,
  isOlder: boolean,
): Promise<string[]> {
  const older = isOlder ? 'AND earlier IS NULL' : '';
  const { results } = await db
    .prepare(`SELECT id FROM payments WHERE id > ? ${older} ORDER BY id LIMIT ?`)
    .bind(after, limit)
    .all<{ readonly id: string }>();
  return results.map((row) => row.id);
}
