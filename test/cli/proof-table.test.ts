/** SECURITY.md's table of what each signature proves is what the providers declare. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { proofTable, withProofTable } from '../../src/cli/proof-table.ts';
import { providers } from '../../src/providers/registry.ts';
import { ROOT } from './support.ts';

describe('the table of what each signature proves', () => {
  const security = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');

  it('is the one that the script makes (npm run proof-table)', () => {
    expect(withProofTable(security)).toBe(security);
  });

  it('has a row for every provider', () => {
    for (const { id } of providers) expect(proofTable()).toContain(`\n| ${id} | `);
  });

  it('has to have a place', () => {
    expect(() => withProofTable('# Security')).toThrow('no place');
  });
});
