/**
 * Hands out payments to be asked about: each to one caller, with the time at which it may be asked, so that two pages of a browser ask no
 * payment twice and together ask no faster than one. Who has taken one and says nothing of it leaves it to the next after a while.
 */
import type { HandedOut } from '../payments/reconciled.ts';
import { askablePayments } from './results.ts';
import { readNumber, writeNumber } from './state.ts';

/**
 * Milliseconds between two status queries. No provider's sheet names a rate for them (ASSIST's ten minutes are those of its report, which
 * is not asked for here), so that the pace is ours: one a second.
 */
const PACE_MS = 1000;

/** How long a caller has for a payment, from the time at which it may be asked. */
const LEASE_MS = 120_000;

/** Whoever would have to wait longer is told to come again. */
const LONGEST_WAIT_MS = 15_000;

/** Takes up to so many payments. @param now milliseconds since 1970. */
export function handOut(sql: SqlStorage, account: string, limit: number, now: number): HandedOut {
  sql.exec('DELETE FROM asking WHERE until <= ?', now);
  const next = Math.max(now, readNumber(sql, 'next_question'));
  if (next - now > LONGEST_WAIT_MS) return { payments: [], retryAfter: Math.ceil((next - now) / 1000) };
  const payments = askablePayments(sql, limit).map((payment, index) => ({
    payment,
    account,
    wait: next - now + index * PACE_MS,
  }));
  for (const { payment, wait } of payments)
    sql.exec('INSERT INTO asking (payment, until) VALUES (?, ?)', payment, now + wait + LEASE_MS);
  writeNumber(sql, 'next_question', next + payments.length * PACE_MS);
  const { until } = sql.exec<{ until: number | null }>('SELECT min(until) AS until FROM asking').one();
  // All that is left is with others: they answer, or their time is over.
  const isWaiting = payments.length === 0 && until !== null;
  return { payments, retryAfter: isWaiting ? Math.ceil(LONGEST_WAIT_MS / 1000) : null };
}

/**
 * Notes what came of asking; null: nobody was asked, and the payment is given back.
 * @param pause milliseconds that the next question has to wait for longer: several queries were made, or the provider wants it.
 */
export function noteAsked(
  sql: SqlStorage,
  payment: string,
  outcome: string | null,
  pause: number,
  now: number,
): void {
  sql.exec('DELETE FROM asking WHERE payment = ?', payment);
  if (outcome !== null)
    sql.exec('INSERT OR REPLACE INTO asked (payment, outcome) VALUES (?, ?)', payment, outcome);
  if (pause > 0) writeNumber(sql, 'next_question', Math.max(now, readNumber(sql, 'next_question')) + pause);
}
