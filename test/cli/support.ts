import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Runs a command, in the project's root by default. */
export function run(
  command: string,
  args: readonly string[],
  environment: Record<string, string> = {},
  cwd = ROOT,
) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    // The whole contract is printed by one of the calls.
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, ...environment },
  });
  return { status, stdout, stderr };
}
