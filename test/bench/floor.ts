/** The floors that our own figures are held against, and the recipes run alone: a Worker for the bench. */
import { DurableObject } from 'cloudflare:workers';
import '../../src/signing/workerd.ts';
import { type RecipePair, recipePairs, repeat } from './recipes.ts';

/** One table, one row per request: what a storage commit costs at the least. */
export class Floor extends DurableObject {
  #ready = false;

  #table(): SqlStorage {
    const { sql } = this.ctx.storage;
    if (!this.#ready) sql.exec('CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, value TEXT)');
    this.#ready = true;
    return sql;
  }

  insert(value: string): number {
    return this.#table().exec('INSERT INTO rows (value) VALUES (?)', value).rowsWritten;
  }

  /** What "written, and sent on by the alarm" costs at the least: a row, and another one when the alarm is done. */
  insertAndWake(value: string): number {
    const written = this.insert(value);
    void this.ctx.storage.setAlarm(Date.now());
    return written;
  }

  /** What a new payment writes, and none of what it does: as many rows in one commit, and the alarm that sends its message on. */
  insertManyAndWake(value: string): number {
    for (let row = 1; row < ROWS_OF_CREATE; row++) this.insert(value.slice(0, 100));
    return this.insertAndWake(value);
  }

  override alarm(): void {
    this.insert(VALUE);
  }

  read(): unknown {
    return this.#table().exec('SELECT * FROM rows ORDER BY id LIMIT 1').toArray()[0] ?? null;
  }
}

interface FloorEnv {
  readonly FLOOR: DurableObjectNamespace<Floor>;
}

/** A row of about the size of a payment. */
const VALUE = 'x'.repeat(1200);

/** A payment and its first event (test/ledger/costs.test.ts). */
const ROWS_OF_CREATE = 2;

const KNOWN_OBJECTS = 64;

/** Made once: importing keys is none of what is measured. */
let pairs: readonly RecipePair[] | undefined;

async function respond(request: Request, env: FloorEnv): Promise<Response> {
  const url = new URL(request.url);
  const object = (name: string) => env.FLOOR.get(env.FLOOR.idFromName(name));
  const known = object(`known-${Math.floor(Math.random() * KNOWN_OBJECTS)}`);
  switch (url.pathname) {
    case '/empty':
      return new Response('ok');
    case '/new':
      return Response.json(await object(crypto.randomUUID()).insert(VALUE));
    case '/new-alarm':
      return Response.json(await object(crypto.randomUUID()).insertManyAndWake(VALUE));
    case '/known':
      return Response.json(await known.insert(VALUE));
    case '/alarm':
      return Response.json(await known.insertAndWake(VALUE));
    case '/read':
      return Response.json(await known.read());
    case '/message':
      await request.arrayBuffer();
      return Response.json(await known.read());
    case '/recipe': {
      // The clock stands still inside a request: the caller measures from outside.
      pairs ??= await recipePairs();
      const pair = pairs.find(({ name }) => name === url.searchParams.get('name'));
      const side = url.searchParams.get('side') === 'ours' ? 'ours' : 'floor';
      if (pair) await repeat(pair[side], Number(url.searchParams.get('count')));
      return new Response('ok');
    }
    default:
      return new Response('no such floor', { status: 404 });
  }
}

export default {
  fetch: respond,
} satisfies ExportedHandler<FloorEnv>;
