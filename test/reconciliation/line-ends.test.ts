/** Files whose lines end with CR alone. Ruled out: one that is refused as a line without end because it is large, and wrong numbers of lines. */
import { describe, expect, it } from 'vitest';
import { decodeLines, endOfLines, Utf8Check } from '../../src/reconciliation/charset.ts';
import { UnreadableFile } from '../../src/reconciliation/fault.ts';
import { BEGINNING, type FileLine, readPiece } from '../../src/reconciliation/reader.ts';
import { readingOf } from '../../src/reconciliation/reading.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

function utf16(text: string, isBig: boolean): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at += 1) view.setUint16(at * 2, text.charCodeAt(at), !isBig);
  return bytes;
}

const LINE = `A;1,00;13.11.2026;${'x'.repeat(100)}`;

function read(bytes: Uint8Array, piece: number) {
  const reading = readingOf(
    { bytes: bytes.subarray(0, 65_536), isWhole: bytes.length <= 65_536, isUtf8: true },
    {
      preset: null,
      mapping: { columns: { order: 'Order', amount: 'Amount', date: 'Date' } },
      zone: 'UTC',
      currencies: ['CHF'],
      currency: null,
    },
  );
  if (!reading) throw new Error('it is mapped');
  let state = BEGINNING;
  const lines: FileLine[] = [];
  const unreadable: number[] = [];
  for (let at = 0; at < bytes.length; at += piece) {
    const part = readPiece(reading, state, bytes.subarray(at, at + piece), at + piece >= bytes.length);
    state = part.state;
    lines.push(...part.lines);
    unreadable.push(...part.unreadable.map(({ line }) => line ?? 0));
  }
  return { lines, unreadable, state };
}

describe('a file whose lines end with CR alone', () => {
  it('is read however large it is, and its lines have their numbers', () => {
    const lines = Array.from({ length: 30_000 }, () => LINE);
    lines[29_000] = 'B;x;13.11.2026;';
    const text = `Order;Amount;Date;Note\r${lines.join('\r')}\r`;
    const { lines: found, unreadable } = read(bytesOf(text), 512 * 1024);
    expect([found.length, found.at(-1)?.line, unreadable]).toEqual([29_999, 30_001, [29_002]]);
  });

  it.each(['\r', '\n', '\r\n'])('has the same lines as with %j, wherever it is cut into pieces', (end) => {
    const text = ['Order;Amount;Date', 'A;1,00;13.11.2026', '"B\nb";x;13.11.2026', 'C;y;13.11.2026', '']
      .join('\n')
      .replaceAll('\n', end);
    for (const piece of [1, 2, 3, 5, 7, 64])
      expect([read(bytesOf(text), piece).unreadable, piece]).toEqual([[3, 5], piece]);
  });

  it('has its line where a byte is wrong', () => {
    const check = new Utf8Check();
    check.push(Uint8Array.of(...bytesOf('é\rü\r\nx\r'), 0xff, 0x0d));
    expect(check.end().damagedLine).toBe(4);
    const wrong = Uint8Array.of(...bytesOf('a\rb\r\n'), 0xff, 0x0d);
    const fault = () => decodeLines(wrong, 'utf-8', 1);
    expect(fault).toThrow(UnreadableFile);
    expect(fault).toThrow(/^line 3:/);
  });

  it('of UTF-16 ends its lines there too, and a CR at the end waits for its LF', () => {
    for (const isBig of [false, true]) {
      const charset = isBig ? 'utf-16be' : 'utf-16le';
      expect(endOfLines(utf16('ab\rc', isBig), charset)).toBe(6);
      expect(endOfLines(utf16('ab\r', isBig), charset)).toBe(0);
      expect(endOfLines(utf16('a\r\nb\r', isBig), charset)).toBe(6);
    }
    expect(endOfLines(bytesOf('ab\rc'), 'utf-8')).toBe(3);
    expect(endOfLines(bytesOf('a\r\nb\r'), 'utf-8')).toBe(3);
  });
});
