/**
 * The steps after the last piece: a look at the file, reading it, reading the ledgers' movements, matching, listing. Each leaves a state from
 * which the next one goes on; none holds more than a piece of the file or a page of movements in memory.
 */
import {
  accountMovements,
  accountOf,
  keepPreset,
  marksOf,
  type NamedLine,
  type NamedPayment,
  namedByLines,
  presetOf,
} from '../directory/account-movements.ts';
import { type FileMapping, GENERIC_PRESET } from '../payments/reconciled.ts';
import { beginningOf, dayAfter } from '../payments/time-zones.ts';
import { noteContradictions, ordersToFind } from './contradictions.ts';
import { UnreadableFile } from './fault.ts';
import { zoneOfProvider } from './formats.ts';
import { faultsIn } from './info.ts';
import { charsetOf, previewOf, type Sample, sampleText } from './inspect.ts';
import { writeLines, writeMovements, writeUnreadable } from './intake.ts';
import { FIRST_PLACE, matchStep } from './matching.ts';
import { requireTable, requireText } from './no-table.ts';
import { pieceFrom, sampleOf, utf8Finding } from './pieces.ts';
import { BEGINNING, type ReaderState, readPiece } from './reader.ts';
import { correctedReading, readingOf } from './reading.ts';
import {
  applyMarks,
  countOtherNumbers,
  countOutside,
  countResults,
  linesToFind,
  listEntries,
  listLines,
  noteFound,
  shopsIn,
  smallCounts,
  writeDaySums,
} from './results.ts';
import { comparesNumbers, type ReconciliationState, readState, writeState } from './state.ts';
import { OF_READING } from './tables.ts';

/** What a step works with. */
export interface Tools {
  readonly sql: SqlStorage;
  readonly directory: D1Database;
  /** Milliseconds since 1970. */
  now(): number;
  /** Does all of some work, or nothing of it. */
  transaction<T>(work: () => T): T;
}

/** Movements of one page. */
const MOVEMENTS = 2000;

/** Lines of one question: each may have long names, and a value of D1 has 2 MB at most. */
const NAMED_AT_ONCE = 500;

/** A movement may be this many days after a line that says so: the day's end is another one in another zone. */
const EARLY_DAYS = 2;

/** More of the lines than this share cannot be read: it is the wrong file, or the wrong mapping. */
const MOST_UNREADABLE = 0.5;

/** Does one step of what is to be done. @throws UnreadableFile for a file that cannot be read. */
export async function step(tools: Tools, state: ReconciliationState): Promise<void> {
  switch (state.stage) {
    case 'inspecting':
      return inspect(tools, state);
    case 'reading':
      return read(tools, state);
    case 'ledger':
      return readLedger(tools, state);
    case 'matching':
      return match(tools, state);
    case 'listing':
      return list(tools, state);
    case 'receiving':
    case 'mapping':
    case 'done':
    case 'failed':
      return;
  }
}

/** Whether the run that a step is of has ended meanwhile, and another one begun. */
const isOver = ({ sql }: Tools, { run }: ReconciliationState) => readState(sql)?.run !== run;

