/**
 * Microseconds of processor time per signature of each provider, beside the least that the platform does for it (recipes.ts), in workerd
 * and in Node. A signature and its floor are measured by turns, so that a round's ratio is of two neighbours; figures are medians with the
 * lowest and highest of the rounds.
 */
import { workerdThreadsCpu } from './cpu.ts';
import { send, type Target } from './load.ts';
import { type RecipePair, recipePairs, repeat } from './recipes.ts';
import { cell, median, table } from './tables.ts';

const ROUNDS = 9;

/** How long one side of a pair runs in one round, in milliseconds. */
const TURN_MS = 40;

const SIDES = ['ours', 'floor'] as const;
type Side = (typeof SIDES)[number];

/** Runs one side of a pair so often; the milliseconds that it took. */
type Runner = (pair: RecipePair, side: Side, count: number) => Promise<number>;

/** Where there is no /proc, the clock's: it has the work of others in it. */
function inWorkerd(floor: Target): Runner {
  return async ({ name }, side, count) => {
    const path = `/recipe?name=${encodeURIComponent(name)}&side=${side}&count=${count}`;
    const [cpu, clock] = [workerdThreadsCpu(), performance.now()];
    await send(floor, { method: 'GET', path });
    const now = workerdThreadsCpu();
    return cpu === null || now === null ? performance.now() - clock : now - cpu;
  };
}

const inNode: Runner = async (pair, side, count) => {
  const before = process.cpuUsage();
  await repeat(pair[side], count);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

/** Warms both sides of a pair up, and finds how often each runs in a turn. */
async function countsOf(run: Runner, pair: RecipePair): Promise<Record<Side, number>> {
  const counts = { ours: 0, floor: 0 };
  for (const side of SIDES) {
    await run(pair, side, 1000);
    const milliseconds = await run(pair, side, 500);
    counts[side] = Math.max(50, Math.round((500 * TURN_MS) / Math.max(milliseconds, 0.1)));
  }
  return counts;
}

interface Measured {
  readonly name: string;
  /** Microseconds of each round. */
  readonly ours: readonly number[];
  readonly floor: readonly number[];
}

async function measured(run: Runner, pair: RecipePair): Promise<Measured> {
  const counts = await countsOf(run, pair);
  const rounds: Record<Side, number[]> = { ours: [], floor: [] };
  for (let round = 0; round < ROUNDS; round++)
    for (const side of SIDES)
      rounds[side].push(((await run(pair, side, counts[side])) * 1000) / counts[side]);
  return { name: pair.name, ...rounds };
}

/** The median with the lowest and highest. */
function shown(values: readonly number[], digits: number): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${cell(median(values), digits)} (${cell(least, digits)} to ${cell(most, digits)})`;
}

async function report(engine: string, run: Runner, pairs: readonly RecipePair[]): Promise<void> {
  const rows: string[][] = [];
  for (const pair of pairs) {
    const { name, ours, floor } = await measured(run, pair);
    const ratios = ours.map((value, round) => value / (floor[round] ?? Number.NaN));
    const lowest = Math.min(...ours) / Math.min(...floor);
    rows.push([name, shown(ours, 1), shown(floor, 1), shown(ratios, 2), cell(lowest, 2)]);
  }
  table([`in ${engine}, µs of CPU`, 'ours', 'floor', 'ours / floor', 'of the lowest'], rows);
}

/** Measures and prints. @param only the beginning of the names of pairs, to measure those alone. */
export async function signatures(floor: Target, only = ''): Promise<void> {
  const pairs = (await recipePairs()).filter(({ name }) => name.startsWith(only));
  await report('workerd', inWorkerd(floor), pairs);
  await report('Node', inNode, pairs);
}
