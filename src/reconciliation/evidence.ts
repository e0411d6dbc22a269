/**
 * What the lines of a whole file say of how it is written, where nobody has said it: its decimal sign, the order of its dates, the sign of
 * its refunds. The first lines give a guess to begin with; at the end of the file the guess holds, or the file is read again, or it is refused
 * because nothing in it tells. Whoever reads on by a wrong guess invents thousands of differences.
 */
import type { DateOrder, DecimalSign, MappedKind } from '../payments/reconciled.ts';
import { UnreadableFile } from './fault.ts';
import { dateOrdersOf, dayInFile, decimalSignOf, isNegativeAmount } from './values.ts';

/** What is guessed of a file. */
export type OpenSign = 'decimal' | 'dates' | 'refunds';

/**
 * Amounts: `comma` and `point` can have no other decimal sign. `three…` have three decimals, in a currency that has as many, or are grouped;
 * `group…` are grouped, in a currency without decimals; `whole` is whole, in a currency of three. `bare` may be either. Dates: `ymd`, `dmy`
 * and `mdy` can have no other order; `either` may have several, and so may `dotted`, which are hardly ever written month first. `first …` and
 * `last …`: the days of those that may have either, by each order.
 * Refunds and chargebacks: with a minus, or without.
 */
type Finding =
  | 'comma'
  | 'point'
  | 'three comma'
  | 'three point'
  | 'group comma'
  | 'group point'
  | 'whole'
  | 'bare'
  | DateOrder
  | 'either'
  | 'first dmy'
  | 'last dmy'
  | 'first mdy'
  | 'last mdy'
  | 'dotted'
  | 'minus'
  | 'plus';

interface Found {
  readonly count: number;
  /** Where it is first, and what stands there. */
  readonly line: number;
  readonly cell: string;
}

export type Evidence = Readonly<Partial<Record<Finding, Found>>>;

/** What a line says, as far as it tells how the file is written. */
export interface LineToLookAt {
  readonly line: number;
  readonly kind: MappedKind | 'returned' | null;
  /** Of its currency; null: nobody knows it. */
  readonly digits: number | null;
  readonly amount: string;
  readonly fee: string;
  readonly date: string;
}

const SHOWN = 40;

const DAY_OR_MONTH_FIRST = ['dmy', 'mdy'] as const;

/** Cells that are remembered: files repeat them, and reading one costs more. */
const MOST_REMEMBERED = 5000;

/** What reads cells, and remembers. */
function remembering<T>(read: (cell: string) => T): (cell: string) => T {
  const known = new Map<string, T>();
  return (cell) => {
    const before = known.get(cell);
    if (before !== undefined || known.has(cell)) return before as T;
    const value = read(cell);
    if (known.size < MOST_REMEMBERED) known.set(cell, value);
    return value;
  };
}

interface Counted extends Found {
  count: number;
}

/** Looks at the lines of a piece. */
export class EvidenceReader {
  readonly #open: ReadonlySet<OpenSign>;
  readonly #found: Map<Finding, Counted>;
  readonly #signOf = remembering(decimalSignOf);
  readonly #ordersOf = remembering(dateOrdersOf);
  readonly #dayOf = {
    dmy: remembering((date) => dayInFile(date, 'dmy', 'UTC')),
    mdy: remembering((date) => dayInFile(date, 'mdy', 'UTC')),
  };

  constructor(open: readonly OpenSign[], before: Evidence) {
    this.#open = new Set(open);
    this.#found = new Map(
      (Object.entries(before) as [Finding, Found][]).map(([finding, found]) => [finding, { ...found }]),
    );
  }

  look(one: LineToLookAt): void {
    if (this.#open.has('decimal')) this.#lookAtAmounts(one);
    if (this.#open.has('dates')) this.#lookAtDate(one);
    const isBack = one.kind === 'refund' || one.kind === 'chargeback';
    if (isBack && this.#open.has('refunds') && /[1-9]/.test(one.amount))
      this.#note(isNegativeAmount(one.amount) ? 'minus' : 'plus', one.line, one.amount);
  }

  #lookAtAmounts({ line, kind, digits, amount, fee }: LineToLookAt): void {
    const ofFee = this.#signOf(fee);
    if (ofFee?.sign && ofFee.isSure) this.#note(ofFee.sign, line, fee);
    const found = this.#signOf(amount);
    if (found?.sign && found.isSure) this.#note(found.sign, line, amount);
    // What is about no money is not compared: that it is not clear does no harm.
    else if (found && digits !== null && kind !== null && kind !== 'none') {
      if (found.sign === null) {
        if (digits === 3) this.#note('whole', line, amount);
      } else if (digits === 3) this.#note(`three ${found.sign}`, line, amount);
      else if (digits === 0) this.#note(`group ${found.sign}`, line, amount);
      else this.#note('bare', line, amount);
    }
  }

  #lookAtDate({ line, kind, date }: LineToLookAt): void {
    const orders = this.#ordersOf(date);
    const [only] = orders;
    if (only && orders.length === 1) this.#note(only, line, date);
    else if (only && kind !== null && kind !== 'none') {
      const isDotted = /^\d+\./.test(date);
      this.#note(isDotted ? 'dotted' : 'either', line, date);
      if (!isDotted)
        for (const order of DAY_OR_MONTH_FIRST) this.#noteDay(order, line, this.#dayOf[order](date));
    }
  }

  #noteDay(order: (typeof DAY_OR_MONTH_FIRST)[number], line: number, day: string | null): void {
    if (day === null) return;
    const [first, last] = [this.#found.get(`first ${order}`), this.#found.get(`last ${order}`)];
    if (!first || day < first.cell) this.#found.set(`first ${order}`, { count: 1, line, cell: day });
    if (!last || day > last.cell) this.#found.set(`last ${order}`, { count: 1, line, cell: day });
  }

  #note(finding: Finding, line: number, cell: string): void {
    const known = this.#found.get(finding);
    if (known) known.count += 1;
    else this.#found.set(finding, { count: 1, line, cell: cell.slice(0, SHOWN) });
  }

  get evidence(): Evidence {
    return Object.fromEntries(this.#found);
  }
}

