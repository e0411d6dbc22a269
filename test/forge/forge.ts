/**
 * The forge: for one provider, drawn situations, and recuts of everything that a forger may hold there. A recut that moves a payment
 * as no genuine message does is a finding.
 */
import fc from 'fast-check';
import type { VectorFile } from '../../src/cli/vectors.ts';
import type { Channel, Provider } from '../../src/providers/contract.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import { type Bench, type Cut, recut } from './cuts.ts';
import { fixedRecuts } from './fixed.ts';
import { type Sending, withLogKept } from './gateway.ts';
import { type Fault, FORGER, Judge } from './judge.ts';
import { type Letter, partText, shownLetter, textsOf } from './letter.ts';
import { type Settings, settingsWith, withAllSettings } from './options.ts';
import { type Plan, planArbitrary, type Recut, SWEEP, situationOf } from './plan.ts';
import { ORDERS, type Pool, poolOf, ROLES, type Role } from './pool.ts';
import { type Published, publishedBy, publishedFor, signedText, typedInto } from './spoken.ts';
import { type Held, namesTaken, Unsupported, type World, worldOf } from './world.ts';

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
  /** What became of the genuine messages: a provider of which none counts is not reached. */
  readonly genuine: Record<Channel, Map<string, number>>;
  /** What became of the recuts. */
  readonly words: Map<string, number>;
  readonly settings: Set<string>;
}

function newTally(): Tally {
  return {
    runs: 0,
    rejected: 0,
    unsupported: 0,
    recuts: 0,
    genuine: { notification: new Map(), return: new Map() },
    words: new Map(),
    settings: new Set(),
  };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

const CHANNELS: readonly Channel[] = ['notification', 'return'];

/** What the forge knows of a provider. */
interface Subject {
  readonly provider: Provider;
  readonly pool: Pool;
  readonly published: readonly Published[];
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
async function play({ provider, pool }: Subject, plan: Plan, tally: Tally): Promise<World> {
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
      return world;
    } catch (error) {
      if (!(error instanceof Unsupported) || index === 3) throw error;
    }
  }
  throw new Unsupported(provider.id);
}

/** A world with one published message more, about the refused order or the paid one. */
async function withPublished({ published }: Subject, world: World, number: number): Promise<World> {
  const role = number % 3 === 0 ? 'paid' : 'refused';
  for (const tries of [0, 1, 2]) {
    const one = published[(number + tries) % Math.max(1, published.length)];
    const letter = one && (await publishedFor(world, one, role));
    if (!one || !letter) continue;
    const { name, channel } = one;
    const what = `the published message ${name} about the ${role} order, ${channel}`;
    return { ...world, held: [...world.held, { what, kind: 'published', role, channel, letter }] };
  }
  return world;
}

/** Whether a message is one that the account's bank sends to our server. */
function isSaid({ kind, channel }: Pick<Held, 'kind' | 'channel'>): boolean {
  return channel === 'notification' && (kind === 'genuine' || kind === 'published');
}

/** @param known those of a world that has most of the same messages. */
async function basesOf(
  world: World,
  before?: World,
  known?: readonly (string | null)[],
): Promise<readonly (string | null)[]> {
  const bases: (string | null)[] = [];
  for (const [index, one] of world.held.entries()) {
    if (before && one === before.held[index]) bases.push(known?.[index] ?? null);
    else bases.push(isSaid(one) ? await signedText(world, one.letter, one.channel) : null);
  }
  return bases;
}

/** A world of which the bank's messages say what a shopper has typed there. */
async function withTyped(
  { pool }: Subject,
  world: World,
  { typed }: Plan,
  bases: readonly (string | null)[],
): Promise<World> {
  if (!typed) return world;
  const said = world.held.filter((one) => isSaid(one) && one.kind === 'genuine');
  const one = said[typed.number % Math.max(1, said.length)];
  const base = one && bases[world.held.indexOf(one)];
  if (!one || !base) return world;
  const letter = await typedInto(world, pool, one, base, typed);
  return { ...world, held: world.held.map((other) => (other === one ? { ...one, letter } : other)) };
}

interface Found {
  readonly fingerprint: string;
  readonly movesMoney: boolean;
  readonly text: string;
}

function found(
  { provider, situation, account, attempts }: World,
  from: Held,
  {
    cuts,
    letter,
    sending,
  }: { readonly cuts: readonly Cut[]; readonly letter: Letter; readonly sending: Sending },
  fault: Fault,
): Found {
  const defaults = DEMO_ACCOUNTS[provider.id]?.settings ?? {};
  const settings = Object.fromEntries(
    Object.entries(situation.settings).filter(
      ([name, value]) => value !== undefined && !(name in defaults) && !/^-----/.test(String(value)),
    ),
  );
  const asked = attempts[fault.role];
  const wishes = Object.entries(situation.wishes).filter(
    ([, wish]) => Object.keys(wish.texts).length + Object.keys(wish.providerFields).length > 0,
  );
  const steps = cuts.length === 0 ? 'as it is' : cuts.map(({ step }) => step).join(', then ');
  const { allowedIps, trusts, asksForReal } = situation;
  const text = [
    `${provider.id}: ${from.what}, ${steps}, to the ${sending.channel} address from ${sending.ip}`,
    `${fault.why}: the ${fault.role} order, which asks for ${asked.amount} ${asked.currency}, is then ${fault.holds}`,
    `account: ${account.environment}, settings ${JSON.stringify(settings)}${allowedIps.length > 0 ? `, allowedIps ${allowedIps}` : ''}${trusts ? ', trusts what is not proven' : ''}${asksForReal ? ', of a payment that asks for real money' : ''}`,
    ...wishes.map(([name, wish]) => `request of the ${name} order: ${JSON.stringify(wish)}`),
    ...(cuts.length === 0 ? [] : ['held:', shownLetter(from.letter)]),
    'sent:',
    shownLetter(letter),
  ].join('\n');
  const mode = String(
    situation.settings.mode ?? situation.settings.dialect ?? situation.settings.sha_mode ?? '',
  );
  return {
    fingerprint: [provider.id, mode, from.kind, from.channel, fault.kind].join(' | '),
    movesMoney: fault.movesMoney,
    text,
  };
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
        const { word, fault } = await judge.judge(held, letter, sending, cuts.length === 0);
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
export function forge(
  provider: Provider,
  file: VectorFile | undefined,
  options: ForgeOptions,
): Promise<{ readonly findings: readonly Finding[]; readonly tally: Tally }> {
  return withLogKept(() => withoutStacks(() => forged(provider, file, options)));
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

/** A finding with how to see it again. */
export function shownFinding({ text, provider, seed, path, movesMoney: money }: Finding): string {
  return `${text}\n${money ? 'This moves money.' : 'This moves a status.'} Again: npm run forge -- --only ${provider} --seed ${seed} --path ${path}`;
}
