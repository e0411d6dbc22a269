/** The memory of the Worker's workerd, from Linux's /proc. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { quantile } from './send.ts';

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** Processes that a process has started, and those that they have. */
function descendants(pid: number): number[] {
  let threads: string[] = [];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    // It has ended, or this is no Linux.
  }
  return threads
    .flatMap(
      (thread) => read(`/proc/${pid}/task/${thread}/children`)?.trim().split(' ').filter(Boolean) ?? [],
    )
    .flatMap((child) => [Number(child), ...descendants(Number(child))]);
}

/** MiB of a process in memory, without files that it maps from a folder in memory: the server's data may lie in one. */
function residentOf(pid: number): number {
  const status = read(`/proc/${pid}/status`) ?? '';
  const [all = 0, shared = 0] = ['VmRSS', 'RssShmem'].map((name) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0),
  );
  return (all - shared) / 1024;
}

/** Whether a process has a file below a folder open. */
function hasOpen(pid: number, folder: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => targetOf(`/proc/${pid}/fd/${fd}`).startsWith(folder));
  } catch {
    return false;
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

/**
 * MiB of the workerd that runs the Worker, among those that this process has started; null where there is no /proc. Wrangler's own
 * workerd, a proxy before it, has none of our code.
 * @param state the folder of the server's data, which the Worker's has open.
 */
function workerdMemory(state: string): number | null {
  const sizes = descendants(process.pid)
    .filter((pid) => read(`/proc/${pid}/comm`)?.trim() === 'workerd' && hasOpen(pid, state))
    .map(residentOf);
  return sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0);
}

const SAMPLE_MS = 250;

/** The middle and the end are the medians of a tenth of the time each: a collection of garbage does not decide. */
const SHARE = 0.1;

export interface Memory {
  readonly middle: number;
  readonly end: number;
}

/** Watches the memory until `stop`, which returns it in the middle and at the end, in MiB; null where there is no /proc. */
export function watchMemory(state: string): { stop(): Memory | null } {
  const samples: number[] = [];
  const timer = setInterval(() => {
    const size = workerdMemory(state);
    if (size !== null) samples.push(size);
  }, SAMPLE_MS);
  return {
    stop() {
      clearInterval(timer);
      if (samples.length === 0) return null;
      const width = Math.max(1, Math.round(samples.length * SHARE));
      const middle = Math.floor((samples.length - width) / 2);
      return {
        middle: quantile(samples.slice(middle, middle + width), 0.5),
        end: quantile(samples.slice(-width), 0.5),
      };
    },
  };
}
