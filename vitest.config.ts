import { spawnSync } from 'node:child_process';
import { existsSync, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { FailedFiles } from './test/support/failed-files.ts';

const key = (text: string) => Buffer.from(text.padEnd(32, '.')).toString('base64');

/** What a test inside workerd may take on a machine that has much else to do, in milliseconds. */
const BUSY_MS = 60_000;

/** Memory that looks like a folder. */
const MEMORY = '/dev/shm';

/** More than the databases of all tests that run at a time. */
const ENOUGH_BYTES = 2 * 1024 ** 3;

// What the tests store is forgotten with them: where there is room in memory, they wait for no disk.
if (process.env.TMPDIR === undefined && existsSync(MEMORY)) {
  const { bavail, bsize } = statfsSync(MEMORY);
  if (bavail * bsize >= ENOUGH_BYTES) process.env.TMPDIR = MEMORY;
}

/** The documents that the Worker shows: made where a source is newer than they are. */
export function makeDocuments(): void {
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', 'src/build/main.ts', 'documents'], {
    cwd: import.meta.dirname,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the documents of the Worker could not be made');
}

/** How long the reconciliation model is played, by the variables of `npm run reconcile-model`. */
const reconcileModel = {
  runs: Number(process.env.RECONCILE_RUNS ?? 12),
  seed: Number(process.env.RECONCILE_SEED ?? 7),
  only: (process.env.RECONCILE_ONLY ?? '').split(',').filter(Boolean),
};

/** Movements of each account in the month that is reconciled, by the variable of `npm run reconcile-month`. */
const monthMovements = Number(process.env.MONTH_MOVEMENTS ?? 1000);

/** In production it is another Worker's; the tests have both in one. */
const RECONCILIATION = { className: 'Reconciliation', useSQLite: true };

/**
 * Tests that look at everything that is stored, or at what an isolate keeps: each file has a runtime of its own. The others share one,
 * and with it the time that its start takes: what they store has names of their own.
 */
export const ALONE = [
  'test/directory/**/*.test.ts',
  'test/gateway/*.test.ts',
  'test/http/admin*.test.ts',
  'test/http/anchors.test.ts',
  'test/http/attention*.test.ts',
  'test/http/before-payment.test.ts',
  'test/http/book*.test.ts',
  'test/http/drift.test.ts',
  'test/http/guesses.test.ts',
  'test/http/open-doors.test.ts',
  'test/http/operator-*.test.ts',
  'test/http/operators.test.ts',
  'test/http/paid-elsewhere.test.ts',
  'test/http/succession*.test.ts',
  'test/polybanking/**/*.test.ts',
];

/** Tests of the command line, of whole servers and of packages: in Node. */
const IN_NODE = [
  'test/cli/**/*.test.ts',
  'test/conformance/**/*.test.ts',
  'test/cpu/**/*.test.ts',
  'test/upgrade/**/*.test.ts',
  'test/package/**/*.test.ts',
  'test/forge/mutants.test.ts',
  'test/mutants/*.test.ts',
];

/** It needs the Worker that `npm run mutants` runs. */
const OF_MUTANTS = 'test/mutants/planted/inside.test.ts';

/** Files that take minutes. They begin first, and the others fill the time beside them. */
const LONG = [
  'test/reconcile/',
  'test/conformance/',
  'test/cli/new-provider',
  'test/package/',
  'test/upgrade/',
  'test/forge/',
  'test/cpu/',
  'test/http/operations',
  'test/cli/polybanking-move',
  'test/cli/events-crash',
  'test/http/any-bytes',
];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((part) => moduleId.includes(part));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

const BINDINGS = {
  ADMIN_TOKEN: 'test-admin-token',
  // A developer's .dev.vars must not make the tests lenient.
  LOCAL: '0',
  PUBLIC_URL: 'https://pay.countersign.dev',
  MASTER_KEY: key('master key of the tests'),
  ID_KEY: key('id key of the tests'),
};

/** What the tests inside workerd find as bindings. */
async function bindingsOf() {
  const migrations = await readD1Migrations(path.join(import.meta.dirname, 'src/directory/migrations'));
  return { ...BINDINGS, TEST_MIGRATIONS: migrations };
}

/** The Worker inside workerd, from its source: what production runs is built of it (test/cli/bundle.test.ts compares the two). */
export async function gateway(
  main = './test/support/worker.ts',
  durableObjects: Readonly<Record<string, typeof RECONCILIATION>> = {},
) {
  return cloudflareTest({
    main,
    wrangler: { configPath: './wrangler.toml' },
    miniflare: { bindings: await bindingsOf(), durableObjects: { RECONCILIATION, ...durableObjects } },
  });
}

/** Three kinds of tests: inside workerd, with real Durable Objects and D1; the console beside it; and in Node, for the command line. */
export default defineConfig(async () => {
  makeDocuments();
  return {
    test: {
      silent: 'passed-only' as const,
      reporters: ['default', new FailedFiles()],
      sequence: { sequencer: LongFirst },
      // By default one core is left free, which is half of a small machine; and some tests wait more than they work.
      maxWorkers: Math.max(3, availableParallelism() - 1),
      projects: [
        {
          plugins: [await gateway()],
          test: {
            name: 'workerd',
            include: ['test/**/*.test.ts'],
            exclude: [...ALONE, ...IN_NODE, 'test/browser/**', 'test/docs/**', 'test/console/**', OF_MUTANTS],
            setupFiles: ['./test/support/setup.ts'],
            isolate: false,
            testTimeout: BUSY_MS,
            provide: { reconcileModel, monthMovements },
          },
        },
        {
          plugins: [await gateway()],
          test: {
            name: 'alone',
            include: ALONE,
            testTimeout: BUSY_MS,
            setupFiles: ['./test/support/setup.ts'],
          },
        },
        {
          plugins: [
            cloudflareTest({
              main: './test/console/worker.ts',
              wrangler: { configPath: './wrangler.toml' },
              miniflare: {
                bindings: await bindingsOf(),
                durableObjects: {
                  RECONCILIATION,
                  ONCE: { className: 'OnceLog', useSQLite: true },
                  GATES: { className: 'SignInGate', useSQLite: true },
                },
              },
            }),
          ],
          test: {
            name: 'console',
            include: ['test/console/**/*.test.{ts,tsx}'],
            // A password takes a fifth of a second, on a machine that has nothing else to do.
            testTimeout: 60_000,
            hookTimeout: 60_000,
            setupFiles: ['./test/support/setup.ts'],
          },
        },
        {
          test: {
            name: 'node',
            include: IN_NODE,
            // Some start compilers and servers: on a busy machine that takes minutes.
            testTimeout: 600_000,
            hookTimeout: 600_000,
          },
        },
      ],
    },
  };
});
