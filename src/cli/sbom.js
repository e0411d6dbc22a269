/**
 * `npm run sbom [-- folder]`: what the Worker is made of, by npm's own list of the lock file: `sbom.cdx.json` (CycloneDX) and `licences.txt`,
 * the licences with their texts, in `dist` or the folder given. Packages for development are in neither: they are not in the Worker.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** How a licence may be named in a list of npm's. */
const licencesOf = ({ licenses = [] }) =>
  licenses.map(({ license, expression }) => license?.id ?? license?.name ?? expression).filter(Boolean);

function list() {
  const given = ['sbom', '--sbom-format', 'cyclonedx'];
  const { status, stdout, stderr } = spawnSync('npm', given, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm sbom failed, which npm 10 and newer have: ${stderr}`);
  return JSON.parse(stdout);
}

/** What is left of npm's list when packages for development are taken out: npm would take out too what both they and the Worker use. */
function ofWorker(sbom, packages) {
  const isOfWorker = (component) => {
    const entry = packages[folderOf(component, packages)];
    return !entry.dev && !entry.optional && !entry.devOptional && !entry.peer;
  };
  const components = sbom.components.filter(isOfWorker);
  const kept = new Set([sbom.metadata.component, ...components].map((component) => component['bom-ref']));
  const dependencies = sbom.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => kept.has(one)) }));
  return { ...sbom, components, dependencies };
}

/** The text of a package's licence, as its file has it. */
function licenceText(path) {
  const folder = join(ROOT, path);
  const file = readdirSync(folder).find((name) => /^(?:licen[cs]e|copying)/i.test(name));
  return file ? readFileSync(join(folder, file), 'utf8').trim() : null;
}

/** Where a package is installed: of one name there may be several, in the folders of those that want them. */
function folderOf({ name, version }, installed) {
  const found = Object.entries(installed).find(
    ([path, entry]) => path.endsWith(`node_modules/${name}`) && entry.version === version,
  );
  if (!found) throw new Error(`${name} ${version} is not in the lock file`);
  return found[0];
}

try {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const sbom = ofWorker(list(), packages);
  const without = sbom.components.filter((component) => licencesOf(component).length === 0);
  if (without.length > 0) throw new Error(`without a licence: ${without.map(({ purl }) => purl).join(', ')}`);
  const entries = sbom.components.map((component) => {
    const heading = `${component.name} ${component.version}: ${licencesOf(component).join(', ')}`;
    const text = licenceText(folderOf(component, packages)) ?? '(its package has no text of the licence)';
    return `${heading}\n\n${text}\n`;
  });
  const target = resolve(process.argv[2] ?? join(ROOT, 'dist'));
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`);
  writeFileSync(join(target, 'licences.txt'), entries.join(`\n${'-'.repeat(80)}\n\n`));
  console.log(`${sbom.components.length} packages: ${target}/sbom.cdx.json, ${target}/licences.txt`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
