/**
 * Payments taken over from PolyBanking: their history becomes a record and a log by the same rules as live updates. Its
 * transaction is kept word by word as well (`original`), for its dialect to show unchanged.
 */

import { bearingOf } from '../payments/bearing.ts';
import { moneyDetail } from '../payments/movements.ts';
import { apply, forward } from '../payments/rules.ts';
import type { PaymentEvent } from '../payments/types.ts';
import { attemptOf } from './attempts.ts';
import type { ImportCommand, ImportedEvent, ImportResult } from './commands.ts';
import { identity } from './provider-updates.ts';
import { type LedgerRecord, summaryOf, withAttempt, withFeedback, withSaid } from './record.ts';
import type { Job } from './rows.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Writer } from './writer.ts';

/** A line of the log, at its own time. */
type Line = Pick<PaymentEvent, 'at' | 'type' | 'source' | 'detail'>;

/** The payment before any of its history. */
function recordBefore(command: ImportCommand): LedgerRecord {
  return {
    id: command.id,
    request: command.request,
    attempts: [attemptOf(command.attempt, command.createdAt)],
    providerReference: command.original.postfinanceId,
    providerStatus: null,
    imported: true,
    original: command.original,
    createdAt: command.createdAt,
    updatedAt: command.history.at(-1)?.at ?? command.createdAt,
  };
}

/** One line of the history, and the record after it. */
function next(
  record: LedgerRecord,
  event: ImportedEvent,
): { readonly record: LedgerRecord; readonly line: Line } {
  const { at, type, source, detail, update } = event;
  if (type === 'forwarded') {
    return {
      record: withAttempt(record, 1, (attempt) => ({ ...attempt, state: forward(attempt.state) })),
      line: { at, type, source, detail: { attempt: 1, ...detail } },
    };
  }
  const before = record.attempts[0]?.state;
  if (!update || !before) return { record, line: { at, type, source, detail } };
  const state = apply(before, update);
  const moved = withFeedback(
    withSaid(
      withAttempt(record, 1, (attempt) => ({ ...attempt, state })),
      // A total whose PAYID is not known to be its own: what the original had is shown until a message names it.
      { ...update, attempt: 1, ...(update.cumulative && { providerReference: null }) },
    ),
    update,
    bearingOf([before], update.outcome, { hasMoved: state !== before, isUnknown: update.isUnknown === true }),
  );
  const { movement: _movement, isUnknown: _isUnknown, ...shown } = update;
  const about = { attempt: 1, ...shown, currency: record.request.currency, ...detail };
  if (state === before) {
    const reason = 'it does not move this payment';
    return {
      record: moved,
      line: { at, type: 'notification.ignored', source, detail: { ...about, reason } },
    };
  }
  const [from, to] = [summaryOf(record).status, summaryOf(moved).status];
  return {
    record: moved,
    line: { at, type, source, detail: { ...about, from, to, ...moneyDetail(record, moved) } },
  };
}

/** The whole history. */
function takenOver(command: ImportCommand): {
  readonly record: LedgerRecord;
  readonly lines: readonly Line[];
} {
  let record = recordBefore(command);
  const lines: Line[] = [];
  for (const event of command.history) {
    const after = next(record, event);
    record = after.record;
    lines.push(after.line);
  }
  return { record, lines };
}

export class Imports {
  readonly #work: UnitOfWork;

  constructor(work: UnitOfWork) {
    this.#work = work;
  }

  /**
   * Takes over a payment. No webhook is sent again. The same import again changes nothing; what an earlier version has
   * imported, with less of the original, and nothing has moved since, is completed.
   */
  take(command: ImportCommand): ImportResult {
    const { head, record } = this.#work.store;
    const isSame = (hash: string | undefined) => hash === command.requestHash;
    if (head && record) {
      if (isSame(head.requestHash) || isSame(record.original?.importHash)) return 'unchanged';
      if (!this.#isOfEarlierVersion(record)) return 'differs';
    }
    if (command.dryRun) return 'imported';
    if (record) this.#complete(command);
    else this.#create(command);
    return 'imported';
  }

  /** Whether an earlier version imported it (it took a shopper's address for the PAYID), and nothing has happened since. */
  #isOfEarlierVersion({ imported, original }: LedgerRecord): boolean {
    if (!imported || original) return false;
    return this.#work.store.events().every(({ detail }) => detail.imported === true);
  }

  #create(command: ImportCommand): void {
    this.#work.commit(
      (writer) => {
        const { record, lines } = takenOver(command);
        const message = this.#newestMessage(record);
        const isKnown = !command.original.ipnNeeded;
        // If the shop knows the newest status, then the last delivery was of that status.
        const delivery =
          isKnown && message ? lines.findLastIndex(({ type }) => type === 'webhook.delivered') : -1;
        for (const [index, { at, type, source, detail }] of lines.entries()) {
          writer.log(type, source, index === delivery ? { ...detail, webhook: message?.id } : detail, at);
        }
        writer.save({ ...record, link: 'token' });
        this.#answer(writer, command);
        if (message) this.#queueSent(writer, message, isKnown && delivery < 0);
      },
      { shop: command.shop, requestHash: command.requestHash },
    );
  }

  #complete(command: ImportCommand): void {
    this.#work.commit((writer) => {
      const { record } = takenOver(command);
      writer.save(record);
      this.#answer(writer, command);
      writer.log('import.completed', 'operator', { imported: true, order: command.attempt.order ?? null });
      // The earlier version has the message about the status, and does not know codes that move nothing.
      const message = record.feedback ? this.#newestMessage(record) : null;
      if (message) this.#queueSent(writer, message, !command.original.ipnNeeded);
    });
  }

  /** What the other gateway has taken is a repeat when it comes again. */
  #answer(writer: Writer, { taken, request: { currency }, answerToRepeats }: ImportCommand): void {
    const messages = new Set(taken.map((message) => identity({ attempt: 1, currency, ...message })));
    for (const message of messages)
      if (this.#work.store.answerTo(message) === null) writer.answer(message, answerToRepeats);
  }

  /** The message about the newest that the provider has said; null: it has said nothing. */
  #newestMessage(record: LedgerRecord): Job | null {
    const at = new Date(record.original?.notified ?? record.updatedAt).toISOString();
    if (record.feedback) return this.#work.feedbackJob(at, record, record.feedback.code);
    const { status } = summaryOf(record);
    if (status === 'created' || status === 'forwarded') return null;
    return this.#work.webhookJob(at, `payment.${status}`, record, null);
  }

  /** Keeps a message to be sent again on demand. */
  #queueSent(writer: Writer, message: Job, isDelivered: boolean): void {
    writer.queue({ ...message, dueAt: null });
    if (!isDelivered) return;
    const delivery = { webhook: message.id, try: 1, status: 200, durationMs: 0, imported: true };
    writer.log('webhook.delivered', 'countersign', delivery, message.createdAt);
  }
}
