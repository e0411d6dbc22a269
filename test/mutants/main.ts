/**
 * `npm run mutants -- [files or folders]`: puts faults into the code, one at a time, and says which of them no test notices. Stryker makes
 * the mutants and runs the tests as a command; which tests, and whether in Node or in workerd, is said here by folder. Results are kept in
 * dist/mutants, so that a run that was stopped goes on with the next file: `--table` shows what there is, `--again` runs what was run.
 *
 * First planted mutants are tried in the runtime: where one of them is not noticed, mutants are not active there, and nothing is said.
 *
 * The failures that are accepted: only the tests of FOLDERS are run, so that a mutant which survives may yet be noticed by another test;
 * and a run of the tests that breaks for another reason counts as a mutant that was noticed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const RESULTS = 'dist/mutants';

/** How the mutants of a folder are looked for. */
interface Folder {
  readonly path: string;
  /** Node starts in a second; what is bound to workerd needs workerd. */
  readonly runtime: 'node' | 'workerd';
  readonly tests: readonly string[];
  /** A file that has a test of its own name is tried with that one alone. */
  readonly ownTestAlone?: true;
}

const FOLDERS: readonly Folder[] = [
  {
    path: 'src/signing',
    runtime: 'node',
    tests: ['test/signing/*.test.ts', 'test/providers/vectors.test.ts'],
  },
  { path: 'src/payments', runtime: 'node', tests: ['test/payments/*.test.ts'] },
  { path: 'src/gateway', runtime: 'workerd', tests: ['test/gateway/*.test.ts'], ownTestAlone: true },
];

const PLANTED = 'test/mutants/planted/paid.ts';
const PLANTED_TESTS = ['test/mutants/planted/paid.test.ts'];

/** What became of a mutant, as Stryker's report has it. */
interface Mutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: { readonly line: number } };
  readonly status:
    | 'Killed'
    | 'Survived'
    | 'Timeout'
    | 'NoCoverage'
    | 'Ignored'
    | 'RuntimeError'
    | 'CompileError';
}

interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>;
}

function sourcesIn(path: string): string[] {
  if (!statSync(join(ROOT, path)).isDirectory()) return [path];
  return readdirSync(join(ROOT, path), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${path}/${name}`)
    .toSorted();
}

/** Where the report of a file is, below the project's folder. */
const resultOf = (file: string) => `${RESULTS}/${file.replaceAll('/', '.')}.json`;

const isKnown = (file: string) => existsSync(join(ROOT, resultOf(file)));

function folderOf(file: string): Folder {
  const found = FOLDERS.find(({ path }) => file.startsWith(`${path}/`));
  if (!found) throw new Error(`${file} is in none of the folders that test/mutants/main.ts knows`);
  return found;
}

/** The tests that the mutants of a file have to make fail. */
function testsOf(file: string, { tests, ownTestAlone }: Folder): readonly string[] {
  const own = file.replace(/^src\//, 'test/').replace(/\.tsx?$/, '.test.ts');
  return ownTestAlone && existsSync(join(ROOT, own)) ? [own] : tests;
}

/** Runs all mutants of a file. @param result where Stryker puts its report. */
function run(
  file: string,
  { runtime, tests }: Pick<Folder, 'runtime' | 'tests'>,
  result: string,
  concurrency: number,
): void {
  mkdirSync(join(ROOT, RESULTS), { recursive: true });
  // In workerd every test reaches every file, by the Worker.
  const which = runtime === 'node' ? `related ${file} --run` : 'run';
  const config = join(ROOT, RESULTS, 'stryker.json');
  const options = {
    mutate: [file],
    testRunner: 'command',
    commandRunner: {
      command: `"${process.execPath}" node_modules/vitest/vitest.mjs ${which} --config vitest.mutants.config.ts --reporter dot`,
    },
    plugins: [join(ROOT, 'test/mutants/texts.js')],
    ignorers: ['texts'],
    ignorePatterns: ['/docs/screenshots', '/test/browser', '.wrangler', '/dist/mutants'],
    tempDirName: 'dist/mutants/sandbox',
    concurrency,
    disableTypeChecks: false,
    // What takes twice as long as usual, and half a minute more, runs for ever.
    timeoutFactor: 2,
    timeoutMS: 30_000,
    reporters: ['json', 'clear-text', 'progress-append-only'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: false },
    jsonReporter: { fileName: result },
    allowConsoleColors: false,
  };
  writeFileSync(config, JSON.stringify(options, null, 2));
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/@stryker-mutator/core/bin/stryker.js', 'run', config],
    {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, MUTANTS_TESTS: tests.join(','), MUTANTS_IN: runtime },
    },
  );
  if (status !== 0) throw new Error(`Stryker ended with ${status} at ${file}`);
}

/** Tries the planted mutants. @throws Error when one is not noticed: then mutants are not active in this runtime. */
function proveActive(runtime: Folder['runtime']): void {
  const result = `${RESULTS}/planted.${runtime}.json`;
  if (!existsSync(join(ROOT, result))) run(PLANTED, { runtime, tests: PLANTED_TESTS }, result, 1);
  const { noticed, survived } = counted([[PLANTED, result]]);
  if (noticed === 0 || survived.length > 0) {
    rmSync(join(ROOT, result));
    throw new Error(`mutants are not active in ${runtime}: ${noticed} were noticed, ${survived.length} not`);
  }
}

/** How many mutants of some files were noticed. @param results files with the places of their reports. */
function counted(results: readonly (readonly [file: string, result: string])[]) {
  const mutants = results.flatMap(([file, result]) => {
    const report = JSON.parse(readFileSync(join(ROOT, result), 'utf8')) as Report;
    return Object.values(report.files).flatMap((one) => one.mutants.map((mutant) => ({ file, ...mutant })));
  });
  const noticed = mutants.filter(({ status }) => status === 'Killed' || status === 'Timeout');
  const survived = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  return { noticed: noticed.length, survived };
}

/** What is known, by folder. @returns the lines of a table. */
function table(): string[] {
  const lines = ['| folder | files | mutants | noticed | score |', '| --- | --- | --- | --- | --- |'];
  for (const { path } of FOLDERS) {
    const files = sourcesIn(path);
    const known = files.filter(isKnown);
    if (known.length === 0) continue;
    const { noticed, survived } = counted(known.map((file) => [file, resultOf(file)]));
    const all = noticed + survived.length;
    const score = all === 0 ? '' : `${((100 * noticed) / all).toFixed(1)} %`;
    lines.push(`| ${path} | ${known.length} of ${files.length} | ${all} | ${noticed} | ${score} |`);
  }
  return lines;
}

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  options: {
    table: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
    concurrency: { type: 'string', default: '2' },
  },
  allowPositionals: true,
});
if (!values.table) {
  const wanted = positionals.length > 0 ? positionals : FOLDERS.map(({ path }) => path);
  const files = wanted.flatMap((path) => sourcesIn(relative(ROOT, join(process.cwd(), path))));
  for (const file of files) {
    if (isKnown(file) && !values.again) continue;
    const folder = folderOf(file);
    proveActive(folder.runtime);
    const { runtime } = folder;
    run(file, { runtime, tests: testsOf(file, folder) }, resultOf(file), Number(values.concurrency));
  }
  const { noticed, survived } = counted(files.map((file) => [file, resultOf(file)]));
  for (const { file, location, mutatorName, replacement } of survived)
    console.log(`${file}:${location.start.line} ${mutatorName}: ${replacement ?? ''}`);
  console.log(`${noticed} noticed, ${survived.length} not.`);
}
console.log(table().join('\n'));
