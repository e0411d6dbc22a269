/**
 * The shopper's way through a payment: the hop to the provider, a new attempt where the last one cannot be used any
 * more, and the return. Some providers have an order registered before the redirect: one request does that, and other
 * requests of the same shopper wait for it.
 */
import { type Minor, minor } from '../payments/money.ts';
import { type Moves, movedTo } from '../payments/moves.ts';
import { forward, NEW_ATTEMPT } from '../payments/rules.ts';
import { NOTHING_TO_PAY } from '../payments/statuses.ts';
import type { Redirect } from '../payments/types.ts';
import {
  attemptOf,
  insteadAndLeftOut,
  isBeingBuilt,
  isGood,
  isInFlight,
  isInProcess,
  isPerhapsPaid,
  isReusable,
  isStale,
  nextAttemptAt,
  takesNoMore,
} from './attempts.ts';
import type { HopFailure, HopResult, ReturnCommand, ReturnResult, SignedAttempt } from './commands.ts';
import { isInParts } from './ending.ts';
import type { ProviderUpdates } from './provider-updates.ts';
import { type Attempt, asksForTest, endedBy, type LedgerRecord, summaryOf, withAttempt } from './record.ts';
import type { StatusQueries } from './status-queries.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import { viewOf } from './views.ts';
import type { Writer } from './writer.ts';

/** What the log says of a shopper who was forwarded. */
function forwardedDetail({ attempts }: LedgerRecord, number: number, ip: string | null) {
  const attempt = attempts[number - 1];
  return {
    attempt: number,
    account: attempt?.account,
    ...(attempt && insteadAndLeftOut(attempt)),
    ...(ip !== null && { ip }),
  };
}

/** What a shopper may still pay of a payment; null: nothing. */
export function leftToPay(record: LedgerRecord): Minor | null {
  return minor(record.request.amount - summaryOf(record).amounts.paid);
}

export class Checkout {
  readonly #work: UnitOfWork;
  readonly #statusQueries: StatusQueries;
  readonly #updates: ProviderUpdates;

  constructor(work: UnitOfWork, statusQueries: StatusQueries, updates: ProviderUpdates) {
    this.#work = work;
    this.#statusQueries = statusQueries;
    this.#updates = updates;
  }

  /**
   * Where a shopper at the checkout goes.
   * @param chosen the account that the shopper has chosen, at the end of its chain; null: none.
   * @param byCode whether a code is handed over with what is begun.
   */
  hop(ip: string | null, chosen: string | null, moves: Moves, byCode = false): HopResult {
    const { record } = this.#work.store;
    if (!record) return { kind: 'unknown' };
    const about = this.#about();
    const finished: HopResult = { kind: 'finished', ...about };
    const newest = record.attempts.at(-1);
    const { status } = summaryOf(record);
    const left = leftToPay(record);
    if (!newest || !left || NOTHING_TO_PAY.has(status)) return finished;
    // After a partial capture the shop takes no more money from the shopper; after the first of several parts its provider does. What was
    // captured and is not delivered for is given back first.
    if (record.attempts.some(takesNoMore) || isInParts(record)) return finished;
    const now = this.#work.now();
    const reason = endedBy(record, now);
    if (reason && status !== 'pending') return { kind: 'over', ...about, reason };
    // A bank is processing another attempt than the newest, whose redirect would have it paid twice.
    if (record.attempts.slice(0, -1).some(isInProcess)) return finished;
    const isProcessing = isInProcess(newest);
    // A shop that has named the account has left nothing to choose.
    const choice = record.request.choose ? chosen : null;
    if (record.request.choose && !choice && !isProcessing)
      return { kind: 'choose', ...about, request: { ...record.request, amount: left } };
    const until = nextAttemptAt(record.attempts);
    const mayBegin = now >= until;
    const mustWait: HopResult = { kind: 'must_wait', until };
    const named = newest.insteadOf ?? newest.account;
    const next = choice ?? movedTo(moves, named) ?? named;
    // What began before an account got a successor is not gone on with: a new attempt goes there.
    const hasMoved = movedTo(moves, newest.account) !== null;
    const isElsewhere = hasMoved || (choice !== null && choice !== named && choice !== newest.account);
    if (isElsewhere && !isProcessing) {
      if (mayBegin) return this.#startOf(record, record.attempts.length + 1, left, next);
      const earlier = record.attempts.findLastIndex(
        (attempt) => attempt.account === next && attempt.amount === left && isGood(attempt, now),
      );
      // The newest redirect leads to another bank than the shopper has chosen.
      return earlier < 0 ? mustWait : this.#goAgain(record, earlier + 1, ip);
    }
    if (hasMoved) return finished;
    // Money by an earlier attempt makes less of what is left: the newest one asks for too much then.
    const isExact = newest.amount === left;
    if (isExact && isGood(newest, now)) return this.#goAgain(record, record.attempts.length, ip);
    if (isExact && isReusable(newest) && !isStale(newest, now)) {
      // A code that its owner confirms takes longer than anybody waits at a page.
      if (isBeingBuilt(newest, now))
        return { kind: 'busy', ...(!newest.byCode && { attempt: record.attempts.length }) };
      if (!newest.reservedAt) return this.#reserve(record, record.attempts.length, newest, next, byCode);
    }
    // The bank is processing an order number that cannot be used again: a second attempt might pay twice.
    if (isProcessing) return finished;
    // Somebody uses up the attempts. The last redirect may still do, unless it is known that its page takes nobody any more.
    if (!mayBegin)
      return isExact && newest.redirect && isInFlight(newest) && !isStale(newest, now)
        ? this.#goAgain(record, record.attempts.length, ip)
        : mustWait;
    const number = record.attempts.length + 1;
    const again = { ...newest, amount: left, state: NEW_ATTEMPT, redirect: null };
    if (newest.deferred) return this.#reserve(record, number, again, next, byCode);
    return this.#startOf(record, number, left, next);
  }

