/**
 * Imported first by scripts that are given the operator's token or a secret (`tsx --import`): they do not run under the Node of a package,
 * which is in the path where the installation ran no scripts (`npm ci --ignore-scripts`).
 */
import { lstatSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

const MODULES = join(import.meta.dirname, '..', '..', 'node_modules');

/** Where npm puts the node of a package, into the path of every `npm run`. It may be a link to nowhere. */
const IN_EVERY_PATH = join(MODULES, '.bin', 'node');

/**
 * Why a Node is not to run what is given secrets; null: it is no package's.
 * @param {string} path of its file, links resolved.
 */
function packageNodeProblem(path) {
  if (!path.startsWith(realpathSync(MODULES))) return null;
  const remedy = lstatSync(IN_EVERY_PATH, { throwIfNoEntry: false })
    ? 'delete node_modules/.bin/node ("npm ci" does, unless it ran with --ignore-scripts), so that your own is found'
    : `take ${dirname(path)} out of PATH, so that your own is found: "npm start", "npm test" and others put it there for what they start, where your own is old`;
  return `this is the node of a package, ${path}: ${remedy}`;
}

const problem = packageNodeProblem(realpathSync(process.execPath));
if (problem !== null) {
  console.error(`${problem}.\nNothing was run.`);
  process.exit(1);
}
