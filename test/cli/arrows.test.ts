/** The check of the design's arrows notices what it is there for. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { ROOT, run } from './support.ts';

/** A copy of the project, to plant mistakes in. */
const copy = mkdtempSync(join(tmpdir(), 'countersign-arrows-'));
symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
for (const file of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs'])
  cpSync(join(ROOT, file), join(copy, file));

const plant = (name: string, source: string) => writeFileSync(join(copy, 'src/signing', name), source);
const cruise = () => run('npx', ['depcruise', 'src', '--config', '.dependency-cruiser.cjs'], {}, copy);

beforeEach(() => {
  rmSync(join(copy, 'src'), { recursive: true, force: true });
  cpSync(join(ROOT, 'src'), join(copy, 'src'), { recursive: true });
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('the import check', () => {
  it('reads the sources at all', () => {
    const { stdout, status } = cruise();
    expect(Number(/\((\d+) modules/.exec(stdout)?.[1])).toBeGreaterThan(60);
    expect(status).toBe(0);
  });

  it.each([
    ['an import that points up', "import '../http/app.ts';\n", 'payments-and-signing-import-nothing-of-ours'],
    [
      'an import of the sandbox',
      "import '../sandbox/demo.ts';\n",
      'only-the-local-entry-imports-the-sandbox',
    ],
  ])('fails on %s', (_name, source, rule) => {
    plant('planted.ts', source);
    const { stdout, status } = cruise();
    expect(stdout).toContain(rule);
    expect(status).not.toBe(0);
  });

  it('fails on a cycle', () => {
    plant('planted.ts', "import { b } from './planted-too.ts';\nexport const a = () => b;\n");
    plant('planted-too.ts', "import { a } from './planted.ts';\nexport const b = () => a;\n");
    const { stdout, status } = cruise();
    expect(stdout).toContain('no-cycles');
    expect(status).not.toBe(0);
  });
});

describe('the project', () => {
  it('records no download addresses in its lock file', () => {
    expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
  });
});
