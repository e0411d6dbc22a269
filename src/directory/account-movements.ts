/**
 * What reconciliation reads of the searchable copy: an account's movements with all that a provider's file may call their payments, and
 * the payments that a file names. The Worker of reconciliation calls it with its own binding of the same database.
 */

/** A movement with the names of its payment. Minor units. */
export interface AccountMovement {
  readonly payment: string;
  readonly seq: number;
  readonly attempt: number;
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly shop: string;
  readonly currency: string;
  readonly paid: number;
  readonly refunded: number;
  readonly chargedBack: number;
  /** The shop's. */
  readonly reference: string;
  /** The provider's numbers of the payment, its attempts and its operations. */
  readonly providerReferences: readonly string[];
  /** PolyBanking's order number, of a payment that was taken over. */
  readonly importedOrder: string | null;
}

/** The last movement of the page before. */
export type MovementCursor = readonly [at: string, payment: string, seq: number, attempt: number];

const PAGE = `SELECT m.payment, m.seq, m.attempt, m.at, m.shop, m.currency, m.paid, m.refunded, m.charged_back AS chargedBack,
    p.reference, p.provider_reference AS providerReference, i.order_number AS importedOrder,
    (SELECT json_group_array(r.reference) FROM provider_references r WHERE r.payment = m.payment) AS names
  FROM movements m INDEXED BY movements_by_account
  JOIN payments p ON p.id = m.payment
  LEFT JOIN imported_orders i ON i.payment = m.payment
  WHERE m.account = ? AND m.at >= ? AND m.at < ? AND (m.at, m.payment, m.seq, m.attempt) > (?, ?, ?, ?)
  ORDER BY m.at, m.payment, m.seq, m.attempt LIMIT ?`;

type MovementRow = Omit<AccountMovement, 'providerReferences'> & {
  readonly providerReference: string | null;
  readonly names: string;
};

/**
 * A page of an account's movements, the oldest first.
 * @param from RFC 3339 UTC, inclusive; `to` exclusive.
 * @param after null: the first page.
 */
export async function accountMovements(
  db: D1Database,
  { account, from, to }: { readonly account: string; readonly from: string; readonly to: string },
  after: MovementCursor | null,
  limit: number,
): Promise<readonly AccountMovement[]> {
  const { results } = await db
    .prepare(PAGE)
    .bind(account, from, to, ...(after ?? ['', '', 0, 0]), limit)
    .all<MovementRow>();
  return results.map(({ providerReference, names, ...row }) => ({
    ...row,
    providerReferences: [
      ...new Set([
        ...(JSON.parse(names) as string[]),
        ...(providerReference === null ? [] : [providerReference]),
      ]),
    ],
  }));
}

/** What a file calls a payment that none of the account's movements is of. Empty: it does not. */
export interface NamedLine {
  readonly id: number;
  readonly payment: string;
  readonly providerReference: string;
  readonly order: string;
  readonly reference: string;
}

export interface NamedPayment {
  readonly id: number;
  readonly payment: string;
  readonly account: string;
  readonly shop: string;
  readonly reference: string;
}

// CROSS JOIN: line by line. Otherwise D1 may go through all payments of the account for each page of lines.
const FIND = `WITH lines AS (
    SELECT value ->> 'id' AS id, value ->> 'payment' AS payment, value ->> 'providerReference' AS pr, value ->> 'order' AS ord,
      value ->> 'reference' AS ref FROM json_each(?1)),
  found AS (
    SELECT id, payment, 1 AS by FROM lines WHERE payment <> ''
    UNION ALL SELECT l.id, r.payment, 2 FROM lines l CROSS JOIN provider_references r ON r.reference = l.pr WHERE l.pr <> ''
    UNION ALL SELECT l.id, i.payment, 3 FROM lines l CROSS JOIN imported_orders i ON i.order_number = l.ord WHERE l.ord <> ''
    UNION ALL SELECT l.id, p.id, 4 FROM lines l CROSS JOIN payments p INDEXED BY payments_by_reference
      ON p.reference = l.ref AND p.account = ?2 WHERE l.ref <> '')
  SELECT f.id, p.id AS payment, p.account, p.shop, p.reference FROM found f CROSS JOIN payments p ON p.id = f.payment
  ORDER BY f.id, p.account <> ?2, f.by`;

