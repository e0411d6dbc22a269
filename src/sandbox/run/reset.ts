/** `npm run reset`: forgets everything that the local Worker has kept, payments and accounts alike. The next `npm start` begins anew. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { portOf, requireFreePort } from './port.ts';

const STATE = join(import.meta.dirname, '..', '..', '..', '.wrangler', 'state');

async function main(): Promise<void> {
  // A running Worker would go on with files that are not there any more.
  await requireFreePort(portOf(process.env.PORT), 'npm run reset').catch((cause: unknown) => {
    throw new Error('the local Worker runs: stop it first', { cause });
  });
  const wasThere = existsSync(STATE);
  rmSync(STATE, { recursive: true, force: true });
  console.log(wasThere ? `removed ${STATE}` : 'there was nothing to remove');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
