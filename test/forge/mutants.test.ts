/** Whether the forge would notice: mends are taken out of a copy of the tree. `npm run forge -- --mutants` takes out all of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MUTANTS } from './mutants.ts';
import { edited, foundWithout } from './mutation.ts';

const SEED = 1;
const RUNS = 200;

describe('a mend that is taken out', () => {
  it.each(MUTANTS.map((mutant) => [mutant.without, mutant] as const))(
    'stands in the tree: %s',
    (_, { edits }) => {
      for (const edit of edits) {
        const text = readFileSync(join(import.meta.dirname, '../..', edit.file), 'utf8');
        expect(edited(text, edit)).not.toBe(text);
      }
    },
  );

  it.each(MUTANTS.filter(({ inCi }) => inCi).map((mutant) => [mutant.without, mutant] as const))(
    `is missed within ${RUNS} runs: %s`,
    async (_, mutant) => {
      expect(await foundWithout(mutant, RUNS, [SEED])).not.toContain(null);
    },
  );
});
