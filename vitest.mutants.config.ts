import { defineConfig } from 'vitest/config';
import { gateway, makeDocuments } from './vitest.config.ts';

/** By this name Stryker says which mutant is the active one. */
const ACTIVE = '__STRYKER_ACTIVE_MUTANT__';

/** Twice what a test usually may take: a mutant may be slow, and is to be found by a wrong answer all the same. */
const LATE_MS = 40_000;

/**
 * The tests that a mutant has to make fail, for `npm run mutants` alone: its main.ts says which, and where they run. The variable of the
 * active mutant reaches Node by itself; inside workerd there are no variables but bindings.
 */
export default defineConfig(async () => {
  const { MUTANTS_TESTS = '', MUTANTS_IN = 'node', [ACTIVE]: active } = process.env;
  const isNode = MUTANTS_IN === 'node';
  // The first run is without a mutant; the others find what it has made.
  if (!isNode && active === undefined) makeDocuments();
  return {
    plugins: isNode ? [] : [await gateway(active === undefined ? {} : { [ACTIVE]: active })],
    test: {
      include: MUTANTS_TESTS.split(','),
      ...(!isNode && { setupFiles: ['./test/support/setup.ts'] }),
      // One that fails is enough.
      bail: 1,
      testTimeout: LATE_MS,
      maxWorkers: 1,
      isolate: false,
      silent: true,
    },
  };
});
