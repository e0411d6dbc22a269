import { defineConfig } from 'vitest/config';

/** Pages in a real browser, against one local server. Needs Chromium (CHROMIUM, default /usr/bin/chromium). */
export default defineConfig({
  test: {
    globalSetup: ['./test/browser/shared.ts'],
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 90_000,
    fileParallelism: false,
  },
});
