/**
 * `npm run rebuild -- URL [--objects ids.txt] [--older] [--cursor FILE]`: has ledgers push their row of the searchable copy again. Needs
 * ADMIN_TOKEN. Shows progress. The place that it has reached is kept in a file, so that a run that was broken off goes on where it was;
 * the file goes when all is done. Payments that change meanwhile push themselves, and a row never gives way to an older one.
 */
import { readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { keepPlace, keptPlace } from './place.ts';
import { shareOfId } from './progress.ts';
import { answerJson, NoAnswer, wholeAnswer } from './whole-answer.ts';

interface Rebuilt {
  readonly queued: number;
  readonly empty: number;
  readonly nextCursor: string | null;
}

/** Where a run is. */
interface Place {
  readonly url: string;
  readonly older: boolean;
  readonly cursor: string;
  readonly queued: number;
  readonly empty: number;
}

/** How many objects one call carries. */
const BATCH = 100;

/** Tries of one call before the run breaks off, and the pause between them in milliseconds. */
const TRIES = 5;
const PAUSE_MS = 2000;

/** One page. What passes (429, 5xx, no answer) is tried again: a payment that is queued twice is pushed once more. */
async function call(server: string, body: object): Promise<Rebuilt> {
  const url = new URL('/v1/admin/payments/rebuild', server);
  for (let tried = 1; ; tried += 1) {
    const answer = await wholeAnswer(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${process.env.ADMIN_TOKEN ?? ''}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    }).catch((error: unknown) => {
      if (error instanceof NoAnswer && tried < TRIES) return null;
      throw error;
    });
    if (answer?.ok) return answerJson<Rebuilt>(url, answer);
    const isPassing = answer === null || answer.status === 429 || answer.status >= 500;
    if (answer && (!isPassing || tried >= TRIES)) throw new Error(`${answer.status} ${answer.text}`);
    const seconds = Number(answer?.header('retry-after') ?? 0);
    await new Promise((done) => setTimeout(done, Math.max(PAUSE_MS, seconds * 1000)));
  }
}

function placeIn(file: string, url: string, older: boolean): Place {
  const begin = { url, older, cursor: '', queued: 0, empty: 0 };
  const place = keptPlace<Place>(file);
  if (!place) return begin;
  if (place.url !== url || place.older !== older)
    throw new Error(
      `${file} is of another run (${place.url}): remove it, or name another file with --cursor`,
    );
  console.log(`going on after ${place.cursor}: ${place.queued} payments were queued before`);
  return place;
}

async function everyPage(url: string, file: string, older: boolean): Promise<void> {
  let place = placeIn(file, url, older);
  for (;;) {
    const { cursor } = place;
    const page = await call(url, { ...(cursor && { cursor }), ...(older && { older }) });
    const [queued, empty] = [place.queued + page.queued, place.empty + page.empty];
    if (page.nextCursor === null) {
      rmSync(file, { force: true });
      console.log(`all done: ${queued} payments queued, ${empty} objects without one`);
      return;
    }
    place = { ...place, cursor: page.nextCursor, queued, empty };
    keepPlace(file, place);
    const percent = (100 * shareOfId(page.nextCursor)).toFixed(1);
    console.log(`${percent} %: ${queued} payments queued, ${empty} objects without one`);
  }
}

async function listedObjects(url: string, file: string): Promise<void> {
  const ids = readFileSync(file, 'utf8').split(/\s+/).filter(Boolean);
  let [queued, empty] = [0, 0];
  for (let at = 0; at < ids.length; at += BATCH) {
    const page = await call(url, { objects: ids.slice(at, at + BATCH) });
    queued += page.queued;
    empty += page.empty;
    console.log(`${queued} payments queued, ${empty} objects without one`);
  }
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { objects: { type: 'string' }, older: { type: 'boolean' }, cursor: { type: 'string' } },
  });
  const [url] = positionals;
  if (!url)
    throw new Error(
      'usage: npm run rebuild -- https://your-worker [--objects ids.txt] [--older] [--cursor FILE]\n  --older  only payments that an older version has pushed',
    );
  if (values.objects !== undefined) await listedObjects(url, values.objects);
  else await everyPage(url, values.cursor ?? 'rebuild-cursor.json', values.older ?? false);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
