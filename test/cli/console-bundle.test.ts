/** The console's bundle: how large it may be, what is not in it, and that both Workers name each other in both environments. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { ROOT, run } from './support.ts';

/** With its pages and what makes PDFs. */
const LIMIT_KIB = 300;

const WRANGLER = 'node_modules/wrangler/bin/wrangler.js';

let bundle: string;

beforeAll(() => {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-console-'));
  const result = run(
    process.execPath,
    [
      WRANGLER,
      'deploy',
      '--dry-run',
      '--config',
      'src/console/wrangler.toml',
      '--env',
      '',
      '--outdir',
      directory,
    ],
    { WRANGLER_SEND_METRICS: 'false' },
  );
  expect(result.status, result.stderr).toBe(0);
  bundle = readFileSync(join(directory, 'index.js'), 'utf8');
});

describe("the console's bundle", () => {
  it(`is under ${LIMIT_KIB} KiB gzipped`, () => {
    expect(gzipSync(bundle).length / 1024).toBeLessThan(LIMIT_KIB);
  });

  it('holds nothing of the signing Worker, of the sandbox, or of npm start', () => {
    for (const text of [
      'PBX_HMAC',
      'SHASIGN',
      'operator_sessions',
      'demo-console-password',
      'local-admin-token',
    ])
      expect(bundle).not.toContain(text);
  });
});

/** The bindings that an environment's Worker is given, as wrangler reads the file. */
function dryRun(config: string, env: string): string {
  const args = [WRANGLER, 'deploy', '--dry-run', '--config', config, '--env', env];
  const result = run(process.execPath, args, { WRANGLER_SEND_METRICS: 'false' });
  expect(result.status, result.stderr).toBe(0);
  return result.stdout;
}

describe('the environments', () => {
  it.each([
    ['', 'countersign#OperatorApi'],
    ['staging', 'countersign-staging#OperatorApi'],
  ])('of the console reach the signing Worker of their own (%j)', (env, service) => {
    const text = dryRun('src/console/wrangler.toml', env);
    expect(text).toContain(service);
    for (const binding of ['ONCE', 'GATES', 'GATEWAY']) expect(text).toContain(`env.${binding}`);
  });

  it.each(['wrangler.toml', 'src/console/wrangler.toml', 'src/sandbox/wrangler.toml'])(
    'of %s do not share an address: the second deployed would take it from the first',
    (config) => {
      const folder = mkdtempSync(join(tmpdir(), 'countersign-routes-'));
      const copy = join(folder, 'wrangler.toml');
      const routes = 'routes = [{ pattern = "pay.example.com", custom_domain = true }]';
      writeFileSync(copy, `${routes}\n${readFileSync(join(ROOT, config), 'utf8')}`);
      const routesOf = (env?: string) =>
        unstable_readConfig({ config: copy, ...(env !== undefined && { env }) }, { hideWarnings: true })
          .routes;
      expect(routesOf()).toHaveLength(1);
      expect(routesOf('staging')).toEqual([]);
      rmSync(folder, { recursive: true, force: true });
    },
  );

  it('of the signing Worker have the same bindings', () => {
    const bindings = (text: string) => [...text.matchAll(/env\.([A-Z_]+)/g)].map(([, name]) => name).sort();
    expect(bindings(dryRun('wrangler.toml', 'staging'))).toEqual(bindings(dryRun('wrangler.toml', '')));
    expect(readFileSync(join(ROOT, 'wrangler.toml'), 'utf8')).toContain('name = "countersign-staging"');
  });
});
