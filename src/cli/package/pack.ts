/**
 * `npm pack` calls it before and after: builds lib/, and puts the published package.json in the place of the repository's while the package
 * is packed. The repository's names tools, a Node of its own and scripts that nobody else needs; npm packs no other file by that name.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPackage, importedPackages } from './build.ts';
import { publishedManifest, type RepositoryManifest } from './manifest.ts';
import { callingNpm, restore, restoreWhenEnded } from './restore.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const MANIFEST = join(ROOT, 'package.json');
const KEPT = join(ROOT, 'package.json.kept');
const MANIFESTS = { manifest: MANIFEST, kept: KEPT };

async function before(): Promise<void> {
  restore(MANIFESTS);
  await buildPackage();
  const text = readFileSync(MANIFEST, 'utf8');
  const published = publishedManifest(JSON.parse(text) as RepositoryManifest, importedPackages());
  writeFileSync(KEPT, text);
  const npm = callingNpm();
  if (npm !== null) restoreWhenEnded(npm, MANIFESTS);
  writeFileSync(MANIFEST, `${JSON.stringify(published, null, 2)}\n`);
}

switch (process.argv[2]) {
  case 'before':
    await before();
    break;
  case 'after':
    restore(MANIFESTS);
    break;
  case 'build':
    await buildPackage();
    break;
  default:
    console.error('usage: pack.ts before | after | build');
    process.exitCode = 2;
}
