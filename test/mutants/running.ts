/** Vitest with the mutants of some sources in them, in one runtime. */
import { join, relative } from 'node:path';
import { createVitest, type TestProject, type TestSpecification, type Vitest } from 'vitest/node';
import { gateway, makeDocuments } from '../../vitest.config.ts';
import type { instrument } from './instrument.ts';
import type { Looped } from './looping-runner.ts';

export const ROOT = join(import.meta.dirname, '../..');

export type Runtime = 'node' | 'workerd';

/** Which mutants a test is repeated for, by its id. */
export type Assigned = Readonly<Record<string, readonly string[]>>;

/** What a start has brought. */
interface Told {
  readonly told: readonly (readonly [file: string, looped: Looped])[];
  /** Files that have a test which fails without a mutant. */
  readonly failing: ReadonlySet<string>;
}

/** Longer than any of these tests takes alone; what takes longer with a mutant has noticed it. */
const TIMEOUT_MS = { node: 10_000, workerd: 20_000 } as const;

/** The Worker inside workerd: that of the tests, with the planted mutants. */
const WORKER = './test/mutants/planted/worker.ts';
const PLANTED = { className: 'PlantedObject', useSQLite: true };

/** How often a start is tried that should have a new runtime. */
const MOST_ATTEMPTS = 5;

/** The tests. */
export class Tests {
  readonly #vitest: Vitest;
  readonly #project: TestProject;
  readonly runtime: Runtime;
  #starts = 0;

  private constructor(vitest: Vitest, runtime: Runtime) {
    this.#vitest = vitest;
    this.#project = vitest.getRootProject();
    this.runtime = runtime;
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
        plugins: [plugin, ...(isNode ? [] : [await gateway(WORKER, { PLANTED })])],
        test: {
          // Its keys know the files, and not what the plugin puts in their place: sources without mutants, or with those of another run.
          fsModuleCache: false,
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

  /** Runs files, one after the other. Vitest answers with the results of every file that it has ever run. */
  async #run(files: readonly string[]) {
    const { testModules, unhandledErrors } = await this.#vitest.runTestSpecifications(
      files.map((file) => this.specification(file)),
    );
    const paths = new Set(files.map((file) => join(ROOT, file)));
    return { modules: testModules.filter(({ moduleId }) => paths.has(moduleId)), unhandledErrors };
  }

  /** Runs files with none of the mutants. @returns what each test reaches of those wanted, by its file. */
  reached(files: readonly string[], wanted: readonly string[]): Promise<Told> {
    return this.#told(files, { wanted, assigned: {}, budgetMs: 0 });
  }

  /** Runs files, and each of their tests again with each of the mutants that are assigned to it. @returns what each test tells. */
  loop(files: readonly string[], assigned: Assigned, budgetMs: number): Promise<Told> {
    return this.#told(files, { wanted: [], assigned, budgetMs });
  }

  async #told(
    files: readonly string[],
    asked: { readonly wanted: readonly string[]; readonly assigned: Assigned; readonly budgetMs: number },
  ): Promise<Told> {
    this.#project.provide('mutants', { active: null, ...asked, start: ++this.#starts });
    const { modules, unhandledErrors } = await this.#run(files);
    const told: [string, Looped][] = [];
    const failing = new Set<string>();
    for (const module of modules) {
      const file = relative(ROOT, module.moduleId);
      for (const error of module.errors()) console.error(`${file} (${this.runtime}): ${error.message}`);
      if (!module.ok()) failing.add(file);
      for (const test of module.children.allTests()) {
        const { looped } = test.meta() as { readonly looped?: Looped };
        if (looped) told.push([file, looped]);
      }
    }
    if (modules.length < files.length) console.error(`${files.join(' ')}: ${String(unhandledErrors[0])}`);
    return { told, failing };
  }

  /** Whether some files fail with a mutant that is active from the start. @throws Error when no new runtime was to be had. */
  async notices(files: readonly string[], active: string): Promise<boolean> {
    for (const file of files) if (!(await this.#isGood(file, active))) return true;
    return false;
  }

  /** Whether a file passes, in a runtime that has loaded nothing before. */
  async #isGood(file: string, active: string): Promise<boolean> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      this.#project.provide('mutants', {
        active,
        wanted: [],
        assigned: {},
        budgetMs: 0,
        start: ++this.#starts,
      });
      const { modules } = await this.#run([file]);
      const tests = modules.flatMap((module) => [...module.children.allTests()]);
      const isUsed = tests.some((test) => (test.meta() as { readonly isUsed?: boolean }).isUsed);
      // A start that broke off has run nothing, and found nothing either.
      const hasRun = modules.length > 0 && (tests.length > 0 || modules.some((module) => !module.ok()));
      if (hasRun && !isUsed) return modules.every((module) => module.ok());
    }
    throw new Error(`${file}: no new runtime in ${MOST_ATTEMPTS} starts`);
  }

  close(): Promise<void> {
    return this.#vitest.close();
  }
}
