/**
 * `npm run mutants -- [folders or files]`: puts faults into the code, one at a time, and says which of them no test notices. Stryker's
 * instrumenter makes the mutants; the tests of a folder run with all of them in the sources, and each test is repeated for what it reaches
 * (looping-runner.ts). What cannot be tried so has a start of its own: mutants that are active while modules are loaded, and tests that
 * cannot be repeated. Results are kept in dist/mutants: `--table` shows them.
 *
 * First planted mutants are tried in the runtime: where one of them is not noticed, mutants are not active there, and nothing is said.
 *
 * The failures that are accepted: only the tests of FOLDERS are run, and ten of them for a mutant (`--tries`), so that one which survives may yet be
 * noticed by another test; a run that breaks for another reason counts as a mutant that was noticed; and what a mutant leaves behind may make a later one look noticed.
 */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createVitest, type TestProject, type TestSpecification, type Vitest } from 'vitest/node';
import { gateway, makeDocuments } from '../../vitest.config.ts';
import { compiling } from './compiling.ts';
import { instrument } from './instrument.ts';
import type { Looped } from './looping-runner.ts';

const ROOT = join(import.meta.dirname, '../..');
const RESULTS = 'dist/mutants';

type Runtime = 'node' | 'workerd';

/** Tests of one runtime: Node starts in a second; what is bound to workerd needs workerd. */
interface Round {
  readonly runtime: Runtime;
  /** The quickest first: what they notice, the others need not try. */
  readonly tests: readonly string[];
}

/** How the mutants of some sources are looked for. */
interface Folder {
  readonly name: string;
  readonly sources: string;
  /** What one has noticed, those after it need not try. */
  readonly rounds: readonly Round[];
}

const FOLDERS: readonly Folder[] = [
  {
    name: 'src/signing',
    sources: 'src/signing/*.ts',
    rounds: [{ runtime: 'node', tests: ['test/signing/*.test.ts', 'test/providers/vectors.test.ts'] }],
  },
  {
    name: 'src/payments',
    sources: 'src/payments/*.ts',
    rounds: [
      { runtime: 'node', tests: ['test/payments/*.test.ts'] },
      {
        runtime: 'workerd',
        tests: [
          'test/ledger/*.test.ts',
          'test/directory/*.test.ts',
          'test/gateway/*.test.ts',
          'test/http/*.test.ts',
        ],
      },
    ],
  },
  {
    name: 'src/providers/*/signatures.ts',
    sources: 'src/providers/*/signatures.ts',
    rounds: [
      { runtime: 'workerd', tests: ['test/providers/vectors.test.ts', 'test/providers/**/*.test.ts'] },
    ],
  },
  {
    name: 'src/gateway',
    sources: 'src/gateway/*.ts',
    rounds: [
      {
        runtime: 'workerd',
        tests: ['test/gateway/*.test.ts', 'test/http/*.test.ts', 'test/polybanking/*.test.ts'],
      },
    ],
  },
];

const PLANTED = 'test/mutants/planted/paid.ts';

/** Longer than any of these tests takes alone; what takes longer with a mutant has noticed it. */
const TIMEOUT_MS = { node: 10_000, workerd: 20_000 } as const;

/** How long a test is repeated, at first and when the others have had their turn. */
const FIRST_BUDGET_MS = 4_000;
const LAST_BUDGET_MS = 120_000;

/** How many tests try a mutant, unless `--tries` says otherwise: what ten that reach it have not noticed is seldom noticed by the eleventh. */
const DEFAULT_TRIES = 10;

/** How many files of tests have a start of their own for a mutant. */
const MOST_STARTS = 2;

type Status = 'noticed' | 'survived' | 'unreached' | 'does not compile';

/** A mutant and what became of it, as it is kept. */
interface Result {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly kind: string;
  readonly replacement: string;
  readonly status: Status;
}

/** Vitest with the mutants of some sources in them. */
class Tests {
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
async function tried(
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

const resultOf = (name: string) => join(ROOT, RESULTS, `${name.replaceAll(/[/*]+/g, '.')}.json`);

function kept(name: string): readonly Result[] {
  const path = resultOf(name);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Result[]) : [];
}

/** Tries the planted mutants. @throws Error when one is not noticed: then mutants are not active in this runtime. */
async function proveActive(runtime: Runtime): Promise<void> {
  const tests = ['test/mutants/planted/paid.test.ts'];
  const results = [...(await tried([PLANTED], tests, runtime, 1, new Map())).values()];
  const missed = results.filter(({ status }) => status !== 'noticed');
  if (results.length === 0 || missed.length > 0)
    throw new Error(
      `mutants are not active in ${runtime}: ${missed.length} of ${results.length} were missed`,
    );
}

const of = (results: readonly Result[], status: Status) =>
  results.filter((result) => result.status === status).length;

/** What is known, by folder. @returns the lines of a table. */
function table(): string[] {
  const lines = [
    '| sources | files | mutants that compile | noticed | score | never reached |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  for (const { name } of FOLDERS) {
    const results = kept(name);
    if (results.length === 0) continue;
    const files = new Set(results.map(({ file }) => file)).size;
    const noticed = of(results, 'noticed');
    const all = results.length - of(results, 'does not compile');
    const score = `${((100 * noticed) / all).toFixed(1)} %`;
    lines.push(`| ${name} | ${files} | ${all} | ${noticed} | ${score} | ${of(results, 'unreached')} |`);
  }
  return lines;
}

const filesOf = (patterns: readonly string[]) => [
  ...new Set(patterns.flatMap((pattern) => globSync(pattern, { cwd: ROOT }).toSorted())),
];

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  options: {
    table: { type: 'boolean', default: false },
    survivors: { type: 'boolean', default: false },
    tries: { type: 'string', default: String(DEFAULT_TRIES) },
  },
  allowPositionals: true,
});
mkdirSync(join(ROOT, RESULTS), { recursive: true });
for (const folder of FOLDERS) {
  if (values.table || values.survivors) break;
  const sources = filesOf([folder.sources]).filter(
    (file) => positionals.length === 0 || positionals.some((one) => file.startsWith(one)),
  );
  if (sources.length === 0) continue;
  const others = kept(folder.name).filter(({ file }) => !sources.includes(file));
  let results: ReadonlyMap<string, Result> = new Map();
  for (const { runtime, tests } of folder.rounds) {
    await proveActive(runtime);
    results = await tried(sources, filesOf(tests), runtime, Number(values.tries), results);
    writeFileSync(resultOf(folder.name), `${JSON.stringify([...others, ...results.values()], null, 1)}\n`);
  }
}
if (values.survivors)
  for (const { name } of FOLDERS)
    for (const { file, line, column, kind, replacement, status } of kept(name))
      if (status === 'survived' || status === 'unreached')
        console.log(`${file}:${line}:${column} ${status} ${kind}: ${replacement.replaceAll(/\s+/g, ' ')}`);
console.log(table().join('\n'));
process.exit(0);
