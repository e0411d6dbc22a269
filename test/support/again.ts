/**
 * `npm run test:again`: runs the files of tests once more that failed in the last run, with nothing beside them. For `.ci/run`, on a
 * machine that has much else to do: what needed it is named. Fails where many failed: that is no chance.
 */
import { spawnSync } from 'node:child_process';
import { failedFiles, isKnown } from './failed-files.ts';

/** More than these are not tried again. */
const MOST = 4;

const files = failedFiles();
if (files.length === 0 || files.length > MOST || !isKnown(files)) {
  console.error(`nothing is run again: ${files.length} files of tests failed, or something outside of them`);
  process.exitCode = 1;
} else {
  const { status } = spawnSync('npm', ['test', '--', ...process.argv.slice(2), ...files], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
  if (status === 0) for (const file of files) console.log(`passed when run again: ${file}`);
}
