import { defineConfig } from 'vitest/config';
import { Retried } from './test/support/retried.ts';

/** Pages in a real browser, against one local server. Needs Chromium (CHROMIUM, default /usr/bin/chromium). */
export default defineConfig({
  test: {
    reporters: ['default', new Retried()],
    globalSetup: ['./test/browser/shared.ts'],
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 90_000,
    // As vitest.config.ts says.
    retry: Number(process.env.TEST_RETRIES ?? 0),
    fileParallelism: false,
  },
});
