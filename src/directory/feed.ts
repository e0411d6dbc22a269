/**
 * The shops' feed of events: the webhooks of their payments in the order in which they came here. Rows are written in the batch of the
 * searchable copy. D1 carries out one batch after the other, so that no row appears before one that was read. A message that is pushed
 * again changes nothing, unless its shopper was erased. Nothing reads a payment's truth from here.
 */
import { Problem } from '../payments/errors.ts';
import { FEED_KEPT_MS, type FeedMessage } from '../payments/feed.ts';
import type { Database, Statement } from './database.ts';

/** Characters that one statement brings: D1 takes texts of up to 2 MB. */
const MOST_CHARACTERS = 500_000;

/** What is pushed of one payment. */
interface Pushed {
  readonly shop: string;
  readonly messages?: readonly FeedMessage[];
}

const ADD = `
  INSERT INTO feed (shop, id, body, written_at, erased)
  SELECT m.value ->> 'shop', m.value ->> 'id', m.value ->> 'body', ?2, m.value ->> 'erased' FROM json_each(?1) m
  WHERE m.value ->> 'createdAt' >= ?3 OR EXISTS (SELECT 1 FROM feed known WHERE known.id = m.value ->> 'id')
  ORDER BY m.key
  ON CONFLICT (id) DO UPDATE SET body = excluded.body, erased = 1 WHERE excluded.erased = 1`;

/** What writes the messages of payments. @param now milliseconds since 1970. */
export function feedStatements(db: Database, payments: readonly Pushed[], now: number): Statement[] {
  const rows = payments.flatMap(({ shop, messages = [] }) =>
    messages.map((message) => ({ ...message, shop, erased: Number(message.erased) })),
  );
  const groups: (typeof rows)[] = [];
  let characters = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    characters += row.body.length;
    if (characters > MOST_CHARACTERS) {
      characters = row.body.length;
      groups.push([]);
    }
    groups.at(-1)?.push(row);
  }
  const [at, oldest] = [now, now - FEED_KEPT_MS].map((time) => new Date(time).toISOString());
  return groups.map((group) => db.prepare(ADD, [JSON.stringify(group), at, oldest]));
}

/** A page of a shop's feed. */
export interface FeedPage {
  /** The oldest first. */
  readonly events: readonly Pick<FeedMessage, 'id' | 'body'>[];
  /** Where the next page begins; null: there was nothing. */
  readonly next: string | null;
}

function tooOld(end: number, detail: string): Problem {
  return new Problem(
    'expired',
    `${detail}: start again with after=${end}, where the oldest that is kept follows`,
    {
      startAgain: String(end),
    },
  );
}

interface Ends {
  /** Of what is gone of this shop's: removed, or too old to be shown. */
  readonly end: number;
  /** The newest of this shop's: no other number was given to it, and an answer about others would say how much they sell. */
  readonly newest: number;
}

/** @param oldest when what is still shown was written at the earliest: what is older may be there, as it is removed in parts. */
async function endsOf(db: Database, shop: string, oldest: string): Promise<Ends> {
  const shown = `(SELECT seq FROM feed WHERE shop = ?1 AND written_at >= ?2 ORDER BY seq LIMIT 1)`;
  const ends = await db
    .prepare(
      `SELECT max(coalesce((SELECT seq FROM feed_ends WHERE shop = ?1), 0),
           coalesce((SELECT max(seq) FROM feed WHERE shop = ?1 AND seq < coalesce(${shown}, ${Number.MAX_SAFE_INTEGER})), 0)) AS end,
         max(coalesce((SELECT max(seq) FROM feed WHERE shop = ?1), 0),
           coalesce((SELECT seq FROM feed_ends WHERE shop = ?1), 0)) AS newest`,
      [shop, oldest],
    )
    .first<Ends>();
  return ends ?? { end: 0, newest: 0 };
}

/** The number of an event by its id; null: it is not there, and is not the last one that is gone. */
async function numberOf(db: Database, shop: string, id: string): Promise<number | null> {
  const found = await db
    .prepare(
      `SELECT seq FROM feed WHERE id = ?1 AND shop = ?2 UNION ALL SELECT seq FROM feed_ends WHERE shop = ?2 AND id = ?1`,
      [id, shop],
    )
    .first<{ readonly seq: number }>();
  return found?.seq ?? null;
}

/**
 * Events of a shop that follow, of the time for which they are kept.
 * @param after digits: the `next` of a page; else the id of an event; undefined: from the oldest that is kept.
 * @throws Problem expired where events that followed are gone, or nobody was given that place.
 */
export async function readFeed(
  db: Database,
  {
    shop,
    after,
    limit,
  }: { readonly shop: string; readonly after?: string | undefined; readonly limit: number },
  now: number,
): Promise<FeedPage> {
  const oldest = new Date(now - FEED_KEPT_MS).toISOString();
  const known =
    after === undefined || /^\d+$/.test(after) ? Number(after ?? 0) : await numberOf(db, shop, after);
  // The page first: what is removed between the two is told as gone, and not left out.
  const { results } = await db
    .prepare(
      'SELECT seq, id, body FROM feed WHERE shop = ? AND seq > ? AND written_at >= ? ORDER BY seq LIMIT ?',
      [shop, known ?? Number.MAX_SAFE_INTEGER, oldest, limit],
    )
    .all<{ readonly seq: number; readonly id: string; readonly body: string }>();
  if (after !== undefined) {
    const { end, newest } = await endsOf(db, shop, oldest);
    if (known === null) throw tooOld(end, 'the feed has no event of that id, or no more');
    if (known < end) throw tooOld(end, 'events that followed are gone: they are kept for 30 days');
    if (known > newest) throw tooOld(end, 'the feed has not come so far');
  }
  const last = results.at(-1);
  return { events: results, next: last ? String(last.seq) : null };
}

/** Rows that one batch removes. */
const MOST_REMOVED = 2000;

/** Batches of one call, which comes every ten minutes: 40,000 rows, 66 a second. */
const MOST_BATCHES = 20;

/** Removes what was there for long enough, the oldest first, up to a bound. @param now milliseconds since 1970. */
export async function forgetFeed(db: Database, now: number): Promise<void> {
  const before = new Date(now - FEED_KEPT_MS).toISOString();
  // Up to the newest that is old: what is removed is always all up to a number.
  const upTo = `(SELECT coalesce(max(seq), 0) FROM (SELECT seq, written_at FROM feed ORDER BY seq LIMIT ${MOST_REMOVED}) WHERE written_at < ?1)`;
  for (let batches = 0; batches < MOST_BATCHES; batches++) {
    const [, , left] = await db.batch([
      db.prepare(
        `INSERT INTO feed_ends (shop, seq, id)
         SELECT shop, max(seq), id FROM feed WHERE seq <= ${upTo} GROUP BY shop
         ON CONFLICT (shop) DO UPDATE SET seq = excluded.seq, id = excluded.id`,
        [before],
      ),
      db.prepare(`DELETE FROM feed WHERE seq <= ${upTo}`, [before]),
      db.prepare('SELECT 1 FROM (SELECT written_at FROM feed ORDER BY seq LIMIT 1) WHERE written_at < ?', [
        before,
      ]),
    ]);
    if (!left?.results.length) return;
  }
}
