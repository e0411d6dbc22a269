/** `npm run new-provider`: what it makes builds, is listed, and fails the conformance suite until it is filled in. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeProvider } from '../../src/cli/new-provider.ts';
import { ROOT, run } from './support.ts';

const ID = 'acme-pay';

/** A copy of the project, with the new provider in it. */
const copy = mkdtempSync(join(tmpdir(), 'countersign-provider-'));
const LEFT_OUT = new Set(['node_modules', '.git', '.wrangler', '.dev.vars']);
for (const name of readdirSync(ROOT).filter((entry) => !LEFT_OUT.has(entry)))
  cpSync(join(ROOT, name), join(copy, name), { recursive: true });
symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const paths = makeProvider(copy, ID);

/** The suite in the copy, without colours. */
function suite(...files: readonly string[]) {
  const { stdout, stderr, status } = run(
    'npx',
    ['vitest', 'run', '--project', 'workerd', ...files, '-t', ID],
    { NO_COLOR: '1' },
    copy,
  );
  return { output: stdout + stderr, status };
}

describe('a new provider', () => {
  it('is a folder with its sheet, its bank, its tests and its entries in the lists', () => {
    expect(paths).toEqual(
      expect.arrayContaining([
        `src/providers/${ID}/SHEET.md`,
        `src/providers/${ID}/index.ts`,
        `src/sandbox/banks/${ID}.ts`,
        `test/providers/${ID}/vectors.json`,
      ]),
    );
    for (const path of ['src/providers/registry.ts', 'src/sandbox/banks/registry.ts'])
      expect(readFileSync(join(copy, path), 'utf8')).toContain('acmePay');
    expect(readFileSync(join(copy, 'src/sandbox/demo-accounts.ts'), 'utf8')).toContain(`'${ID}'`);
  });

  it('builds and keeps the arrows', () => {
    // What is new with all that it imports: the rest is what `npm run types` has checked.
    const files = paths.filter((path) => path.endsWith('.ts'));
    writeFileSync(
      join(copy, 'tsconfig.new.json'),
      JSON.stringify({
        extends: './tsconfig.json',
        include: ['test/support/*.d.ts', 'src/**/*.d.ts'],
        files,
      }),
    );
    expect(run('npx', ['tsc', '--noEmit', '-p', 'tsconfig.new.json'], {}, copy).stdout).toBe('');
    expect(run('npx', ['depcruise', 'src', '--config', '.dependency-cruiser.cjs'], {}, copy).status).toBe(0);
  });

  it('fails the conformance suite, which names the files that are to be filled in', () => {
    const { output, status } = suite(
      'test/providers/conformance.test.ts',
      'test/providers/sheets.test.ts',
      'test/providers/vectors.test.ts',
      `test/providers/${ID}`,
    );
    expect(status).not.toBe(0);
    for (const message of [
      `src/providers/${ID}/index.ts: fill in start`,
      `src/providers/${ID}/index.ts: fill in the caption`,
      `src/providers/${ID}/statuses.ts: fill in a row for each code of the sheet`,
      `src/providers/${ID}/SHEET.md: fill in the table`,
      `test/providers/${ID}/vectors.json: fill in vectors`,
    ])
      expect(output).toContain(message);
  });

  it('is refused under a name that is none, or is taken', () => {
    for (const id of ['', 'Acme', '../acme', 'acme_pay', 'acme-'])
      expect(() => makeProvider(copy, id)).toThrow('no id of a provider');
    expect(() => makeProvider(copy, 'paybox')).toThrow('is there already');
  });
});
