/** docs/invariants.md beside the tests. The failure ruled out: a promise whose test was renamed, moved or deleted, and is named all the same. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './support.ts';

/** A row's test: `file`: name. */
const TEST = /^\| (.+) \| `(test\/[^`]+)`: (.+) \|$/gm;

const page = readFileSync(join(ROOT, 'docs/invariants.md'), 'utf8');
const rows = [...page.matchAll(TEST)].map(([, invariant = '', file = '', name = '']) => ({
  invariant,
  file,
  name,
}));

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Whether a file has a test, or a group of them, of this name that is not skipped. */
function hasTest(file: string, name: string): boolean {
  if (!existsSync(join(ROOT, file))) return false;
  const text = readFileSync(join(ROOT, file), 'utf8');
  // `it('name', ...)`, `it.each(table)('name', ...)`, and the same of describe; the table may go over several lines.
  const title = new RegExp(
    `(\\b(?:it|describe)\\(|^\\s*\\]?\\)?\\)\\(|\\.each\\(.*\\)\\(|\\(\\s*)(['"\`])${escaped(name)}\\2,`,
    'm',
  );
  return title.test(text) && !new RegExp(`\\.skip\\w*\\([^\\n]*['"\`]${escaped(name)}`).test(text);
}

describe('docs/invariants.md', () => {
  it('has a test for every promise, and reads every row', () => {
    const tableRows = page.split('\n').filter((line) => line.startsWith('| ') && line.includes('`test/'));
    expect(rows.length).toBe(tableRows.length);
    expect(rows.length).toBeGreaterThan(40);
  });

  it.each(rows)('$invariant', ({ file, name }) => {
    expect(hasTest(file, name), `${file} has no test that is named: ${name}`).toBe(true);
  });

  it('would notice a test that is not there', () => {
    expect(hasTest('test/ledger/races.test.ts', 'a create raced 101 times gives one payment')).toBe(false);
    expect(hasTest('test/ledger/no-such-file.test.ts', 'a create raced 100 times gives one payment')).toBe(
      false,
    );
  });
});