async function inspect(tools: Tools, state: ReconciliationState): Promise<void> {
  const { sql, directory } = tools;
  const { order, size } = state;
  const { currencies, provider } = await accountOf(directory, order.account);
  const kept = order.mapping ? null : await presetOf<FileMapping>(directory, order.account);
  if (isOver(tools, state)) return;
  const { isUtf8, damagedLine } = utf8Finding(sql);
  const sample = sampleOf(sql, isUtf8, size ?? 0);
  const zone = order.timeZone ?? zoneOfProvider(provider);
  const looks = previewOf(sample, order.mapping ?? {}, currencies);
  const preview = { ...looks, guess: { ...looks.guess, timeZone: zone } };
  // Also where it cannot be read: a person sees it, and says what it is.
  const seen = { ...state, isUtf8, preview };
  writeState(sql, seen);
  const text = sampleText(sample, charsetOf(sample, order.mapping?.charset ? [order.mapping.charset] : []));
  if (text.trim() === '' && (sample.isWhole || text !== ''))
    throw new UnreadableFile('empty', null, 'the file has no lines');
  requireText(text, preview.charset);
  if (damagedLine !== null && order.mapping?.charset === undefined && !preview.charset.startsWith('utf-16'))
    throw new UnreadableFile(
      'encoding',
      damagedLine,
      'is not UTF-8, as the rest of the file is: get the file again, or say in which charset it is',
    );
  const { currency = null } = order;
  const isOpen = order.preset === GENERIC_PRESET || (order.preset === null && preview.preset === null);
  const usable = kept && isOpen && hasColumns(sample, kept, currencies) ? kept : null;
  const reading = readingOf(sample, {
    preset: order.preset,
    mapping: order.mapping ?? usable,
    zone: order.timeZone ?? usable?.timeZone ?? zone,
    currencies,
    currency,
  });
  if (!reading) requireTable(text, [preview.header, ...preview.rows]);
  writeState(sql, { ...seen, reading, stage: reading ? 'reading' : 'mapping' });
}

/** Whether a file, read as a kept mapping says, has all columns that it names. */
function hasColumns(sample: Sample, kept: FileMapping, currencies: readonly string[]): boolean {
  const { header } = previewOf(sample, kept, currencies);
  const names = new Set(header.map((name) => name.trim()));
  return Object.values(kept.columns).every(
    (name) => names.has(name.trim()) || (/^\d{1,3}$/.test(name) && Number(name) <= header.length),
  );
}

function read({ sql, transaction }: Tools, state: ReconciliationState): void {
  const { reading, size } = state;
  if (!reading) throw new Error('a file is read that has no reading');
  const [carried] = sql
    .exec<{ bytes: ArrayBuffer }>("SELECT bytes FROM carried WHERE name = 'carry'")
    .toArray();
  const before: ReaderState = state.reader
    ? { ...state.reader, carry: carried ? new Uint8Array(carried.bytes) : new Uint8Array() }
    : BEGINNING;
  const bytes = pieceFrom(sql, state.readTo) ?? new Uint8Array();
  const readTo = state.readTo + bytes.length;
  const isLast = readTo >= (size ?? 0);
  const part = readPiece(reading, before, bytes, isLast);
  const { carry, ...reader } = part.state;
  const refused = transaction(() => {
    writeLines(sql, part.lines);
    writeUnreadable(sql, part.unreadable);
    sql.exec("INSERT OR REPLACE INTO carried (name, bytes) VALUES ('carry', ?)", carry);
    const now = { ...state, reader, readTo };
    try {
      writeState(sql, isLast ? wholeFile(sql, now) : now);
      return null;
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      // What was read stays: the lines that cannot be read are shown.
      writeState(sql, now);
      return error;
    }
  });
  if (refused) throw refused;
}

/**
 * The file was read to its end: which days are compared. It is read once more where it shows that a guess about it was wrong.
 * @throws UnreadableFile where it says nothing about money.
 */
function wholeFile(sql: SqlStorage, state: ReconciliationState): ReconciliationState {
  const { order, reader } = state;
  const corrected = state.reading && reader ? correctedReading(state.reading, reader.evidence) : null;
  if (corrected) {
    for (const table of OF_READING) sql.exec(`DELETE FROM ${table}`);
    return { ...state, reading: corrected, reader: null, readTo: 0 };
  }
  const { first, last, count } = sql
    .exec<{ first: string | null; last: string | null; count: number }>(
      'SELECT min(day) AS first, max(day) AS last, count(*) AS count FROM lines',
    )
    .one();
  const { unreadable } = smallCounts(sql);
  const lines = reader?.lines ?? 0;
  const [worst] = faultsIn(sql, 1);
  if (worst && unreadable > lines * MOST_UNREADABLE)
    throw new UnreadableFile(
      'unreadable_lines',
      worst.line,
      `${worst.detail}; and ${unreadable} of ${lines} lines cannot be read: this is another file, or the columns are others`,
    );
  if (count === 0 && worst)
    throw new UnreadableFile(
      'unreadable_lines',
      worst.line,
      `${worst.detail}; and no other line of the file is about money that came or went`,
    );
  if (count === 0 && !(order.from && order.to))
    throw new UnreadableFile('no_movements', null, 'no line of the file is about money that came or went');
  const [from, to] = [order.from ?? first, order.to ?? last];
  const isTurned = from !== null && to !== null && to < from;
  // One of them was said, and the file has nothing of its side.
  return {
    ...state,
    stage: 'ledger',
    from: isTurned ? (order.from ?? order.to) : from,
    to: isTurned ? (order.to ?? order.from) : to,
  };
}

