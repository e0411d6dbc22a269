/**
 * `npm run forge`: the forge by hand, in Node. `-- --runs 100000` for a long one, `--only paybox` for one provider,
 * `--seed N` for other draws, `--jobs N` for how many providers at a time, `--findings N` for how many different ones are looked for,
 * `--path P` to see one again, `--as-found` to see them without waiting for a smaller case. `-- --mutants` takes mends out of a copy
 * of the tree, one at a time, and says whether the forge finds what each of them lets in: `--seeds N` with how many seeds.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { VectorFile } from '../../src/cli/vectors.ts';
import type { Provider } from '../../src/providers/contract.ts';
import { provider, providers } from '../../src/providers/registry.ts';
import { type Finding, shownFinding } from './finding.ts';
import { type ForgeOptions, forge } from './forge.ts';
import { MUTANTS } from './mutants.ts';
import { foundWithout } from './mutation.ts';
import type { Tally } from './tally.ts';

function vectorsOf(id: string): VectorFile | undefined {
  const path = join(import.meta.dirname, '../providers', id, 'vectors.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as VectorFile) : undefined;
}

/** How far a provider is, on one line of stderr. */
function progress(id: string, runs: number): () => void {
  let done = 0;
  const started = Date.now();
  return () => {
    done += 1;
    if (!process.stderr.isTTY && done % Math.ceil(runs / 10) !== 0) return;
    if (process.stderr.isTTY && done % 10 !== 0) return;
    const width = Math.min(30, Math.round((30 * done) / runs));
    const bar = '#'.repeat(width).padEnd(30, '.');
    const rate = (done / Math.max(1, Date.now() - started)) * 1000;
    const line = `${id.padEnd(12)} [${bar}] ${done}/${runs} ${rate.toFixed(0)}/s`;
    process.stderr.write(process.stderr.isTTY ? `\r${line}` : `${line}\n`);
  };
}

function shares(counts: ReadonlyMap<string, number>): string {
  const total = [...counts.values()].reduce((sum, one) => sum + one, 0);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([name, number]) => `${name} ${Math.round((100 * number) / total)}%`)
    .join(', ');
}

function row(id: string, tally: Tally, findings: readonly Finding[], seconds: number): string {
  return [
    id.padEnd(12),
    String(tally.runs).padStart(7),
    String(tally.recuts).padStart(9),
    String(findings.length).padStart(9),
    `${seconds.toFixed(1)} s`.padStart(9),
    `  ${shares(tally.genuine.notification)}; back: ${shares(tally.genuine.return)}${tally.unsupported > 0 ? `; ${tally.unsupported} with the demo's settings` : ''}`,
  ].join('');
}

const HEAD = 'provider        runs   recuts findings    time  the genuine messages';

/** The arguments of this command for one provider alone. */
function argumentsFor(id: string, seed: number): readonly string[] {
  const given = process.argv.slice(2).filter((one, index, all) => {
    const isOwn = (text: string | undefined) => /^--(?:only|jobs|seed)$/.test(text ?? '');
    return !isOwn(one) && !isOwn(all[index - 1]) && !/^--(?:only|jobs|seed)=/.test(one);
  });
  return [...given, '--only', id, '--jobs', '1', '--seed', String(seed)];
}

/** Forges at one provider in a process of its own. @returns what it printed, and whether it found something. */
function forgeApart(
  id: string,
  seed: number,
): Promise<{ readonly text: string; readonly code: number | null }> {
  const script = process.argv[1] ?? '';
  const child = spawn(process.execPath, [...process.execArgv, script, ...argumentsFor(id, seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ text, code }));
  });
}

/** Forges at several providers, so many at a time. @returns how many of them had findings. */
async function forgeSideBySide(chosen: readonly Provider[], seed: number, jobs: number): Promise<number> {
  const left = [...chosen];
  const rows = new Map<string, string>();
  let wrong = 0;
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const { text, code } = await forgeApart(next.id, seed);
      if (code !== 0) wrong += 1;
      const [findings = '', row = `${next.id} failed`] = text.split(`${HEAD}\n`);
      if (findings !== '') console.log(findings);
      rows.set(next.id, row.split('\n')[0] ?? '');
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  console.log(HEAD);
  for (const { id } of chosen) console.log(rows.get(id));
  console.log(wrong === 0 ? 'No finding.' : `${wrong} providers with findings, seed ${seed}.`);
  return wrong;
}

