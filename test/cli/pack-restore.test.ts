/** Ruled out: a pack that fails, after which the published package.json stays in the place of the repository's. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type Replaced, restore, restoreWhenEnded } from '../../src/cli/package/restore.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-restore-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function replaced(name: string) {
  return ['json', 'md'].map((ending) => {
    const one = { file: join(folder, `${name}.${ending}`), kept: join(folder, `${name}.${ending}.kept`) };
    writeFileSync(one.kept, 'own');
    writeFileSync(one.file, 'published');
    return one;
  });
}

const texts = (files: readonly Replaced[]) => files.map(({ file }) => readFileSync(file, 'utf8'));

describe('the package.json of the repository', () => {
  it('is put back when npm ends without the script after a pack, and not before', async () => {
    const files = replaced('failed');
    const npm = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
    restoreWhenEnded(npm.pid ?? 0, files);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(texts(files)).toEqual(['published', 'published']);
    npm.kill('SIGKILL');
    await vi.waitFor(() => expect(files.some(({ kept }) => existsSync(kept))).toBe(false), {
      timeout: 10_000,
    });
    expect(texts(files)).toEqual(['own', 'own']);
  });

  it('is put back once', () => {
    const files = replaced('done');
    restore(files);
    expect(texts(files)).toEqual(['own', 'own']);
    for (const { file } of files) writeFileSync(file, 'changed since');
    restore(files);
    expect(texts(files)).toEqual(['changed since', 'changed since']);
  });
});
