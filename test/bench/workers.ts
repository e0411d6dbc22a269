/** The Worker of production and the floors, bundled and run in miniflare on direct sockets. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { readD1Migrations } from '@cloudflare/vitest-plugin';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';

const ROOT = join(import.meta.dirname, '..', '..');
const COMPATIBILITY_DATE = '2026-10-01';

/** The first of four. Two runs on one machine need their own. */
const PORT = Number(process.env.BENCH_PORT ?? 8931);

export const PORTS = { app: PORT, floor: PORT + 1, other: PORT + 2, inspector: PORT + 3 };
export const ADMIN_TOKEN = 'bench-admin-token';

const key = (text: string) => Buffer.from(text.padEnd(32, '.')).toString('base64');

/** Bundles the Worker of a configuration file, or of a checkout's own; the path of what came of it. */
function bundle(directory: string, name: string, options: { root?: string; config?: string }): string {
  const { root = ROOT, config } = options;
  const out = join(directory, name);
  mkdirSync(out, { recursive: true });
  const result = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/wrangler/bin/wrangler.js'),
      'deploy',
      '--dry-run',
      '--outdir',
      out,
      ...(config ? ['--config', config] : []),
    ],
    { cwd: root, encoding: 'utf8', env: { ...process.env, WRANGLER_SEND_METRICS: 'false' } },
  );
  const [file] = readdirSync(out).filter((entry) => entry.endsWith('.js'));
  if (result.status !== 0 || !file) throw new Error(result.stderr + result.stdout);
  return join(out, file);
}

/** A bundle as modules, with those of WebAssembly that lie beside it. */
function modulesOf(name: string, script: string) {
  const directory = dirname(script);
  const wasm = readdirSync(directory).filter((entry) => entry.endsWith('.wasm'));
  return [
    { type: 'ESModule' as const, path: `${name}.js`, contents: readFileSync(script, 'utf8') },
    ...wasm.map((path) => ({
      type: 'CompiledWasm' as const,
      path,
      contents: readFileSync(join(directory, path)),
    })),
  ];
}

/** The Durable Objects that a checkout's configuration names: another version may have others. */
function durableObjects(root: string) {
  const toml = readFileSync(join(root, 'wrangler.toml'), 'utf8');
  return Object.fromEntries(
    [...toml.matchAll(/^name = "(\w+)"\nclass_name = "(\w+)"$(?!\nscript_name)/gm)].map(
      ([, binding = '', className = '']) => [binding, { className, useSQLite: true }],
    ),
  );
}

const RECONCILIATION = 'reconciliation';

/** A Worker of production in miniflare's words. @param more bindings of Durable Objects of another Worker. */
function appWorker(name: string, script: string, root = ROOT, more: object = {}) {
  return {
    name,
    modules: modulesOf(name, script),
    compatibilityDate: COMPATIBILITY_DATE,
    durableObjects: { ...durableObjects(root), ...more },
    d1Databases: { DIRECTORY: `directory-${name}` },
    // What is entered for an account is checked against the documents. A deployment has them beside it; another version may have none.
    ...(existsSync(join(root, 'dist/documents')) && {
      assets: {
        directory: join(root, 'dist/documents'),
        binding: 'ASSETS',
        run_worker_first: ['/*', '!/docs', '!/docs/*'],
        routerConfig: { has_user_worker: true },
      },
    }),
    bindings: {
      PUBLIC_URL: 'https://pay.countersign.test',
      ADMIN_TOKEN,
      MASTER_KEY: key('bench master key'),
      ID_KEY: key('bench id key'),
    },
  };
}

/**
 * A socket to a Worker itself. miniflare puts two Workers of its own before the socket of one that has static files: the floors would not have them,
 * they cost more than the route of a repeated notification does beyond its floor, and on the platform that work is not ours.
 */
function socketTo(name: string, port: number) {
  return {
    name: `socket-${name}`,
    modules: [
      {
        type: 'ESModule' as const,
        path: 'none.js',
        contents: 'export default { fetch: () => new Response() }',
      },
    ],
    compatibilityDate: COMPATIBILITY_DATE,
    unsafeDirectSockets: [{ host: '127.0.0.1', port, serviceName: name }],
  };
}

async function migrate(miniflare: Miniflare, name: string, root: string): Promise<void> {
  const db = await miniflare.getD1Database('DIRECTORY', name);
  for (const { queries } of await readD1Migrations(join(root, 'src/directory/migrations')))
    for (const query of queries) await db.prepare(query).run();
}

function floorConfig(directory: string): string {
  const path = join(directory, 'floor.toml');
  writeFileSync(
    path,
    `name = "floor"
main = "${join(ROOT, 'test/bench/floor.ts')}"
compatibility_date = "${COMPATIBILITY_DATE}"
minify = true
[[durable_objects.bindings]]
name = "FLOOR"
class_name = "Floor"
[[migrations]]
tag = "v1"
new_sqlite_classes = ["Floor"]
`,
  );
  return path;
}

/** The Worker of reconciliation, with the directory of the first one. */
function reconciliationWorker(directory: string) {
  const config = join(ROOT, 'src/reconciliation/wrangler.toml');
  const script = bundle(directory, RECONCILIATION, { config });
  return {
    name: RECONCILIATION,
    modules: modulesOf(RECONCILIATION, script),
    compatibilityDate: COMPATIBILITY_DATE,
    durableObjects: { RECONCILIATION: { className: 'Reconciliation', useSQLite: true } },
    d1Databases: { DIRECTORY: 'directory-app' },
  };
}

/** What runs beside the Worker and the floors. */
interface Beside {
  /** A checkout with its node_modules whose Worker is compared. */
  readonly other?: string | undefined;
  /** The Worker of reconciliation, with an inspector of all Workers at `PORTS.inspector`. */
  readonly reconciles?: boolean;
}

/**
 * Bundles and starts the Worker and the floors in one workerd.
 * @param directory where the data lies.
 */
export async function start(
  directory: string,
  { other, reconciles = false }: Beside = {},
): Promise<Miniflare> {
  const app = bundle(directory, 'app', {});
  const floor = bundle(directory, 'floor', { config: floorConfig(directory) });
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      resourcePersistencePath: join(directory, 'state'),
      logRequests: false,
      ...(reconciles && { inspectorPort: PORTS.inspector }),
      handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
        stdout.resume();
        stderr.resume();
      },
      workers: [
        appWorker(
          'app',
          app,
          ROOT,
          reconciles
            ? { RECONCILIATION: { className: 'Reconciliation', scriptName: RECONCILIATION, useSQLite: true } }
            : {},
        ),
        socketTo('app', PORTS.app),
        ...(reconciles ? [reconciliationWorker(directory)] : []),
        {
          name: 'floor',
          modules: modulesOf('floor', floor),
          compatibilityDate: COMPATIBILITY_DATE,
          durableObjects: { FLOOR: { className: 'Floor', useSQLite: true } },
        },
        socketTo('floor', PORTS.floor),
        ...(other
          ? [
              appWorker('other', bundle(directory, 'other', { root: other }), other),
              socketTo('other', PORTS.other),
            ]
          : []),
      ],
    }),
  );
  await miniflare.ready;
  await migrate(miniflare, 'app', ROOT);
  if (other) await migrate(miniflare, 'other', other);
  return miniflare;
}
