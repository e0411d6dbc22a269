/**
 * An attempt that waits for proof, for one of three reasons:
 *
 * - a message says what became of it and proves nothing, and nobody can be asked;
 * - the provider says that money was taken of what is held, and not how much;
 * - a message names an amount or a currency that cannot be.
 *
 * A person who has looked at the provider's back office says once what is true.
 */

import { MOVES_NOTHING, mismatch } from '../payments/mismatch.ts';
import { type Minor, minor } from '../payments/money.ts';
import { moneyDetail } from '../payments/movements.ts';
import { apply, moneyOf } from '../payments/rules.ts';
import { summarize } from '../payments/summary.ts';
import type { ConcludeAttemptCommand, ConcludeAttemptResult } from './operation-commands.ts';
import {
  type Attempt,
  type LedgerRecord,
  summaryOf,
  withAttempt,
  withMovedState,
  withoutConflict,
  withSaid,
} from './record.ts';

import type { UnitOfWork } from './unit-of-work.ts';

/** Money that a message claims, in minor units. */
interface Claim {
  readonly outcome: 'paid' | 'authorized';
  readonly amount: Minor;
}

/** Whether money of an attempt is held, and none was taken. */
function isHeldAlone({ state }: Pick<Attempt, 'state'>): boolean {
  const { authorized, paid } = moneyOf(state);
  return authorized > 0 && paid === 0;
}

/** Whether a person has to say how much was taken of what is held: the provider says that something was. */
function waitsForAmount(attempt: Attempt): boolean {
  return attempt.amountUntold === true && isHeldAlone(attempt);
}

/** Whether a person has to say what became of an attempt. */
export function waitsForProof(attempt: Attempt): boolean {
  const { amount, state, pendingReason } = attempt;
  const isUnproven = pendingReason === 'proof_missing' && summarize(amount, [state]).status === 'pending';
  return isUnproven || waitsForAmount(attempt) || attempt.amountUnclear === true;
}

/**
 * Whether money of an attempt that is held was taken by nobody of ours, and this was not known. A capture of ours that may have been
 * done explains it, and says how much.
 */
export function isNewlyUntold({ attempts, operations = [] }: LedgerRecord, number: number): boolean {
  const attempt = attempts[number - 1];
  const isOurs = operations.some(
    ({ kind, state, attempt: of }) => kind === 'capture' && of === number && state !== 'failed',
  );
  return attempt !== undefined && !attempt.amountUntold && isHeldAlone(attempt) && !isOurs;
}

/** The attempt without the reason to wait. */
function concluded({
  pendingReason: _reason,
  amountUntold: _untold,
  amountUnclear: _unclear,
  ...attempt
}: Attempt): Attempt {
  return attempt;
}

export class ProofMissing {
  readonly #work: UnitOfWork;

  constructor(work: UnitOfWork) {
    this.#work = work;
  }

  /** The different claims of money that wait, the oldest first. The log has them: of a message that proves nothing the record keeps none. */
  #claimsOf({ request, attempts }: LedgerRecord, number: number): readonly Claim[] {
    const asked = { amount: attempts[number - 1]?.amount ?? request.amount, currency: request.currency };
    const claims = this.#work.store.events().flatMap(({ type, detail }): Claim[] => {
      const isTaken = type === 'notification.applied' || type === 'notification.ignored';
      if (!isTaken && detail.reason !== 'amount_untold') return [];
      const { attempt, claimed: outcome } = detail;
      if (attempt !== number || (outcome !== 'paid' && outcome !== 'authorized')) return [];
      const amount = typeof detail.amount === 'number' ? minor(detail.amount) : null;
      const currency = typeof detail.currency === 'string' ? detail.currency : null;
      // So many units of another currency, say, are no amount of this payment.
      const difference = mismatch(asked, { outcome, amount, currency });
      const isAmount = amount !== null && amount > 0 && !(difference && MOVES_NOTHING.has(difference));
      return isAmount ? [{ outcome, amount }] : [];
    });
    return claims.filter(
      (claim, index) =>
        claims.findIndex(({ outcome, amount }) => outcome === claim.outcome && amount === claim.amount) ===
        index,
    );
  }

  /**
   * Moves the payment by what a person says of an attempt, and ends its waiting. The money is a total and no movement: proof of the
   * same money that comes later, from a report or a status query, does not count a second time.
   */
  conclude(command: ConcludeAttemptCommand): ConcludeAttemptResult {
    const { record } = this.#work.store;
    const attempt = record?.attempts[command.attempt - 1];
    if (!record || !attempt) return { kind: 'not_found' };
    if (!waitsForProof(attempt)) return { kind: 'not_waiting' };
    const { authorized, paid: known } = moneyOf(attempt.state);
    if (command.outcome === 'denied' && (authorized > 0 || known > 0)) return { kind: 'held' };
    if (command.outcome === 'denied')
      return this.#move(record, command.attempt, { outcome: 'denied', amount: null });
    // What cannot be has to be looked up.
    if (attempt.amountUnclear && command.amount === null) return { kind: 'amount_needed', claimed: [] };
    const claims = attempt.amountUnclear ? [] : this.#claimsOf(record, command.attempt);
    // Where money was never said to be more than held, it is held.
    const paid = claims.filter(({ outcome }) => outcome === 'paid');
    const isHeld = claims.length > 0 && paid.length === 0;
    const amounts = (isHeld ? claims : paid).map(({ amount }) => amount);
    const amount = command.amount ?? (amounts.length === 1 ? (amounts[0] ?? null) : null);
    if (amount === null) return { kind: 'amount_needed', claimed: amounts };
    return this.#move(record, command.attempt, { outcome: isHeld ? 'authorized' : 'paid', amount });
  }

  #move(
    record: LedgerRecord,
    number: number,
    said: { readonly outcome: 'paid' | 'authorized' | 'denied'; readonly amount: Minor | null },
  ): ConcludeAttemptResult {
    this.#work.commit((writer) => {
      const moved = withAttempt(withoutConflict(record, number), number, (attempt) =>
        withMovedState(concluded(attempt), false, (state) =>
          apply(state, { ...said, movement: '', cumulative: true }),
        ),
      );
      // No code of the provider says it.
      const known = withSaid(moved, {
        ...said,
        attempt: number,
        movement: '',
        providerReference: null,
        providerStatus: null,
        proven: false,
      });
      writer.log('attempt.concluded', 'operator', {
        attempt: number,
        outcome: said.outcome,
        ...(said.amount !== null && { amount: said.amount, currency: record.request.currency }),
        from: summaryOf(record).status,
        to: summaryOf(known).status,
        ...moneyDetail(record, known),
        signed: false,
      });
      this.#work.saveMoved(writer, known);
    });
    return { kind: 'concluded', ...said };
  }
}
