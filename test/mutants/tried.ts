/** What becomes of each mutant of some sources: tests are repeated for it, and where that cannot be, started for it. */
import { matchesGlob } from 'node:path';
import type { Mutant } from '@stryker-mutator/api/core';
import { ALONE } from '../../vitest.config.ts';
import { compiling } from './compiling.ts';
import { instrument } from './instrument.ts';
import type { Looped } from './looping-runner.ts';
import { ROOT, type Runtime, Tests } from './running.ts';

/** How long a test is repeated, at first and when the others have had their turn. */
const FIRST_BUDGET_MS = 1_500;
const LAST_BUDGET_MS = 15_000;

/** How many files of tests are run after one start. */
const MOST_TOGETHER = 10;

/** How many files of tests have a start of their own for a mutant. */
const MOST_STARTS = 2;

/** Mutants that prove by their tests that those of a runtime are active there. */
const PLANTED: Readonly<
  Record<Runtime, { readonly sources: readonly string[]; readonly tests: readonly string[] }>
> = {
  node: { sources: ['test/mutants/planted/paid.ts'], tests: ['test/mutants/planted/paid.test.ts'] },
  workerd: {
    sources: ['paid', 'route', 'object'].map((name) => `test/mutants/planted/${name}.ts`),
    tests: ['paid', 'inside'].map((name) => `test/mutants/planted/${name}.test.ts`),
  },
};

/** `untried`: reached by a test for which there was no time; `left out`: of the sample. */
export type Status = 'noticed' | 'survived' | 'untried' | 'unreached' | 'does not compile' | 'left out';

/** A mutant and what became of it, as it is kept. */
export interface Result {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly kind: string;
  readonly replacement: string;
  readonly status: Status;
}

/** How much is tried. */
export interface Extent {
  /** How many tests try a mutant at most. */
  readonly mostTries: number;
  /** Of each so many mutants in the order of the sources, the first is tried. */
  readonly oneOf: number;
  /** How long a round may take. */
  readonly minutes: number;
}

/** Which files have tests that a mutant is still to be tried with. */
class FilesLeft {
  readonly #files = new Map<string, Set<string>>();

  add(ids: readonly string[], file: string): void {
    for (const id of ids) this.#files.set(id, (this.#files.get(id) ?? new Set()).add(file));
  }

