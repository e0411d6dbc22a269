/**
 * The forge: for one provider, drawn situations, and recuts of everything that a forger may hold there. A recut that moves a payment
 * as no genuine message does is a finding.
 */
import fc from 'fast-check';
import type { VectorFile } from '../../src/cli/vectors.ts';
import type { Channel, Provider } from '../../src/providers/contract.ts';
import { namesTaken } from './beginnings.ts';
import type { Bench } from './bench.ts';
import { recut } from './cuts.ts';
import { type Finding, type Found, found, longPath, shortPath } from './finding.ts';
import { fixedRecuts } from './fixed.ts';
import { withLogKept } from './gateway.ts';
import { FORGER, Judge } from './judge.ts';
import { withVerdictsKept } from './kept-verdicts.ts';
import { carryTheSame, type Letter, partText, textsOf } from './letter.ts';
import { type Settings, settingsWith } from './options.ts';
import { type Plan, planArbitrary, type Recut, SWEEP } from './plan.ts';
import { ORDERS, poolOf, ROLES, type Role } from './pool.ts';
import { publishedBy } from './published.ts';
import { basesOf, play, type Subject, withPublished, withTyped } from './stage.ts';
import { count, newTally, type Tally } from './tally.ts';
import type { Held } from './world.ts';

const CHANNELS: readonly Channel[] = ['notification', 'return'];

/** Numbers that look random and are the same in every repetition, while a situation is played. */
async function withDice<Result>(dice: number, play: () => Promise<Result>): Promise<Result> {
  let state = dice + 1;
  const getRandomValues = <Values extends ArrayBufferView | null>(values: Values): Values => {
    if (values) {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      for (let index = 0; index < bytes.length; index++) {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        bytes[index] = state >>> 16;
      }
    }
    return values;
  };
  Object.defineProperty(crypto, 'getRandomValues', { value: getRandomValues, configurable: true });
  try {
    return await play();
  } finally {
    Reflect.deleteProperty(crypto, 'getRandomValues');
  }
}

/** What is looked for: anything that is not known yet, or, while a finding is made smaller, that one again. */
interface Search {
  readonly known: ReadonlySet<string>;
  readonly again: Found | null;
}

/** The drawn recuts of a plan. */
function drawnRecuts({ recuts, sweeps }: Plan): readonly Recut[] {
  const swept = sweeps.flatMap(({ from, cut: { step, numbers }, channel }) =>
    Array.from({ length: SWEEP }, (_, k): Recut => {
      const [a, b, c] = numbers;
      return { from, cuts: [{ step, numbers: [a + k, b + 7 * k, c + 3 * k] }], only: channel };
    }),
  );
  return [...recuts, ...swept];
}

/** The payment that a message is about, as far as it says. */
function aboutOf(letter: Letter, { role }: Held): Role {
  const texts = textsOf(letter);
  return ROLES.find((one) => texts.some((text) => text.includes(ORDERS[one]))) ?? role;
}

const textOf = ({ method, query, body, headers }: Letter) =>
  [method, partText(query), partText(body), ...Object.values(headers)].join('\n');

