/**
 * `npm pack` calls it before and after: builds lib/, and puts the published package.json in the place of the repository's while the package
 * is packed. The repository's names tools, a Node of its own and scripts that nobody else needs; npm packs no other file by that name.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPackage, importedPackages } from './build.ts';
import { publishedManifest, type RepositoryManifest } from './manifest.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const MANIFEST = join(ROOT, 'package.json');

/** The repository's own, while the other is in its place. */
const KEPT = join(ROOT, 'package.json.kept');

/** Puts the repository's manifest back, where a pack has left its own. */
function restore(): void {
  if (existsSync(KEPT)) renameSync(KEPT, MANIFEST);
}

async function before(): Promise<void> {
  restore();
  await buildPackage();
  const text = readFileSync(MANIFEST, 'utf8');
  const published = publishedManifest(JSON.parse(text) as RepositoryManifest, importedPackages());
  writeFileSync(KEPT, text);
  writeFileSync(MANIFEST, `${JSON.stringify(published, null, 2)}\n`);
}

switch (process.argv[2]) {
  case 'before':
    await before();
    break;
  case 'after':
    restore();
    break;
  case 'build':
    await buildPackage();
    break;
  default:
    console.error('usage: pack.ts before | after | build');
    process.exitCode = 2;
}
