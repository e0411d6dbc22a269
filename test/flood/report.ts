/** What a flood has shown, and what of it must not be. */
import type { AttackReport } from './flood.ts';
import { type GoodShopReport, p99Of } from './good-shop.ts';
import type { FloodOptions } from './options.ts';
import { quantile } from './send.ts';
import type { Memory } from './workerd.ts';

/** What the good shop's p99 has to be under, in milliseconds. */
const LIMIT_MS = 250;
/** Lenient: so many times the p99 without a flood, or so many times the limit for each other program that wants a core. */
const TIMES_QUIET = 8;
const TIMES_LOAD = 2;
/**
 * What the Worker keeps at the end, in parts of that in the middle, and what may come on top (MiB). Both are taken after garbage was
 * collected: a request of which a kilobyte is kept is seen after ten thousand.
 */
const GROWTH = 1.1;
const SLACK_MIB = 4;
/**
 * The same of the process: no more than that something is badly wrong. What has been lent out by its allocator for Durable Objects, which
 * stay for ten seconds, and for garbage that waits to be collected, stays with it.
 */
const RESIDENT_GROWTH = 1.6;
const RESIDENT_SLACK_MIB = 64;
/** Before that everything still warms up. */
const JUDGED_FROM_SECONDS = 30;

export interface Outcome {
  /** The good shop without a flood, and in it. */
  readonly quiet: GoodShopReport;
  readonly traded: GoodShopReport;
  readonly reports: readonly AttackReport[];
  /** What the Worker's JavaScript keeps. */
  readonly kept: Memory;
  /** The process of the Worker; null: it is not known. */
  readonly resident: Memory | null;
  /** How many programs wanted each core before the flood, on average over a minute. */
  readonly load: number;
}

type Judged = Pick<FloodOptions, 'seconds' | 'isLenient'>;

function limitOf({ isLenient }: Judged, { quiet, load }: Outcome): number {
  if (!isLenient) return LIMIT_MS;
  return Math.max(LIMIT_MS, TIMES_QUIET * p99Of(quiet), TIMES_LOAD * load * LIMIT_MS);
}

function memoryProblems({ kept, resident }: Outcome, { seconds }: Judged): string[] {
  if (seconds < JUDGED_FROM_SECONDS) return [];
  const grew = ({ middle, end }: Memory) =>
    `grew from ${middle.toFixed(1)} MiB in the middle to ${end.toFixed(1)} MiB at the end`;
  return [
    ...(kept.end > kept.middle * GROWTH + SLACK_MIB ? [`what the Worker keeps ${grew(kept)}`] : []),
    ...(resident && resident.end > resident.middle * RESIDENT_GROWTH + RESIDENT_SLACK_MIB
      ? [`the Worker's process ${grew(resident)}`]
      : []),
  ];
}

const ms = (value: number) => `${value.toFixed(0)} ms`;

/** What is wrong, each as a sentence. */
export function problemsOf(options: Judged, outcome: Outcome): readonly string[] {
  const { quiet, traded, reports } = outcome;
  const [p99, limit] = [p99Of(traded), limitOf(options, outcome)];
  return [
    ...(p99 < limit ? [] : [`the good shop's p99 is ${ms(p99)}, not under ${ms(limit)}`]),
    ...memoryProblems(outcome, options),
    ...[...quiet.problems, ...traded.problems].map((problem) => `the good shop: ${problem}`),
    ...reports.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`)),
  ];
}

/** A line of the table. */
function attackLine({ name, times, statuses }: AttackReport): string {
  const counts = [...statuses]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${status || 'none'} x ${count}`);
  return [
    name.padEnd(22),
    String(times.length).padStart(8),
    quantile(times, 0.5).toFixed(0).padStart(8),
    quantile(times, 0.99).toFixed(0).padStart(8),
    Math.max(0, ...times)
      .toFixed(0)
      .padStart(8),
    `   ${counts.join(', ')}`,
  ].join('');
}

function goodLine(name: string, times: readonly number[]): string {
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)].map((time) => ms(time).padStart(8));
  return `  ${name.padEnd(16)}${String(times.length).padStart(6)}   p50 ${p50}   p99 ${p99}`;
}

/** Prints the whole. */
export function print(options: FloodOptions, outcome: Outcome): void {
  const { quiet, traded, reports, kept, resident, load } = outcome;
  console.log('attack                 requests     p50     p99     max ms   answers');
  for (const report of reports) console.log(attackLine(report));
  console.log(`\nthe good shop, ${options.rate} payments a second`);
  console.log(goodLine('creates', traded.creates));
  console.log(goodLine('notifications', traded.notifications));
  console.log(goodLine('until webhook', traded.webhooks));
  console.log(`  without a flood  p99 ${ms(p99Of(quiet))}; the limit is ${ms(limitOf(options, outcome))}`);
  const short = options.seconds < JUDGED_FROM_SECONDS ? ' (not judged: too short)' : '';
  const sizes = ({ middle, end }: Memory) =>
    `${middle.toFixed(1)} MiB in the middle, ${end.toFixed(1)} MiB at the end${short}`;
  console.log(`the Worker keeps ${sizes(kept)}`);
  console.log(`its process has ${resident ? sizes(resident) : 'a size that is not known here'}`);
  console.log(`other work on the machine: ${load.toFixed(1)} programs for each core\n`);
}
