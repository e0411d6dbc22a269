/** Statements that the build puts on one line say what they said, and nothing else of a file changes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFlatSql } from '../../src/build/sql.ts';
import { ROOT } from './support.ts';

const files = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
  .filter(({ name }) => name.endsWith('.ts'))
  .map(({ name, parentPath }) => join(parentPath, name));

const squeezed = (text: string) => text.replace(/\s+/g, '');

describe('a file with its statements on one line', () => {
  it('has the same words on as many lines: the source map fits, and no statement lost a part', () => {
    let changed = 0;
    for (const path of files) {
      const source = readFileSync(path, 'utf8');
      const flat = withFlatSql(path, source);
      if (flat === source) continue;
      changed += 1;
      expect(squeezed(flat) === squeezed(source), path).toBe(true);
      expect(flat.split('\n').length, path).toBe(source.split('\n').length);
    }
    expect(changed > 10).toBe(true);
  });

  it('keeps words apart, and takes no comment, no page and no text that only looks alike', () => {
    const flat = withFlatSql('a.ts', 'const a = `SELECT b\n    FROM $' + '{c}\n   WHERE d`;');
    expect(flat).toBe('const a = `SELECT b FROM $' + '{\nc} WHERE d`\n;');
    const page = 'const a = `\n  <p>\n`;';
    expect(withFlatSql('a.ts', page)).toBe(page);
    // A comment of SQL goes to the end of its line: there is none in a statement over several.
    const commented = files.filter((path) =>
      /`\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE)[^`]*--[^`]*\n/.test(readFileSync(path, 'utf8')),
    );
    expect(commented).toEqual([]);
  });
});
