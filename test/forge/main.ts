/**
 * `npm run forge`: the forge by hand, in Node. `-- --runs 100000` for a long one, `--only paybox` for one provider,
 * `--seed N` for other draws, `--findings N` for how many different ones are looked for, `--path P` to see one again.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { VectorFile } from '../../src/cli/vectors.ts';
import { provider, providers } from '../../src/providers/registry.ts';
import { type Finding, forge, shownFinding, type Tally } from './forge.ts';

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

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '1000' },
      seed: { type: 'string' },
      only: { type: 'string', multiple: true },
      findings: { type: 'string', default: '5' },
      path: { type: 'string' },
      verbose: { type: 'boolean', default: false },
    },
  });
  const chosen = values.only?.map((name) => {
    const found = provider(name);
    if (!found) throw new Error(`there is no provider ${name}`);
    return found;
  });
  const [runs, findingsWanted] = [Number(values.runs), Number(values.findings)];
  const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
  if (![runs, seed, findingsWanted].every(Number.isSafeInteger))
    throw new Error('--runs and --seed are numbers');
  const rows: string[] = [];
  const findings: Finding[] = [];
  for (const entry of chosen ?? providers) {
    const started = Date.now();
    const result = await forge(entry, vectorsOf(entry.id), {
      runs,
      seed,
      findings: findingsWanted,
      ...(values.path !== undefined && { path: values.path }),
      onRun: progress(entry.id, runs),
    });
    if (process.stderr.isTTY) process.stderr.write('\n');
    for (const finding of result.findings) console.log(`${shownFinding(finding)}\n`);
    findings.push(...result.findings);
    rows.push(row(entry.id, result.tally, result.findings, (Date.now() - started) / 1000));
    if (values.verbose) {
      console.log(`${entry.id}: ${JSON.stringify([...result.tally.rulings])}`);
      console.log(`${entry.id} settings: ${[...result.tally.settings].sort().join(' ')}`);
    }
  }
  console.log(`provider        runs   recuts findings    time  the genuine payment`);
  for (const line of rows) console.log(line);
  console.log(findings.length === 0 ? 'No finding.' : `${findings.length} findings, seed ${seed}.`);
  return findings.length === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);
