/**
 * Wrangler with your own Node, for the deployment: it is handed secrets, so that no Node of somebody else's package runs it.
 * `npm run wrangler -- secret put MASTER_KEY`.
 */
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isNewEnough } from './bundled-node.js';

const ROOT = join(import.meta.dirname, '..', '..');
const WRANGLER = join(ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js');

/**
 * Why a Node does not deploy; null: it does.
 * @param {string} path of its file, links resolved.
 * @param {string} version
 */
function problemWith(path, version) {
  if (path.startsWith(realpathSync(join(ROOT, 'node_modules'))))
    return `this is the node of a package, ${path}: delete node_modules/.bin/node ("npm ci" does), so that your own is found`;
  if (!isNewEnough(version))
    return `Wrangler needs Node 22.12 or newer, and your own, ${path}, is ${version}: install a newer one (https://nodejs.org)`;
  return null;
}

const problem = problemWith(realpathSync(process.execPath), process.version);
if (problem === null) {
  const child = spawn(process.execPath, [WRANGLER, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
} else {
  console.error(`${problem}.\nNothing was run.`);
  process.exitCode = 1;
}
