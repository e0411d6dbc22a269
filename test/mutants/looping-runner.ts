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
  /** Its name among all tests, the same in each run. */
  readonly id: string;
  readonly ms: number;
  /** Every mutant that it reached and that is still looked for. */
  readonly reached: readonly string[];
  /** Reached while modules were loaded, before this test: these need a start of their own. */
  readonly atLoad: readonly string[];
  readonly noticed: readonly string[];
  /** Of those it was to try: which it did not notice. */
  readonly passed: readonly string[];
  /** Of those it was to try: which need a start of their own, because the test cannot be repeated. */
  readonly untried: readonly string[];
  /** Of those it was to try: for which there was no time. */
  readonly late: readonly string[];
}

type Task = Parameters<TestRunner['onAfterTryTask']>[0];
type Suite = Parameters<TestRunner['onBeforeRunSuite']>[0];

const { active, wanted, assigned, budgetMs, start } = inject('mutants');
const kept = globalThis as { __stryker__?: Stryker; found?: Set<string>; start?: number };
/** Vitest has sometimes taken the runtime of an earlier start, whose modules were loaded without this mutant. */
kept.start ??= start;
const isUsed = kept.start !== start;
/** The sources hold the first one for good, also when the next file of tests loads this runner again. */
kept.__stryker__ ??= { mutantCoverage: { static: {}, perTest: {} } };
const stryker = kept.__stryker__;
/** Those that a test of this start has noticed: no other need try them. */
kept.found ??= new Set();
const { found } = kept;
const isWanted = new Set(wanted);

/** A mutant may repeat a loop; without an end it is stopped here. */
const limitOf = (hits: number) => hits * 100 + 10_000;

/** How often a mutant that is active from the start may be reached. */
const MOST_HITS = 10_000_000;

if (active !== null) Object.assign(stryker, { activeMutant: active, hitCount: 0, hitLimit: MOST_HITS });

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
    const since = performance.now();
    await run();
    if (active !== null) return;
    const ms = performance.now() - since;
    const hits = stryker.mutantCoverage.perTest[test.id] ?? {};
    // What each test reaches is asked once, in a run that tries nothing: it is much.
    const isAsked = Object.keys(assigned).length === 0;
    const reached = isAsked ? Object.keys(hits).filter((id) => isWanted.has(id)) : [];
    const atLoad = isAsked ? Object.keys(stryker.mutantCoverage.static).filter((id) => isWanted.has(id)) : [];
    const looped: Looped = { id: test.id, ms, reached, atLoad, ...(await this.#loop(test, hits)) };
    Object.assign(test.meta, { looped });
  }

  async #loop(test: Task, hits: Readonly<Record<string, number>>) {
    const noticed: string[] = [];
    const passed: string[] = [];
    const looped: Pick<Looped, 'noticed' | 'passed' | 'untried' | 'late'> = {
      noticed,
      passed,
      untried: [],
      late: [],
    };
    const toTry = (assigned[test.id] ?? []).filter((id) => !found.has(id));
    if (toTry.length === 0) return looped;
    if (!(await this.#passes(test))) return { ...looped, untried: toTry };
    const until = performance.now() + budgetMs;
    for (const [at, id] of toTry.entries()) {
      if (performance.now() > until) return { ...looped, late: toTry.slice(at) };
      Object.assign(stryker, { activeMutant: id, hitCount: 0, hitLimit: limitOf(hits[id] ?? 0) });
      const passes = await this.#passes(test);
      stryker.activeMutant = undefined;
      if (passes) {
        passed.push(id);
        continue;
      }
      if (!(await this.#passes(test))) return { ...looped, untried: toTry.slice(at) };
      noticed.push(id);
      found.add(id);
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
