import { defineConfig } from 'vitest/config';

/**
 * The code on the pages of /docs, and the programs in examples, run by what their readers have: Node, Python 3, PHP, Django, Flask, Symfony,
 * WordPress. `.ci/run` installs them; `npm run test:docs` says what is missing.
 */
export default defineConfig({
  test: {
    include: ['test/docs/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    fileParallelism: false,
  },
});
