/** Starts the local Workers, the signing one and the console, as a child process and waits until it answers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bringUpToDate } from './local-database.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const WRANGLER = join(ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js');
const DEFAULT_STATE = join(ROOT, '.wrangler', 'state');
const READY_TIMEOUT_MS = 180_000;

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
  /** Where its inspector listens; left out: where the system finds a free port. */
  readonly inspectorPort?: number;
}

/** How much of a silent Worker's output is kept, in characters, to say why it did not start. */
const KEPT_OUTPUT = 4000;

/** No telemetry, no look-up of where this machine is: the local Worker works without a network. */
const ENVIRONMENT = {
  CI: '1',
  WRANGLER_SEND_METRICS: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  // Of what the configuration builds, the local Worker needs the documents alone: Wrangler bundles it from its source.
  COUNTERSIGN_BUILD: 'documents',
};

/** @param registry a folder where Wrangler tells other Workers of this one: two local servers must not find each other's. */
function wrangler(
  args: readonly string[],
  output: 'inherit' | 'ignore' | 'pipe',
  registry: string,
): ChildProcess {
  return spawn(process.execPath, [WRANGLER, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...ENVIRONMENT, WRANGLER_REGISTRY_PATH: registry },
    stdio: ['ignore', output, output],
  });
}

/** @returns what tells the end of what a process has said so far; nothing, where its output goes elsewhere. */
function endOfOutput(child: ChildProcess): () => string {
  let kept = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      kept = (kept + text).slice(-KEPT_OUTPUT);
    });
  return () => kept;
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

/** The folders of the two Workers' wrangler.toml, and of their variables. */
const CONSOLE = join(ROOT, 'src', 'console');

/**
 * What the documents and the local Worker are made of. A folder with a Worker of its own is watched by its entries: a build of that Worker
 * has temporary files in it, for which Wrangler would start this one anew and drop its requests.
 * @param root the project's folder.
 * @returns paths relative to it.
 */
export function watchedPaths(root: string): readonly string[] {
  const inSource = readdirSync(join(root, 'src'), { withFileTypes: true }).filter(
    ({ name }) => name !== 'console',
  );
  const paths = inSource.flatMap((one) => {
    const { name } = one;
    const entries = one.isDirectory() ? readdirSync(join(root, 'src', name)) : [];
    return entries.includes('wrangler.toml')
      ? entries.filter((entry) => !entry.startsWith('.')).map((entry) => `src/${name}/${entry}`)
      : [`src/${name}`];
  });
  return ['docs', ...paths];
}

/**
 * The signing Worker's configuration with one binding more: the console, which is served under the same port. It is written beside the
 * real one, because paths in it are relative. It is made anew at each start and not committed.
 */
function localConfiguration(): string {
  const file = join(ROOT, 'wrangler.local.toml');
  const real = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8');
  // What production has in a Worker of its own is here in the one that there is.
  const local = real
    .replace(/^main = .*$/m, 'main = "src/dev.ts"')
    .replace(/^no_bundle = .*$/m, '')
    // Without the console: Wrangler keeps files of its own in that folder, and would build anew for them.
    .replace('[build]\n', `[build]\nwatch_dir = ${JSON.stringify(watchedPaths(ROOT))}\n`)
    .replace(/^script_name = .*\n/gm, '');
  const text = `# Made by npm start from wrangler.toml.
${local}
[[migrations]]
tag = "local-1"
new_sqlite_classes = ["Reconciliation"]

[[services]]
binding = "CONSOLE"
service = "countersign-console"
`;
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
  return file;
}

const registryOf = (state: string) => join(state, 'registry');

/**
 * Brings the local database up to date.
 * @param state where it is kept; left out: where Wrangler keeps it.
 */
export async function migrateLocal(state = DEFAULT_STATE): Promise<void> {
  const made = join(ROOT, 'dist');
  mkdirSync(made, { recursive: true });
  await bringUpToDate({ state, migrations: join(ROOT, 'src/directory/migrations'), made }, async (folder) => {
    const args = ['d1', 'migrations', 'apply', 'DIRECTORY', '--local', '--persist-to', folder];
    if ((await exitOf(wrangler(args, 'ignore', registryOf(state)))) !== 0)
      throw new Error('the migrations of the local database failed');
  });
}

/**
 * Copies the example variables when there are none, brings the local database up to date, starts the Worker.
 * @throws Error when it ends before it answers, with the end of what it said, or does not answer in time.
 */
export async function localServer(
  port: number,
  // Wrangler looks for a free inspector port before it takes it: of two that start at once, one would end.
  { output, state, inspectorPort = 0 }: ServerOptions,
): Promise<LocalServer> {
  for (const folder of [ROOT, CONSOLE]) {
    const variables = join(folder, '.dev.vars');
    if (!existsSync(variables)) copyFileSync(`${variables}.example`, variables);
  }
  await migrateLocal(state);
  const persist = state === undefined ? [] : ['--persist-to', state];
  const child = wrangler(
    [
      ...['dev', 'src/dev.ts', '--config', localConfiguration(), '--config', join(CONSOLE, 'wrangler.toml')],
      ...['--port', String(port), '--show-interactive-dev-session=false'],
      ...['--inspector-port', String(inspectorPort)],
      ...persist,
    ],
    output === 'ignore' ? 'pipe' : output,
    registryOf(state ?? DEFAULT_STATE),
  );
  const said = endOfOutput(child);
  const ended = exitOf(child);
  const stop = () => child.kill('SIGTERM');
  process.once('exit', stop);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  const origin = `http://localhost:${port}`;
  const until = Date.now() + READY_TIMEOUT_MS;
  while (!(await answers(origin))) {
    if (child.exitCode !== null)
      throw new Error(`the Worker ended with ${child.exitCode}: is port ${port} taken?\n${said()}`);
    if (Date.now() > until) throw new Error(`the Worker did not answer within three minutes\n${said()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { origin, ended, stop };
}
