/**
 * `npm run mutants -- [folders or files]`: puts faults into the code, one at a time, and says which of them no test notices. Stryker's
 * instrumenter makes the mutants; the tests of a folder run with all of them in the sources and tell what they reach, and then each mutant is
 * tried by repeating the tests that are likeliest to notice it (assigned.ts, looping-runner.ts). What cannot be tried so has a start of its own:
 * mutants that are active while modules are loaded, tests that cannot be repeated, and in Node whatever has survived. Results are kept in
 * dist/mutants: `--table` shows them, `--survivors` lists what no test notices, and `--left` tries only that. What is equivalent is listed in
 * equivalent.json, with the reason.
 *
 * First planted mutants are tried where the others are (tried.ts): where one of them is not noticed, mutants are not active there, and
 * nothing is said. `--sample 4` tries one of each four mutants, `--minutes 30` ends each round then; what was not tried so is told. `--tests FILE`, as
 * often as wanted, has only these tests try: with `--left`, what a new test notices is known in a minute.
 *
 * The failures that are accepted: only the tests of FOLDERS are run, and fifteen of them for a mutant (`--tries`), so that one which survives may
 * yet be noticed by another test; a run that breaks for another reason counts as a mutant that was noticed; and what a mutant leaves behind may
 * make a later one look noticed.
 */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT, type Runtime } from './running.ts';
import { type Extent, type Result, type Status, tried } from './tried.ts';

const RESULTS = 'dist/mutants';

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
    rounds: [
      { runtime: 'node', tests: ['test/signing/!(wasm-digests).test.ts', 'test/providers/vectors.test.ts'] },
      { runtime: 'workerd', tests: ['test/signing/*.test.ts'] },
    ],
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
      {
        runtime: 'node',
        tests: [
          'test/providers/vectors.test.ts',
          'test/providers/signature-taken-away.test.ts',
          'test/providers/monetico/monetico.test.ts',
        ],
      },
      { runtime: 'workerd', tests: ['test/providers/*.test.ts', 'test/providers/*/*.test.ts'] },
    ],
  },
  {
    name: 'src/gateway',
    sources: 'src/gateway/*.ts',
    rounds: [
      {
        runtime: 'workerd',
        tests: [
          'test/gateway/*.test.ts',
          'test/http/*.test.ts',
          'test/polybanking/*.test.ts',
          'test/reconciliation/*.test.ts',
          'test/webhooks/*.test.ts',
          'test/providers/assist/*.test.ts',
        ],
      },
    ],
  },
];

/** How many tests try a mutant, unless `--tries` says otherwise: what the fifteen likeliest have not noticed is seldom noticed by the next. */
const DEFAULT_TRIES = 15;

const resultOf = (name: string) => join(ROOT, RESULTS, `${name.replaceAll(/[/*]+/g, '.')}.json`);

function kept(name: string): readonly Result[] {
  const path = resultOf(name);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Result[]) : [];
}

const of = (results: readonly Result[], status: Status) =>
  results.filter((result) => result.status === status).length;

/** What is known, by folder. @returns the lines of a table. */
function table(): string[] {
  const lines = [
    '| sources | files | mutants | that compile and are not equivalent, of those tried | noticed | score | survived | untried | never reached | equivalent |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  ];
  for (const { name } of FOLDERS) {
    const results = kept(name);
    if (results.length === 0) continue;
    const files = new Set(results.map(({ file }) => file)).size;
    const noticed = of(results, 'noticed');
    const isCounted = ({ status }: Result) =>
      status !== 'does not compile' && status !== 'left out' && status !== 'equivalent';
    const all = results.filter(isCounted).length;
    const score = `${((100 * noticed) / all).toFixed(1)} %`;
    const counts = [files, results.length, all, noticed, score];
    const rest = (['survived', 'untried', 'unreached', 'equivalent'] as const).map((status) =>
      of(results, status),
    );
    lines.push(`| ${[name, ...counts, ...rest].join(' | ')} |`);
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
    left: { type: 'boolean', default: false },
    tests: { type: 'string', multiple: true },
    tries: { type: 'string', default: String(DEFAULT_TRIES) },
    sample: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '600' },
  },
  allowPositionals: true,
});
mkdirSync(join(ROOT, RESULTS), { recursive: true });
const extent: Extent = {
  mostTries: Number(values.tries),
  oneOf: Number(values.sample),
  minutes: Number(values.minutes),
};
for (const folder of FOLDERS) {
  if (values.table || values.survivors) break;
  const sources = filesOf([folder.sources]).filter(
    (file) => positionals.length === 0 || positionals.some((one) => file.startsWith(one)),
  );
  if (sources.length === 0) continue;
  let results = values.left ? kept(folder.name).filter(({ file }) => sources.includes(file)) : [];
  for (const { runtime, tests } of folder.rounds) {
    const trying = filesOf(tests).filter((file) => values.tests?.includes(file) ?? true);
    if (trying.length === 0) continue;
    // Read each time: another process may try other sources of the folder.
    const keep = (found: readonly Result[]) => {
      const others = kept(folder.name).filter(({ file }) => !sources.includes(file));
      writeFileSync(resultOf(folder.name), `${JSON.stringify([...others, ...found], null, 1)}\n`);
    };
    results = await tried(sources, trying, runtime, extent, results, keep);
    keep(results);
  }
}
if (values.survivors)
  for (const { name } of FOLDERS)
    for (const { file, at, kind, original, replacement, status } of kept(name))
      if (status === 'survived' || status === 'untried' || status === 'unreached')
        console.log(`${file}:${at} ${status} ${kind}: ${original} => ${replacement}`);
console.log(table().join('\n'));
process.exit(0);