/**
 * The payments that lines name, one each: of the account first, else of another one. A shop's reference leads to payments of the account
 * alone: other shops have the same ones.
 */
export async function namedByLines(
  db: D1Database,
  account: string,
  lines: readonly NamedLine[],
): Promise<readonly NamedPayment[]> {
  const { results } = await db.prepare(FIND).bind(JSON.stringify(lines), account).all<NamedPayment>();
  const first = new Map<number, NamedPayment>();
  for (const row of results) if (!first.has(row.id)) first.set(row.id, row);
  return [...first.values()];
}

/** What persons have said of an account's differences. */
export interface StoredMark {
  readonly key: string;
  readonly reason: string;
  readonly by: string;
  readonly at: string;
}

/** More of one account are not looked at: a mark is a person's work. */
const MOST_MARKS = 5000;

export async function marksOf(db: D1Database, account: string): Promise<readonly StoredMark[]> {
  const { results } = await db
    .prepare(
      `SELECT key, reason, marked_by AS "by", marked_at AS at FROM reconciliation_marks WHERE account = ?
       ORDER BY marked_at DESC LIMIT ${MOST_MARKS}`,
    )
    .bind(account)
    .all<StoredMark>();
  return results;
}

/** Notes in the list where a reconciliation is. */
export async function noteReconciliation(
  db: D1Database,
  id: string,
  status: string,
  differences: number | null,
  finishedAt: string | null,
): Promise<void> {
  await db
    .prepare('UPDATE reconciliations SET status = ?, differences = ?, finished_at = ? WHERE id = ?')
    .bind(status, differences, finishedAt, id)
    .run();
}

/** Takes a reconciliation out of the list. Its marks stay. */
export async function dropReconciliation(db: D1Database, id: string): Promise<void> {
  await db.prepare('DELETE FROM reconciliations WHERE id = ?').bind(id).run();
}

/** The currencies that an account takes, and its provider; empty: it is not there. */
export async function accountOf(
  db: D1Database,
  account: string,
): Promise<{ readonly currencies: readonly string[]; readonly provider: string }> {
  const row = await db
    .prepare('SELECT currencies, provider FROM accounts WHERE id = ?')
    .bind(account)
    .first<{ readonly currencies: string; readonly provider: string }>();
  return { currencies: row ? (JSON.parse(row.currencies) as string[]) : [], provider: row?.provider ?? '' };
}

/** How an account's files are read; null: nobody has kept it. */
export async function presetOf<Mapping>(db: D1Database, account: string): Promise<Mapping | null> {
  const row = await db
    .prepare('SELECT mapping FROM reconciliation_presets WHERE account = ?')
    .bind(account)
    .first<{ readonly mapping: string }>();
  return row ? (JSON.parse(row.mapping) as Mapping) : null;
}

/** Keeps how an account's files are read. @param now milliseconds since 1970. */
export async function keepPreset(
  db: D1Database,
  account: string,
  mapping: object,
  by: {
    readonly actor: string;
    readonly actorName: string | null;
    readonly address: string | null;
    readonly request: string | null;
  },
  now: number,
): Promise<void> {
  const at = new Date(now).toISOString();
  await db.batch([
    db
      .prepare(
        `INSERT INTO reconciliation_presets (account, mapping, updated_at) VALUES (?, ?, ?)
         ON CONFLICT (account) DO UPDATE SET mapping = excluded.mapping, updated_at = excluded.updated_at`,
      )
      .bind(account, JSON.stringify(mapping), at),
    db
      .prepare(
        `INSERT INTO audit (at, actor, actor_name, address, request, action, subject, shop, detail)
         VALUES (?, ?, ?, ?, ?, 'reconciliation.mapped', ?, NULL, ?)`,
      )
      .bind(at, by.actor, by.actorName, by.address, by.request, account, JSON.stringify({ mapping })),
  ]);
}
