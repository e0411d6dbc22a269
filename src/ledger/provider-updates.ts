/**
 * What providers say: a verified fact is taken once and moves the payment by the rules; each repeat gets the answer that
 * the first one got, whichever of notification, return and question brought it.
 */
import type { Minor } from '../payments/money.ts';
import { capturedOf } from '../payments/operations.ts';
import { apply, mismatch } from '../payments/rules.ts';
import type { NotifyCommand, NotifyResult } from './commands.ts';
import type { Operations } from './operations.ts';
import { type Attempt, type LedgerRecord, summaryOf, withAttempt, withBill } from './record.ts';
import type { Questions } from './status-queries.ts';
import type { Answer, Writer } from './store.ts';
import type { Changes } from './unit-of-work.ts';

/** A repeat has the same news with the same money: a signed message with another amount is never a repeat. */
function identity({ attempt, key, amount, currency }: NotifyCommand): string {
  return [attempt, key, amount ?? '', currency ?? ''].join('|');
}

/**
 * Notes what a fact brings beside its news, even where that moves nothing: the provider's document that it is about,
 * and what the provider's code wants back.
 */
function noted(record: LedgerRecord, { attempt, bill, keep }: NotifyCommand): LedgerRecord {
  const known = record.attempts[attempt - 1]?.memo ?? {};
  const isKept = Object.entries(keep ?? {}).every(([name, value]) => known[name] === value);
  if (!bill && isKept) return record;
  return withAttempt(record, attempt, (entry) => ({
    ...entry,
    ...(bill && { bills: withBill(entry.bills, bill) }),
    ...(keep && { memo: { ...entry.memo, ...keep } }),
  }));
}

export class News {
  readonly #changes: Changes;
  readonly #questions: Questions;
  readonly #operations: Operations;

  constructor(changes: Changes, questions: Questions, operations: Operations) {
    this.#changes = changes;
    this.#questions = questions;
    this.#operations = operations;
  }

  /** Takes a verified fact: the same answer if it was seen, else the rules move the payment. */
  notify(command: NotifyCommand): NotifyResult {
    const { record } = this.#changes.store;
    // Verified with the secret of an account that this attempt did not go to: not about this payment.
    if (!record || !this.#isAbout(record, command)) return { kind: 'unknown' };
    const seen = this.#changes.store.answerTo(identity(command));
    if (seen) {
      this.countRepeat(command);
      return { kind: 'answer', answer: seen, repeat: true };
    }
    let answer = command.replies.accepted;
    this.#changes.commit((writer) => {
      answer = this.apply(writer, record, command);
    });
    return { kind: 'answer', answer, repeat: false };
  }

  #isAbout(record: LedgerRecord, { attempt, account }: NotifyCommand): boolean {
    return record.attempts[attempt - 1]?.account === account;
  }

  /** Whether a fact is about this payment and was not seen yet. */
  isNew(command: NotifyCommand): boolean {
    const { record } = this.#changes.store;
    if (!record || !this.#isAbout(record, command)) return false;
    return this.#changes.store.answerTo(identity(command)) === null;
  }

  countRepeat(command: NotifyCommand): void {
    this.#changes.countRepeat(identity(command));
  }

  /** Moves the payment by a new fact, inside a commit; the answer is kept. */
  apply(writer: Writer, before: LedgerRecord, command: NotifyCommand): Answer {
    const record = noted(before, command);
    if (record !== before) writer.save({ ...record, updatedAt: writer.at });
    const { attempt: number, providerReference, providerStatus, channel, signedBy } = command;
    const attempt = record.attempts[number - 1] as Attempt;
    const paid = attempt.capture === 'manual' ? 'authorized' : 'paid';
    const outcome = command.outcome === 'accepted' ? paid : command.outcome;
    const asked = { amount: attempt.amount, currency: record.request.currency };
    const told = command.amount === 'asked' ? attempt.amount : command.amount;
    const captured = command.ofOrder ? capturedOf(record.operations ?? [], number) : null;
    const amount = captured !== null && told !== null ? Math.min(told, captured) : told;
    const difference = mismatch(asked, { outcome, amount, currency: command.currency });
    const detail = {
      attempt: number,
      outcome,
      ...(amount !== null && { amount }),
      ...(command.currency !== null && { currency: command.currency }),
      providerStatus,
      ...(providerReference !== null && { providerReference }),
      channel,
      signedBy,
      ...(Object.keys(command.detail).length > 0 && { provider: command.detail }),
    };
    const blocked = difference === 'currency' || difference === 'amount_missing';
    const answer = blocked ? command.replies.conflict : command.replies.accepted;
    writer.answer(identity(command), answer);
    if (difference) {
      writer.log('notification.conflict', 'provider', { ...detail, reason: difference, asked });
      if (blocked) return answer;
    }
    const { movement, cumulative = false, rank, refuses } = command;
    const news = { outcome, amount: amount as Minor | null, movement, cumulative, ...(rank && { rank }) };
    const state = apply(attempt.state, news);
    const refusal = refuses ? { ...refuses, status: providerStatus } : null;
    if (state === attempt.state) {
      writer.log('notification.ignored', 'provider', { ...detail, reason: 'it does not move this payment' });
      const decided = this.#operations.decided(writer, record, number, refusal);
      if (decided !== record) writer.save({ ...decided, updatedAt: writer.at });
      return answer;
    }
    const applied = {
      ...withAttempt(record, number, (entry) => ({ ...entry, asked: 0, state })),
      providerReference: providerReference ?? record.providerReference,
      providerStatus,
      providerStatusText: command.providerStatusText ?? null,
      signed: command.proven ?? null,
    };
    const after = summaryOf(applied);
    writer.log('notification.applied', 'provider', {
      ...detail,
      from: summaryOf(before).status,
      to: after.status,
    });
    const moved = this.#operations.decided(writer, applied, number, refusal);
    this.#changes.moved(writer, moved);
    if (attempt.deferred) this.#questions.askNoMore(writer, moved, number);
    return answer;
  }
}