/** How a person names what is not clear. @param isMapped whether they can beside this file. */
const remedy = (what: string, option: string, isMapped: boolean) =>
  isMapped ? `say the ${what} (${option})` : `map the file (generic), and say the ${what} (${option})`;

const both = (one: Found, other: Found) => `"${one.cell}" and, in line ${other.line}, "${other.cell}"`;

/** The decimal sign that the file has; null: no amount tells, and none needs it. @throws UnreadableFile where none tells, and some need it. */
export function decimalIn(found: Evidence, isMapped: boolean): DecimalSign | null {
  const say = remedy('decimal sign', 'decimal', isMapped);
  const { comma, point, whole } = found;
  const threes = [found['three comma'], found['three point']];
  const groups = [found['group comma'], found['group point']];
  const unclear = [...threes, found.bare, ...groups].find((one) => one !== undefined);
  if (comma && point) {
    // Amounts that only one sign can read are refused by the other: nothing is read wrong but what both can.
    if (!unclear) return comma.count > point.count ? 'comma' : 'point';
    throw new UnreadableFile(
      'ambiguous',
      comma.line,
      `${both(comma, point)} have another decimal sign, and "${unclear.cell}" may have either: ${say}`,
    );
  }
  if (comma || point) return comma ? 'comma' : 'point';
  // Where whole amounts of a currency with three decimals have none, three digits may be a group as well.
  const likely = new Set<DecimalSign>();
  if ((threes[0] && !whole) || groups[1]) likely.add('comma');
  if ((threes[1] && !whole) || groups[0]) likely.add('point');
  const [only] = likely;
  if (only && likely.size === 1) return only;
  if (!unclear) return null;
  throw new UnreadableFile(
    'ambiguous',
    unclear.line,
    `"${unclear.cell}" may have three decimals, or be a thousand times as much, and no amount of the file tells: ${say}`,
  );
}

/** Milliseconds from the first to the last day that may have either order, read by one. */
function spanOf(found: Evidence, order: (typeof DAY_OR_MONTH_FIRST)[number]): number {
  const [first, last] = [found[`first ${order}`], found[`last ${order}`]];
  return first && last ? Date.parse(last.cell) - Date.parse(first.cell) : 0;
}

/**
 * The order of the file's dates; null: no date tells, and none needs it. Day first where none tells, unless the days lie closer together by the
 * month first, as those of a settlement do.
 * @throws UnreadableFile where none tells, and they lie so, or where they contradict each other.
 */
export function datesIn(found: Evidence, isMapped: boolean): DateOrder | null {
  const say = remedy('order of the dates', 'dates', isMapped);
  const sure = (['ymd', 'dmy', 'mdy'] as const)
    .flatMap((order) => {
      const one = found[order];
      return one ? [{ order, ...one }] : [];
    })
    .toSorted((a, b) => b.count - a.count);
  const [most, other] = sure;
  const unclear = found.either ?? found.dotted;
  if (most && other && unclear)
    throw new UnreadableFile(
      'ambiguous',
      most.line,
      `${both(most, other)} have another order, and "${unclear.cell}" may have either: ${say}`,
    );
  if (most) return most.order;
  if (found.either && isMapped && spanOf(found, 'mdy') < spanOf(found, 'dmy'))
    throw new UnreadableFile(
      'ambiguous',
      found.either.line,
      `"${found.either.cell}" may have the day or the month first: no date of the file tells, and its days lie closer together by the month first: ${say}`,
    );
  return unclear ? 'dmy' : null;
}

/** So many refunds without a minus for each with one: then that one is the odd one. */
const ODD = 10;

/** How the file signs what goes back; null: it has none. Where refunds have a minus, one without has come back. */
export function refundsIn({ minus, plus }: Evidence): 'negative' | 'positive' | null {
  if (!minus) return plus ? 'positive' : null;
  return plus && plus.count >= ODD * minus.count ? 'positive' : 'negative';
}
