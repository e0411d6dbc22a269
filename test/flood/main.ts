/**
 * `npm run flood -- --seconds 60`: what strangers can send without a key, all at once, against the local server, while a good shop
 * creates payments and is notified. No rate limit is bound there: what holds is the code itself.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/sandbox/run/port.ts';
import { localServer } from '../../src/sandbox/run/server.ts';
import { attacks } from './attacks.ts';
import { flood } from './flood.ts';
import { GoodShop } from './good-shop.ts';
import { openHeap } from './heap.ts';
import { type FloodOptions, floodOptions, HELP } from './options.ts';
import { print, problemsOf } from './report.ts';
import { sender } from './send.ts';
import { tipiForm, victims } from './victims.ts';
import { watchMemory } from './workerd.ts';

/**
 * Where the server's data lies: FLOOD_DIR, or else in memory where the system has such a folder. The local runtime waits for the disk at each
 * commit, and a machine's disk is not what strangers meet.
 */
function dataFolder(): string {
  return process.env.FLOOD_DIR ?? (existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
}

/** How long the good shop trades before the flood. */
const QUIET_SECONDS = 3;

/** The server that is attacked. */
interface Attacked {
  readonly origin: string;
  /** The folder of its data. */
  readonly state: string;
  readonly inspectorPort: number;
}

/** The flood against a server. Returns what is wrong. */
async function run(
  options: FloodOptions,
  { origin, state, inspectorPort }: Attacked,
): Promise<readonly string[]> {
  const port = Number(new URL(origin).port);
  const good = await GoodShop.open(sender(port, 64), origin);
  const heap = await openHeap(inspectorPort);
  try {
    const all = attacks(await victims(origin), await tipiForm(sender(port, 1), origin));
    const chosen = options.only.length === 0 ? all : all.filter(({ name }) => options.only.includes(name));
    const quiet = await good.trade(options.rate, QUIET_SECONDS);
    const load = (loadavg()[0] ?? 0) / availableParallelism();
    const until = performance.now() + options.seconds * 1000;
    const watched = watchMemory(state);
    const passed = (seconds: number) => new Promise((done) => setTimeout(done, seconds * 1000));
    const [reports, traded, resident, keptInTheMiddle] = await Promise.all([
      flood(sender(port, options.connections), chosen, options.connections, () => performance.now() > until),
      good.trade(options.rate, options.seconds),
      passed(options.seconds).then(() => watched.stop()),
      passed(options.seconds / 2).then(() => heap.kept()),
    ]);
    const kept = { middle: keptInTheMiddle, end: await heap.kept() };
    const outcome = { quiet, traded, reports, kept, resident, load };
    print(options, outcome);
    return problemsOf(options, outcome);
  } finally {
    heap.close();
    good.close();
  }
}

async function main(): Promise<number> {
  const names = attacks([], { method: 'POST', path: '' }).map(({ name }) => name);
  const options = floodOptions(process.argv.slice(2), names);
  if (!options) {
    console.log(`${HELP}\n\nAttacks: ${names.join(', ')}`);
    return 0;
  }
  const state = mkdtempSync(join(dataFolder(), 'countersign-flood-'));
  const inspectorPort = await freePort();
  const server = await localServer(await freePort(), { output: 'ignore', state, inspectorPort });
  let isOver = false;
  void server.ended.then((code) => {
    if (!isOver) console.error(`The server has ended by itself, with ${code}.`);
  });
  try {
    const problems = await run(options, { origin: server.origin, state, inspectorPort });
    for (const problem of problems.slice(0, 40)) console.log(problem);
    console.log(problems.length === 0 ? 'The doors hold.' : `${problems.length} problems.`);
    return problems.length === 0 ? 0 : 1;
  } finally {
    isOver = true;
    server.stop();
    await server.ended;
    rmSync(state, { recursive: true, force: true });
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  },
);
