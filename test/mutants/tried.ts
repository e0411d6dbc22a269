/** What becomes of each mutant of some sources: tests are repeated for it, and where that cannot be, started for it. */
import { compiling } from './compiling.ts';
import { instrument } from './instrument.ts';
import { ROOT, type Runtime, Tests } from './running.ts';

/** How long a test is repeated, at first and when the others have had their turn. */
const FIRST_BUDGET_MS = 4_000;
const LAST_BUDGET_MS = 120_000;

/** How many files of tests have a start of their own for a mutant. */
const MOST_STARTS = 2;

export type Status = 'noticed' | 'survived' | 'unreached' | 'does not compile';

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

/** @returns what became of each mutant of some sources, by the tests of one round after those of the rounds before it. */
export async function tried(
  sources: readonly string[],
  tests: readonly string[],
  runtime: Runtime,
  mostTries: number,
  before: ReadonlyMap<string, Result>,
): Promise<Map<string, Result>> {
  const { mutants, plugin } = await instrument(ROOT, sources);
  const isDecided = (id: string) => {
    const status = before.get(id)?.status;
    return status === 'noticed' || status === 'does not compile';
  };
  const triesLeft = new Map(mutants.filter(({ id }) => !isDecided(id)).map(({ id }) => [id, mostTries]));
  const reached = new Set<string>();
  const starts = new FilesLeft();
  const running = await Tests.of(runtime, plugin);
  console.log(
    `${triesLeft.size} of ${mutants.length} mutants in ${sources.length} files, ${tests.length} files of tests.`,
  );
  const late = new FilesLeft();
  const loop = async (file: string, budgetMs: number) => {
    const since = Date.now();
    for (const told of await running.loop(file, Object.fromEntries(triesLeft), budgetMs)) {
      for (const id of [...told.reached, ...told.atLoad]) reached.add(id);
      for (const id of told.noticed) triesLeft.delete(id);
      for (const id of told.passed) if (triesLeft.has(id)) triesLeft.set(id, (triesLeft.get(id) ?? 0) - 1);
      starts.add([...told.untried, ...told.atLoad], file);
      late.add(told.late, file);
    }
    const seconds = Math.round((Date.now() - since) / 1000);
    console.log(`${file}: ${triesLeft.size} not noticed yet (${seconds} s)`);
  };
  // A slow test has to try what the quick ones have left.
  for (const file of tests) await loop(file, FIRST_BUDGET_MS);
  const isLate = (file: string) =>
    [...triesLeft].some(([id, tries]) => tries > 0 && late.of(id).includes(file));
  for (const file of tests.filter(isLate)) await loop(file, LAST_BUDGET_MS);
  const left = [...triesLeft.keys()].filter((id) => starts.of(id).length > 0);
  const checked = compiling(
    ROOT,
    mutants.filter(({ id }) => triesLeft.has(id) && !before.has(id)),
  );
  const compiles = (id: string) => checked.has(id) || before.has(id);
  for (const [at, id] of left.entries()) {
    if (compiles(id) && (await running.notices(starts.of(id).slice(0, MOST_STARTS), id)))
      triesLeft.delete(id);
    if (at % 50 === 49) console.log(`${at + 1}/${left.length} of those with a start of their own`);
  }
  await running.close();
  const statusOf = (id: string): Status => {
    const known = before.get(id);
    if (known && isDecided(id)) return known.status;
    if (!triesLeft.has(id)) return 'noticed';
    if (!compiles(id)) return 'does not compile';
    return reached.has(id) || known?.status === 'survived' ? 'survived' : 'unreached';
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