  of(id: string): readonly string[] {
    return [...(this.#files.get(id) ?? [])];
  }
}

/** What is known of the mutants that are being tried. */
class Known {
  readonly triesLeft: Map<string, number>;
  readonly reached = new Set<string>();
  /** By at least one test that did not notice it. */
  readonly tried = new Set<string>();
  /** Those with which files have to start anew. */
  readonly starts = new FilesLeft();
  readonly late = new FilesLeft();

  constructor(ids: readonly string[], mostTries: number) {
    this.triesLeft = new Map(ids.map((id) => [id, mostTries]));
  }

  add(told: Looped, file: string): void {
    for (const id of [...told.reached, ...told.atLoad]) this.reached.add(id);
    for (const id of told.noticed) this.triesLeft.delete(id);
    for (const id of told.passed) {
      this.tried.add(id);
      if (this.triesLeft.has(id)) this.triesLeft.set(id, (this.triesLeft.get(id) ?? 0) - 1);
    }
    this.starts.add([...told.untried, ...told.atLoad], file);
    this.late.add(told.late, file);
  }
}

async function loop(running: Tests, files: readonly string[], known: Known, budgetMs: number): Promise<void> {
  const since = Date.now();
  const looped = await running.loop(files, Object.fromEntries(known.triesLeft), budgetMs);
  for (const [file, told] of looped) known.add(told, file);
  const seconds = Math.round((Date.now() - since) / 1000);
  console.log(`${files.join(', ')}: ${known.triesLeft.size} not noticed yet (${seconds} s)`);
}

/** Files that are run after one start: as many as share a runtime in `npm test`, too, but not so many that little is kept if it breaks. */
function groups(files: readonly string[]): string[][] {
  const grouped: string[][] = [];
  const sharing = files.filter((file) => !ALONE.some((pattern) => matchesGlob(file, pattern)));
  for (let at = 0; at < sharing.length; at += MOST_TOGETHER)
    grouped.push(sharing.slice(at, at + MOST_TOGETHER));
  return [...grouped, ...files.filter((file) => !sharing.includes(file)).map((file) => [file])];
}

/** Files of tests, that with the most words in common with the path of a source first. */
function nearest(source: string, files: readonly string[]): string[] {
  const words = (path: string) => new Set(path.split(/[/.-]/));
  const common = (file: string) => [...words(file)].filter((word) => words(source).has(word)).length;
  return files.toSorted((one, other) => common(other) - common(one));
}

/** Tries what cannot be tried by repeating a test. */
async function start(running: Tests, { id, fileName }: Mutant, known: Known): Promise<void> {
  const files = nearest(fileName, known.starts.of(id)).slice(0, MOST_STARTS);
  if (await running.notices(files, id)) known.triesLeft.delete(id);
  else known.tried.add(id);
}

/**
 * Tries the planted mutants, in the very set-up in which the others are tried after them.
 * @throws Error when one is not noticed: then others would seem to survive, too.
 */
async function proveActive(running: Tests, runtime: Runtime, planted: readonly Mutant[]): Promise<void> {
  const ids = planted.map(({ id }) => id);
  const known = new Known(ids, 1);
  await loop(running, PLANTED[runtime].tests, known, LAST_BUDGET_MS);
  for (const mutant of planted) if (known.triesLeft.has(mutant.id)) await start(running, mutant, known);
  const missed = planted.filter(({ id }) => known.triesLeft.has(id));
  if (planted.length === 0 || missed.length > 0)
    throw new Error(
      `mutants are not active in ${runtime}: ${missed.length} of ${planted.length} were missed: ${JSON.stringify(missed)}`,
    );
}

/** @returns what became of each mutant of some sources, by the tests of one round after those of the rounds before it. */
export async function tried(
  sources: readonly string[],
  tests: readonly string[],
  runtime: Runtime,
  { mostTries, oneOf, minutes }: Extent,
  before: ReadonlyMap<string, Result>,
): Promise<Map<string, Result>> {
  const { sources: plantedSources } = PLANTED[runtime];
  const { mutants: all, plugin } = await instrument(ROOT, [...sources, ...plantedSources]);
  const planted = all.filter(({ fileName }) => plantedSources.includes(fileName));
  const mutants = all.filter(({ fileName }) => !plantedSources.includes(fileName));
  const isOfSample = new Set(mutants.filter((_, at) => at % oneOf === 0).map(({ id }) => id));
  const isDecided = (id: string) => {
    const status = before.get(id)?.status;
    return status === 'noticed' || status === 'does not compile';
  };
  const open = mutants.map(({ id }) => id).filter((id) => isOfSample.has(id) && !isDecided(id));
  const known = new Known(open, mostTries);
  const { triesLeft, starts, late } = known;
  const running = await Tests.of(runtime, plugin);
  await proveActive(running, runtime, planted);
  console.log(
    `${open.length} of ${mutants.length} mutants in ${sources.length} files, ${tests.length} files of tests.`,
  );
  const end = Date.now() + minutes * 60_000;
  const hasTime = () => Date.now() < end;
  // A slow test has to try what the quick ones have left.
  for (const files of groups(tests)) if (hasTime()) await loop(running, files, known, FIRST_BUDGET_MS);
  const isLate = (file: string) =>
    [...triesLeft].some(([id, tries]) => tries > 0 && late.of(id).includes(file));
  for (const files of groups(tests.filter(isLate)))
    if (hasTime()) await loop(running, files, known, LAST_BUDGET_MS);
  const checked = compiling(
    ROOT,
    mutants.filter(({ id }) => triesLeft.has(id) && !before.has(id)),
  );
  const compiles = (id: string) => checked.has(id) || before.has(id);
  const left = mutants.filter(({ id }) => triesLeft.has(id) && starts.of(id).length > 0 && compiles(id));
  for (const [at, mutant] of left.entries()) {
    if (!hasTime()) break;
    await start(running, mutant, known);
    if (at % 50 === 49) console.log(`${at + 1}/${left.length} of those with a start of their own`);
  }
  await running.close();
  const statusOf = (id: string): Status => {
    const earlier = before.get(id)?.status;
    if (!isOfSample.has(id)) return 'left out';
    if (earlier !== undefined && isDecided(id)) return earlier;
    if (!triesLeft.has(id)) return 'noticed';
    if (!compiles(id)) return 'does not compile';
    if (known.tried.has(id) || earlier === 'survived') return 'survived';
    return known.reached.has(id) || earlier === 'untried' ? 'untried' : 'unreached';
  };
  return new Map(
    mutants.map(({ id, fileName, location, mutatorName, replacement }) => [
      id,
      {
        file: fileName,
        line: location.start.line + 1,
        column: location.start.column,
        kind: mutatorName,
        replacement,
        status: statusOf(id),
      },
    ]),
  );
}
