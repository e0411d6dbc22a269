/**
 * Runs what needs Node 22.12 or newer (Wrangler, dependency-cruiser, vitest, the source text of JSON numbers): with the Node that runs this where that is new
 * enough, else with the one that the lock file brings, after its checksum was compared. `node src/cli/newer-node.js <arguments of node>`.
 * What is given the operator's token or a secret of the deployment is not run by it.
 */
import { runNewerNode } from './bundled-node.js';

try {
  process.exitCode = await runNewerNode(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