/** Everything of one plan; of the recuts that are findings one that moves money, where there is such. */
async function tried(
  subject: Subject,
  plan: Plan,
  tally: Tally,
  { known, again }: Search,
): Promise<Found | null> {
  const genuine = await withPublished(subject, await play(subject, plan, tally), plan.published);
  tally.runs += 1;
  const judge = new Judge(genuine);
  let minor: Found | null = null;
  /** Whether this is what is looked for. */
  const isWanted = (finding: Found) => {
    if (known.has(finding.fingerprint) || (again && again.fingerprint !== finding.fingerprint)) return false;
    if (finding.movesMoney || again) return true;
    minor ??= finding;
    return false;
  };
  const misheard = await judge.hear(
    genuine.held.filter(({ kind }) => kind === 'genuine' || kind === 'published'),
  );
  for (const channel of CHANNELS)
    for (const word of judge.words[channel]) count(tally.genuine[channel], word);
  if (misheard) {
    const finding = found(
      genuine,
      misheard.from,
      { cuts: [], letter: misheard.from.letter, sending: misheard.sending },
      misheard.fault,
    );
    if (isWanted(finding)) return finding;
  }
  const bases = await basesOf(genuine);
  const world = await withTyped(subject, genuine, plan, bases);
  const { environmentMark, notCovered } = subject.provider.proof(
    world.account.settings as never,
    'notification',
  );
  const bench: Bench = {
    world,
    pool: subject.pool,
    mark: /[\w.]+/.exec(environmentMark ?? '')?.[0] ?? null,
    unsigned: notCovered,
    bases: await basesOf(world, genuine, bases),
  };
  const sent = new Set<string>();
  for (const { from: drawn, cuts, only, about } of [...fixedRecuts(bench, plan.dice), ...drawnRecuts(plan)]) {
    const from = drawn % world.held.length;
    const held = world.held[from];
    if (!held) continue;
    const letter = recut(bench, from, cuts);
    for (const channel of CHANNELS) {
      if (only && channel !== only) continue;
      for (const ip of cuts.length === 0 ? new Set([judge.sender, FORGER]) : [judge.sender]) {
        const key = `${channel} ${ip} ${about ?? ''} ${textOf(letter)}`;
        if (sent.has(key)) continue;
        sent.add(key);
        const named = channel === 'return' ? aboutOf(letter, held) : held.role;
        const sending = { channel, ip, about: about ?? named };
        const isWhole = cuts.length === 0 || carryTheSame(letter, held.letter);
        const { word, fault } = await judge.judge(held, letter, sending, isWhole);
        tally.recuts += 1;
        count(tally.words, word);
        if (!fault) continue;
        const finding = found(world, held, { cuts, letter, sending }, fault);
        if (isWanted(finding)) return finding;
      }
    }
  }
  return minor;
}

/** What a run of the forge is given. */
export interface ForgeOptions {
  readonly runs: number;
  readonly seed: number;
  /** Of an earlier finding, to see it again. */
  readonly path?: string;
  /** Different findings at most, before it stops. */
  readonly findings: number;
  /** A finding is shown as it is found, and not made smaller. */
  readonly asFound?: boolean;
  readonly onRun?: () => void;
}

/** Forges at one provider. Each finding is a minimal case. */
export function forge(
  provider: Provider,
  file: VectorFile | undefined,
  options: ForgeOptions,
): Promise<{ readonly findings: readonly Finding[]; readonly tally: Tally }> {
  return withLogKept(() => withVerdictsKept(() => withoutStacks(() => forged(provider, file, options))));
}

/** Runs `work` without the stacks of errors: most messages are refused, and nobody reads where. */
async function withoutStacks<Result>(work: () => Promise<Result>): Promise<Result> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

async function forged(
  provider: Provider,
  file: VectorFile | undefined,
  options: ForgeOptions,
): Promise<{ readonly findings: readonly Finding[]; readonly tally: Tally }> {
  const words = poolOf(provider, file);
  const usual: Settings = settingsWith(provider, words, {});
  const pool = { ...words, taken: namesTaken(provider, usual, words.names) };
  const subject: Subject = { provider, pool, published: publishedBy(file) };
  const tally = newTally();
  const known = new Set<string>();
  const findings: Finding[] = [];
  let left = options.runs;
  let seed = options.seed;
  while (left > 0 && findings.length < options.findings) {
    let last: Found | null = null;
    const property = fc.asyncProperty(planArbitrary(provider, pool), async (plan) => {
      if (last === null) options.onRun?.();
      const search = { known, again: last };
      const finding = await withDice(plan.dice, () => tried(subject, plan, tally, search));
      if (!finding) return;
      last = finding;
      throw new Error(finding.text);
    });
    const details = await fc.check(property, {
      numRuns: left,
      seed,
      endOnFailure: options.asFound === true,
      ...(options.path !== undefined && { path: longPath(options.path) }),
    });
    if (!details.failed) break;
    if (!last)
      throw new Error(`${provider.id}: the forge itself failed (seed ${seed})`, {
        cause: details.errorInstance,
      });
    const finding: Found = last;
    known.add(finding.fingerprint);
    findings.push({
      ...finding,
      provider: provider.id,
      seed,
      path: shortPath(details.counterexamplePath ?? ''),
      runs: details.numRuns,
    });
    left -= details.numRuns;
    seed += 1;
    if (options.path !== undefined) break;
  }
  return { findings, tally };
}
