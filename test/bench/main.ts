/**
 * `npm run bench`: one run on this machine. Floors and our own operations side by side, microseconds per signature, and
 * the cost of the work as the directory grows. Prints the tables of the README. With `-- --throughput`,
 * `-- --signatures [NAME]` or `-- --growth` only that; with `-- --books [PAYMENTS]` the books of a generated month; with
 * `-- --reconciliation [LINES]` a provider's file of so many lines; with `-- --compare DIR [OPERATION]` the processor time of this checkout beside that of another one (with its
 * node_modules), in rounds by turns. The data lies under the directory BENCH_DIR, or where the system keeps what is temporary; the ports begin at
 * BENCH_PORT, or at 8931.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { books } from './books.ts';
import { compare } from './compare.ts';
import { growth } from './growth.ts';
import { target } from './load.ts';
import { reconciliation } from './reconciliation.ts';
import { signatures } from './signatures.ts';
import { cell } from './tables.ts';
import { CONNECTIONS, throughput } from './throughput.ts';
import { PORTS, start } from './workers.ts';

async function main(): Promise<void> {
  const base = process.env.BENCH_DIR ?? tmpdir();
  const directory = mkdtempSync(join(base, 'countersign-bench-'));
  const [cpu] = cpus();
  console.log(
    `${cpus().length} cores of ${cpu?.model ?? 'an unknown kind'}, ${cell(totalmem() / 2 ** 30, 0)} GiB, data in ${base}\n`,
  );
  const [only, other, operation] = process.argv.slice(2);
  const miniflare = await start(directory, {
    other: only === '--compare' ? other : undefined,
    reconciles: only === '--reconciliation',
  });
  try {
    const [app, floor] = [target(PORTS.app, CONNECTIONS), target(PORTS.floor, CONNECTIONS)];
    if (only === '--compare') await compare(app, target(PORTS.other, CONNECTIONS), operation);
    if (!only || only === '--throughput') await throughput(app, floor);
    if (!only || only === '--signatures') await signatures(floor, only && other);
    if (!only || only === '--growth') await growth(miniflare, app);
    if (only === '--reconciliation') await reconciliation(miniflare, app, Number(other ?? 500_000));
    if (only === '--books') await books(miniflare, app, Number(other ?? 200_000));
  } finally {
    await miniflare.dispose();
    rmSync(directory, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
