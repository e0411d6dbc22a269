/** The Worker of production and the floors, bundled and run in miniflare on direct sockets. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';

const ROOT = join(import.meta.dirname, '..', '..');
const COMPATIBILITY_DATE = '2026-10-01';

export const PORTS = { app: 8931, floor: 8932, other: 8933 };
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

/** The Durable Objects that a checkout's configuration names: another version may have others. */
function durableObjects(root: string) {
  const toml = readFileSync(join(root, 'wrangler.toml'), 'utf8');
  return Object.fromEntries(
    [...toml.matchAll(/^name = "(\w+)"\nclass_name = "(\w+)"/gm)].map(([, binding = '', className = '']) => [
      binding,
      { className, useSQLite: true },
    ]),
  );
}

/** A Worker of production in miniflare's words. */
function appWorker(name: string, script: string, port: number, root = ROOT) {
  return {
    name,
    modules: [{ type: 'ESModule' as const, path: `${name}.js`, contents: readFileSync(script, 'utf8') }],
    compatibilityDate: COMPATIBILITY_DATE,
    durableObjects: durableObjects(root),
    d1Databases: { DIRECTORY: `directory-${name}` },
    bindings: {
      LOCAL: '1',
      ADMIN_TOKEN,
      MASTER_KEY: key('bench master key'),
      ID_KEY: key('bench id key'),
    },
    unsafeDirectSockets: [{ host: '127.0.0.1', port }],
  };
}

async function migrate(miniflare: Miniflare, name: string, root: string): Promise<void> {
  const db = await miniflare.getD1Database('DIRECTORY', name);
  const migrations = join(root, 'src/directory/migrations');
  for (const file of readdirSync(migrations).sort()) {
    const statements = readFileSync(join(migrations, file), 'utf8')
      .replace(/^--.*$/gm, '')
      .split(';')
      .map((statement) => statement.trim())
      .filter(Boolean);
    for (const statement of statements) await db.prepare(statement).run();
  }
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

/**
 * Bundles and starts the Worker and the floors in one workerd.
 * @param directory where the data lies.
 * @param other a checkout with its node_modules whose Worker runs beside them, to compare with.
 */
export async function start(directory: string, other?: string): Promise<Miniflare> {
  const app = bundle(directory, 'app', {});
  const floor = bundle(directory, 'floor', { config: floorConfig(directory) });
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      resourcePersistencePath: join(directory, 'state'),
      logRequests: false,
      handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
        stdout.resume();
        stderr.resume();
      },
      workers: [
        appWorker('app', app, PORTS.app),
        {
          name: 'floor',
          modules: [{ type: 'ESModule', path: 'floor.js', contents: readFileSync(floor, 'utf8') }],
          compatibilityDate: COMPATIBILITY_DATE,
          durableObjects: { FLOOR: { className: 'Floor', useSQLite: true } },
          unsafeDirectSockets: [{ host: '127.0.0.1', port: PORTS.floor }],
        },
        ...(other
          ? [appWorker('other', bundle(directory, 'other', { root: other }), PORTS.other, other)]
          : []),
      ],
    }),
  );
  await miniflare.ready;
  await migrate(miniflare, 'app', ROOT);
  if (other) await migrate(miniflare, 'other', other);
  return miniflare;
}
