/** Which tests try a mutant first, and the list of changes that mean the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { byPromise, nearness } from './assigned.ts';
import { equivalents, placeOf } from './equivalents.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('the tests that try a mutant', () => {
  const test = (id: string, file: string, ms: number, reach: number) => ({ id, file, ms, reach });

  it('are those whose file has its source’s name first, before quicker ones', () => {
    const near = test('near', 'test/http/books.test.ts', 500, 900);
    const far = test('far', 'test/http/payments.test.ts', 1, 1);
    expect(byPromise('src/gateway/book-audit.ts', [far, near])).toEqual([near, far]);
  });

  it('are near by the words of a name, and not by those of a folder', () => {
    expect(nearness('src/gateway/book-audit.ts', 'test/http/books.test.ts')).toBe(1);
    expect(nearness('src/gateway/book-audit.ts', 'test/gateway/hints.test.ts')).toBe(0);
  });

  it('are the special and quick ones first', () => {
    const special = test('special', 'test/http/a.test.ts', 100, 5);
    const common = test('common', 'test/http/b.test.ts', 100, 500);
    const slow = test('slow', 'test/http/c.test.ts', 9000, 500);
    expect(byPromise('src/gateway/x.ts', [slow, common, special])).toEqual([special, common, slow]);
  });

  it('are not all of one file, whose rows notice the same', () => {
    const rows = [1, 2, 3].map((row) => test(`row ${row}`, 'test/http/a.test.ts', row, 1));
    const other = test('other', 'test/http/b.test.ts', 900, 50);
    expect(byPromise('src/gateway/x.ts', [...rows, other]).map(({ id }) => id)).toEqual([
      'row 1',
      'other',
      'row 2',
      'row 3',
    ]);
  });
});

describe('a mutant', () => {
  it('is known by its text when its line moves', () => {
    const mutant = {
      id: '1',
      fileName: 'src/a.ts',
      mutatorName: 'BlockStatement',
      replacement: '{}',
      location: { start: { line: 1, column: 7 }, end: { line: 3, column: 1 } },
    };
    const lines = ['const a = 1;', 'if (a) {', '  b();', '}'];
    const place = placeOf(mutant, lines);
    expect(place).toMatchObject({ line: 'if (a) {', original: '{ b(); }', replacement: '{}' });
    const moved = { ...mutant, location: { start: { line: 2, column: 7 }, end: { line: 4, column: 1 } } };
    expect(placeOf(moved, ['', ...lines])).toEqual(place);
  });
});

describe('the list of changes that mean the same', () => {
  const listed = [...equivalents(ROOT)];

  it('has a sentence for each', () => {
    expect(listed.length).toBeGreaterThan(0);
    for (const [key, reason] of listed) expect(reason, key).toMatch(/^[A-Z].{10,}\.$/s);
  });

  it('speaks of lines that are there', () => {
    for (const [key] of listed) {
      const [file = '', line = ''] = JSON.parse(key) as string[];
      const lines = readFileSync(join(ROOT, file), 'utf8')
        .split('\n')
        .map((text) => text.replaceAll(/\s+/g, ' ').trim());
      expect(lines, file).toContain(line);
    }
  });
});
