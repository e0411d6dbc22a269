/** Importing the things of one kind, some at a time, and what came of them. */
import type { Read } from './polybanking-rows.ts';
import type { ImportOutcome } from './polybanking-target.ts';

/** Things that are sent at the same time. */
const AT_ONCE = 8;

/** How often progress is shown, in things. */
const STEP = 100;

/** Counts the results, and lists what was rejected. */
export class Tally {
  readonly #what: string;
  readonly #isAlways: boolean;
  readonly #counts = { imported: 0, unchanged: 0, rejected: 0 };
  readonly rejections: string[] = [];
  readonly warnings: string[] = [];

  constructor(what: string, isAlways: boolean) {
    this.#what = what;
    this.#isAlways = isAlways;
  }

  count(name: string, outcome: ImportOutcome): void {
    if ('rejected' in outcome) this.#reject(`${name}: ${outcome.rejected}`);
    else if (outcome.result === 'differs') this.#reject(`${name}: ${outcome.detail}`);
    else {
      this.#counts[outcome.result] += 1;
      for (const warning of outcome.warnings ?? []) this.warnings.push(`${name}: ${warning}`);
    }
  }

  #reject(line: string): void {
    this.#counts.rejected += 1;
    this.rejections.push(line);
  }

  /** Whether there was anything of its kind, or an operator looks for it all the same. */
  get isNeeded(): boolean {
    return this.#isAlways || Object.values(this.#counts).some((count) => count > 0);
  }

  get line(): string {
    const { imported, unchanged, rejected } = this.#counts;
    return `${this.#what}: ${imported} imported, ${unchanged} there already, ${rejected} rejected`;
  }
}

/** How things of one kind are imported. */
interface Importing<T> {
  /** Imports one thing, and says what became of it. */
  put(value: T): Promise<ImportOutcome>;
  /** What only one of them can have: of two, the first that is taken over. */
  readonly unique?: {
    readonly what: string;
    of(value: T): string;
  };
}

/** The names of the things that were taken over, by what no other can have. */
type Owners = Map<string, string>;

async function importOne<T>(
  thing: Read<T>,
  owners: Owners,
  { put, unique }: Importing<T>,
): Promise<ImportOutcome> {
  if ('rejected' in thing) return { rejected: thing.rejected };
  const key = unique?.of(thing.value);
  const owner = key === undefined ? undefined : owners.get(key);
  if (owner !== undefined) return { rejected: `${unique?.what} is that of ${owner}, too` };
  const outcome = await put(thing.value);
  const isTaken = 'result' in outcome && outcome.result !== 'differs';
  if (key !== undefined && isTaken) owners.set(key, thing.name);
  return outcome;
}

/** The next things that can be sent at the same time: no two that cannot both be taken over. */
function nextOf<T>(things: readonly Read<T>[], unique: Importing<T>['unique']): readonly Read<T>[] {
  const keys = new Set<string>();
  const part = things.slice(0, AT_ONCE);
  const twin = part.findIndex((thing) => {
    if (!unique || 'rejected' in thing) return false;
    const key = unique.of(thing.value);
    const isTwin = keys.has(key);
    keys.add(key);
    return isTwin;
  });
  return twin < 0 ? part : part.slice(0, twin);
}

/** Imports things in their order, some at a time, and counts what came of them. */
export async function importAll<T>(
  things: readonly Read<T>[],
  tally: Tally,
  importing: Importing<T>,
): Promise<void> {
  const owners: Owners = new Map();
  let at = 0;
  while (at < things.length) {
    const part = nextOf(things.slice(at, at + AT_ONCE), importing.unique);
    const outcomes = await Promise.all(part.map((thing) => importOne(thing, owners, importing)));
    for (const [index, outcome] of outcomes.entries()) tally.count(part[index]?.name ?? '', outcome);
    const before = at;
    at += part.length;
    if (Math.floor(before / STEP) !== Math.floor(at / STEP)) console.log(`... ${tally.line}`);
  }
  if (tally.isNeeded) console.log(tally.line);
}
