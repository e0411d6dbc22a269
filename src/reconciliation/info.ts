/** How far a reconciliation is, and what came of it, as others see it. */
import {
  type FileFault,
  NO_TOLERANCE,
  RECONCILED,
  type Reconciled,
  type ReconciliationInfo,
} from '../payments/reconciled.ts';
import { daySums, smallCounts } from './results.ts';
import { progressIn, type ReconciliationState, STATUS } from './state.ts';

const MOST_SHOWN_FAULTS = 100;

const NO_COUNTS = Object.fromEntries(RECONCILED.map((name) => [name, 0])) as Record<Reconciled, number>;

/** The first lines that nobody can read. */
export function faultsIn(sql: SqlStorage, limit: number): readonly FileFault[] {
  return sql
    .exec<{ line: number; detail: string }>(
      'SELECT line, detail FROM unreadable ORDER BY line LIMIT ?',
      limit,
    )
    .toArray()
    .map(({ line, detail }) => ({ code: 'unreadable_lines', line, detail }));
}

export function infoOf(sql: SqlStorage, state: ReconciliationState): ReconciliationInfo {
  const { order, summary, reader } = state;
  const small = smallCounts(sql);
  return {
    id: order.id,
    account: order.account,
    status: STATUS[state.stage],
    comparison: state.run,
    preset: state.reading?.format.id ?? order.preset,
    mapping: state.reading?.mapping ?? order.mapping,
    currency: state.reading?.currency ?? order.currency ?? null,
    timeZone: state.reading?.zone ?? order.timeZone ?? state.preview?.guess.timeZone ?? 'UTC',
    readAs: state.reading && {
      charset: state.reading.charset,
      separator: state.reading.separator,
      quote: state.reading.quote,
      decimal: state.reading.format.decimal ?? 'point',
      dates: state.reading.format.dates ?? 'ymd',
      refunds: state.reading.format.refunds,
    },
    tolerance: order.tolerance ?? NO_TOLERANCE,
    file: { size: state.size, received: state.received },
    progress: Math.round(progressIn(state) * 1000) / 1000,
    fault: state.fault,
    preview: state.preview,
    from: state.from,
    to: state.to,
    lines: reader?.lines ?? 0,
    ignored: reader?.ignored ?? 0,
    unreadable: faultsIn(sql, MOST_SHOWN_FAULTS),
    unreadableCount: small.unreadable,
    isLastLineOpen: reader?.isLastLineOpen ?? false,
    kinds: reader?.words ?? [],
    counts: summary?.counts ?? NO_COUNTS,
    marked: small.marked,
    days: summary ? daySums(sql, order.account) : [],
    otherNumbers: summary?.otherNumbers ?? 0,
    outsideDays: summary?.outsideDays ?? 0,
    elsewhere: small.elsewhere,
    shops: summary?.shops ?? null,
    asked: small.asked,
    toAsk: small.toAsk,
  };
}
