/**
 * Requests a second, processor time and latencies, ours beside their floors. The machine's speed changes from minute to
 * minute, so each round measures every operation right after its floor, and a ratio is the median of what the rounds
 * say.
 */
import { workerdCpu } from './cpu.ts';
import { type Call, closedLoop, fixedRate, send, type Target } from './load.ts';
import { type BenchShop, manyPayments, notificationOf, shopAt } from './shop.ts';
import { cell, median, table } from './tables.ts';

export const CONNECTIONS = 16;
/** The first is for the compilers to warm up, and does not count. */
const ROUNDS = 6;
const ROUND_MS = 1000;
/** How long an operation's last alarms and pushes of the searchable copy get to run out. */
const SETTLE_MS = 700;
/** workerd puts objects to sleep 10 s after their last request, and that costs more than a commit: not in a measurement. */
export const SLEEP_MS = 11_500;
/** Before each measurement: what has gone to sleep wakes up. */
const WAKE_MS = 200;
/** Of the closed loop's throughput; latencies are taken well below it. */
const FIXED_SHARE = 0.3;
const FIXED_MS = 2000;
/** How many payments a round of first notifications uses up. */
const FIRSTS = 400;
/** How many notifications are repeated. */
const REPEATED = 64;

export interface Operation {
  readonly name: string;
  readonly to: Target;
  /** Gets what its calls need ready; answers where the next call comes from (null: there is none left). */
  readonly ready: () => Promise<() => Call | null>;
  /** Its calls can be made only once. */
  readonly once?: true;
}

type Letter = 'a' | 'b1' | 'b2' | 'b3' | 'b4' | 'b5' | 'b6' | 'c' | 'd' | 'e';

/** What is measured side by side, and whether it leaves objects that will go to sleep. */
const GROUPS: readonly { readonly letters: readonly Letter[]; readonly makesObjects: boolean }[] = [
  { letters: ['a', 'b3', 'b5', 'e'], makesObjects: false },
  { letters: ['b1', 'b6', 'c'], makesObjects: true },
  { letters: ['b2', 'b4', 'd'], makesObjects: true },
];

export const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function operations(
  app: Target,
  floor: Target,
  shop: BenchShop,
  seen: readonly Call[],
): Record<Letter, Operation> {
  const floorOf = (name: string, call: Call): Operation => ({
    name: name === '' ? 'empty route' : `floor: ${name}`,
    to: floor,
    ready: async () => () => call,
  });
  const get = (path: string): Call => ({ method: 'GET', path });
  const post: Call = { method: 'POST', path: '/message', body: seen[0]?.body ?? '' };
  const anySeen = () => seen[Math.floor(Math.random() * seen.length)] ?? null;
  return {
    a: floorOf('', get('/empty')),
    b1: floorOf('new object, one row', get('/new')),
    b2: floorOf('known object, one row', get('/known')),
    b3: floorOf('known object, one read', get('/read')),
    b4: floorOf('known object, one row, one more in its alarm', get('/alarm')),
    b5: floorOf('known object, one read, for a POST whose body is read', post),
    b6: floorOf('new object, as many rows and an alarm as a payment has', get('/new-alarm')),
    c: { name: 'POST /v1/payments', to: app, ready: async () => shop.create },
    d: {
      name: 'first notification',
      to: app,
      ready: () => firstNotifications(app, shop),
      once: true,
    },
    e: { name: 'repeated notification', to: app, ready: async () => anySeen },
  };
}

/**
 * First notifications, each about a payment that was made moments ago: its object is known, as in the floor. An
 * object that has gone to sleep since would be measured against (b1).
 */
export async function firstNotifications(app: Target, shop: BenchShop): Promise<() => Call | null> {
  const { payments } = await manyPayments(app, shop, FIRSTS, CONNECTIONS);
  await pause(SETTLE_MS);
  const left = payments.map(notificationOf);
  return () => left.pop() ?? null;
}

export async function seenNotifications(app: Target, shop: BenchShop): Promise<Call[]> {
  const { payments } = await manyPayments(app, shop, REPEATED, CONNECTIONS);
  const calls = payments.map(notificationOf);
  for (const call of calls) await send(app, call);
  return calls;
}

/** What one round says of an operation. */
export interface Sample {
  readonly perSecond: number;
  /** Processor time of one, in microseconds, with the alarms and pushes that it leaves behind; NaN: not known. */
  readonly cpu: number;
}

export async function sampleOf({ to, ready, once }: Operation): Promise<Sample> {
  const next = await ready();
  if (!once) {
    await closedLoop(to, CONNECTIONS, WAKE_MS, next);
    await pause(SETTLE_MS);
  }
  const before = workerdCpu();
  const { count, perSecond } = await closedLoop(to, CONNECTIONS, ROUND_MS, next);
  await pause(SETTLE_MS);
  const after = workerdCpu();
  return {
    perSecond,
    cpu: before === null || after === null ? Number.NaN : ((after - before) * 1000) / count,
  };
}

/** Ours and the floor that it is held against. */
const RATIOS: readonly (readonly [Letter, Letter])[] = [
  ['c', 'b6'],
  ['d', 'b4'],
  ['e', 'b5'],
];

/** Measures and prints. */
export async function throughput(app: Target, floor: Target): Promise<void> {
  const shop = await shopAt(app);
  const measured = operations(app, floor, shop, await seenNotifications(app, shop));
  const samples = new Map<Letter, Sample[]>();
  const latencies = new Map<Letter, { readonly p50: number; readonly p99: number }>();
  const all = (letter: Letter, what: keyof Sample) =>
    (samples.get(letter) ?? []).map((sample) => sample[what]);
  for (const { letters, makesObjects } of GROUPS) {
    const rest = () => pause(makesObjects ? SLEEP_MS : 0);
    for (let round = 0; round < ROUNDS; round++) {
      for (const letter of letters) {
        const sample = await sampleOf(measured[letter]);
        if (round > 0) samples.set(letter, [...(samples.get(letter) ?? []), sample]);
      }
      await rest();
    }
    for (const letter of letters) {
      const { to, ready } = measured[letter];
      const rate = Math.max(10, median(all(letter, 'perSecond')) * FIXED_SHARE);
      latencies.set(letter, await fixedRate(to, rate, FIXED_MS, await ready()));
      await pause(SETTLE_MS);
    }
    await rest();
  }
  table(
    ['operation', 'requests/s', 'CPU, µs', `p50 at ${FIXED_SHARE * 100} %, ms`, 'p99, ms'],
    Object.entries(measured).map(([name, operation]) => {
      const letter = name as Letter;
      const { p50, p99 } = latencies.get(letter) ?? { p50: Number.NaN, p99: Number.NaN };
      const [speed, cpu] = [median(all(letter, 'perSecond')), median(all(letter, 'cpu'))];
      return [`(${letter}) ${operation.name}`, cell(speed, 0), cell(cpu, 0), cell(p50, 1), cell(p99, 1)];
    }),
  );
  table(
    ['ratio', 'of CPU', 'lowest', 'highest', 'of requests/s'],
    RATIOS.map(([ours, under]) => {
      const ratios = (what: keyof Sample) => {
        const floors = all(under, what);
        return all(ours, what).map((value, round) => value / (floors[round] ?? Number.NaN));
      };
      const cpu = ratios('cpu').map((value) => 1 / value);
      return [
        `${ours}/${under}`,
        cell(median(cpu), 2),
        cell(Math.min(...cpu), 2),
        cell(Math.max(...cpu), 2),
        cell(median(ratios('perSecond')), 2),
      ];
    }),
  );
}
