/**
 * Wrangler with your own Node, for the deployment: it is handed secrets, so that no Node of somebody else's package runs it.
 * `npm run wrangler -- secret put MASTER_KEY`.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import './package-node.js';
import { isNewEnough } from './bundled-node.js';

const ROOT = join(import.meta.dirname, '..', '..');
const WRANGLER = join(ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js');

/**
 * Why this Node does not deploy; null: it does. The Node of a package has ended at the import above.
 * @param {string} version
 */
function problemWith(version) {
  if (isNewEnough(version)) return null;
  return `Wrangler needs Node 22.12 or newer, and your own, ${process.execPath}, is ${version}: install a newer one (https://nodejs.org)`;
}

const problem = problemWith(process.version);
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
