/** What the tests of reconciliation share: movements put into the directory as ledgers push them, files, and reconciliations played to their end. */
import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { orderNumber, type PaymentId } from '../../src/payments/id.ts';
import type { ReconciledLine, ReconciliationInfo } from '../../src/payments/reconciled.ts';
import { admin, request } from '../support/harness.ts';

/** One movement, with its payment. Minor units. */
export interface Movement {
  readonly payment: string;
  readonly account: string;
  readonly at: string;
  readonly amount: number;
  readonly currency?: string;
  readonly kind?: 'payment' | 'refund' | 'chargeback';
  readonly seq?: number;
  readonly reference?: string;
  readonly providerReferences?: readonly string[];
  readonly shop?: string;
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The id of the n-th payment of a test. @param prefix four letters of the test. */
export function idOf(prefix: string, n: number): string {
  let [text, rest] = ['', n];
  for (let place = 0; place < 12; place += 1) {
    text = (ALPHABET[rest % 32] ?? '0') + text;
    rest = Math.floor(rest / 32);
  }
  return prefix.padEnd(4, '0').slice(0, 4) + text;
}

/** Our order number of a payment's first attempt. */
export const orderOf = (payment: string) => orderNumber(payment as PaymentId, 1);

/** Puts payments and movements where the ledgers put them. */
export async function putMovements(movements: readonly Movement[]): Promise<void> {
  for (let at = 0; at < movements.length; at += 2000) {
    const rows = movements.slice(at, at + 2000).map((one) => ({
      ...{ currency: 'EUR', kind: 'payment', seq: 3, shop: 'demo', providerReferences: [] },
      ...one,
      reference: one.reference ?? `ref-${one.payment}`,
      paid: (one.kind ?? 'payment') === 'payment' ? one.amount : 0,
      refunded: one.kind === 'refund' ? one.amount : 0,
      back: one.kind === 'chargeback' ? one.amount : 0,
    }));
    const json = JSON.stringify(rows);
    await env.DIRECTORY.batch([
      env.DIRECTORY.prepare(
        `INSERT OR IGNORE INTO payments (id, version, shop, reference, status, amount, currency, account, provider, test, paid, refunded,
           created_at, updated_at, body)
         SELECT value ->> 'payment', 1, value ->> 'shop', value ->> 'reference', 'paid', value ->> 'amount', value ->> 'currency',
           value ->> 'account', 'ogone', 0, value ->> 'paid', 0, value ->> 'at', value ->> 'at', '{}' FROM json_each(?)`,
      ).bind(json),
      env.DIRECTORY.prepare(
        `INSERT INTO movements (payment, seq, attempt, at, shop, account, currency, test, paid, refunded, charged_back)
         SELECT value ->> 'payment', value ->> 'seq', 1, value ->> 'at', value ->> 'shop', value ->> 'account', value ->> 'currency', 0,
           value ->> 'paid', value ->> 'refunded', value ->> 'back' FROM json_each(?)`,
      ).bind(json),
      env.DIRECTORY.prepare(
        `INSERT OR IGNORE INTO provider_references (reference, payment)
         SELECT r.value, p.value ->> 'payment' FROM json_each(?) p, json_each(p.value -> 'providerReferences') r`,
      ).bind(json),
    ]);
  }
}

export interface Read extends Omit<ReconciliationInfo, 'lines'> {
  readonly fileLines: number;
  readonly lines: readonly ReconciledLine[];
  readonly nextCursor: string | null;
}

/** Sends a file, or a piece of it. */
export async function putFile(
  id: string,
  bytes: Uint8Array | string,
  range?: string,
): Promise<{
  readonly status: number;
  readonly body: Read & { readonly code: string; readonly detail: string };
}> {
  const response = await request(`/v1/admin/reconciliations/${id}/file`, {
    method: 'PUT',
    headers: { authorization: 'Bearer test-admin-token', ...(range && { 'content-range': range }) },
    body: bytes as BodyInit,
  });
  return { status: response.status, body: await response.json() };
}

/** Runs the alarms of a reconciliation until nothing is left to do. */
export async function settled(id: string): Promise<Read> {
  const stub = env.RECONCILIATION.get(env.RECONCILIATION.idFromName(id));
  for (let count = 0; count < 1000; count += 1) {
    const { body } = await admin<Read>('GET', `/reconciliations/${id}?limit=1`);
    if (['done', 'failed', 'mapping'].includes(body.status)) return body;
    await runDurableObjectAlarm(stub);
  }
  throw new Error(`the reconciliation ${id} does not end`);
}

const PIECE = 4 * 1024 * 1024;

/** A reconciliation of a file, played to its end. */
export async function reconciled(
  order: Readonly<Record<string, unknown>>,
  file: Uint8Array | string,
): Promise<Read> {
  const made = await admin<Read & { detail?: string }>('POST', '/reconciliations', order);
  if (made.status !== 201) throw new Error(`${made.status} ${JSON.stringify(made.body)}`);
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file;
  for (let at = 0; at < bytes.length; at += PIECE) {
    const piece = bytes.subarray(at, at + PIECE);
    const put = await putFile(made.body.id, piece, `bytes ${at}-${at + piece.length - 1}/${bytes.length}`);
    if (put.status !== 200) throw new Error(`${put.status} ${JSON.stringify(put.body)}`);
  }
  return settled(made.body.id);
}

/** All lines of a reconciliation, of some results. */
export async function linesOf(id: string, ...results: readonly string[]): Promise<readonly ReconciledLine[]> {
  const query = results.map((one) => `&result=${one}`).join('');
  const lines: ReconciledLine[] = [];
  for (let cursor = '0'; ; ) {
    const { body } = await admin<Read>('GET', `/reconciliations/${id}?limit=1000&cursor=${cursor}${query}`);
    lines.push(...body.lines);
    if (body.nextCursor === null) return lines;
    cursor = body.nextCursor;
  }
}
