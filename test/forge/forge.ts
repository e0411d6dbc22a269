/**
 * The forge: for one provider, drawn situations, and recuts of everything that a forger may hold there. A recut that counts at
 * an account in production, and says what no genuine message says, is a finding.
 */
import fc from 'fast-check';
import type { VectorFile } from '../../src/cli/vectors.ts';
import type { Channel, Provider } from '../../src/providers/contract.ts';
import { bankOf } from '../../src/sandbox/banks/registry.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import { type Bench, type Cut, recut, STEP_NAMES } from './cuts.ts';
import { isGenuine, movesMoney, type Ruling, rulingOf } from './judge.ts';
import { type Letter, shownLetter } from './letter.ts';
import { changedSettings, type Settings, settingsWith, withAllSettings } from './options.ts';
import { hostileFields, hostileText, type Pool, poolOf, type Role } from './pool.ts';
import {
  markName,
  namesTaken,
  PLACES,
  type Situation,
  Unsupported,
  type Wish,
  type World,
  worldOf,
} from './world.ts';

/** One run, as it is drawn and shrunk. */
interface Plan {
  readonly changes: Settings;
  readonly wishes: Readonly<Record<Role, Wish>>;
  readonly second: boolean;
  readonly amount: number;
  readonly manual: boolean;
  readonly ending: number;
  readonly dice: number;
  readonly recuts: readonly Recut[];
  readonly sweeps: readonly Sweep[];
}

/** One step with many numbers. */
interface Sweep {
  readonly from: number;
  readonly cut: Cut;
  readonly channel: Channel;
}

const SWEEP = 16;

interface Recut {
  readonly from: number;
  readonly cuts: readonly Cut[];
  /** Left out: it is sent both ways. */
  readonly only?: Channel;
}

export interface Finding {
  readonly provider: string;
  /** The same fault found again has the same. */
  readonly fingerprint: string;
  readonly movesMoney: boolean;
  /** On several lines, for people. */
  readonly text: string;
  readonly seed: number;
  readonly path: string;
  readonly runs: number;
}

/** What the runs came to, for the summary. */
export interface Tally {
  runs: number;
  /** Situations of which the bank took something only after hostile texts were left out. */
  rejected: number;
  /** Situations that were played with the demo's settings because the drawn ones do not work at the bank. */
  unsupported: number;
  recuts: number;
  /** What became of the genuine payment's messages: a provider of which they never count is not reached. */
  readonly genuine: Record<Channel, Map<string, number>>;
  /** What became of the recuts. */
  readonly rulings: Map<string, number>;
  readonly settings: Set<string>;
}

