import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** What has run: its exit code, and what it wrote. */
interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command, in the project's root by default. Nothing else goes on meanwhile: a server closes connections unseen. */
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

/** Runs a command in the project's root, while connections to a server are kept. */
export function runBeside(
  command: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<Ran> {
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...texts }));
  });
}

/** The folders of PATH but those of packages: npm and the tests' own start put some of them first. */
const ownPath = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);

/** The machine's own Node: the one that runs this may be a package's. */
function ownNode(): string {
  const found = ownPath.split(delimiter).find((folder) => existsSync(join(folder, 'node')));
  return found === undefined ? process.execPath : join(found, 'node');
}

/**
 * Runs a script of package.json that is given a secret, by the machine's own Node. `npm run` would find a package's first after an
 * installation without scripts, and such a script refuses to run with that.
 */
export async function runSecretScript(
  name: string,
  args: readonly string[] = [],
  environment: Record<string, string> = {},
): Promise<Ran> {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const [command, ...rest] = scripts[name]?.split(' ') ?? [];
  if (command !== 'tsx') throw new Error(`${name} is no script that tsx runs`);
  const tsx = join('node_modules', 'tsx', 'dist', 'cli.mjs');
  return runBeside(ownNode(), [tsx, ...rest, ...args], { PATH: ownPath, ...environment });
}
