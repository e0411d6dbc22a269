/** How a payment ends before money comes: its shop calls it off, or its time is up. Its links then begin nothing any more. */
import { minor } from '../payments/money.ts';
import { apply } from '../payments/rules.ts';
import { CAN_BE_CALLED_OFF, NOTHING_TO_PAY, UNFINISHED } from '../payments/statuses.ts';
import type { Redirect } from '../payments/types.ts';
import { isGood, isInFlight, isInProcess, takesNoMore } from './attempts.ts';
import type { CallOffResult } from './commands.ts';
import { endedBy, type LedgerRecord, summaryOf } from './record.ts';
import type { Job } from './rows.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Writer } from './writer.ts';

/** The job that ends a payment whose time is up. */
const EXPIRY_JOB = 'expiry';

/** Whether the first of its parts has come: the provider takes the others by itself, and its shopper is asked for nothing more. */
export function isInParts(record: LedgerRecord): boolean {
  return record.request.installments !== undefined && summaryOf(record).amounts.paid > 0;
}

/** Whether nothing can be paid any more: it is paid, was captured (or is to be given back), comes in parts, is called off, or has expired. */
export function isOver(record: LedgerRecord, now: number): boolean {
  const { status, amounts } = summaryOf(record);
  return (
    NOTHING_TO_PAY.has(status) ||
    isInParts(record) ||
    minor(record.request.amount - amounts.paid) === null ||
    record.attempts.some(takesNoMore) ||
    endedBy(record, now) !== null
  );
}

/** Where the shop may send its shopper without our checkout; null: our checkout decides, or nothing can be paid. */
export function redirectOf(record: LedgerRecord, now: number): Redirect | null {
  const newest = record.attempts.at(-1);
  const isUndecided = UNFINISHED.has(summaryOf(record).status);
  if (!newest || isOver(record, now) || record.request.choose || !isUndecided) return null;
  // A bank is processing another attempt: by this one it would be paid twice.
  if (record.attempts.slice(0, -1).some(isInProcess)) return null;
  return isGood(newest, now) ? newest.redirect : null;
}

/** Queues the end of a payment that has one. */
export function queueExpiry(writer: Writer, { request }: LedgerRecord): void {
  if (request.expiresAt === undefined) return;
  writer.queue({
    id: EXPIRY_JOB,
    kind: 'expiry',
    body: '',
    tries: 0,
    dueAt: Date.parse(request.expiresAt),
    createdAt: writer.at,
  });
}

/** The record of a payment that we ended for want of a result: each attempt that had none, and the newest. */
export function expired(record: LedgerRecord, at: string): LedgerRecord {
  const newest = record.attempts.at(-1);
  const attempts = record.attempts.map((entry) =>
    entry === newest || isInFlight(entry)
      ? { ...entry, state: apply(entry.state, { outcome: 'expired', amount: null, movement: '' }) }
      : entry,
  );
  return { ...record, attempts, expiredAt: at };
}

export class Ending {
  readonly #work: UnitOfWork;

  constructor(work: UnitOfWork) {
    this.#work = work;
  }

  /** Calls a payment off that nothing is known to be paid of. */
  callOff(shop: string, by: 'shop' | 'operator'): CallOffResult {
    const { head, record } = this.#work.store;
    if (!record || head?.shop !== shop) return 'unknown';
    if (record.calledOffAt !== undefined) return 'called_off';
    if (!CAN_BE_CALLED_OFF.has(summaryOf(record).status)) return 'not_open';
    this.#work.commit((writer) => {
      writer.log('called_off', by, {
        reason: 'its links lead no shopper to a bank any more; money that comes counts',
      });
      this.#work.saveMoved(writer, { ...record, calledOffAt: writer.at });
    });
    return 'called_off';
  }

  /** Runs the job that ends a payment whose time is up. What a bank is processing is left to its result. */
  expire(job: Job): void {
    const { record } = this.#work.payment();
    const { status } = summaryOf(record);
    const isDue = Date.parse(record.request.expiresAt ?? '') <= this.#work.now();
    this.#work.commit((writer) => {
      writer.queue({ ...job, tries: job.tries + 1, dueAt: null });
      if (!isDue || !CAN_BE_CALLED_OFF.has(status)) return;
      writer.log('payment.expired', 'countersign', {
        attempt: record.attempts.length,
        reason: 'its time is up; money that arrives later still counts',
      });
      this.#work.saveMoved(writer, expired(record, writer.at));
    });
  }
}
