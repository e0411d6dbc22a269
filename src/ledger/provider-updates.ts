/**
 * Provider updates: each is taken once and moves the payment by the rules. A repeat gets the answer that the first one
 * got, whichever of notification, return, status query and report brought it.
 */

import { bearingOf } from '../payments/bearing.ts';
import { knownMoney, type Mismatch, MOVES_NOTHING, mismatch } from '../payments/mismatch.ts';
import type { Minor } from '../payments/money.ts';
import { moneyDetail } from '../payments/movements.ts';
import { cancelledOfPaid, capturedOf } from '../payments/operations.ts';
import { type AttemptState, apply, contradicts, hasLapsed, inDoubt, moneyOf } from '../payments/rules.ts';
import type { Outcome } from '../payments/statuses.ts';
import { codeInItsPlace } from '../payments/website-messages.ts';
import type { ApplyUpdateCommand, ApplyUpdateResult } from './commands.ts';
import { ownMovement } from './operation-money.ts';
import type { OperationResults } from './operation-results.ts';
import { isNewlyUntold } from './proof-missing.ts';
import {
  type Attempt,
  asksForMore,
  isPolybanking,
  type LedgerRecord,
  summaryOf,
  withAttempt,
  withConflict,
  withFeedback,
  withMovedState,
  withoutConflict,
  withSaid,
} from './record.ts';
import type { StatusQueries } from './status-queries.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import {
  differenceOf,
  isNotReal,
  isSecondDocument,
  takesRefundBack,
  unboundName,
  withProviderData,
} from './update-rules.ts';
import type { Writer } from './writer.ts';

/** What makes two updates the same. The money is part of it: a message with another amount is never a repeat. */
export function identity({
  attempt,
  key,
  amount,
  currency,
  proofMissing,
}: Pick<ApplyUpdateCommand, 'attempt' | 'key' | 'amount' | 'currency' | 'proofMissing'>): string {
  const identified = [attempt, key, amount ?? '', currency ?? ''].join('|');
  // What is proven later is news, although it says the same.
  return proofMissing ? `${UNPROVEN}${identified}` : identified;
}

/** What became of a new update: whether its money was not to be understood, so that the provider is to be asked. */
type Taken = Pick<Extract<ApplyUpdateResult, { kind: 'answer' }>, 'isUnclear'>;

/** How the stored identity of an update begins that proves nothing. */
const UNPROVEN = 'proof missing|';

/** Different messages that prove nothing that are kept for one attempt. Anybody can make them up. */
const MAX_UNPROVEN = 20;

/**
 * Different messages of one attempt, when the next one counts although nothing proves it: on an account for tests, or where the operator
 * accepts the risk. Each is an event, an answer and a webhook, and anybody can make them up there too.
 */
const MAX_COUNTED_UNPROVEN = 60;

/** Beyond them one more is taken each time this has passed since the last: made-up ones keep no other out for good (decision 12). */
const ONE_MORE_AFTER_MS = 600_000;

export class ProviderUpdates {
  readonly #work: UnitOfWork;
  readonly #statusQueries: StatusQueries;
  readonly #operationResults: OperationResults;

  constructor(work: UnitOfWork, statusQueries: StatusQueries, operationResults: OperationResults) {
    this.#work = work;
    this.#statusQueries = statusQueries;
    this.#operationResults = operationResults;
  }