  /** The payment as its shopper sees it. */
  #about() {
    const { store } = this.#work;
    const { record, shop, version } = this.#work.payment();
    return {
      shop,
      view: viewOf(record, version),
      request: record.request,
      isPerhapsPaid: isPerhapsPaid(record.attempts, () => store.countOf('forwarded') > 0),
    };
  }

  /** Sends the shopper to the redirect of an attempt that is there. */
  #goAgain(record: LedgerRecord, number: number, ip: string | null): HopResult {
    const attempt = record.attempts[number - 1];
    if (!attempt?.redirect) return { kind: 'busy' };
    const detail = forwardedDetail(record, number, ip);
    if (forward(attempt.state) === attempt.state && this.#work.isBounded('forwarded'))
      this.#work.countRepeat('forwarded', 'shopper', detail);
    else this.#work.commit((writer) => this.#forward(writer, record, number, ip));
    return this.#goTo(attempt.redirect, attempt);
  }

  #startOf(
    record: LedgerRecord,
    number: number,
    amount: Minor,
    account: string,
    isReserved = false,
  ): HopResult {
    const { shop } = this.#work.payment();
    return {
      kind: 'start',
      shop,
      id: record.id,
      attempt: number,
      account,
      request: record.request,
      amount,
      test: asksForTest(record),
      isInFlight: record.attempts.some(isInFlight),
      isReserved,
    };
  }

  #reserve(
    record: LedgerRecord,
    number: number,
    attempt: Attempt,
    account: string,
    byCode: boolean,
  ): HopResult {
    this.#work.commit((writer) => {
      const { provider, test, capture, amount, oneRedirect, deferred, state, proven, told, insteadOf } =
        attempt;
      const isNew = number > record.attempts.length;
      const reserved: Attempt = {
        account: attempt.account,
        provider,
        // The account that is to be tried again first, where this one only stands in for it.
        ...(insteadOf !== undefined && { insteadOf }),
        test,
        capture,
        amount,
        oneRedirect,
        redirect: null,
        providerState: {},
        ...(deferred && { deferred }),
        createdAt: writer.at,
        reservedAt: writer.at,
        ...(byCode && { byCode }),
        state,
        // What was said of the attempt before is not said of this one.
        ...(!isNew && { ...(proven && { proven }), ...(told && { told }) }),
      };
      writer.save({ ...record, attempts: [...record.attempts.slice(0, number - 1), reserved] });
    });
    return this.#startOf(record, number, attempt.amount, account, true);
  }

  /**
   * Reserves an attempt that `hop` asked for at another account, before its order is registered: one request of a shopper registers it.
   * @returns false: another one does, or the payment has moved meanwhile.
   */
  reserve(number: number, attempt: SignedAttempt, byCode: boolean): boolean {
    const { record } = this.#work.store;
    if (!record || number !== record.attempts.length + 1) return false;
    if (record.attempts.some((one) => isInProcess(one) || takesNoMore(one))) return false;
    if (endedBy(record, this.#work.now()) !== null || leftToPay(record) !== attempt.amount) return false;
    this.#work.commit((writer) => {
      const added = { ...attemptOf(attempt, writer.at), reservedAt: writer.at, ...(byCode && { byCode }) };
      writer.save({ ...record, attempts: [...record.attempts, added] });
    });
    return true;
  }

  /**
   * Where another request of the same shopper leads that builds an attempt. Busy with its number: it is not there yet; without: it came
   * to nothing, or the payment has moved meanwhile.
   */
  follow(number: number, ip: string | null): HopResult {
    const { record } = this.#work.store;
    const attempt = record?.attempts[number - 1];
    if (!record || !attempt) return { kind: 'busy' };
    const now = this.#work.now();
    if (isBeingBuilt(attempt, now)) return { kind: 'busy', attempt: number };
    const isNewest = number === record.attempts.length && attempt.state.progress === 'forwarded';
    const isOpen =
      endedBy(record, now) === null && !record.attempts.some((one) => isInProcess(one) || takesNoMore(one));
    const isDue = isNewest && isOpen && attempt.amount === leftToPay(record);
    return isDue ? this.#goAgain(record, number, ip) : { kind: 'busy' };
  }

  /**
   * A shopper could not be forwarded. An order that could not be registered is tried again by the next hop, under a new number.
   * @param number of the attempt that was to be built; null: none was.
   */
  startFailed(number: number | null, { account, code, detail, words, requestId }: HopFailure): void {
    const { record } = this.#work.store;
    if (!record) return;
    const attempt = number === null ? undefined : record.attempts[number - 1];
    const isReserved = attempt?.redirect === null && number === record.attempts.length;
    const isOnlyCounted = this.#work.isBounded('forward.failed');
    const kind = { ...(account !== null && { account }), code };
    if (isOnlyCounted) this.#work.countRepeat('forward.failed', 'countersign', kind);
    if (isOnlyCounted && !isReserved) return;
    this.#work.commit((writer) => {
      if (isReserved)
        writer.save(
          withAttempt(record, number, (entry) => ({ ...entry, reservedAt: new Date(0).toISOString() })),
        );
      if (isOnlyCounted) return;
      const about = { ...(number !== null && { attempt: number }), ...kind, detail, requestId };
      writer.log('forward.failed', 'countersign', { ...about, ...(words !== null && { words }) });
    });
  }

  /** A new attempt, built after `hop` asked for one, and the shopper forwarded to it. */
  start(number: number, attempt: SignedAttempt, ip: string | null, moves: Moves): HopResult {
    const { record } = this.#work.store;
    if (!record) return { kind: 'unknown' };
    const reserved = record.attempts[number - 1];
    const isOurs = number === record.attempts.length && reserved?.redirect === null && reserved.reservedAt;
    // Another click was faster: both lead to what that one has begun (`follow`).
    if (!isOurs && number !== record.attempts.length + 1) return { kind: 'busy', attempt: number };
    // It was called off while the bank registered the order.
    if (endedBy(record, this.#work.now()) !== null || record.attempts.some(takesNoMore))
      return this.hop(ip, attempt.insteadOf ?? attempt.account, moves);
    this.#work.commit((writer) => {
      const added = attemptOf(attempt, writer.at);
      const { state, proven, told } = isOurs ? reserved : added;
      const known = { ...added, state, ...(proven && { proven }), ...(told && { told }) };
      const attempts = [...record.attempts.slice(0, number - 1), known];
      this.#forward(writer, { ...record, attempts }, number, ip);
      this.#statusQueries.queryLater(writer, { ...record, attempts }, number, attempt.queryAt);
    });
    return attempt.redirect ? this.#goTo(attempt.redirect, attempt) : { kind: 'busy' };
  }

  #goTo(
    redirect: Redirect,
    { test, account, amount }: Pick<Attempt, 'test' | 'account' | 'amount'>,
  ): HopResult {
    const { shop, record, version } = this.#work.payment();
    const went = { kind: 'go', redirect, shop, account, test } as const;
    if (redirect.kind === 'url') return went;
    return { ...went, about: { view: viewOf(record, version), request: { ...record.request, amount } } };
  }

  #forward(writer: Writer, record: LedgerRecord, number: number, ip: string | null): void {
    const moved = withAttempt(record, number, (attempt) => ({ ...attempt, state: forward(attempt.state) }));
    this.#work.saveMoved(writer, moved);
    this.#work.logBounded(writer, 'forwarded', 'shopper', forwardedDetail(record, number, ip));
  }

  /** The shopper came back. A provider update counts like one from a notification. */
  returned(command: ReturnCommand): ReturnResult {
    const { record } = this.#work.store;
    if (!record?.attempts.some((attempt) => attempt.account === command.account)) {
      return { kind: 'unknown' };
    }
    const update = command.update && this.#updates.isNew(command.update) ? command.update : null;
    const detail = {
      signed: command.update !== null,
      ...(command.refused !== null && { refused: command.refused }),
      ...(command.ip && { ip: command.ip }),
    };
    const isOnlyCounted = !update && command.spent === undefined && this.#work.isBounded('returned');
    if (isOnlyCounted) this.#work.countRepeat('returned', 'shopper', detail);
    else
      this.#work.commit((writer) => {
        this.#work.logBounded(writer, 'returned', 'shopper', detail);
        if (update) this.#updates.apply(writer, record, update);
        if (command.spent !== undefined) this.#statusQueries.spent(writer, command.spent);
      });
    if (command.update && !update) this.#updates.countRepeat(command.update);
    if (command.hint) this.#statusQueries.hint(this.#work.payment().record, command.hint);
    return { kind: 'known', ...this.#about() };
  }
}
