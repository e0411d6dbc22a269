/**
 * The Node that the lock file brings on Linux (`optionalDependencies`), for machines that have only an older one: somebody else's package
 * of Node's own release. It is used only by scripts that need it, and only where it is the file that is recorded here (decision 10).
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const ROOT = join(import.meta.dirname, '..', '..');

/** The release, and the SHA-256 of its `bin/node` by platform. */
export const RECORDED = {
  version: '24.21.0',
  sha256: {
    'linux-x64': '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c',
    'linux-arm64': '0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584',
  },
};

/**
 * Where the one for this machine is; null: none is installed.
 * @param {string} root of the project.
 */
export function bundledNode(root = ROOT) {
  const platform = `${process.platform}-${process.arch}`;
  const path = join(root, 'node_modules', `node-${platform}`, 'bin', 'node');
  return existsSync(path) ? { platform, path } : null;
}

/** The SHA-256 of a file, hexadecimal. @param {string} path */
export async function sha256Of(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/**
 * Why an installed one is not to be run; null: it is the recorded one.
 * @param {{ platform: string, path: string }} found
 */
export async function problemOf({ platform, path }) {
  const expected = RECORDED.sha256[platform];
  if (!expected) return `no SHA-256 is recorded for ${platform}`;
  const found = await sha256Of(path);
  return found === expected
    ? null
    : `${path} is not the node that is recorded for ${RECORDED.version}:\n  recorded ${expected}\n  found    ${found}`;
}

/** Whether a version (`v22.12.0`) can run the tools: Wrangler and vitest want 22.12 or newer. @param {string} version */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 12);
}

/** The Node to run with: this one where it is new enough, else the bundled one. @throws Error when there is none to be believed. */
async function newerNode() {
  if (isNewEnough(process.version)) return process.execPath;
  const found = bundledNode();
  if (!found)
    throw new Error(
      `this needs Node 22.12 or newer, and ${process.execPath} is ${process.version}: install one`,
    );
  const problem = await problemOf(found);
  if (problem !== null) throw new Error(`${problem}\nIt was not run. Install Node 22.12 or newer yourself.`);
  return found.path;
}

/**
 * Runs something that needs a newer Node than there may be.
 * @param {readonly string[]} args of node.
 * @returns the exit code.
 * @throws Error when there is no such Node.
 */
export async function runNewerNode(args) {
  const node = await newerNode();
  // What it starts by the name of node is to be the same one.
  const PATH = [dirname(node), process.env.PATH].filter(Boolean).join(delimiter);
  const child = spawn(node, args, { stdio: 'inherit', env: { ...process.env, PATH } });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
