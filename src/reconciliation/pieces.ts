/** Receives a file in pieces, and gives it back in pieces. */
import {
  type FilePiece,
  LARGEST_FILE,
  LARGEST_PIECE,
  type ReconciliationProblem,
} from '../payments/reconciled.ts';
import { Utf8Check, type Utf8Finding } from './charset.ts';
import { SAMPLE_BYTES, type Sample } from './inspect.ts';
import type { ReconciliationState } from './state.ts';

/** Of a stored piece: less than a row may have. */
const PIECE = 1024 * 1024;

/** Why something is not done. */
export const reconciliationProblem = (
  code: ReconciliationProblem['problem']['code'],
  detail: string,
  path?: string,
): ReconciliationProblem => ({ problem: { code, detail, ...(path !== undefined && { path }) } });

/**
 * Takes a piece. What was lost on its way may come again, whole or in part: what is there already changes nothing, and has to be the same.
 * @returns how much of the file is there then, and how large it is.
 */
export function takePiece(
  sql: SqlStorage,
  state: ReconciliationState,
  { range, bytes }: FilePiece,
): { readonly received: number; readonly size: number } | ReconciliationProblem {
  const [, from, to, whole] = /^bytes (\d{1,12})-(\d{1,12})\/(\d{1,12})$/.exec(range ?? '') ?? [];
  if (range !== null && (from === undefined || Number(to) - Number(from) + 1 !== bytes.length))
    return reconciliationProblem(
      'invalid_request',
      'is the place of the piece, such as "bytes 0-1048575/5000000"',
      'Content-Range',
    );
  const [offset, size] = range === null ? [0, bytes.length] : [Number(from), Number(whole)];
  if (size > LARGEST_FILE)
    return reconciliationProblem(
      'payload_too_large',
      `the file is larger than ${LARGEST_FILE} bytes: split it`,
    );
  if (bytes.length > LARGEST_PIECE)
    return reconciliationProblem('payload_too_large', `a piece is ${LARGEST_PIECE} bytes at most`);
  if (size === 0) return reconciliationProblem('invalid_request', 'the file is empty', 'file');
  if (state.size !== null && state.size !== size)
    return reconciliationProblem(
      'invalid_state',
      `the file has ${state.size} bytes, and this is a piece of one of ${size}`,
    );
  if (offset + bytes.length > size)
    return reconciliationProblem(
      'invalid_request',
      `goes beyond the end of the file, ${size} bytes`,
      'Content-Range',
    );
  const known = Math.max(0, state.received - offset);
  if (offset > state.received)
    return reconciliationProblem(
      'invalid_state',
      `the file is here up to byte ${state.received}: go on from there`,
    );
  if (!isSame(sql, offset, bytes.subarray(0, known)))
    return reconciliationProblem('invalid_state', 'this is another file than the one whose pieces are here');
  for (let at = known; at < bytes.length; at += PIECE)
    sql.exec(
      'INSERT OR REPLACE INTO pieces (at, bytes) VALUES (?, ?)',
      offset + at,
      bytes.slice(at, Math.min(at + PIECE, bytes.length)),
    );
  return { received: Math.max(state.received, offset + bytes.length), size };
}

/** Whether some bytes are the ones that are stored there. */
function isSame(sql: SqlStorage, offset: number, bytes: Uint8Array): boolean {
  const rows = sql.exec<{ at: number; bytes: ArrayBuffer }>(
    'SELECT at, bytes FROM pieces WHERE at < ? AND at + length(bytes) > ? ORDER BY at',
    offset + bytes.length,
    offset,
  );
  for (const { at, bytes: stored } of rows) {
    const from = Math.max(at, offset);
    const to = Math.min(at + stored.byteLength, offset + bytes.length);
    const here = new Uint8Array(stored, from - at, to - from);
    if (here.some((byte, index) => byte !== bytes[from - offset + index])) return false;
  }
  return true;
}

/** The stored piece that begins at a byte, or the next after it; null: there is none. */
export function pieceFrom(sql: SqlStorage, at: number): Uint8Array | null {
  const [row] = sql
    .exec<{ bytes: ArrayBuffer }>('SELECT bytes FROM pieces WHERE at >= ? ORDER BY at LIMIT 1', at)
    .toArray();
  return row ? new Uint8Array(row.bytes) : null;
}

/** What the bytes of the whole file say of its charset. */
export function utf8Finding(sql: SqlStorage): Utf8Finding {
  const check = new Utf8Check();
  for (const { at } of sql.exec<{ at: number }>('SELECT at FROM pieces ORDER BY at').toArray())
    check.push(pieceFrom(sql, at) ?? new Uint8Array());
  return check.end();
}

/** The first bytes of a file, over as many pieces as they take. */
export function sampleOf(sql: SqlStorage, isUtf8: boolean, size: number): Sample {
  const bytes = new Uint8Array(Math.min(SAMPLE_BYTES, size));
  for (let at = 0; at < bytes.length; ) {
    const piece = pieceFrom(sql, at);
    if (!piece) break;
    bytes.set(piece.subarray(0, bytes.length - at), at);
    at += piece.length;
  }
  return { bytes, isWhole: size <= SAMPLE_BYTES, isUtf8 };
}