export function newTally(): Tally {
  return {
    runs: 0,
    rejected: 0,
    unsupported: 0,
    recuts: 0,
    genuine: { notification: new Map(), return: new Map() },
    rulings: new Map(),
    settings: new Set(),
  };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

const CHANNELS: readonly Channel[] = ['notification', 'return'];

function wishArbitrary(pool: Pool): fc.Arbitrary<Wish> {
  const texts = fc
    .array(
      fc.tuple(
        fc.constantFrom<string>('description', 'description', 'description', ...PLACES),
        hostileText(pool),
      ),
      { maxLength: 4 },
    )
    .map((pairs) => Object.fromEntries(pairs));
  return fc.record({ texts, providerFields: hostileFields(pool) });
}

function planArbitrary(provider: Provider, pool: Pool): fc.Arbitrary<Plan> {
  const wish = wishArbitrary(pool);
  // They choose among what there is: a smaller one is no simpler.
  const number = fc.noShrink(fc.nat({ max: 0xfffff }));
  const cut = fc.record({
    step: fc.constantFrom(...STEP_NAMES),
    numbers: fc.tuple(number, number, number),
  });
  // The genuine notifications are worth more than the others.
  const from = fc.noShrink(fc.oneof(fc.constantFrom(0, 2), fc.nat({ max: 99 })));
  const sweep = fc.record({
    from,
    cut,
    channel: fc.constantFrom<Channel>('notification', 'notification', 'return'),
  });
  const one = fc.record({
    from,
    cuts: fc.oneof(
      { weight: 5, arbitrary: fc.array(cut, { minLength: 1, maxLength: 1 }) },
      { weight: 4, arbitrary: fc.array(cut, { minLength: 2, maxLength: 3 }) },
    ),
  });
  return fc.record({
    changes: changedSettings(provider, pool),
    wishes: fc.record({ refused: wish, paid: wish, other: wish }),
    second: fc.boolean(),
    amount: fc.noShrink(fc.constantFrom(100, 1999, 123, 424_200)),
    manual: fc.integer({ min: 0, max: 3 }).map((drawn) => drawn === 3),
    ending: fc.noShrink(fc.nat({ max: 9 })),
    dice: number,
    recuts: fc.array(one, { maxLength: 6, size: 'max' }),
    sweeps: fc.array(sweep, { maxLength: 5, size: 'max' }),
  });
}

function situationOf(provider: Provider, pool: Pool, plan: Plan): Situation {
  const [currency = 'EUR', second] = DEMO_ACCOUNTS[provider.id]?.currencies ?? [];
  const endings = bankOf(provider.id).decisions.filter((decision) => decision !== 'pay');
  return {
    settings: settingsWith(provider, pool, plan.changes),
    currency,
    paidCurrency: plan.second && second ? second : currency,
    paidAmount: plan.amount,
    capture: plan.manual && provider.capabilities.manualCapture ? 'manual' : null,
    ending: endings[plan.ending % Math.max(1, endings.length)] ?? null,
    wishes: plan.wishes,
  };
}

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

/** A situation with the drawn settings, or the demo's where its bank does not know them. */
async function play(
  provider: Provider,
  pool: Pool,
  plan: Plan,
  tally: Tally,
): Promise<{ readonly world: World; readonly situation: Situation }> {
  const drawn = situationOf(provider, pool, plan);
  const demo = { ...plan, changes: {} };
  const filled = settingsWith(provider, pool, withAllSettings(provider, pool, plan.changes));
  for (const [index, situation] of [
    drawn,
    { ...drawn, paidCurrency: drawn.currency, capture: null, settings: filled },
    situationOf(provider, pool, demo),
    situationOf(provider, pool, { ...demo, second: false, manual: false }),
  ].entries()) {
    try {
      const world = await worldOf(provider, situation);
      if (index < 2)
        for (const [name, value] of Object.entries(plan.changes))
          tally.settings.add(`${name}=${String(value).slice(0, 24)}`);
      else tally.unsupported += 1;
      if (world.rejected > 0) tally.rejected += 1;
      return { world, situation };
    } catch (error) {
      if (!(error instanceof Unsupported) || index === 3) throw error;
    }
  }
  throw new Unsupported(provider.id);
}

/** The signed text of a held message, which everybody knows who has read the sheet. */
async function baseOf(world: World, letter: Letter): Promise<string | null> {
  for (const [step, number] of [
    ['no signature', 0],
    ['another value', 1],
  ] as const) {
    const pool = { pairs: [], names: [], codes: [], good: [], taken: [], settings: {} };
    const bench = { world: { ...world, held: [{ what: '', letter }] }, pool, mark: null, bases: [] };
    const ruling = await rulingOf(
      world,
      recut(bench, 0, [{ step, numbers: [number, number, 0] }]),
      'notification',
    );
    if (ruling.kind === 'harmless' && ruling.base) return ruling.base;
  }
  return null;
}

interface Found {
  readonly fingerprint: string;
  readonly movesMoney: boolean;
  readonly text: string;
}

function found(
  provider: Provider,
  { world, situation }: { readonly world: World; readonly situation: Situation },
  from: { readonly what: string; readonly letter: Letter },
  recutted: { readonly cuts: readonly Cut[]; readonly letter: Letter; readonly channel: Channel },
  ruling: Ruling & { kind: 'counts' },
): Found {
  const { update, role, outcome } = ruling;
  const { cuts, letter, channel } = recutted;
  const defaults = DEMO_ACCOUNTS[provider.id]?.settings ?? {};
  const settings = Object.fromEntries(
    Object.entries(situation.settings).filter(
      ([name, value]) => value !== undefined && !(name in defaults) && !/^-----/.test(String(value)),
    ),
  );
  const asked = world.attempts[role];
  const wishes = Object.entries(situation.wishes).filter(
    ([, wish]) => Object.keys(wish.texts).length + Object.keys(wish.providerFields).length > 0,
  );
  const steps = cuts.length === 0 ? 'as it is' : cuts.map(({ step }) => step).join(', then ');
  const text = [
    `${provider.id}: ${from.what}, ${steps}, at the ${channel === 'return' ? 'return' : 'notification'} address`,
    `counts: ${outcome} ${String(update.amount)} ${update.currency ?? '(no currency)'} of the ${role} order ${update.order}, which asked for ${asked.amount} ${asked.currency}`,
    `settings: ${JSON.stringify(settings)}`,
    ...wishes.map(([name, wish]) => `request of the ${name} order: ${JSON.stringify(wish)}`),
    ...(cuts.length === 0 ? [] : ['held:', shownLetter(from.letter)]),
    'sent:',
    shownLetter(letter),
  ].join('\n');
  const what = from.what.replace(/[0-9A-Z]{18}/, role);
  const mode = String(
    situation.settings.mode ?? situation.settings.dialect ?? situation.settings.sha_mode ?? '',
  );
  return {
    fingerprint: [provider.id, mode, what.replace(/, \w+$/, ''), outcome, role].join(' | '),
    movesMoney: movesMoney(ruling),
    text,
  };
}

/** What the genuine messages say that moves no money, read as they are. */
async function saidByGenuine(world: World): Promise<ReadonlySet<string>> {
  const said = new Set<string>();
  for (const { what, letter } of world.held) {
    if (!what.startsWith('the genuine')) continue;
    for (const channel of CHANNELS) {
      const ruling = await rulingOf(world, letter, channel);
      if (ruling.kind !== 'counts' || movesMoney(ruling) || !what.includes(ruling.update.order)) continue;
      said.add(`${ruling.role} ${ruling.outcome}`);
    }
  }
  return said;
}

/** What is looked for: anything that is not known yet, or, while a finding is made smaller, that one again. */
interface Search {
  readonly known: ReadonlySet<string>;
  readonly again: Found | null;
}

/** Everything of one plan; of the recuts that are findings one that moves money, where there is such. */
async function tried(
  provider: Provider,
  pool: Pool,
  plan: Plan,
  tally: Tally,
  { known, again }: Search,
): Promise<Found | null> {
  const played = await play(provider, pool, plan, tally);
  const { world, situation } = played;
  tally.runs += 1;
  const bases: (string | null)[] = [];
  for (const { what, letter } of world.held)
    bases.push(what.startsWith('our own') ? null : await baseOf(world, letter));
  const genuine = await saidByGenuine(world);
  let minor: Found | null = null;
  const bench: Bench = { world, pool, mark: markName(provider, situation.settings), bases };
  const plain = world.held.map((_, from): Recut => ({ from, cuts: [] }));
  const swept = plan.sweeps.flatMap(({ from, cut: { step, numbers }, channel }) =>
    Array.from({ length: SWEEP }, (_, k): Recut => {
      const [a, b, c] = numbers;
      return { from, cuts: [{ step, numbers: [a + k, b + 7 * k, c + 3 * k] }], only: channel };
    }),
  );
  for (const { from: drawn, cuts, only } of [...plain, ...plan.recuts, ...swept]) {
    const from = drawn % world.held.length;
    const held = world.held[from];
    if (!held) continue;
    const letter = recut(bench, from, cuts);
    for (const channel of CHANNELS) {
      if (only && channel !== only) continue;
      const ruling = await rulingOf(world, letter, channel);
      const word = ruling.kind === 'counts' ? 'counts' : ruling.why;
      tally.recuts += 1;
      count(tally.rulings, word);
      if (cuts.length === 0 && held.what.startsWith('the genuine payment') && held.what.endsWith(channel))
        count(tally.genuine[channel], word);
      if (ruling.kind !== 'counts' || isGenuine(world, situation.ending, ruling)) continue;
      if (!movesMoney(ruling) && genuine.has(`${ruling.role} ${ruling.outcome}`)) continue;
      const finding = found(provider, played, held, { cuts, letter, channel }, ruling);
      if (known.has(finding.fingerprint) || (again && again.fingerprint !== finding.fingerprint)) continue;
      if (finding.movesMoney || again) return finding;
      minor ??= finding;
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
  readonly onRun?: () => void;
}

/** fast-check's way to a minimal case; steps that are taken many times in a row are counted. */
function shortPath(path: string): string {
  return path.replace(/(\d+)(?::\1(?!\d))+/g, (run, step: string) => `${step}x${run.split(':').length}`);
}

function longPath(path: string): string {
  return path.replace(/(\d+)x(\d+)/g, (_, step: string, times: string) =>
    Array(Number(times)).fill(step).join(':'),
  );
}

/** Forges at one provider. Each finding is a minimal case. */
export async function forge(
  provider: Provider,
  file: VectorFile | undefined,
  options: ForgeOptions,
): Promise<{ readonly findings: readonly Finding[]; readonly tally: Tally }> {
  const words = poolOf(provider, file);
  const pool = { ...words, taken: namesTaken(provider, settingsWith(provider, words, {}), words.names) };
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
      const finding = await withDice(plan.dice, () => tried(provider, pool, plan, tally, search));
      if (!finding) return;
      last = finding;
      throw new Error(finding.text);
    });
    const details = await fc.check(property, {
      numRuns: left,
      seed,
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

/** A finding with how to see it again. */
export function shownFinding({ text, provider, seed, path, movesMoney: money }: Finding): string {
  return `${text}\n${money ? 'This moves money.' : 'This moves a status.'} Again: npm run forge -- --only ${provider} --seed ${seed} --path ${path}`;
}
