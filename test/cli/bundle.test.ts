/** The production bundle: what is in it, what is not, and how large it may be. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT, run } from './support.ts';

const LIMIT_KIB = 380;

let bundle: string;

beforeAll(() => {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-bundle-'));
  const result = run(
    process.execPath,
    ['node_modules/wrangler/bin/wrangler.js', 'deploy', '--dry-run', '--outdir', directory],
    { WRANGLER_SEND_METRICS: 'false' },
  );
  expect(result.status, result.stderr).toBe(0);
  bundle = readFileSync(join(directory, 'index.js'), 'utf8');
});

describe('the production bundle', () => {
  it('holds the providers', () => {
    for (const text of ['PBX_HMAC', 'SHASIGN', 'merchant_callback_url']) expect(bundle).toContain(text);
  });

  it('holds nothing of the sandbox', () => {
    const secrets =
      readFileSync(join(ROOT, 'src/sandbox/demo-accounts.ts'), 'utf8').match(/demo-[a-z-]{8,}/g) ?? [];
    expect(secrets.length).toBeGreaterThan(5);
    for (const text of [...secrets, 'sandbox_orders', 'Demo shop', 'BEGIN PRIVATE KEY', 'standardwebhooks']) {
      const marker = text === 'BEGIN PRIVATE KEY' ? '-----BEGIN PRIVATE KEY-----\n' : text;
      expect(bundle).not.toContain(marker);
    }
  });

  it(`is under ${LIMIT_KIB} KiB gzipped`, () => {
    expect(gzipSync(bundle).length / 1024).toBeLessThan(LIMIT_KIB);
  });
});
