/**
 * Imported first by scripts that are given the operator's token or a secret (`tsx --import`): they do not run under the Node of a package,
 * which is in the path where the installation ran no scripts (`npm ci --ignore-scripts`).
 */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';

const MODULES = join(import.meta.dirname, '..', '..', 'node_modules');

/**
 * Why a Node is not to run what is given secrets; null: it is no package's.
 * @param {string} path of its file, links resolved.
 */
function packageNodeProblem(path) {
  if (!path.startsWith(realpathSync(MODULES))) return null;
  return `this is the node of a package, ${path}: delete node_modules/.bin/node ("npm ci" does, unless it ran with --ignore-scripts), so that your own is found`;
}

const problem = packageNodeProblem(realpathSync(process.execPath));
if (problem !== null) {
  console.error(`${problem}.\nNothing was run.`);
  process.exit(1);
}
