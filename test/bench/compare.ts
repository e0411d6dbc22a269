/**
 * What a change costs: the processor time of our operations in this checkout and in another one, both in one workerd, by
 * turns. The other checkout is measured twice in each round: what its two series differ by is the noise of the machine.
 */
import type { Target } from './load.ts';
import { shopAt } from './shop.ts';
import { cell, median, table } from './tables.ts';
import {
  firstNotifications,
  type Operation,
  pause,
  SLEEP_MS,
  sampleOf,
  seenNotifications,
} from './throughput.ts';

const ROUNDS = 9;

/** Makes no objects, so that none goes to sleep. */
const REPEATED = 'repeated notification';

async function operationsOf(to: Target): Promise<readonly Operation[]> {
  const shop = await shopAt(to);
  const seen = await seenNotifications(to, shop);
  const anySeen = () => seen[Math.floor(Math.random() * seen.length)] ?? null;
  return [
    { name: 'POST /v1/payments', to, ready: async () => shop.create },
    { name: 'first notification', to, ready: () => firstNotifications(to, shop), once: true },
    { name: REPEATED, to, ready: async () => anySeen },
  ];
}

const SERIES = ['before', 'after', 'before again'] as const;

/**
 * Measures and prints.
 * @param only the name of one operation, to measure that alone.
 */
export async function compare(after: Target, before: Target, only?: string): Promise<void> {
  const [ours, theirs] = [await operationsOf(after), await operationsOf(before)];
  const rows: string[][] = [];
  for (const [index, operation] of ours.entries()) {
    const other = theirs[index] ?? operation;
    if (only !== undefined && operation.name !== only) continue;
    const cpus: Record<(typeof SERIES)[number], number[]> = { before: [], after: [], 'before again': [] };
    for (let round = 0; round <= ROUNDS; round++) {
      for (const name of SERIES) {
        const { cpu } = await sampleOf(name === 'after' ? operation : other);
        // The first round is for the compilers to warm up.
        if (round > 0) cpus[name].push(cpu);
        // What one series leaves awake must not go to sleep inside the measurement of the next.
        if (operation.name !== REPEATED) await pause(SLEEP_MS);
      }
    }
    for (const name of SERIES) {
      const values = cpus[name];
      rows.push([
        operation.name,
        name,
        ...[median(values), Math.min(...values), Math.max(...values)].map((value) => cell(value, 0)),
      ]);
    }
  }
  table(['operation', 'checkout', 'CPU, µs: median', 'lowest', 'highest'], rows);
}
