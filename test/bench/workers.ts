/** The Worker of production and the floors, bundled and run in miniflare on direct sockets. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';

const ROOT = join(import.meta.dirname, '..', '..');
const COMPATIBILITY_DATE = '2026-10-01';

export const PORTS = { app: 8931, floor: 8932 };
export const ADMIN_TOKEN = 'bench-admin-token';

const key = (text: string) => Buffer.from(text.padEnd(32, '.')).toString('base64');

function bundle(directory: string, name: string, config: string | null, script: string | null): string {
  const out = join(directory, name);
  mkdirSync(out, { recursive: true });
  const result = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/wrangler/bin/wrangler.js'),
      'deploy',
      ...(script ? [script] : []),
      '--dry-run',
      '--outdir',
      out,
      ...(config ? ['--config', config] : []),
    ],
    { cwd: ROOT, encoding: 'utf8', env: { ...process.env, WRANGLER_SEND_METRICS: 'false' } },
  );
  const [file] = readdirSync(out).filter((entry) => entry.endsWith('.js'));
  if (result.status !== 0 || !file) throw new Error(result.stderr + result.stdout);
  return join(out, file);
}

/** Bundles and starts both; the data lies under `directory`. */
export async function start(directory: string): Promise<Miniflare> {
  const config = join(directory, 'floor.toml');
  writeFileSync(
    config,
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
  const [app, floor] = [bundle(directory, 'app', null, null), bundle(directory, 'floor', config, null)];
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      resourcePersistencePath: join(directory, 'state'),
      logRequests: false,
      handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
        stdout.resume();
        stderr.resume();
      },
      workers: [
        {
          name: 'app',
          modules: [{ type: 'ESModule', path: 'app.js', contents: readFileSync(app, 'utf8') }],
          compatibilityDate: COMPATIBILITY_DATE,
          durableObjects: {
            LEDGER: { className: 'Ledger', useSQLite: true },
            SEQUENCE: { className: 'Sequence', useSQLite: true },
          },
          d1Databases: { DIRECTORY: 'directory' },
          bindings: {
            LOCAL: '1',
            ADMIN_TOKEN,
            MASTER_KEY: key('bench master key'),
            ID_KEY: key('bench id key'),
          },
          unsafeDirectSockets: [{ host: '127.0.0.1', port: PORTS.app }],
        },
        {
          name: 'floor',
          modules: [{ type: 'ESModule', path: 'floor.js', contents: readFileSync(floor, 'utf8') }],
          compatibilityDate: COMPATIBILITY_DATE,
          durableObjects: { FLOOR: { className: 'Floor', useSQLite: true } },
          unsafeDirectSockets: [{ host: '127.0.0.1', port: PORTS.floor }],
        },
      ],
    }),
  );
  await miniflare.ready;
  const db = await miniflare.getD1Database('DIRECTORY', 'app');
  const migrations = join(ROOT, 'src/directory/migrations');
  for (const file of readdirSync(migrations).sort()) {
    const statements = readFileSync(join(migrations, file), 'utf8')
      .replace(/^--.*$/gm, '')
      .split(';')
      .map((statement) => statement.trim())
      .filter(Boolean);
    for (const statement of statements) await db.prepare(statement).run();
  }
  return miniflare;
}
