/** Microseconds per signature of each provider, beside the bare digest of the same bytes, in workerd and in Node. */
import { send, type Target } from './load.ts';
import { recipeCases } from './recipes.ts';
import { cell, median, table } from './tables.ts';

const ROUNDS = 3;

async function inNode(count: number, run: () => unknown): Promise<number> {
  for (let i = 0; i < count / 4; i++) await run();
  const startedAt = performance.now();
  for (let i = 0; i < count; i++) await run();
  return ((performance.now() - startedAt) * 1000) / count;
}

/** The clock stands still inside a request, so it is timed from outside, less an empty one. */
async function inWorkerd(floor: Target, name: string): Promise<number> {
  const timed = async (count: number) => {
    const path = `/recipe?name=${encodeURIComponent(name)}&count=${count}`;
    const startedAt = performance.now();
    await send(floor, { method: 'GET', path });
    return performance.now() - startedAt;
  };
  await timed(2000);
  const runs = [];
  for (let round = 0; round < ROUNDS; round++) runs.push(((await timed(3000)) - (await timed(1))) / 3);
  return median(runs);
}

/** Measures and prints. */
export async function signatures(floor: Target): Promise<void> {
  const cases = recipeCases();
  const times = new Map<string, string>();
  for (const { name, run } of cases) {
    times.set(name, `${cell(await inWorkerd(floor, name), 1)} / ${cell(await inNode(2000, run), 1)}`);
  }
  const ids = [...new Set(cases.map(({ name }) => name.split(' ', 1)[0] ?? ''))];
  table(
    ['provider', 'sign', 'bare digest', 'verify'],
    ids.map((id) => [
      id,
      ...['sign', 'bare digest', 'verify'].map((what) => times.get(`${id} ${what}`) ?? ''),
    ]),
  );
}
