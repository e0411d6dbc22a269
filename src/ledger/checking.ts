/** A ledger checks itself: its log, line by line, and its sums against the log. */
import { type BookProblem, bookProblems } from '../payments/book-check.ts';
import { bookedMovements, moneyOfAttempts } from '../payments/movements.ts';
import { checkLog, GENESIS } from './chain.ts';
import type { CheckedLedger } from './commands.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import { otherAttemptsOf, providerReferencesOf, viewOf } from './views.ts';

/** @param lines numbers of lines whose hashes are wanted: those that anchors have. */
export function checkLedger({ store }: UnitOfWork, lines: readonly number[]): CheckedLedger | null {
  const { record, head } = store;
  if (!record || !head) return null;
  const events = store.events();
  const { broken } = checkLog(events);
  const newest = events.at(-1);
  const isCut = (newest?.seq ?? 0) !== head.seq || (newest?.hash ?? GENESIS) !== head.hash;
  const chain: readonly string[] = [
    ...(broken ? [`line ${broken.seq} ${broken.problem}`] : []),
    ...(isCut ? [`the log ends with line ${newest?.seq ?? 0}, the payment says ${head.seq}`] : []),
  ];
  const { amount, currency } = record.request;
  const money = moneyOfAttempts(record.attempts);
  const problems: readonly BookProblem[] = [
    ...chain.map((detail) => ({ kind: 'chain_broken' as const, detail })),
    ...bookProblems(
      {
        ...{ amount, currency, money, shop: head.shop, operations: record.operations ?? [] },
        accounts: record.attempts.map(({ account }) => account),
      },
      events,
    ),
  ];
  return {
    shop: head.shop,
    head: { seq: head.seq, hash: head.hash },
    view: viewOf(record, head.version),
    problems,
    movements: bookedMovements(events, record.attempts),
    providerReferences: providerReferencesOf(record),
    earlier: otherAttemptsOf(record),
    hashes: lines.map((line) => events.find(({ seq }) => seq === line)?.hash ?? null),
  };
}
