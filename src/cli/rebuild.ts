/**
 * `npm run rebuild -- URL [--objects ids.txt]`: has ledgers push their row of the searchable copy again. Needs
 * ADMIN_TOKEN. Shows progress, and can be run again at any time.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

interface Rebuilt {
  readonly queued: number;
  readonly empty: number;
  readonly nextCursor: string | null;
}

/** How many objects one call carries. */
const BATCH = 100;

async function call(url: string, body: object): Promise<Rebuilt> {
  const response = await fetch(new URL('/v1/admin/payments/rebuild', url), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${process.env.ADMIN_TOKEN ?? ''}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Rebuilt;
}

async function* pages(url: string): AsyncGenerator<Rebuilt> {
  let cursor: string | null = null;
  do {
    const page: Rebuilt = await call(url, cursor === null ? {} : { cursor });
    yield page;
    cursor = page.nextCursor;
  } while (cursor !== null);
}

async function* objects(url: string, file: string): AsyncGenerator<Rebuilt> {
  const ids = readFileSync(file, 'utf8').split(/\s+/).filter(Boolean);
  for (let at = 0; at < ids.length; at += BATCH)
    yield await call(url, { objects: ids.slice(at, at + BATCH) });
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { objects: { type: 'string' } },
  });
  const [url] = positionals;
  if (!url) throw new Error('usage: npm run rebuild -- https://your-worker [--objects ids.txt]');
  let [queued, empty] = [0, 0];
  for await (const page of values.objects === undefined ? pages(url) : objects(url, values.objects)) {
    queued += page.queued;
    empty += page.empty;
    console.log(`${queued} payments queued, ${empty} objects without one`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
