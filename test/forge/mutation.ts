/** `npm run forge -- --mutants`: whether the forge finds what a mend that is taken out lets in. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Edit, Mutant } from './mutants.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What the forge needs of the tree. */
const COPIED = ['src', 'test/forge', 'test/providers', 'package.json', 'tsconfig.json'];

/** A text after an edit. @throws Error when what it is to replace does not stand there exactly once. */
export function edited(text: string, { file, from, to }: Edit): string {
  const found = text.split(from).length - 1;
  if (found !== 1) throw new Error(`${file} has ${found} places of: ${from}`);
  return text.replace(from, () => to);
}

/** A copy of the tree in which a mend is missing. */
function copyWithout({ edits }: Mutant): string {
  const copy = mkdtempSync(join(tmpdir(), 'forge-'));
  for (const path of COPIED) cpSync(join(ROOT, path), join(copy, path), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  for (const one of edits) {
    const path = join(copy, one.file);
    writeFileSync(path, edited(readFileSync(path, 'utf8'), one));
  }
  return copy;
}

/** The number of the run that found something; null: none did. */
export type FoundAt = number | null;

/** The text in which a run by hand says it. */
const FOUND = /^Found in run (\d+)\./m;

/** Runs the forge in a copy. @throws Error when it does not run there. */
function runIn(copy: string, provider: string, runs: number, seed: number): Promise<FoundAt> {
  const args = ['--import', 'tsx', 'test/forge/main.ts', '--only', provider, '--findings', '1', '--as-found'];
  const child = spawn(process.execPath, [...args, '--runs', String(runs), '--seed', String(seed)], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let complained = '';
  child.stdout.on('data', (data: Buffer) => {
    said += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    complained += data.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const found = FOUND.exec(said)?.[1];
      if (code === 0) resolve(null);
      else if (code === 1 && found) resolve(Number(found));
      else reject(new Error(`the forge does not run without this mend: ${complained.slice(-2000)}`));
    });
  });
}

/** In which run of the forge a mend is missed, for each seed. */
export async function foundWithout(
  mutant: Mutant,
  runs: number,
  seeds: readonly number[],
): Promise<readonly FoundAt[]> {
  const copy = copyWithout(mutant);
  try {
    const found: FoundAt[] = [];
    for (const seed of seeds) found.push(await runIn(copy, mutant.provider, runs, seed));
    return found;
  } finally {
    rmSync(copy, { recursive: true });
  }
}