  /** Takes an update. A repeat gets the same answer; a new one moves the payment by the rules. */
  take(command: ApplyUpdateCommand): ApplyUpdateResult {
    const { record } = this.#work.store;
    // It was verified with the secret of an account that this attempt did not go to.
    const attempt = record && this.#attemptOf(record, command);
    if (!record || !attempt) return { kind: 'unknown' };
    if (isNotReal(record, attempt, command)) return { kind: 'not_real' };
    const unbound = unboundName(attempt, command);
    if (unbound !== null) {
      console.warn({ event: 'update.unbound', payment: record.id, channel: command.channel, name: unbound });
      return { kind: 'unbound', name: unbound };
    }
    const seen = this.#work.store.answerTo(identity(command));
    if (seen) {
      this.countRepeat(command);
      return { kind: 'answer', answer: seen, repeat: true };
    }
    const answer = command.reply;
    const retryAfterMs = this.#waitOf(command);
    if (retryAfterMs > 0) return { kind: 'busy', retryAfterMs };
    if (this.#isOneTooMany(command)) {
      const { attempt, channel } = command;
      const detail = { attempt, channel, reason: 'more messages without proof than are kept' };
      this.#work.countRepeat('notification.ignored', 'provider', detail);
      return { kind: 'answer', answer, repeat: false };
    }
    let taken: Taken = {};
    this.#work.commit((writer) => {
      taken = this.apply(writer, record, command);
    });
    return { kind: 'answer', answer, ...taken, repeat: false };
  }

  /** The attempt that an update is about; null: it went to another account, or is none of this payment. */
  #attemptOf(record: LedgerRecord, { attempt, account }: ApplyUpdateCommand): Attempt | null {
    const found = record.attempts[attempt - 1];
    return found?.account === account ? found : null;
  }

  /** Whether an update is about this payment and was not taken yet. */
  isNew(command: ApplyUpdateCommand): boolean {
    const { record } = this.#work.store;
    const attempt = record && this.#attemptOf(record, command);
    if (!record || !attempt || isNotReal(record, attempt, command) || unboundName(attempt, command) !== null)
      return false;
    return this.#work.store.answerTo(identity(command)) === null && this.#waitOf(command) === 0;
  }

  countRepeat(command: ApplyUpdateCommand): void {
    const detail = { key: identity(command), channel: command.channel };
    this.#work.countRepeat('notification.duplicate', 'provider', detail);
  }

  /** Whether it is one more than are kept of those that a person looks through. */
  #isOneTooMany({ proofMissing, attempt }: ApplyUpdateCommand): boolean {
    return proofMissing === true && this.#work.store.countOfAnswers(`${UNPROVEN}${attempt}|`) >= MAX_UNPROVEN;
  }

  /** Milliseconds until one more that counts without proof is taken; 0: now. */
  #waitOf({ proofMissing, proven, attempt }: ApplyUpdateCommand): number {
    const { store } = this.#work;
    const prefix = `${attempt}|`;
    if (proofMissing || proven !== false || store.countOfAnswers(prefix) < MAX_COUNTED_UNPROVEN) return 0;
    return Math.max(0, (store.lastAnswerAt(prefix) ?? 0) + ONE_MORE_AFTER_MS - this.#work.now());
  }

  /** Moves the payment by a new update, inside a commit, and stores the reply for repeats of it. */
  apply(writer: Writer, before: LedgerRecord, command: ApplyUpdateCommand): Taken {
    const given = withProviderData(before, command);
    if (given !== before) writer.save({ ...given, updatedAt: writer.at });
    const { attempt: number, providerReference, providerStatus, channel, signedBy } = command;
    const attempt = given.attempts[number - 1] as Attempt;
    const paid = attempt.capture === 'manual' ? 'authorized' : 'paid';
    const asked = { amount: attempt.amount, currency: given.request.currency };
    const named = command.amount === 'asked' ? attempt.amount : command.amount;
    // A declined capture of a part ends that capture alone: what is held stays held.
    const isOfPart = command.outcome === 'capture_denied' && named !== null && named < attempt.amount;
    const isPartBack =
      command.outcome === 'reversed' && command.cumulative && named !== null && named < attempt.amount;
    const said = isPartBack ? 'refunded' : command.outcome;
    const stated = isOfPart ? 'none' : said === 'accepted' ? paid : said;
    // A message that proves nothing says no more than that something is on its way.
    const outcome = command.proofMissing && stated !== 'none' ? 'pending' : stated;
    const captured = command.ofOrder ? capturedOf(given.operations ?? [], number) : null;
    const amount = captured !== null && named !== null ? Math.min(named, captured) : named;
    const about = this.#operationResults.newsOf(given, command, amount);
    const { cumulative = false, sequence, ofTransaction } = command;
    const movement = about ? ownMovement(about.operation, command) : command.movement;
    const money = knownMoney(attempt.state, cumulative ? null : movement);
    const difference = differenceOf(
      given,
      mismatch(asked, { outcome, amount, currency: command.currency }, money),
    );
    const detail = {
      attempt: number,
      outcome,
      ...(command.proofMissing && { claimed: stated }),
      ...(amount !== null && { amount }),
      ...(command.currency !== null && { currency: command.currency }),
      providerStatus,
      ...(providerReference !== null && { providerReference }),
      channel,
      signedBy,
      ...(command.ip !== undefined && { ip: command.ip }),
      ...(command.proven === false && { proven: false }),
      ...(Object.keys(command.detail).length > 0 && { provider: command.detail }),
    };
    const blocked = difference !== null && MOVES_NOTHING.has(difference);
    writer.answer(identity(command), command.reply);
    const record = difference ? withConflict(given, number, difference, writer.at) : given;
    if (difference) {
      writer.save({ ...record, ...(given !== before && { updatedAt: writer.at }) });
      writer.log('notification.conflict', 'provider', { ...detail, reason: difference, asked });
      if (blocked) {
        this.#tellConflict(writer, record, { attempt: number, outcome, difference });
        return difference === 'currency' ? {} : { isUnclear: true };
      }
    }
    // What we have cancelled of it counts as given back, and not as never paid.
    const isLeft = ofTransaction && outcome === 'paid' && amount !== null;
    const ours = isLeft ? cancelledOfPaid(record.operations ?? [], number) : 0;
    const update = {
      outcome,
      amount: (amount === null ? null : amount + ours) as Minor | null,
      movement,
      cumulative,
      ...(sequence && { sequence }),
      ...(ofTransaction && { ofTransaction }),
    };
    if (contradicts(attempt.state, update)) {
      const reason = 'not_paid_after_all';
      writer.log('notification.conflict', 'provider', { ...detail, reason, asked });
      writer.save(withConflict(record, number, reason, writer.at));
      writer.queue(this.#work.webhookJob(writer.at, 'payment.conflict', record, null));
      return {};
    }
    if (takesRefundBack(attempt, command, about)) {
      const reason = 'not_refunded_after_all';
      writer.log('notification.conflict', 'provider', { ...detail, reason, asked });
      writer.save(withConflict(record, number, reason, writer.at));
      writer.queue(this.#work.webhookJob(writer.at, 'payment.conflict', record, null));
      return {};
    }
    // That what is held was taken is not proven, or not how much.
    const isUntold = command.amountUntold || (command.proofMissing && stated === 'paid');
    if (isUntold && isNewlyUntold(record, number)) {
      writer.log('notification.conflict', 'provider', { ...detail, reason: 'amount_untold', asked });
      writer.queue(this.#work.webhookJob(writer.at, 'payment.conflict', record, null));
      const untold = withConflict(record, number, 'amount_untold', writer.at);
      const marked = withAttempt(untold, number, (entry) => ({ ...entry, amountUntold: true }));
      this.#work.saveMoved(writer, marked);
      return {};
    }
    // Money that is there waits for no proof.
    const isMoot = command.proofMissing && moneyOf(attempt.state).paid > 0;
    const isProven = command.proven !== false && !command.proofMissing;
    const isClaim = command.proofMissing && (stated === 'paid' || stated === 'authorized');
    const move = (known: AttemptState) => apply(isClaim ? inDoubt(known) : known, update);
    const next = isMoot ? attempt : withMovedState(attempt, isProven, move);
    const { state, proven } = next;
    const states = record.attempts.map((entry) => entry.state);
    const isUnknown = isPolybanking(record) && (command.providerStatusText ?? null) === null;
    const hasEnded = hasLapsed(state) && !hasLapsed(attempt.state);
    const reason = command.proofMissing ? 'proof_missing' : command.pendingReason;
    // Why it waits is news, although it waited before. Of two reasons the one that asks for more stays, whichever came first.
    const isReasonNew =
      reason !== undefined && outcome === 'pending' && !isMoot && asksForMore(reason, attempt.pendingReason);
    const isWaiting = state.progress === 'pending' && moneyOf(state).paid === 0;
    const hasMoved = state !== attempt.state || (isReasonNew && isWaiting);
    const bearing = bearingOf(states, outcome, { hasMoved, isUnknown, hasEnded });
    // What a status query finds, or nothing proves, is no message that a website is told of as it came.
    const isFeedback =
      isPolybanking(record) && channel !== 'status' && !command.proofMissing && providerStatus !== '';
    const words = { ...command, outcome, movement: update.movement, amount: update.amount };
    if (!hasMoved) {
      writer.log('notification.ignored', 'provider', { ...detail, reason: 'it does not move this payment' });
      const isRemark = isFeedback && bearing === 'remark';
      // Proof of what counted without it moves nothing else.
      const known =
        isProven && proven ? withAttempt(record, number, (entry) => ({ ...entry, proven })) : record;
      const told = isMoot ? record : withSaid(known, words);
      const noted = isRemark ? withFeedback(told, command, bearing) : told;
      const decided = this.#operationResults.settleByUpdate(writer, noted, command, about);
      const taken: Taken = outcome === 'paid' && isSecondDocument(before, command) ? { isUnclear: true } : {};
      if (decided === record) return taken;
      this.#work.saveMoved(writer, decided);
      if (isRemark) {
        const saved = { ...decided, updatedAt: writer.at };
        writer.queue(this.#work.feedbackJob(writer.at, saved, providerStatus));
      }
      return taken;
    }
    const agreed = difference ? record : withoutConflict(record, number);
    const isClear = outcome === 'paid' || outcome === 'authorized';
    const moved = withAttempt(agreed, number, ({ amountUnclear, ...entry }) => ({
      ...entry,
      ...(amountUnclear && !isClear && { amountUnclear }),
      queried: 0,
      state,
      ...(proven && { proven }),
      ...(isReasonNew && { pendingReason: reason }),
    }));
    const applied = withFeedback(withSaid(moved, words), command, bearing);
    const after = summaryOf(applied);
    writer.log('notification.applied', 'provider', {
      ...detail,
      from: summaryOf(before).status,
      to: after.status,
      ...moneyDetail(before, applied),
    });
    const settled = this.#operationResults.settleByUpdate(writer, applied, command, about);
    this.#work.saveMoved(writer, settled);
    // More of the same status, such as a second part that is refunded. A result of one attempt is none while another is in process.
    const isHidden = after.status === 'pending' && outcome !== 'pending';
    const isMore = bearing === 'moved' && summaryOf(before).status === after.status && !isHidden;
    const inItsPlace = isPolybanking(record)
      ? codeInItsPlace(attempt.provider, providerStatus, after.status)
      : null;
    const code = isFeedback ? providerStatus : inItsPlace;
    if (isMore && code !== null) {
      const saved = { ...settled, updatedAt: writer.at };
      writer.queue(this.#work.feedbackJob(writer.at, saved, code));
    }
    if (attempt.deferred) this.#statusQueries.queryNoMore(writer, settled, number);
    return {};
  }

  /**
   * Money that a message names and that cannot be: it does not count, and may be there all the same. The shop is told, and a person can
   * say what came. Where the amount alone is wrong, the shopper waits for that and is not asked for the money again.
   */
  #tellConflict(
    writer: Writer,
    record: LedgerRecord,
    {
      attempt: number,
      outcome,
      difference,
    }: { readonly attempt: number; readonly outcome: Outcome; readonly difference: Mismatch },
  ): void {
    const isIncoming = outcome === 'paid' || outcome === 'authorized';
    const waits = isIncoming && (difference === 'amount_scaled' || difference === 'amount_implausible');
    const marked = withAttempt(record, number, (entry) => {
      if (!isIncoming) return entry;
      const state = waits
        ? apply(entry.state, { outcome: 'pending', amount: null, movement: '' })
        : entry.state;
      const reason = waits && asksForMore('person_needed', entry.pendingReason);
      return { ...entry, state, amountUnclear: true, ...(reason && { pendingReason: 'person_needed' }) };
    });
    this.#work.saveMoved(writer, marked);
    writer.queue(this.#work.webhookJob(writer.at, 'payment.conflict', marked, null));
  }
}
