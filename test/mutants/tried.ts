/** What becomes of each mutant of some sources: tests are repeated for it, and where that cannot be, started for it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from '@stryker-mutator/api/core';
import { compiling } from './compiling.ts';
import { equivalents, keyOf, type Place, placeOf } from './equivalents.ts';
import { instrument } from './instrument.ts';
import { Known } from './known.ts';
import { type Assigned, ROOT, type Runtime, Tests } from './running.ts';

/** How long one test is repeated in a turn. What is left then it tries in another. */
const BUDGET_MS = 60_000;

/** How many tests try a mutant in each turn: most are noticed by the first. */
const TURNS = [1, 2, 4, 8];

/** How many files of tests are run after one start. */
const MOST_TOGETHER = 10;

/** How many files of tests have a start of their own for a mutant. */
const MOST_STARTS = { node: 5, workerd: 2 } as const;

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

/** `untried`: reached by a test for which there was no time; `left out`: of the sample; `equivalent`: listed as that, and not noticed. */
export type Status =
  | 'noticed'
  | 'survived'
  | 'untried'
  | 'unreached'
  | 'equivalent'
  | 'does not compile'
  | 'left out';

/** A mutant and what became of it, as it is kept. */
export interface Result extends Place {
  /** The number of its line, from 1. */
  readonly at: number;
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

/**
 * Files that are run after one start, but not so many that little is kept if it breaks. Tests that are alone in `npm test` may share a start
 * here, if they pass so.
 */
function groups(files: readonly string[], alone: ReadonlySet<string>): string[][] {
  const sharing = files.filter((file) => !alone.has(file));
  const grouped: string[][] = [];
  for (let at = 0; at < sharing.length; at += MOST_TOGETHER)
    grouped.push(sharing.slice(at, at + MOST_TOGETHER));
  return [...grouped, ...files.filter((file) => alone.has(file)).map((file) => [file])];
}

/** Asks what each test reaches. @returns the files whose tests do not pass beside others, which were asked alone. */
async function ask(running: Tests, files: readonly string[], known: Known): Promise<ReadonlySet<string>> {
  const alone = new Set<string>();
  const wanted = [...known.open];
  for (const some of groups(files, alone)) {
    const { told, failing } = await running.reached(some, wanted);
    for (const [file, looped] of told) if (!failing.has(file)) known.add(looped, file);
    for (const file of failing) alone.add(file);
  }
  for (const file of alone) {
    const { told, failing } = await running.reached([file], wanted);
    for (const [, looped] of told) known.add(looped, file);
    if (failing.has(file)) console.error(`${file} fails without a mutant`);
  }
  return alone;
}

async function loop(
  running: Tests,
  files: readonly string[],
  assigned: Assigned,
  known: Known,
): Promise<void> {
  const since = Date.now();
  const { told } = await running.loop(files, assigned, BUDGET_MS);
  for (const [file, looped] of told) known.add(looped, file);
  const seconds = Math.round((Date.now() - since) / 1000);
  console.log(`${files.join(', ')}: ${known.open.size} not noticed yet (${seconds} s)`);
}

/** Tries what cannot be tried by repeating a test. */
async function start(running: Tests, { id }: Mutant, known: Known): Promise<void> {
  const files = known.startsOf(id).slice(0, MOST_STARTS[running.runtime]);
  if (await running.notices(files, id)) known.open.delete(id);
  else known.tried.add(id);
}

/**
 * Tries the planted mutants, in the very set-up in which the others are tried after them.
 * @throws Error when one is not noticed: then others would seem to survive, too.
 */
async function proveActive(running: Tests, runtime: Runtime, planted: readonly Mutant[]): Promise<void> {
  const known = new Known(
    planted.map(({ id }) => id),
    sourcesOf(planted),
  );
  const { tests } = PLANTED[runtime];
  await ask(running, tests, known);
  await loop(running, tests, known.assign(tests.length).assigned, known);
  for (const mutant of planted) if (known.open.has(mutant.id)) await start(running, mutant, known);
  const missed = planted.filter(({ id }) => known.open.has(id));
  if (planted.length === 0 || missed.length > 0)
    throw new Error(
      `mutants are not active in ${runtime}: ${missed.length} of ${planted.length} were missed: ${JSON.stringify(missed)}`,
    );
}

const sourcesOf = (mutants: readonly Mutant[]) => new Map(mutants.map(({ id, fileName }) => [id, fileName]));

/** What an earlier result may say of a mutant that the compiler takes. */
const HAVE_COMPILED: ReadonlySet<Status> = new Set(['survived', 'untried', 'unreached', 'equivalent']);

/** The earlier result of each mutant: of those at the same place, the first has the first. @returns by the mutant's id. */
function inTurn(
  mutants: readonly { readonly id: string; readonly place: Place }[],
  results: readonly Result[],
): Map<string, Result> {
  const left = Map.groupBy(results, keyOf);
  return new Map(
    mutants.flatMap(({ id, place }) => {
      const result = left.get(keyOf(place))?.shift();
      return result === undefined ? [] : [[id, result] as const];
    }),
  );
}

/**
 * Gives what survives in Node a start of its own with the files that tried it: what a module keeps between messages is found, without the
 * fault, when a test is repeated. In workerd a start takes too long for that.
 */
function startAgain(runtime: Runtime, triedBy: ReadonlyMap<string, readonly string[]>, known: Known): void {
  if (runtime === 'node')
    for (const mutant of known.open)
      for (const file of triedBy.get(mutant) ?? []) known.addStart(mutant, file);
}

/** @returns what became of each mutant of some sources, by the tests of one round, where `earlier` results leave it open; `keep` gets what is known after each start. */
export async function tried(
  sources: readonly string[],
  tests: readonly string[],
  runtime: Runtime,
  { mostTries, oneOf, minutes }: Extent,
  earlier: readonly Result[],
  keep: (results: readonly Result[]) => void,
): Promise<Result[]> {
  const { sources: plantedSources } = PLANTED[runtime];
  const { mutants: all, plugin } = await instrument(ROOT, [...sources, ...plantedSources]);
  const planted = all.filter(({ fileName }) => plantedSources.includes(fileName));
  const mutants = all.filter(({ fileName }) => !plantedSources.includes(fileName));
  const lines = new Map(
    sources.map((file) => [file, readFileSync(join(ROOT, file), 'utf8').split('\n')] as const),
  );
  const places = mutants.map((mutant) => ({
    id: mutant.id,
    at: mutant.location.start.line + 1,
    place: placeOf(mutant, lines.get(mutant.fileName) ?? []),
  }));
  const keys = new Map(places.map(({ id, place }) => [id, keyOf(place)]));
  const listed = equivalents(ROOT);
  const isListed = (id: string) => listed.has(keys.get(id) ?? '');
  const before = inTurn(places, earlier);
  const isOfSample = new Set(mutants.filter((_, at) => at % oneOf === 0).map(({ id }) => id));
  const isDecided = (id: string) => {
    const status = before.get(id)?.status;
    return status === 'noticed' || status === 'does not compile' || (status === 'equivalent' && isListed(id));
  };
  const hasCompiled = (id: string) => HAVE_COMPILED.has(before.get(id)?.status ?? 'left out');
  const undecided = mutants.filter(({ id }) => isOfSample.has(id) && !isDecided(id));
  const checked = compiling(
    ROOT,
    undecided.filter(({ id }) => !hasCompiled(id)),
  );
  const compiles = (id: string) => checked.has(id) || hasCompiled(id);
  const known = new Known(undecided.map(({ id }) => id).filter(compiles), sourcesOf(mutants));
  const { open } = known;
  const statusOf = (id: string): Status => {
    const status = before.get(id)?.status;
    if (status !== undefined && isDecided(id)) return status;
    if (!isOfSample.has(id)) return status ?? 'left out';
    if (!compiles(id)) return 'does not compile';
    if (!open.has(id)) return 'noticed';
    if (isListed(id)) return 'equivalent';
    if (known.tried.has(id) || status === 'survived') return 'survived';
    return known.reached.has(id) || status === 'untried' ? 'untried' : 'unreached';
  };
  const results = () => places.map(({ id, at, place }) => ({ ...place, at, status: statusOf(id) }));
  const running = await Tests.of(runtime, plugin);
  await proveActive(running, runtime, planted);
  console.log(
    `${open.size} of ${mutants.length} mutants in ${sources.length} files, ${tests.length} files of tests.`,
  );
  const end = Date.now() + minutes * 60_000;
  const hasTime = () => Date.now() < end;
  const alone = await ask(running, tests, known);
  console.log(`${known.reached.size} are reached, ${alone.size} files of tests run alone`);
  const triedBy = new Map([...known.tests].map(([id, reaching]) => [id, reaching.map(({ file }) => file)]));
  for (let turn = 0, tries = 0; tries < mostTries && hasTime(); turn++) {
    const most = Math.min(TURNS[turn] ?? mostTries, mostTries - tries);
    tries += most;
    const { assigned, files } = known.assign(most);
    if (files.length === 0) break;
    for (const some of groups(files, alone)) {
      if (!hasTime()) break;
      await loop(running, some, assigned, known);
      keep(results());
    }
  }
  startAgain(runtime, triedBy, known);
  const left = mutants.filter(({ id }) => open.has(id) && known.starts.has(id) && !isListed(id));
  for (const [at, mutant] of left.entries()) {
    if (!hasTime()) break;
    await start(running, mutant, known);
    if (at % 50 === 49) {
      console.log(`${at + 1}/${left.length} of those with a start of their own`);
      keep(results());
    }
  }
  await running.close();
  for (const { status, ...place } of results())
    if (status === 'noticed' && listed.has(keyOf(place)))
      console.error(`listed as equivalent, and noticed: ${keyOf(place)}`);
  return results();
}
