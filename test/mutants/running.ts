/** Vitest with the mutants of some sources in them, in one runtime. */
import { join } from 'node:path';
import { createVitest, type TestProject, type TestSpecification, type Vitest } from 'vitest/node';
import { gateway, makeDocuments } from '../../vitest.config.ts';
import type { instrument } from './instrument.ts';
import type { Looped } from './looping-runner.ts';

export const ROOT = join(import.meta.dirname, '../..');

export type Runtime = 'node' | 'workerd';

/** Longer than any of these tests takes alone; what takes longer with a mutant has noticed it. */
const TIMEOUT_MS = { node: 10_000, workerd: 20_000 } as const;

/** The tests. */
export class Tests {
  readonly #vitest: Vitest;
  readonly #project: TestProject;
  readonly #runtime: Runtime;

  private constructor(vitest: Vitest, runtime: Runtime) {
    this.#vitest = vitest;
    this.#project = vitest.getRootProject();
    this.#runtime = runtime;
  }

  static async of(
    runtime: Runtime,
    plugin: Awaited<ReturnType<typeof instrument>>['plugin'],
  ): Promise<Tests> {
    const isNode = runtime === 'node';
    if (!isNode) makeDocuments();
    const vitest = await createVitest(
      'test',
      { config: false, root: ROOT, watch: false, reporters: [{}] },
      {
        plugins: [plugin, ...(isNode ? [] : [await gateway()])],
        test: {
          include: ['test/**/*.test.ts'],
          runner: join(ROOT, 'test/mutants/looping-runner.ts'),
          ...(!isNode && { setupFiles: ['./test/support/setup.ts'] }),
          testTimeout: TIMEOUT_MS[runtime],
          hookTimeout: TIMEOUT_MS[runtime],
          maxWorkers: 1,
          isolate: false,
          silent: true,
          dangerouslyIgnoreUnhandledErrors: true,
        },
      },
    );
    return new Tests(vitest, runtime);
  }

  specification(file: string): TestSpecification {
    return this.#project.createSpecification(join(ROOT, file));
  }

  /** Runs a file with none of the mutants, and each of its tests with those that it reaches. */
  async loop(
    file: string,
    tries: Readonly<Record<string, number>>,
    budgetMs: number,
  ): Promise<readonly Looped[]> {
    this.#project.provide('mutants', { active: null, tries, budgetMs });
    const { testModules, unhandledErrors } = await this.#vitest.runTestSpecifications([
      this.specification(file),
    ]);
    const looped: Looped[] = [];
    for (const module of testModules) {
      for (const error of module.errors()) console.error(`${file} (${this.#runtime}): ${error.message}`);
      for (const test of module.children.allTests()) {
        if (test.result().state === 'failed')
          console.error(`${file} fails without a mutant: ${test.fullName}`);
        const told = (test.meta() as { readonly looped?: Looped }).looped;
        if (told) looped.push(told);
      }
    }
    if (testModules.length === 0) console.error(`${file}: ${String(unhandledErrors[0])}`);
    return looped;
  }

  /** Whether some files fail with a mutant that is active from the start. */
  async notices(files: readonly string[], active: string): Promise<boolean> {
    this.#project.provide('mutants', { active, tries: {}, budgetMs: 0 });
    for (const file of files) {
      const { testModules } = await this.#vitest.runTestSpecifications([this.specification(file)]);
      if (!testModules.every((module) => module.ok())) return true;
    }
    return false;
  }

  close(): Promise<void> {
    return this.#vitest.close();
  }
}
