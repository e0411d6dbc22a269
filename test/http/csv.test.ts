/** CSV. The failures ruled out: a cell that a spreadsheet runs, a number that is changed, a cell that breaks out of its place. */
import { describe, expect, it } from 'vitest';
import { csvOf } from '../../src/http/csv.ts';

const cellOf = (value: unknown) => csvOf(['a'], [{ a: value }]).slice('a\r\n'.length, -'\r\n'.length);

describe('a cell', () => {
  const signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
  const before = [
    '',
    ' ',
    '\u00A0',
    '\u0000',
    '\u001F',
    '\uFEFF',
    ' \u3000 ',
    '\u200B',
    '\u00AD',
    '\u3164',
    '\u2800',
    '\u202E',
    '\uFE0F',
    ' \u200B ',
  ];

  it.each(signs.flatMap((sign) => before.map((hidden) => `${hidden}${sign}1+1`)))(
    'that begins with a sign of a formula, as wide as it may be and behind what is not seen, is none: %j',
    (text) => {
      expect(cellOf(text)).toBe(`'${text}`);
    },
  );

  it.each(['\t=1', '\tx', '\rx', '\nx', '\r\n=1', ' \n=1'])(
    'that begins with a tab or a line break is none: %j',
    (text) => {
      const cell = cellOf(text).replaceAll('"', '');
      expect([cell[0], cell.replaceAll("'", '')]).toEqual(["'", text]);
    },
  );

  it.each([-5, '-5', '-4.00', '0', 'a=b', 'a@b.ch', 'a+b', '1-2', '', ' a', 'é', '「'])(
    'of anything else stays as it is: %j',
    (value) => {
      expect(cellOf(value)).toBe(String(value));
    },
  );

  it('that is no number after all gets its apostrophe: a sign alone, two of them, words', () => {
    for (const text of ['-', '--1', '-1+1', '-a', '-1.', '+1']) expect(cellOf(text)).toBe(`'${text}`);
  });
});

describe('a text within which a program that splits elsewhere begins a cell', () => {
  it.each([
    ['comma', 'a;=1+1;b', "a;'=1+1;b"],
    ['comma', 'a\t=1', "a\t'=1"],
    ['comma', 'a; \u200B＝1', "a;' \u200B＝1"],
    ['semicolon', 'x,=1+1,y', "x,'=1+1,y"],
    ['tab', 'x,=1;-2+3', "x,'=1;'-2+3"],
    ['comma', 'x\n=1', '"x\n\'=1"'],
    ['comma', 'x,=1', '"x,=1"'],
    ['semicolon', 'x;=1', '"x;=1"'],
    ['comma', 'a; b;c', 'a; b;c'],
  ] as const)('is no formula there (%s: %j)', (separator, text, cell) => {
    expect(csvOf(['a'], [{ a: text }], separator)).toBe(`a\r\n${cell}\r\n`);
  });
});
