/** Where a reconciliation is, as it is kept between two steps. */
import type { MovementCursor } from '../directory/account-movements.ts';
import type {
  FileFault,
  FilePreview,
  ReconciliationInfo,
  ReconciliationKeeper,
  ReconciliationOrder,
  ReconciliationStatus,
} from '../payments/reconciled.ts';
import { FIRST_PLACE, type MatchingPlace } from './matching.ts';
import type { ReaderState, Reading } from './reader.ts';
import { TABLES } from './tables.ts';

type Stage =
  | 'receiving'
  | 'inspecting'
  | 'mapping'
  | 'reading'
  | 'ledger'
  | 'matching'
  | 'listing'
  | 'done'
  | 'failed';

export const STATUS: Readonly<Record<Stage, ReconciliationStatus>> = {
  receiving: 'receiving',
  inspecting: 'reading',
  mapping: 'mapping',
  reading: 'reading',
  ledger: 'comparing',
  matching: 'comparing',
  listing: 'comparing',
  done: 'done',
  failed: 'failed',
};

const IDLE: ReadonlySet<Stage> = new Set(['receiving', 'mapping', 'done', 'failed']);

/** Whether nothing is to be done until somebody asks for it. */
export function isIdle({ stage }: ReconciliationState): boolean {
  return IDLE.has(stage);
}

/** Whether the provider's numbers in the file are those that the ledger has. */
export function comparesNumbers({ reading }: ReconciliationState): boolean {
  return reading?.format.hasOtherNumbers !== true;
}

/** How far the whole is at the beginning of each stage, and how much of it the stage is. */
const SHARES: Readonly<Record<Stage, readonly [from: number, share: number]>> = {
  receiving: [0, 0.3],
  inspecting: [0.3, 0.02],
  mapping: [0.32, 0],
  reading: [0.32, 0.28],
  ledger: [0.6, 0.2],
  matching: [0.8, 0.1],
  listing: [0.9, 0.1],
  done: [1, 0],
  failed: [1, 0],
};

export interface ReconciliationState {
  readonly order: ReconciliationOrder;
  readonly stage: Stage;
  /** Another one with each new reading or comparison: a step of the one before writes nothing any more. */
  readonly run: number;
  /** Who wants the mapping to be kept for the account's next files, once this one was read by it. */
  readonly keeper: ReconciliationKeeper | null;
  readonly size: number | null;
  readonly received: number;
  readonly isUtf8: boolean;
  readonly preview: FilePreview | null;
  readonly reading: Reading | null;
  readonly reader: Omit<ReaderState, 'carry'> | null;
  /** Bytes that were read. */
  readonly readTo: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly ledgerAfter: MovementCursor | null;
  readonly nextEntry: number;
  readonly place: MatchingPlace;
  readonly listed: number;
  readonly fault: FileFault | null;
  readonly summary:
    | (Pick<ReconciliationInfo, 'counts' | 'otherNumbers' | 'outsideDays'> & {
        readonly shops: readonly string[];
      })
    | null;
  readonly expiresAt: number;
}

/** Of a comparison of which nothing is done yet. */
const NOT_COMPARED = {
  ledgerAfter: null,
  nextEntry: 1,
  place: FIRST_PLACE,
  listed: 0,
  fault: null,
  summary: null,
} satisfies Partial<ReconciliationState>;

/** Of a file of which nothing is read yet. */
const NOT_READ = {
  reading: null,
  reader: null,
  readTo: 0,
  from: null,
  to: null,
} satisfies Partial<ReconciliationState>;

/** The state of a new one. */
export function begun(order: ReconciliationOrder, expiresAt: number): ReconciliationState {
  return {
    order,
    stage: 'receiving',
    run: 0,
    keeper: null,
    size: null,
    received: 0,
    isUtf8: false,
    preview: null,
    ...NOT_READ,
    ...NOT_COMPARED,
    expiresAt,
  };
}

/** A state whose reading or comparison begins anew. */
export function restarted(state: ReconciliationState, stage: 'inspecting' | 'ledger'): ReconciliationState {
  const isReading = stage === 'inspecting';
  return {
    ...state,
    stage,
    run: state.run + 1,
    ...(isReading && NOT_READ),
    ...NOT_COMPARED,
  };
}

/** From 0 to 1. */
export function progressIn(state: ReconciliationState): number {
  const [from, share] = SHARES[state.stage];
  const size = state.size ?? 0;
  const part = state.stage === 'receiving' ? state.received : state.stage === 'reading' ? state.readTo : 0;
  return size === 0 ? from : from + (share * part) / size;
}

/** The state of an object; null: nothing was begun in it. */
export function readState(sql: SqlStorage): ReconciliationState | null {
  sql.exec(TABLES);
  const [row] = sql.exec<{ value: string }>("SELECT value FROM state WHERE name = 'state'").toArray();
  return row ? (JSON.parse(row.value) as ReconciliationState) : null;
}

export function writeState(sql: SqlStorage, state: ReconciliationState): void {
  sql.exec("INSERT OR REPLACE INTO state (name, value) VALUES ('state', ?)", JSON.stringify(state));
}

/** Numbers beside the state, which are written without it: `tries` of a step that did not end, `next_question` in milliseconds. */
export function readNumber(sql: SqlStorage, name: 'tries' | 'next_question'): number {
  const [row] = sql.exec<{ value: string }>('SELECT value FROM state WHERE name = ?', name).toArray();
  return row ? Number(row.value) : 0;
}

export function writeNumber(sql: SqlStorage, name: 'tries' | 'next_question', value: number): void {
  sql.exec('INSERT OR REPLACE INTO state (name, value) VALUES (?, ?)', name, String(value));
}