/** Forges at each provider. @returns how many findings there were. */
async function forgeAll(
  chosen: readonly Provider[],
  options: ForgeOptions,
  isVerbose: boolean,
): Promise<number> {
  const rows: string[] = [];
  const findings: Finding[] = [];
  for (const entry of chosen) {
    const started = Date.now();
    const onRun = progress(entry.id, options.runs);
    const result = await forge(entry, vectorsOf(entry.id), { ...options, onRun });
    if (process.stderr.isTTY) process.stderr.write('\n');
    for (const finding of result.findings)
      console.log(`${shownFinding(finding)}\nFound in run ${finding.runs}.\n`);
    findings.push(...result.findings);
    rows.push(row(entry.id, result.tally, result.findings, (Date.now() - started) / 1000));
    if (!isVerbose) continue;
    console.log(`${entry.id}: ${JSON.stringify([...result.tally.words])}`);
    console.log(`${entry.id} settings: ${[...result.tally.settings].sort().join(' ')}`);
  }
  console.log(HEAD);
  for (const line of rows) console.log(line);
  console.log(findings.length === 0 ? 'No finding.' : `${findings.length} findings, seed ${options.seed}.`);
  return findings.length;
}

/** Takes mends out, and says which the forge does not miss. @returns how many those are. */
async function mutateAll(
  chosen: readonly Provider[],
  runs: number,
  seeds: readonly number[],
): Promise<number> {
  const heads = seeds.map((seed) => `seed ${seed}`.padStart(10)).join('');
  console.log(
    `The run in which the forge notices that a mend is gone, of ${runs}.\nprovider   ${heads}  without`,
  );
  let missed = 0;
  for (const mutant of MUTANTS) {
    if (!chosen.some(({ id }) => id === mutant.provider)) continue;
    const found = await foundWithout(mutant, runs, seeds);
    if (found.includes(null)) missed += 1;
    const cells = found.map((run) => String(run ?? 'never').padStart(10)).join('');
    console.log(`${mutant.provider.padEnd(11)}${cells}  ${mutant.without}`);
  }
  console.log(missed === 0 ? 'Each is noticed.' : `${missed} are not noticed with every seed.`);
  return missed;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string', multiple: true },
      findings: { type: 'string', default: '5' },
      path: { type: 'string' },
      'as-found': { type: 'boolean', default: false },
      mutants: { type: 'boolean', default: false },
      seeds: { type: 'string', default: '2' },
      verbose: { type: 'boolean', default: false },
      jobs: { type: 'string', default: String(availableParallelism()) },
    },
  });
  const chosen = values.only?.map((name) => {
    const found = provider(name);
    if (!found) throw new Error(`there is no provider ${name}`);
    return found;
  });
  const runs = Number(values.runs ?? (values.mutants ? 200 : 1000));
  const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
  const [findings, seeds, jobs] = [Number(values.findings), Number(values.seeds), Number(values.jobs)];
  if (![runs, seed, findings, seeds, jobs].every(Number.isSafeInteger))
    throw new Error('--runs, --seed, --seeds, --findings and --jobs are numbers');
  const forged = chosen ?? providers;
  if (!values.mutants && jobs > 1 && forged.length > 1)
    return (await forgeSideBySide(forged, seed, jobs)) === 0 ? 0 : 1;
  const wrong = values.mutants
    ? await mutateAll(
        chosen ?? providers,
        runs,
        Array.from({ length: seeds }, (_, index) => seed + index),
      )
    : await forgeAll(
        forged,
        {
          runs,
          seed,
          findings,
          asFound: values['as-found'],
          ...(values.path !== undefined && { path: values.path }),
        },
        values.verbose,
      );
  return wrong === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 2;
  },
);
