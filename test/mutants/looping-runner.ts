/**
 * The runner of the tests for `npm run mutants`. After a test has passed, it is run again for each mutant that it has reached, in the same
 * runtime: a start of vitest takes seconds, a test mostly milliseconds. A mutant that makes it fail is noticed, if the test passes again
 * without the mutant; else the test is not one that can be repeated, and what it reached is told to the driver, which starts anew for each.
 */
import { inject, TestRunner } from 'vitest';

/** What the instrumented sources read and write, by the names that Stryker gives. */
interface Stryker {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number;
  hitLimit?: number;
  mutantCoverage: {
    /** What was reached while modules were loaded, and how often. */
    static: Record<string, number>;
    perTest: Record<string, Record<string, number>>;
  };
}

/** What a test tells the driver. */
export interface Looped {
  /** Every mutant that it reached and that was not noticed before. */
  readonly reached: readonly string[];
  readonly noticed: readonly string[];
  /** Of those reached: which this test did not notice. */
  readonly passed: readonly string[];
  /** Of those reached: which need a start of their own, because the test cannot be repeated. */
  readonly untried: readonly string[];
  /** Of those reached: for which there was no time. */
  readonly late: readonly string[];
  /** Reached while modules were loaded, before this test: these need a start of their own, too. */
  readonly atLoad: readonly string[];
}

type Task = Parameters<TestRunner['onAfterTryTask']>[0];
type Suite = Parameters<TestRunner['onBeforeRunSuite']>[0];

const { active, tries, budgetMs, start } = inject('mutants');
const kept = globalThis as { __stryker__?: Stryker; triesLeft?: Map<string, number>; start?: number };
/** Vitest has sometimes taken the runtime of an earlier start, whose modules were loaded without this mutant. */
kept.start ??= start;
const isUsed = kept.start !== start;
/** The sources hold the first one for good, also when the next file of tests loads this runner again. */
kept.__stryker__ ??= { mutantCoverage: { static: {}, perTest: {} } };
const stryker = kept.__stryker__;
if (active !== null) stryker.activeMutant = active;
/** How many tests may still try each mutant that was not noticed, over all files of a start. */
kept.triesLeft ??= new Map(Object.entries(tries));
const { triesLeft } = kept;

/** A mutant may repeat a loop; without an end it is stopped here. */
const limitOf = (hits: number) => hits * 100 + 10_000;

/** The suites of a test, the file's own first. */
function suitesOf(test: Task): Suite[] {
  const suites: Suite[] = [];
  for (let one: Suite | undefined = test.suite; one; one = one.suite) suites.unshift(one);
  const [first] = suites;
  return first === test.file ? suites : [test.file, ...suites];
}

export default class LoopingRunner extends TestRunner {
  async runTask(test: Task): Promise<void> {
    try {
      await this.#runTask(test);
    } finally {
      // What is reached from here on is reached while the next file is loaded, and by no test.
      stryker.currentTestId = undefined;
    }
  }

  async #runTask(test: Task): Promise<void> {
    stryker.currentTestId = test.id;
    const run = TestRunner.getTestFn(test);
    if (isUsed) Object.assign(test.meta, { isUsed });
    await run();
    if (active !== null) return;
    const hits = stryker.mutantCoverage.perTest[test.id] ?? {};
    const reached = Object.keys(hits).filter((id) => triesLeft.has(id));
    const atLoad = Object.keys(stryker.mutantCoverage.static).filter((id) => triesLeft.has(id));
    Object.assign(test.meta, { looped: { reached, atLoad, ...(await this.#loop(test, hits, reached)) } });
  }

  async #loop(test: Task, hits: Readonly<Record<string, number>>, reached: readonly string[]) {
    const noticed: string[] = [];
    const passed: string[] = [];
    const looped: Omit<Looped, 'reached' | 'atLoad'> = { noticed, passed, untried: [], late: [] };
    const worthTrying = reached.filter((id) => (triesLeft.get(id) ?? 0) > 0);
    if (worthTrying.length === 0) return looped;
    if (!(await this.#passes(test))) return { ...looped, untried: worthTrying };
    const until = performance.now() + budgetMs;
    for (const [at, id] of worthTrying.entries()) {
      if (performance.now() > until) return { ...looped, late: worthTrying.slice(at) };
      Object.assign(stryker, { activeMutant: id, hitCount: 0, hitLimit: limitOf(hits[id] ?? 0) });
      const passes = await this.#passes(test);
      stryker.activeMutant = undefined;
      if (passes) {
        passed.push(id);
        triesLeft.set(id, (triesLeft.get(id) ?? 0) - 1);
        continue;
      }
      if (!(await this.#passes(test))) return { ...looped, untried: worthTrying.slice(at) };
      noticed.push(id);
      triesLeft.delete(id);
    }
    return looped;
  }

  /** Whether a test passes once more, with what stands before and after each test of its suites. */
  async #passes(test: Task): Promise<boolean> {
    const suites = suitesOf(test);
    const after: (() => unknown)[] = [];
    let passed = true;
    const attempt = async (work: () => unknown) => {
      try {
        await work();
      } catch {
        passed = false;
      }
    };
    await attempt(async () => {
      this.onBeforeTryTask(test, { retry: 0, repeats: 1 });
      for (const suite of suites)
        for (const hook of TestRunner.getSuiteHooks(suite).beforeEach) {
          const cleanup: unknown = await hook(test.context, suite);
          if (typeof cleanup === 'function') after.unshift(() => cleanup());
        }
      await TestRunner.getTestFn(test)();
      this.onAfterTryTask(test);
    });
    for (const suite of suites.toReversed())
      for (const hook of TestRunner.getSuiteHooks(suite).afterEach)
        await attempt(() => hook(test.context, suite));
    for (const cleanup of after) await attempt(cleanup);
    return passed;
  }
}
