/**
 * The repository's package.json and README.md while the published ones are in their places. npm runs nothing after a pack that has failed, and
 * the published package.json has no scripts: a second `npm pack` would pack it again, and leave it there. So a process of its own looks on
 * until npm has ended.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';

/** A file of the repository that has another one in its place while the package is packed. */
export interface Replaced {
  readonly file: string;
  /** Where the repository's own is meanwhile. */
  readonly kept: string;
}

/** Puts the repository's files back, where a pack has left its own. */
export function restore(replaced: readonly Replaced[]): void {
  for (const { file, kept } of replaced) if (existsSync(kept)) renameSync(kept, file);
}

/** The process of npm that has called this one; null: there is none, or the system does not say. */
export function callingNpm(): number | null {
  let pid = process.ppid;
  while (pid > 1) {
    const { stdout } = spawnSync('ps', ['-o', 'ppid=,args=', '-p', String(pid)], { encoding: 'utf8' });
    const [, parent, command = ''] = /^\s*(\d+)\s+(.*)/.exec(stdout ?? '') ?? [];
    if (parent === undefined) return null;
    if (/\bnpm\b/.test(command) && !/\bpack\.ts\b/.test(command)) return pid;
    pid = Number(parent);
  }
  return null;
}

const WATCH = `
const { existsSync, renameSync } = require('node:fs');
const [pid, ...paths] = process.argv.slice(1);
const replaced = paths.flatMap((file, at) => (at % 2 === 0 ? [{ file, kept: paths[at + 1] }] : []));
const left = () => replaced.filter(({ kept }) => existsSync(kept));
const isAlive = () => { try { process.kill(Number(pid), 0); return true; } catch { return false; } };
const timer = setInterval(() => {
  if (left().length > 0 && isAlive()) return;
  clearInterval(timer);
  for (const { file, kept } of left()) renameSync(kept, file);
}, 100);
`;

/** Has the files put back when a process has ended, however it ends. */
export function restoreWhenEnded(pid: number, replaced: readonly Replaced[]): void {
  const args = ['-e', WATCH, String(pid), ...replaced.flatMap(({ file, kept }) => [file, kept])];
  spawn(process.execPath, args, { detached: true, stdio: 'ignore' }).unref();
}
