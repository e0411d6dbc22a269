/** What the local server watches. Ruled out: a build of another Worker beside it, which starts it anew while it answers. */
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { watchedPaths } from '../../src/sandbox/run/server.ts';
import { ROOT } from './support.ts';

const watched = watchedPaths(ROOT);
const isWatched = (path: string) => watched.some((one) => path === one || path.startsWith(`${one}/`));

it('no temporary file of another Worker is watched', () => {
  const workers = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter(({ name }) => name === 'wrangler.toml')
    .map(({ parentPath }) => relative(ROOT, parentPath));
  expect(workers).toContain('src/sandbox');
  expect(workers.filter((folder) => isWatched(`${folder}/.wrangler/tmp/deploy-1/index.js`))).toEqual([]);
});

it('what the Worker is made of is watched', () => {
  for (const path of [
    'docs/design.md',
    'src/sandbox/banks/ogone.ts',
    'src/sandbox/demo.ts',
    'src/worker.ts',
    'src/http/app.ts',
  ]) {
    expect(existsSync(join(ROOT, path)), path).toBe(true);
    expect(isWatched(path), path).toBe(true);
  }
});
