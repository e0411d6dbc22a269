/** The check of the design's arrows notices what it is there for. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT, run } from './support.ts';

/** A mistake for each rule: the file that makes it, and what it imports. */
const MISTAKES = [
  ['payments-and-signing-import-nothing-of-ours', 'signing/planted-up.ts', '../http/app.ts'],
  ['only-the-local-entry-imports-the-sandbox', 'http/planted.ts', '../sandbox/demo.ts'],
  ['a-layer-does-not-import-its-neighbours', 'ledger/planted-aside.ts', '../providers/registry.ts'],
  ['the-gateway-is-imported-from-above', 'ledger/planted-up.ts', '../gateway/accounts.ts'],
  ['routes-are-imported-by-entries-only', 'gateway/planted.ts', '../http/app.ts'],
  ['a-provider-imports-the-kit-and-itself', 'providers/paybox/planted.ts', '../ogone/index.ts'],
  ['only-routes-and-pages-know-hono', 'gateway/planted-http.ts', 'hono'],
  ['the-command-line-is-not-imported', 'gateway/planted-command.ts', '../cli/vectors.ts'],
  ['the-bridge-is-not-imported', 'gateway/planted-bridge.ts', '../bridge/sips.ts'],
  ['the-bridge-stands-alone', 'bridge/planted.ts', '../gateway/accounts.ts'],
  ['payments-does-not-import-signing', 'payments/planted.ts', '../signing/bytes.ts'],
  ['signing-does-not-import-payments', 'signing/planted-aside.ts', '../payments/money.ts'],
  ['nobody-imports-an-entry', 'http/planted-entry.ts', '../worker.ts'],
  ['resolvable', 'http/planted-missing.ts', './nowhere.ts'],
  ['the-kit-knows-no-provider', 'providers/kit/planted.ts', '../paybox/index.ts'],
  ['the-contract-has-one-door', 'providers/paybox/planted-part.ts', '../contract/operations.ts'],
  ['no-cycles', 'signing/planted-round.ts', './planted-back.ts'],
] as const;

/** A copy of the project, to plant the mistakes in. */
const copy = mkdtempSync(join(tmpdir(), 'countersign-arrows-'));
symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
for (const file of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs', 'src', 'examples'])
  cpSync(join(ROOT, file), join(copy, file), { recursive: true });

const plant = (path: string, imported: string) =>
  writeFileSync(join(copy, 'src', path), `import '${imported}';\n`);
const cruise = () => run('npx', ['depcruise', 'src', '--config', '.dependency-cruiser.cjs'], {}, copy);

afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('the import check', () => {
  it('passes the sources as they are, and reads them at all', () => {
    const { stdout, status } = cruise();
    expect(Number(/\((\d+) modules/.exec(stdout)?.[1])).toBeGreaterThan(60);
    expect(status).toBe(0);
  });

  it('fails on an import that breaks any of the rules', () => {
    for (const [, path, imported] of MISTAKES) plant(path, imported);
    plant('signing/planted-back.ts', './planted-round.ts');
    const { stdout, status } = cruise();
    expect(status).not.toBe(0);
    for (const [rule, path] of MISTAKES)
      expect(stdout).toMatch(new RegExp(`${rule}: src/${path.replace(/[^/]+$/, '')}planted`));
  });
});

describe('the project', () => {
  it('records no download addresses in its lock file', () => {
    expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
  });
});
