/** Files that are read in small pieces, without an account: what the tests of the reader share. */
import type { FileMapping } from '../../src/payments/reconciled.ts';
import { UnreadableFile } from '../../src/reconciliation/fault.ts';
import { BEGINNING, type FileLine, readPiece } from '../../src/reconciliation/reader.ts';
import { readingOf } from '../../src/reconciliation/reading.ts';

/** UTF-8. */
export const bytesOf = (text: string) => new TextEncoder().encode(text);

interface How {
  readonly preset?: string;
  readonly mapping?: FileMapping;
  readonly currencies?: readonly string[];
  readonly piece?: number;
}

/** The first piece of a file, by which it is known. */
export function sampleOf(bytes: Uint8Array) {
  let isUtf8 = true;
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    isUtf8 = false;
  }
  return { bytes: bytes.subarray(0, 65_536), isWhole: bytes.length <= 65_536, isUtf8 };
}

/** The lines of a file, read piece by piece. */
export function read(
  file: Uint8Array | string,
  { preset, mapping, currencies = ['CHF'], piece = 7 }: How = {},
) {
  const bytes = typeof file === 'string' ? bytesOf(file) : file;
  const reading = readingOf(sampleOf(bytes), {
    preset: preset ?? null,
    mapping: mapping ?? null,
    currency: null,
    zone: 'UTC',
    currencies,
  });
  if (!reading) throw new Error('nobody knows this file');
  let state = BEGINNING;
  const lines: FileLine[] = [];
  const unreadable: string[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += piece) {
    const part = readPiece(reading, state, bytes.subarray(at, at + piece), at + piece >= bytes.length);
    state = part.state;
    lines.push(...part.lines);
    unreadable.push(...part.unreadable.map(({ line, detail }) => `${line}: ${detail}`));
  }
  return { lines, unreadable, state, reading };
}

/** Why a file cannot be read. */
export function faultOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (error instanceof UnreadableFile) return error.fault;
    throw error;
  }
  return null;
}

export const POSTFINANCE = `<?xml version="1.0"?>
Id;REF;ORDER;STATUS;TOTAL
3001;polybanking-1;01/11/2026;9;12,50
3002;polybanking-2;02/11/2026;8;5,00
3003;|polybanking;3|;03/11/2026;2;5,00
`;

export const MAPPED: FileMapping = { columns: { order: 'Order', amount: 'Amount', date: 'Date' } };
