import { defineConfig } from 'vitest/config';

/** Pages in a real browser, against a local server of its own. Needs Chromium (CHROMIUM, default /usr/bin/chromium). */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 90_000,
    fileParallelism: false,
  },
});
