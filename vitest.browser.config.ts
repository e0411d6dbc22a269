import { defineConfig } from 'vitest/config';
import { FailedFiles } from './test/support/failed-files.ts';

/** Pages in a real browser, against one local server. Needs Chromium (CHROMIUM, default /usr/bin/chromium). */
export default defineConfig({
  test: {
    reporters: ['default', new FailedFiles()],
    globalSetup: ['./test/browser/shared.ts'],
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 90_000,
    fileParallelism: false,
  },
});
