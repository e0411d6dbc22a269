/**
 * Processor time of workerd, from Linux's /proc: what an operation costs with all that it leaves behind, whoever else
 * uses the machine meanwhile.
 */
import { readFileSync } from 'node:fs';

/** Of user and system time in /proc, in Linux on every usual machine (`getconf CLK_TCK`). */
const TICK_MS = 10;

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** Milliseconds that the child process `workerd` has used, all its threads together; null where there is no /proc. */
export function workerdCpu(): number | null {
  const children = read(`/proc/self/task/${process.pid}/children`)?.trim().split(' ') ?? [];
  for (const child of children) {
    // The name stands in brackets and may hold anything; what follows it is numbers.
    const stat = read(`/proc/${child}/stat`);
    if (!stat?.includes('(workerd)')) continue;
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  }
  return null;
}