async function readLedger(tools: Tools, state: ReconciliationState): Promise<void> {
  const { sql, directory, transaction } = tools;
  const { order, from, to, reading, ledgerAfter, keeper } = state;
  if (!from || !to || !reading) throw new Error('movements are read of no days');
  // The file was read by it.
  if (keeper && reading.mapping) {
    const kept: FileMapping = { ...reading.mapping, timeZone: reading.zone };
    await keepPreset(directory, order.account, kept, keeper, tools.now());
    if (isOver(tools, state)) return;
  }
  const range = {
    account: order.account,
    from: beginningOf(dayAfter(from, 0 - reading.format.slackDays), reading.zone),
    to: beginningOf(dayAfter(to, 1 + Math.max(EARLY_DAYS, reading.format.slackDays)), reading.zone),
  };
  const page = await accountMovements(directory, range, ledgerAfter, MOVEMENTS);
  if (isOver(tools, state)) return;
  const last = page.at(-1);
  transaction(() => {
    const nextEntry = writeMovements(sql, page, reading.zone, state.nextEntry);
    const now: ReconciliationState = { ...state, nextEntry, keeper: null };
    writeState(
      sql,
      last && page.length === MOVEMENTS
        ? { ...now, ledgerAfter: [last.at, last.payment, last.seq, last.attempt] }
        : { ...now, stage: 'matching', place: FIRST_PLACE },
    );
  });
}

function match({ sql, transaction }: Tools, state: ReconciliationState): void {
  transaction(() => {
    const { order, from, to } = state;
    const terms = { tolerance: order.tolerance, from: from ?? '', to: to ?? '' };
    const place = matchStep(sql, state.place, terms);
    writeState(sql, place ? { ...state, place } : { ...state, stage: 'listing' });
  });
}

async function list(tools: Tools, state: ReconciliationState): Promise<void> {
  const { sql, directory, transaction } = tools;
  const { order, from, to } = state;
  const numbers = comparesNumbers(state);
  const next = transaction(() => {
    const listed = listLines(sql, state.listed, from ?? '', to ?? '');
    if (listed !== null) writeState(sql, { ...state, listed });
    return listed;
  });
  if (next !== null) return;
  const [found, contradicting, marks] = await Promise.all([
    named(tools, order.account, linesToFind(sql)),
    named(tools, order.account, ordersToFind(sql)),
    marksOf(directory, order.account),
  ]);
  if (isOver(tools, state)) return;
  transaction(() => {
    listEntries(sql, from ?? '', to ?? '');
    noteFound(sql, order.account, found);
    noteContradictions(sql, order.account, contradicting);
    applyMarks(sql, marks, numbers);
    writeDaySums(sql);
    const summary = {
      counts: countResults(sql),
      otherNumbers: countOtherNumbers(sql, numbers).all,
      outsideDays: countOutside(sql),
      shops: shopsIn(sql),
    };
    writeState(sql, { ...state, stage: 'done', summary });
  });
}

/** The payments that lines name. */
async function named(
  { directory }: Tools,
  account: string,
  lines: readonly NamedLine[],
): Promise<readonly NamedPayment[]> {
  const found: NamedPayment[] = [];
  for (let at = 0; at < lines.length; at += NAMED_AT_ONCE)
    found.push(...(await namedByLines(directory, account, lines.slice(at, at + NAMED_AT_ONCE))));
  return found;
}
