/** The page's table of operations is what the providers declare. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { operationsTable, withTable } from '../../src/cli/operations-table.ts';
import { ROOT } from './support.ts';

describe('the table of operations', () => {
  const page = readFileSync(join(ROOT, 'docs/after-payment.md'), 'utf8');

  it('is the one that the script makes (npm run operations-table)', () => {
    expect(withTable(page)).toBe(page);
    expect(operationsTable()).toContain('| spplus |  |  |  |  |');
  });

  it('has to have a place', () => {
    expect(() => withTable('# countersign')).toThrow('no place');
  });
});
