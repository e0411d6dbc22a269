/**
 * Processor time of workerd, from Linux's /proc: what an operation costs with all that it leaves behind, whoever else
 * uses the machine meanwhile.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Of user and system time in /proc, in Linux on every usual machine (`getconf CLK_TCK`). */
const TICK_MS = 10;

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** The child process `workerd`, with its line of numbers; null where there is no /proc. */
function workerd(): { readonly id: string; readonly stat: string } | null {
  const children = read(`/proc/self/task/${process.pid}/children`)?.trim().split(' ') ?? [];
  for (const id of children) {
    const stat = read(`/proc/${id}/stat`);
    if (stat?.includes('(workerd)')) return { id, stat };
  }
  return null;
}

/** Milliseconds that the child process `workerd` has used, all its threads together; null where there is no /proc. */
export function workerdCpu(): number | null {
  const found = workerd();
  if (!found) return null;
  // The name stands in brackets and may hold anything; what follows it is numbers.
  const fields = found.stat.slice(found.stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/**
 * The same to the nanosecond, in milliseconds, of the threads that there are now: for what is over in a few ticks. A thread that has ended
 * in between is missing.
 */
export function workerdThreadsCpu(): number | null {
  const found = workerd();
  if (!found) return null;
  const threads = readdirSync(`/proc/${found.id}/task`);
  const used = threads.map((thread) =>
    Number(read(`/proc/${found.id}/task/${thread}/schedstat`)?.split(' ', 1)),
  );
  return used.reduce((sum, nanoseconds) => sum + (nanoseconds || 0), 0) / 1e6;
}
