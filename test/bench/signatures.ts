/**
 * Microseconds per signature of each provider in workerd, with the lowest and highest of the rounds: signing beside the bare digest of the
 * same bytes, verifying beside the digest and one pass of the platform over the same message. Ratios are of the lowest values, which other
 * work on the machine can raise and never lower.
 */
import { send, type Target } from './load.ts';
import { recipeCases } from './recipes.ts';
import { cell, table } from './tables.ts';

const ROUNDS = 7;
const COUNT = 3000;

interface Span {
  readonly lowest: number;
  readonly highest: number;
}

const NOT_THERE: Span = { lowest: Number.NaN, highest: Number.NaN };

function spanOf(values: readonly number[]): Span {
  return { lowest: Math.min(...values), highest: Math.max(...values) };
}

/** The clock stands still inside a request, so it is timed from outside, less an empty one. */
async function inWorkerd(floor: Target, name: string): Promise<Span> {
  const timed = async (count: number) => {
    const path = `/recipe?name=${encodeURIComponent(name)}&count=${count}`;
    const startedAt = performance.now();
    await send(floor, { method: 'GET', path });
    return performance.now() - startedAt;
  };
  await timed(COUNT);
  const empty = await timed(1);
  const runs = [];
  for (let round = 0; round < ROUNDS; round++) runs.push(((await timed(COUNT)) - empty) * (1000 / COUNT));
  return spanOf(runs);
}

const shown = ({ lowest, highest }: Span) =>
  Number.isNaN(lowest) ? '–' : `${cell(lowest, 1)} (to ${cell(highest, 1)})`;

const ratio = (one: Span, other: Span) => {
  const value = one.lowest / other.lowest;
  return Number.isNaN(value) ? '–' : cell(value, 1);
};

/** Measures and prints. */
export async function signatures(floor: Target): Promise<void> {
  const cases = await recipeCases();
  const spans = new Map<string, Span>();
  for (const { name } of cases) spans.set(name, await inWorkerd(floor, name));
  const spanAt = (id: string, what: string) => spans.get(`${id} ${what}`) ?? NOT_THERE;
  const ids = [...new Set(cases.map(({ name }) => name.split(' ', 1)[0] ?? ''))];
  table(
    ['provider', 'sign, µs', 'bare digest', 'ratio', 'verify', 'digest and a pass', 'ratio'],
    ids.map((id) => {
      const [sign, digest] = [spanAt(id, 'sign'), spanAt(id, 'bare digest')];
      const [verify, floorOf] = [spanAt(id, 'verify'), spanAt(id, 'verify floor')];
      return [
        id,
        shown(sign),
        shown(digest),
        ratio(sign, digest),
        shown(verify),
        shown(floorOf),
        ratio(verify, floorOf),
      ];
    }),
  );
  const [plain, ours] = [spanAt('ecommpay', 'plain recipe'), spanAt('ecommpay', 'sign')];
  console.log(
    `ECommPay's plain recipe takes ${shown(plain)} µs: ${ratio(plain, ours)} times as long as ours\n`,
  );
}
