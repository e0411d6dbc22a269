/** Ends what a test has started, with everything that runs it: a group of processes that its first one leads. */
import type { ChildProcess } from 'node:child_process';

/** Kills the group, with no time to write anything, and waits for its leader. One that has ended already is no fault. */
export async function killGroup(leader: ChildProcess): Promise<void> {
  const isOver = leader.exitCode !== null || leader.signalCode !== null;
  const ended = new Promise<void>((resolve) => leader.once('exit', () => resolve()));
  try {
    if (leader.pid !== undefined) process.kill(-leader.pid, 'SIGKILL');
  } catch (error) {
    // Nobody of the group is left.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
  if (!isOver) await ended;
}
