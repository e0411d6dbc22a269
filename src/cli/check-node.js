/**
 * `npm run check:node [-- --release]`: whether the Node that the lock file brings is the recorded one. With `--release` the records
 * themselves are compared with Node's release: its archives are downloaded (NODE_DIST names another mirror), checked by its SHASUMS256.txt,
 * and their bin/node is hashed.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledNode, problemOf, RECORDED } from './bundled-node.js';

const ROOT = join(import.meta.dirname, '..', '..');
const DIST = process.env.NODE_DIST ?? 'https://nodejs.org/dist';

/** More than bin/node has. */
const LARGEST = 512 * 1024 * 1024;

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

async function checkInstalled() {
  const { optionalDependencies = {} } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (version !== RECORDED.version)
      throw new Error(
        `${name} is ${version} in package.json, and what is recorded is of ${RECORDED.version}: record the new one`,
      );
  }
  const found = bundledNode();
  if (!found) {
    console.log('no Node of a package is installed here');
    return;
  }
  const problem = await problemOf(found);
  if (problem !== null) throw new Error(problem);
  console.log(`${found.path} is the recorded node of ${RECORDED.version}`);
}

async function download(path) {
  const url = `${DIST}/v${RECORDED.version}/${path}`;
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

async function checkRelease() {
  const sums = (await download('SHASUMS256.txt')).toString('utf8');
  for (const [platform, recorded] of Object.entries(RECORDED.sha256)) {
    const folder = `node-v${RECORDED.version}-${platform}`;
    const archive = await download(`${folder}.tar.gz`);
    if (!sums.split('\n').includes(`${sha256(archive)}  ${folder}.tar.gz`))
      throw new Error(`${folder}.tar.gz is not the one of its SHASUMS256.txt`);
    const { status, stdout, stderr } = spawnSync('tar', ['-xzOf', '-', `${folder}/bin/node`], {
      input: archive,
      maxBuffer: LARGEST,
    });
    if (status !== 0) throw new Error(`${folder}.tar.gz cannot be read: ${stderr}`);
    const released = sha256(stdout);
    if (released !== recorded)
      throw new Error(`${platform}: recorded ${recorded}, and Node's release has ${released}`);
    console.log(`${platform}: the record is that of Node's release ${RECORDED.version}`);
  }
}

try {
  await checkInstalled();
  if (process.argv.includes('--release')) await checkRelease();
} catch (error) {
  console.error(error.cause ? `${error.message}: ${error.cause.message ?? error.cause}` : error.message);
  process.exitCode = 1;
}
