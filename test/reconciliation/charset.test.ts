/**
 * The charset of a provider's file. The failures ruled out: a charset that is guessed wrong; a character that is lost where two pieces
 * meet; UTF-8 with a wrong byte that is read as another charset; an error without its line.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileMapping } from '../../src/payments/reconciled.ts';
import { Utf8Check } from '../../src/reconciliation/charset.ts';
import { bytesOf, faultOf, MAPPED, POSTFINANCE, read } from './reading-support.ts';

/** UTF-16 with its byte order mark. */
function utf16(text: string, isBig: boolean): Uint8Array {
  const bytes = new Uint8Array(2 + text.length * 2);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, !isBig);
  for (let at = 0; at < text.length; at += 1) view.setUint16(2 + at * 2, text.charCodeAt(at), !isBig);
  return bytes;
}

describe('the charset', () => {
  const lines = read(POSTFINANCE).lines;

  it.each([
    ['UTF-8', bytesOf(POSTFINANCE)],
    ['UTF-8 with its mark', bytesOf(`\uFEFF${POSTFINANCE}`)],
    ['UTF-16 LE', utf16(POSTFINANCE, false)],
    ['UTF-16 BE', utf16(POSTFINANCE, true)],
  ])('%s is known by itself, in pieces of any size', (_, bytes) => {
    for (const piece of [1, 2, 3, 5, 64, 100_000])
      expect(read(bytes, { piece }).lines, `${piece}`).toEqual(lines);
  });

  it('of a Polish file that is no UTF-8 is windows-1250', () => {
    const header =
      '"Id sesji";"Waluta";"Id transakcji";"Status";"Data wp\xb3aty";"Kwota"\n"7ZK0M3Q9T2V8XW4B01";"PLN";"77";"wykonane";"2026-11-01";"12,50"\n';
    const bytes = Uint8Array.from(header, (one) => one.charCodeAt(0));
    const { lines: found, reading } = read(bytes, { currencies: ['PLN'] });
    expect(reading.charset).toBe('windows-1250');
    expect(found).toMatchObject([
      { order: '7ZK0M3Q9T2V8XW4B01', providerReference: '77', amount: 1250, day: '2026-11-01' },
    ]);
  });

  it.each([1, 9, 100_000])('that does not fit is refused with the line (pieces of %i)', (piece) => {
    const bytes = bytesOf('Order;Amount;Date\nA;1,00;01.11.2026\nXB;1,00;02.11.2026\n');
    bytes[bytes.indexOf('X'.charCodeAt(0))] = 0xff;
    const mapping: FileMapping = { ...MAPPED, charset: 'utf-8' };
    expect(faultOf(() => read(bytes, { mapping, piece }))).toMatchObject({ code: 'encoding', line: 3 });
  });
});

describe('UTF-8 with a wrong byte', () => {
  const findingOf = (...bytes: number[]) => {
    const check = new Utf8Check();
    for (const byte of bytes) check.push(Uint8Array.of(byte));
    return check.end();
  };

  it('is told from another charset, by its line', () => {
    const damaged = [...bytesOf('é\nü\nx'), 0xff, 0x0a];
    expect(findingOf(...damaged)).toEqual({ isUtf8: false, damagedLine: 3 });
    expect(findingOf(...bytesOf('€\n'), 0xe2, 0x82)).toEqual({ isUtf8: false, damagedLine: 2 });
    // SPÓŁKA ŻÓŁĆ in windows-1250: two of its bytes are a character of UTF-8 by chance.
    const polish = [0x53, 0xd3, 0xa3, 0x4b, 0x41, 0x20, 0xaf, 0xd3, 0x20, 0xa3, 0xc6, 0x0a];
    expect(findingOf(...polish)).toEqual({ isUtf8: false, damagedLine: null });
    expect(findingOf(0xc9, 0x74, 0xe9)).toEqual({ isUtf8: false, damagedLine: null });
  });

  it('is found where the platform’s decoder finds one', () => {
    const isUtf8 = (bytes: Uint8Array) => {
      try {
        new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
        return true;
      } catch {
        return false;
      }
    };
    const byte = fc.constantFrom(
      0x41,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
      0xc1,
      0xc2,
      0xe0,
      0xe1,
      0xed,
      0xf0,
      0xf4,
      0xf5,
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 8 }), (bytes) => {
        expect(findingOf(...bytes).isUtf8).toBe(isUtf8(Uint8Array.from(bytes)));
      }),
      { numRuns: 3000 },
    );
  });
});
