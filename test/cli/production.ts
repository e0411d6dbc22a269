/** The Worker of production in Miniflare, as its bundle is deployed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readD1Migrations } from '@cloudflare/vitest-plugin';
import { convertV4MiniflareOptions, type Miniflare } from 'miniflare';
import { ROOT } from './support.ts';

const key = (text: string) => Buffer.from(text.padEnd(32, '.')).toString('base64');

/** The text of wrangler.toml. */
const CONFIGURATION = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8');

/** What lies beside the bundle. */
const WASM = readFileSync(join(ROOT, 'src/signing/digests.wasm'));

/** The Durable Objects that the configuration names, without those of other Workers. */
const durableObjects = Object.fromEntries(
  [...CONFIGURATION.matchAll(/^name = "(\w+)"\nclass_name = "(\w+)"$(?!\nscript_name)/gm)].map(
    ([, binding = '', className = '']) => [binding, { className, useSQLite: true }],
  ),
);

/**
 * The Worker of production in the words of Miniflare 4.
 * @param script the bundle.
 * @param publicUrl where it says that it is reached.
 */
export function productionWorker(script: string, publicUrl: string) {
  return {
    name: 'countersign',
    modules: [
      { type: 'ESModule' as const, path: 'index.js', contents: script },
      { type: 'CompiledWasm' as const, path: 'digests.wasm', contents: WASM },
    ],
    compatibilityDate: /^compatibility_date = "(.+)"/m.exec(CONFIGURATION)?.[1] ?? '',
    durableObjects,
    d1Databases: { DIRECTORY: 'directory' },
    assets: {
      directory: join(ROOT, 'dist/documents'),
      binding: 'ASSETS',
      // As wrangler.toml has it.
      run_worker_first: ['/*', '!/docs', '!/docs/*'],
      routerConfig: { has_user_worker: true },
      assetConfig: {
        html_handling: 'drop-trailing-slash' as const,
        not_found_handling: '404-page' as const,
      },
    },
    bindings: {
      PUBLIC_URL: publicUrl,
      ADMIN_TOKEN: 'bundle-admin-token',
      MASTER_KEY: key('bundle master key'),
      ID_KEY: key('bundle id key'),
    },
  };
}

/** Options of Miniflare for that Worker alone. */
export function productionOptions(script: string, publicUrl: string) {
  return convertV4MiniflareOptions(productionWorker(script, publicUrl));
}

/** Brings its database up to date. */
export async function migrated(miniflare: Miniflare): Promise<void> {
  const db = await miniflare.getD1Database('DIRECTORY', 'countersign');
  for (const { queries } of await readD1Migrations(join(ROOT, 'src/directory/migrations')))
    for (const query of queries) await db.prepare(query).run();
}
