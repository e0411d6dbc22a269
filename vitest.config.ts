import { existsSync, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const key = (text: string) => Buffer.from(text.padEnd(32, '.')).toString('base64');

/** Memory that looks like a folder. */
const MEMORY = '/dev/shm';

/** More than the databases of all tests that run at a time. */
const ENOUGH_BYTES = 2 * 1024 ** 3;

// What the tests store is forgotten with them: where there is room in memory, they wait for no disk.
if (process.env.TMPDIR === undefined && existsSync(MEMORY)) {
  const { bavail, bsize } = statfsSync(MEMORY);
  if (bavail * bsize >= ENOUGH_BYTES) process.env.TMPDIR = MEMORY;
}

/** How long the reconciliation model is played, by the variables of `npm run reconcile-model`. */
const reconcileModel = {
  runs: Number(process.env.RECONCILE_RUNS ?? 100),
  seed: Number(process.env.RECONCILE_SEED ?? 7),
  only: (process.env.RECONCILE_ONLY ?? '').split(',').filter(Boolean),
};

/** Two kinds of tests: inside workerd, with real Durable Objects and D1; and in Node, for the command line. */
export default defineConfig(async () => ({
  test: {
    silent: 'passed-only' as const,
    // By default one core is left free, which is half of a small machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                ADMIN_TOKEN: 'test-admin-token',
                // A developer's .dev.vars must not make the tests lenient.
                LOCAL: '0',
                PUBLIC_URL: 'https://pay.countersign.dev',
                MASTER_KEY: key('master key of the tests'),
                ID_KEY: key('id key of the tests'),
                TEST_MIGRATIONS: await readD1Migrations(
                  path.join(import.meta.dirname, 'src/directory/migrations'),
                ),
              },
            },
          }),
        ],
        test: {
          name: 'workerd',
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/cli/**',
            'test/conformance/**',
            'test/cpu/**',
            'test/upgrade/**',
            'test/browser/**',
            'test/forge/mutants.test.ts',
          ],
          setupFiles: ['./test/support/setup.ts'],
          provide: { reconcileModel },
        },
      },
      {
        test: {
          name: 'node',
          include: [
            'test/cli/**/*.test.ts',
            'test/conformance/**/*.test.ts',
            'test/cpu/**/*.test.ts',
            'test/upgrade/**/*.test.ts',
            'test/forge/mutants.test.ts',
          ],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
}));
