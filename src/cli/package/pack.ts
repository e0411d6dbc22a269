/**
 * `npm pack` calls it before and after: builds lib/, and puts the published package.json and README.md in the places of the repository's while
 * the package is packed. The repository's name tools, a Node of its own, scripts and pages that nobody else has; npm packs no other files by
 * these names.
 */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPackage, importedPackages } from './build.ts';
import { publishedManifest, type RepositoryManifest } from './manifest.ts';
import { callingNpm, restore, restoreWhenEnded } from './restore.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const MANIFEST = { file: join(ROOT, 'package.json'), kept: join(ROOT, 'package.json.kept') };
// npm packs whatever begins with README.
const README = { file: join(ROOT, 'README.md'), kept: join(ROOT, 'kept.README.md') };
const REPLACED = [MANIFEST, README];

async function before(): Promise<void> {
  restore(REPLACED);
  await buildPackage();
  const text = readFileSync(MANIFEST.file, 'utf8');
  const published = publishedManifest(JSON.parse(text) as RepositoryManifest, importedPackages());
  for (const { file, kept } of REPLACED) copyFileSync(file, kept);
  const npm = callingNpm();
  if (npm !== null) restoreWhenEnded(npm, REPLACED);
  copyFileSync(join(import.meta.dirname, 'README.md'), README.file);
  writeFileSync(MANIFEST.file, `${JSON.stringify(published, null, 2)}\n`);
}

switch (process.argv[2]) {
  case 'before':
    await before();
    break;
  case 'after':
    restore(REPLACED);
    break;
  case 'build':
    await buildPackage();
    break;
  default:
    console.error('usage: pack.ts before | after | build');
    process.exitCode = 2;
}
