/**
 * The repository's package.json while the published one is in its place. npm runs nothing after a pack that has failed, and the published one
 * has no scripts: a second `npm pack` would pack it again, and leave it there. So a process of its own looks on until npm has ended.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';

/** Where the two manifests are. */
export interface Manifests {
  readonly manifest: string;
  /** The repository's own, while the other is in its place. */
  readonly kept: string;
}

/** Puts the repository's manifest back, where a pack has left its own. */
export function restore({ manifest, kept }: Manifests): void {
  if (existsSync(kept)) renameSync(kept, manifest);
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
const [pid, manifest, kept] = process.argv.slice(1);
const isAlive = () => { try { process.kill(Number(pid), 0); return true; } catch { return false; } };
const timer = setInterval(() => {
  if (existsSync(kept) && isAlive()) return;
  clearInterval(timer);
  if (existsSync(kept)) renameSync(kept, manifest);
}, 100);
`;

/** Has the manifest put back when a process has ended, however it ends. */
export function restoreWhenEnded(pid: number, { manifest, kept }: Manifests): void {
  const args = ['-e', WATCH, String(pid), manifest, kept];
  spawn(process.execPath, args, { detached: true, stdio: 'ignore' }).unref();
}
