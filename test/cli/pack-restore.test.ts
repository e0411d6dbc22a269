/** Ruled out: a pack that fails, after which the published package.json stays in the place of the repository's. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { restore, restoreWhenEnded } from '../../src/cli/package/restore.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-restore-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function replaced(name: string) {
  const manifests = { manifest: join(folder, `${name}.json`), kept: join(folder, `${name}.kept`) };
  writeFileSync(manifests.kept, 'own');
  writeFileSync(manifests.manifest, 'published');
  return manifests;
}

describe('the package.json of the repository', () => {
  it('is put back when npm ends without the script after a pack, and not before', async () => {
    const manifests = replaced('failed');
    const npm = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
    restoreWhenEnded(npm.pid ?? 0, manifests);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(readFileSync(manifests.manifest, 'utf8')).toBe('published');
    npm.kill('SIGKILL');
    await vi.waitFor(() => expect(existsSync(manifests.kept)).toBe(false), { timeout: 10_000 });
    expect(readFileSync(manifests.manifest, 'utf8')).toBe('own');
  });

  it('is put back once', () => {
    const manifests = replaced('done');
    restore(manifests);
    expect(readFileSync(manifests.manifest, 'utf8')).toBe('own');
    writeFileSync(manifests.manifest, 'changed since');
    restore(manifests);
    expect(readFileSync(manifests.manifest, 'utf8')).toBe('changed since');
  });
});
