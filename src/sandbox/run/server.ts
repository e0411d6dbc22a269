/** Starts the local Worker as a child process and waits until it answers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const WRANGLER = join(ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js');
const READY_TIMEOUT_MS = 60_000;

export interface LocalServer {
  readonly origin: string;
  /** The exit code, once it has ended. */
  readonly ended: Promise<number>;
  stop(): void;
}

export interface ServerOptions {
  /** Where the Worker's output goes. */
  readonly output: 'inherit' | 'ignore';
  /** Where its data is kept. */
  readonly state?: string;
  /** Where its inspector listens; left out: Wrangler chooses. */
  readonly inspectorPort?: number;
}

/** No telemetry, no look-up of where this machine is: the local Worker works without a network. */
const ENVIRONMENT = {
  CI: '1',
  WRANGLER_SEND_METRICS: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true',
};

function wrangler(args: readonly string[], output: ServerOptions['output']): ChildProcess {
  return spawn(process.execPath, [WRANGLER, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...ENVIRONMENT },
    stdio: ['ignore', output, output],
  });
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal ? 0 : 1)));
  });
}

async function answers(origin: string): Promise<boolean> {
  try {
    return (await fetch(`${origin}/health`)).ok;
  } catch {
    return false;
  }
}

/** Copies the example variables when there are none, brings the local database up to date, starts the Worker. */
export async function localServer(
  port: number,
  { output, state, inspectorPort }: ServerOptions,
): Promise<LocalServer> {
  const variables = join(ROOT, '.dev.vars');
  if (!existsSync(variables)) copyFileSync(`${variables}.example`, variables);
  const persist = state === undefined ? [] : ['--persist-to', state];
  const migrated = await exitOf(
    wrangler(['d1', 'migrations', 'apply', 'DIRECTORY', '--local', ...persist], 'ignore'),
  );
  if (migrated !== 0) throw new Error('the migrations of the local database failed');
  const child = wrangler(
    [
      ...['dev', 'src/dev.ts', '--port', String(port), '--show-interactive-dev-session=false'],
      ...(inspectorPort === undefined ? [] : ['--inspector-port', String(inspectorPort)]),
      ...persist,
    ],
    output,
  );
  const ended = exitOf(child);
  const stop = () => child.kill('SIGTERM');
  process.once('exit', stop);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  const origin = `http://localhost:${port}`;
  const until = Date.now() + READY_TIMEOUT_MS;
  while (!(await answers(origin))) {
    if (child.exitCode !== null)
      throw new Error(`the Worker ended with ${child.exitCode}: is port ${port} taken?`);
    if (Date.now() > until) throw new Error('the Worker did not answer within a minute');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { origin, ended, stop };
}
