/**
 * The ledger: one Durable Object per payment, its truth. Every command is one synchronous turn and at most one
 * commit, so commands of one payment never interleave; sending happens in the alarm (outbox.ts), outside any
 * transaction.
 *
 * Accepted failures: repeats are counted in memory and the count joins the next commit, so an eviction may lose
 * a count (never an answer); a webhook may be delivered twice under one webhook-id when the object dies between
 * the shop's answer and the commit.
 */
import { DurableObject } from 'cloudflare:workers';
import { MAX_ATTEMPTS, type PaymentId } from '../payments/id.ts';
import { type Minor, minor } from '../payments/money.ts';
import { capturedOf } from '../payments/operations.ts';
import {
  apply,
  forward,
  mismatch,
  moneyOf,
  NEW_ATTEMPT,
  type Summary,
  summarize,
} from '../payments/rules.ts';
import { SETTLED, type Status } from '../payments/statuses.ts';
import { hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';
import { attemptOf, isCaptured, isStale, mayGoAgain } from './attempts.ts';
import { firstBrokenLink } from './chain.ts';
import type {
  CreateCommand,
  CreateResult,
  Delivery,
  HintCommand,
  HintResult,
  History,
  HopResult,
  ImportCommand,
  ImportResult,
  Inquiry,
  NotifyCommand,
  NotifyResult,
  OperateCommand,
  OperateResult,
  OverdueCommand,
  PaymentLog,
  PaymentRead,
  PaymentWithRedirect,
  ReturnCommand,
  ReturnResult,
  SettleCommand,
  Trip,
} from './commands.ts';
import { importedRecord, withImported } from './imported.ts';
import { Operations, type OperationsHost } from './operations.ts';
import { type ConfirmOutcome, type Courier, projectionPause, run, settle } from './outbox.ts';
import { lookAt } from './overdue.ts';
import {
  type Attempt,
  attemptsOf,
  type LedgerRecord,
  operationsOf,
  summaryOf,
  viewOf,
  withAttempt,
  withBill,
} from './record.ts';
import { type Job, Store, type Writer } from './store.ts';

/** What a ledger is given by the Worker that it is part of. */
export interface LedgerWorld {
  readonly now: () => number;
  readonly courier: Courier;
}

/** After a failure of the alarm itself. */
const ALARM_RETRY_MS = 30_000;

/** How long a request may take to register an order; after that it is taken for lost. */
const RESERVED_MS = 30_000;

/** Hints make no more than a question in this time. */
const HINT_PAUSE_MS = 1000;

/** Questions that may wait for their answer at one time; whoever sends more hints has to come again. */
const MAX_QUESTIONS = 16;

/** Jobs that run side by side in one alarm. */
const BATCH = 6;

export abstract class PaymentLedger<Env> extends DurableObject<Env> {
  readonly #store: Store;
  readonly #operations: Operations;
  /** Repeats of notifications since the last commit, by key. */
  readonly #repeats = new Map<string, number>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = new Store(ctx.storage);
    this.#operations = new Operations(this.#operationsHost());
  }

  /** The newest version that the searchable copy is known to hold, and the failures since. */
  #projected: number | null = null;
  #projectionFailures = 0;

  /** Made anew for each use: what it holds belongs to the Worker, not to the payment. */
  protected abstract world(): LedgerWorld;

  // --- Creating -------------------------------------------------------------------------------------------

  /** Stores the payment with its first attempt, or returns the one that is there. */
  create(command: CreateCommand): CreateResult {
    const head = this.#store.head;
    if (head) return head.requestHash === command.requestHash ? this.#replayed() : { kind: 'conflict' };
    this.#commit(
      (writer) => {
        const created: LedgerRecord = {
          id: command.id,
          request: command.request,
          attempts: [attemptOf(command.trip, writer.at)],
          providerReference: null,
          providerStatus: null,
          createdAt: writer.at,
          updatedAt: writer.at,
        };
        writer.save(created);
        writer.log('created', 'shop', {
          reference: command.request.reference,
          amount: command.request.amount,
          currency: command.request.currency,
          account: command.trip.account,
        });
        if (command.announce) writer.queue(this.#webhookJob(writer.at, 'payment.created', created, null));
      },
      { shop: command.shop, requestHash: command.requestHash },
    );
    return { ...this.#replayed(), kind: 'created' };
  }

  /**
   * Takes over a payment that another gateway has had: its news move it by the same rules, its log keeps its times,
   * and nobody is told again. The same once more changes nothing.
   */
  importHistory(command: ImportCommand): ImportResult {
    const head = this.#store.head;
    if (head) return head.requestHash === command.requestHash ? 'unchanged' : 'differs';
    this.#commit(
      (writer) => {
        let record = importedRecord(command);
        // The newest delivery was of the newest news, if the shop knows them.
        const told = command.told
          ? command.history.findLastIndex(({ type }) => type === 'webhook.delivered')
          : -1;
        const webhook = this.#webhookId(command.id, '');
        for (const [index, event] of command.history.entries()) {
          const known = index === told ? { ...event, detail: { ...event.detail, webhook } } : event;
          record = withImported(writer, record, known);
        }
        writer.save(record);
        const { status } = summaryOf(record);
        if (status === 'created' || status === 'forwarded') return;
        writer.queue({
          ...this.#webhookJob(record.updatedAt, `payment.${status}`, record, null),
          dueAt: null,
        });
        if (!command.told || told >= 0) return;
        const delivery = { webhook, try: 1, status: 200, durationMs: 0, imported: true };
        writer.log('webhook.delivered', 'countersign', delivery, record.updatedAt);
      },
      { shop: command.shop, requestHash: command.requestHash },
    );
    return 'imported';
  }

  /** The payment of an earlier create with the same request, without creating anything. */
  replay(requestHash: string): CreateResult | null {
    const head = this.#store.head;
    if (!head) return null;
    return head.requestHash === requestHash ? this.#replayed() : { kind: 'conflict' };
  }

  #replayed(): { readonly kind: 'replayed' } & PaymentWithRedirect {
    const { record, shop } = this.#known();
    return {
      kind: 'replayed',
      shop,
      view: viewOf(record),
      redirect: record.attempts.at(-1)?.redirect ?? null,
    };
  }

  // --- Reading --------------------------------------------------------------------------------------------

  read(): PaymentRead | null {
    const { head, record } = this.#store;
    return head && record
      ? { ...this.#replayed(), attempts: attemptsOf(record), operations: operationsOf(record) }
      : null;
  }

  /** The log, oldest first, with the repeats gathered so far. */
  events(): PaymentLog | null {
    const { head } = this.#store;
    if (!head) return null;
    if (this.#repeats.size > 0) this.#commit(() => {});
    const pending = this.#store.pendingJobs().map(({ id, kind, tries, dueAt }) => ({
      id,
      kind,
      tries,
      nextTryAt: new Date(dueAt ?? 0).toISOString(),
    }));
    return { shop: head.shop, events: this.#store.events(), pending };
  }

  /** Everything that a door with another vocabulary needs to tell what happened. */
  history(): History | null {
    const known = this.events();
    const { record } = this.#store;
    if (!known || !record) return null;
    const newest = this.#store.newestWebhook();
    return {
      ...known,
      view: viewOf(record),
      request: record.request,
      accounts: record.attempts.map(({ account }) => account),
      newestWebhook: newest && { id: newest.id, body: newest.body },
    };
  }

  /** The first event that breaks the log's chain, or null. */
  brokenLink(): number | null {
    return firstBrokenLink(this.#store.events());
  }

  /** The tries of webhooks, oldest first. */
  deliveries(): { readonly shop: string; readonly deliveries: readonly Delivery[] } | null {
    const { head } = this.#store;
    if (!head) return null;
    const deliveries = this.#store.events().flatMap((event): Delivery[] => {
      const result = DELIVERY_RESULTS[event.type as keyof typeof DELIVERY_RESULTS];
      if (!result) return [];
      const { webhook, status, error, durationMs, try: count } = event.detail;
      return [
        {
          webhook: String(webhook),
          at: event.at,
          result,
          try: Number(count),
          status: typeof status === 'number' ? status : null,
          error: typeof error === 'string' ? error : null,
          durationMs: Number(durationMs),
        },
      ];
    });
    return { shop: head.shop, deliveries };
  }

  /** Sends the newest webhook again, under its own id. False when there is none yet. */
  resend(): boolean {
    const job = this.#store.newestWebhook();
    if (!job) return false;
    this.#commit((writer) => {
      writer.log('webhook.resent', 'shop', { webhook: job.id });
      writer.queue({ ...job, tries: 0, dueAt: Date.parse(writer.at) });
    });
    return true;
  }

  /** Pushes the searchable copy again. False when there is no payment here. */
  async reproject(): Promise<boolean> {
    if (!this.#store.head) return false;
    this.#projected = null;
    await this.#store.wake(this.world().now());
    return true;
  }

  // --- The shopper ----------------------------------------------------------------------------------------

  /** The shopper is at the checkout: where to? */
  hop(ip: string | null = null, chosen: string | null = null): HopResult {
    const { head, record } = this.#store;
    if (!head || !record) return { kind: 'unknown' };
    const finished: HopResult = {
      kind: 'finished',
      shop: head.shop,
      view: viewOf(record),
      request: record.request,
    };
    const newest = record.attempts.at(-1);
    const { status, amounts } = summaryOf(record);
    const left = minor(record.request.amount - amounts.paid);
    // A shop that has captured a part wants no more of the shopper.
    if (!newest || !left || SETTLED.has(status) || record.attempts.some(isCaptured)) return finished;
    const now = this.world().now();
    if (record.request.choose && !chosen && status !== 'pending') {
      return { kind: 'choose', shop: head.shop, view: viewOf(record), request: record.request };
    }
    if (
      chosen &&
      chosen !== newest.account &&
      status !== 'pending' &&
      record.attempts.length < MAX_ATTEMPTS
    ) {
      return this.#startOf(record, record.attempts.length + 1, { ...newest, account: chosen, amount: left });
    }
    if (mayGoAgain(newest) && !isStale(newest, now)) {
      if (newest.redirect) {
        this.#commit((writer) => this.#forward(writer, record, ip));
        return { kind: 'go', redirect: newest.redirect };
      }
      if (!newest.reservedAt) return this.#reserve(record, record.attempts.length, newest);
      if (now - Date.parse(newest.reservedAt) < RESERVED_MS) return { kind: 'busy' };
    }
    // In process at the bank under an order number that cannot be used again: a second trip might pay twice.
    if (status === 'pending' || record.attempts.length >= MAX_ATTEMPTS) return finished;
    const number = record.attempts.length + 1;
    const next = { ...newest, amount: left, state: NEW_ATTEMPT, redirect: null };
    if (newest.deferred) return this.#reserve(record, number, next);
    return this.#startOf(record, number, next);
  }

  #startOf(record: LedgerRecord, number: number, { account, amount }: Attempt): HopResult {
    const { shop } = this.#known();
    return { kind: 'start', shop, id: record.id, attempt: number, account, request: record.request, amount };
  }

  /** One request registers the order at the provider; others of the same shopper wait for it. */
  #reserve(record: LedgerRecord, number: number, attempt: Attempt): HopResult {
    this.#commit((writer) => {
      const reserved = { ...attempt, memo: {}, createdAt: writer.at, reservedAt: writer.at };
      writer.save({ ...record, attempts: [...record.attempts.slice(0, number - 1), reserved] });
    });
    return this.#startOf(record, number, attempt);
  }

  /** The order could not be registered: the next hop tries again, under a new number. */
  gaveUp(number: number): void {
    const { record } = this.#store;
    const attempt = record?.attempts[number - 1];
    if (!record || !attempt || attempt.redirect || number !== record.attempts.length) return;
    this.#commit((writer) => {
      writer.save(
        withAttempt(record, number, (entry) => ({ ...entry, reservedAt: new Date(0).toISOString() })),
      );
    });
  }

  /** A new attempt, built after `hop` asked for one, and the shopper forwarded to it. */
  start(number: number, trip: Trip, ip: string | null = null): HopResult {
    const { record } = this.#store;
    if (!record) return { kind: 'unknown' };
    const reserved = record.attempts[number - 1];
    const isOurs = number === record.attempts.length && reserved?.redirect === null && reserved.reservedAt;
    // Another click was faster, or the payment has moved meanwhile.
    if (!isOurs && number !== record.attempts.length + 1) return this.hop(ip, trip.account);
    this.#commit((writer) => {
      const added = attemptOf(trip, writer.at);
      const state = isOurs ? reserved.state : added.state;
      const attempts = [...record.attempts.slice(0, number - 1), { ...added, state }];
      this.#forward(writer, { ...record, attempts }, ip);
      this.#askLater(writer, { ...record, attempts }, number, trip.askAt);
    });
    return trip.redirect ? { kind: 'go', redirect: trip.redirect } : { kind: 'busy' };
  }

  #forward(writer: Writer, record: LedgerRecord, ip: string | null): void {
    const number = record.attempts.length;
    const moved = withAttempt(record, number, (attempt) => ({ ...attempt, state: forward(attempt.state) }));
    this.#moved(writer, moved);
    writer.log('forwarded', 'shopper', {
      attempt: number,
      account: moved.attempts.at(-1)?.account,
      ...(ip !== null && { ip }),
    });
  }

  /** The shopper came back. A verified fact counts like a notification. */
  returned(command: ReturnCommand): ReturnResult {
    const { head, record } = this.#store;
    if (!head || !record?.attempts.some((attempt) => attempt.account === command.account)) {
      return { kind: 'unknown' };
    }
    const fact = command.fact && this.#newFact(command.fact) ? command.fact : null;
    this.#commit((writer) => {
      writer.log('returned', 'shopper', {
        signed: command.fact !== null,
        ...(command.refused !== null && { refused: command.refused }),
        ...(command.ip && { ip: command.ip }),
      });
      if (fact) this.#apply(writer, record, fact);
    });
    if (command.fact && !fact) this.#countRepeat(command.fact);
    if (command.hint) this.#hint(this.#known().record, command.hint);
    const { record: now } = this.#known();
    return { kind: 'known', shop: head.shop, view: viewOf(now), request: now.request };
  }

  // --- News -----------------------------------------------------------------------------------------------

  /** Takes a verified fact: the same answer if it was seen, else the rules move the payment. */
  notify(command: NotifyCommand): NotifyResult {
    const { record } = this.#store;
    const attempt = record?.attempts[command.attempt - 1];
    // Verified with the secret of an account that this attempt did not go to: not about this payment.
    if (!record || !attempt || attempt.account !== command.account) return { kind: 'unknown' };
    const seen = this.#store.answerTo(identity(command));
    if (seen) {
      this.#countRepeat(command);
      return { kind: 'answer', answer: seen, repeat: true };
    }
    let answer = command.replies.accepted;
    this.#commit((writer) => {
      answer = this.#apply(writer, record, command);
    });
    return { kind: 'answer', answer, repeat: false };
  }

  /** Takes a hint: the provider is asked, at once and until it says something. */
  hinted(command: HintCommand): HintResult {
    const { record } = this.#store;
    if (record?.attempts[command.attempt - 1]?.account !== command.account) return 'unknown';
    return this.#hint(record, command);
  }

  /** Each hint has a question of its own: a later one, which anybody may have sent, must not take its place. */
  #hint(record: LedgerRecord, { attempt, hint }: HintCommand): Exclude<HintResult, 'unknown'> {
    const id = confirmId(attempt, hint);
    const now = this.world().now();
    const due = this.#store.job(id)?.dueAt ?? null;
    if (due !== null && due > now && due <= now + HINT_PAUSE_MS) return 'taken';
    if (due === null && this.#store.pendingJobs().filter(isQuestion).length >= MAX_QUESTIONS) return 'busy';
    // A question that is on its way may have been answered before this news: it is asked once more.
    const isAsking = due !== null && due <= now;
    this.#commit((writer) => {
      writer.log('confirm.requested', 'provider', { attempt });
      this.#askLater(writer, record, attempt, isAsking ? now + HINT_PAUSE_MS : now, hint);
    });
    return 'taken';
  }

  #askLater(
    writer: Writer,
    record: LedgerRecord,
    number: number,
    at: number | null,
    hint: Readonly<Record<string, string>> = {},
    how: Pick<Inquiry, 'once'> = {},
  ): void {
    const inquiry = this.#inquiry(record, number, hint);
    if (at === null || !inquiry) return;
    writer.queue({
      id: confirmId(number, hint),
      kind: 'confirm',
      body: JSON.stringify({ ...inquiry, ...how }),
      tries: 0,
      dueAt: at,
      createdAt: writer.at,
    });
  }

  #inquiry(record: LedgerRecord, number: number, hint: Readonly<Record<string, string>>): Inquiry | null {
    const attempt = record.attempts[number - 1];
    if (!attempt) return null;
    return {
      id: record.id,
      shop: this.#store.head?.shop ?? '',
      attempt: number,
      account: attempt.account,
      amount: attempt.amount,
      currency: record.request.currency,
      capture: attempt.capture,
      memo: attempt.memo ?? {},
      startedAt: attempt.createdAt,
      hint,
      known: moneyOf(attempt.state),
    };
  }

  /** What to ask the provider about an attempt; the newest one that went to the account if none is named. */
  inquiry(account: string, number: number | null): Inquiry | null {
    const { record } = this.#store;
    if (!record) return null;
    const found = number ?? record.attempts.findLastIndex((attempt) => attempt.account === account) + 1;
    return record.attempts[found - 1]?.account === account ? this.#inquiry(record, found, {}) : null;
  }

  #newFact(command: NotifyCommand): boolean {
    const attempt = this.#store.record?.attempts[command.attempt - 1];
    return attempt?.account === command.account && this.#store.answerTo(identity(command)) === null;
  }

  #countRepeat(command: NotifyCommand): void {
    const key = identity(command);
    this.#repeats.set(key, (this.#repeats.get(key) ?? 0) + 1);
  }

  /**
   * Notes what a fact brings beside its news, even where that moves nothing: the provider's document that it is about,
   * and what the provider's code wants back.
   */
  #noted(record: LedgerRecord, { attempt, bill, keep }: NotifyCommand): LedgerRecord {
    const known = record.attempts[attempt - 1]?.memo ?? {};
    const isKept = Object.entries(keep ?? {}).every(([name, value]) => known[name] === value);
    if (!bill && isKept) return record;
    return withAttempt(record, attempt, (entry) => ({
      ...entry,
      ...(bill && { bills: withBill(entry.bills, bill) }),
      ...(keep && { memo: { ...entry.memo, ...keep } }),
    }));
  }

  #apply(writer: Writer, before: LedgerRecord, command: NotifyCommand) {
    const record = this.#noted(before, command);
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
    this.#moved(writer, moved);
    if (attempt.deferred) this.#askNoMore(writer, moved, number);
    return answer;
  }

  /** A trip that has brought its money is not asked about on schedule any more; a question on its way has its own end. */
  #askNoMore(writer: Writer, { attempts }: LedgerRecord, number: number): void {
    const attempt = attempts[number - 1];
    const job = this.#store.job(confirmId(number, {}));
    if (!attempt || !job?.dueAt || job.dueAt <= this.world().now()) return;
    if (summarize(attempt.amount, [attempt.state]).status === 'paid') writer.queue({ ...job, dueAt: null });
  }

  // --- After the payment ----------------------------------------------------------------------------------

  /** Captures, cancels or refunds, once for each key. */
  operate(command: OperateCommand): Promise<OperateResult> {
    return this.#operations.operate(command);
  }

  /** Asks what became of the operations whose outcome is not known. */
  resolveOperations(): Promise<void> {
    return this.#operations.resolveAll();
  }

  /** Takes a person's word for what became of an operation. */
  settleOperation(command: SettleCommand): Promise<'settled' | 'none' | 'known'> {
    return this.#operations.settle(command);
  }

  #operationsHost(): OperationsHost {
    return {
      store: this.#store,
      now: () => this.world().now(),
      courier: () => this.world().courier,
      commit: (work) => this.#commit(work),
      moved: (writer, record) => this.#moved(writer, record),
      ask: async (attempt) => {
        const { record } = this.#known();
        const inquiry = this.#inquiry(record, attempt, {});
        if (!inquiry) return false;
        const outcome = await this.world()
          .courier.confirm(inquiry)
          .catch((): ConfirmOutcome => ({ result: 'later', error: null }));
        if (outcome.result === 'news') for (const command of outcome.commands) this.notify(command);
        return outcome.result === 'news';
      },
    };
  }

  /**
   * A payment that has been without a result for long: it is asked about by its provider's schedule, and expires after
   * its account's limit. Answers when it is to be looked at again (milliseconds since 1970); null: not any more.
   */
  overdue(command: OverdueCommand): number | null {
    const { record } = this.#store;
    if (!record) return null;
    const number = record.attempts.length;
    const now = this.world().now();
    const look = lookAt(record, command, now);
    if (look.kind === 'leave') return null;
    if (look.kind === 'wait') return look.next;
    this.#commit((writer) => {
      if (look.kind === 'give-up') {
        const expired = withAttempt(record, number, (entry) => ({
          ...entry,
          state: apply(entry.state, { outcome: 'expired', amount: null, movement: '' }),
        }));
        writer.log('payment.expired', 'countersign', {
          attempt: number,
          reason: 'no result came in time; money that arrives later still counts',
        });
        this.#moved(writer, expired);
        return;
      }
      // Not a change of the payment: its clock goes on.
      const noted = withAttempt(record, number, (entry) => ({ ...entry, asked: look.asked }));
      writer.save(noted);
      if (this.#store.job(confirmId(number, {}))?.dueAt) return;
      writer.log('confirm.requested', 'countersign', { attempt: number, reason: 'no news for long' });
      this.#askLater(writer, noted, number, now, {}, { once: true });
    });
    return look.kind === 'ask' ? look.next : null;
  }

  // --- Changes and what they send -------------------------------------------------------------------------

  /** Saves a changed record and queues what its change has to tell. */
  #moved(writer: Writer, record: LedgerRecord): void {
    const before = this.#store.record ? summaryOf(this.#store.record) : null;
    const saved = { ...record, updatedAt: writer.at };
    const after = summaryOf(saved);
    writer.save(saved);
    for (const type of announcements(before, after)) {
      if (type === 'payment.paid_twice') {
        writer.log(type, 'countersign', { paid: after.amounts.paid, asked: record.request.amount });
      }
      writer.queue(this.#webhookJob(writer.at, type, saved, before?.status ?? null));
    }
  }

  #nextVersion(): number {
    return (this.#store.head?.version ?? 0) + 1;
  }

  /** The message's id comes from the payment's version: done again, it is the same message. */
  #webhookId(payment: PaymentId, type: string): string {
    const suffix = type === 'payment.paid_twice' ? 'b' : 'a';
    return `msg_${payment}_${String(this.#nextVersion()).padStart(4, '0')}${suffix}`;
  }

  #webhookJob(at: string, type: string, record: LedgerRecord, previousStatus: Status | null): Job {
    return {
      id: this.#webhookId(record.id, type),
      kind: 'webhook',
      body: JSON.stringify({
        type,
        timestamp: at,
        ...(previousStatus !== null && { previousStatus }),
        data: viewOf(record),
      }),
      tries: 0,
      dueAt: Date.parse(at),
      createdAt: at,
    };
  }

  #commit(work: (writer: Writer) => void, identityOfNew?: { shop: string; requestHash: string }): void {
    const repeats = [...this.#repeats];
    this.#store.commit(
      this.world().now(),
      (writer) => {
        for (const [key, count] of repeats) writer.log('notification.duplicate', 'provider', { key, count });
        work(writer);
      },
      identityOfNew,
    );
    for (const [key] of repeats) this.#repeats.delete(key);
  }

  #known(): { readonly record: LedgerRecord; readonly shop: string; readonly version: number } {
    const { record, head } = this.#store;
    if (!record || !head) throw new Error('there is no payment in this ledger');
    return { record, shop: head.shop, version: head.version };
  }

  // --- The alarm ------------------------------------------------------------------------------------------

  override async alarm(): Promise<void> {
    if (!this.#store.head) return;
    const { now, courier } = this.world();
    this.#store.alarmWentOff();
    try {
      for (let due = this.#due(now()); due.length > 0; due = this.#due(now())) {
        const { shop } = this.#known();
        const watched = due.filter(({ kind }) => kind === 'operation');
        const others = due.filter(({ kind }) => kind !== 'operation');
        const outcomes = await Promise.all(others.map((job) => run(job, courier, shop)));
        // News before the end of its job: asked twice is better than lost.
        for (const { kind, outcome } of outcomes) {
          if (kind === 'confirm' && outcome.result === 'news')
            for (const command of outcome.commands) this.notify(command);
        }
        this.#commit((writer) => {
          for (const outcome of outcomes) {
            settle(writer, { courier, current: this.#store.job(outcome.job.id), now: now() }, outcome);
          }
        });
        for (const job of watched) await this.#operations.watch(job);
      }
      await this.#project(courier);
      const retry = this.#projectionFailures > 0 ? now() + projectionPause(this.#projectionFailures) : null;
      const due = this.#store.nextDue();
      await this.#store.wake(retry === null || due === null ? (retry ?? due) : Math.min(retry, due));
    } catch (error) {
      // The platform gives up on an alarm that keeps throwing; a payment must not be forgotten that way.
      console.error({ event: 'ledger.alarm_failed', payment: this.#store.record?.id, error: String(error) });
      await this.#store.wake(now() + ALARM_RETRY_MS);
    }
  }

  /** Pushes the newest version to the searchable copy, unless it is there. What changes meanwhile sets its own alarm. */
  async #project(courier: Courier): Promise<void> {
    const { record, shop, version } = this.#known();
    if (this.#projected === version) return;
    try {
      await courier.project({ shop, version, view: viewOf(record) });
      this.#projected = version;
      this.#projectionFailures = 0;
    } catch (error) {
      this.#projectionFailures += 1;
      console.error({ event: 'ledger.projection_failed', payment: record.id, error: String(error) });
    }
  }

  #due(now: number): Job[] {
    return this.#store.dueJobs(now).slice(0, BATCH);
  }
}

const DELIVERY_RESULTS = {
  'webhook.delivered': 'delivered',
  'webhook.failed': 'failed',
  'webhook.abandoned': 'abandoned',
} as const;

function confirmId(attempt: number, hint: Readonly<Record<string, string>>): string {
  const about = Object.keys(hint).length > 0 ? JSON.stringify(hint) : '';
  return `confirm_${attempt}${about && `_${hex(digests.sha256(utf8(about))).slice(0, 16)}`}`;
}

function isQuestion({ kind }: Job): boolean {
  return kind === 'confirm';
}

/** A repeat has the same news with the same money: a signed message with another amount is never a repeat. */
function identity({ attempt, key, amount, currency }: NotifyCommand): string {
  return [attempt, key, amount ?? '', currency ?? ''].join('|');
}

/** The webhooks that a change calls for. */
function announcements(before: Summary | null, after: Summary): string[] {
  const types: string[] = [];
  if (before?.status !== after.status) types.push(`payment.${after.status}`);
  if (after.paidTwice && !before?.paidTwice) types.push('payment.paid_twice');
  return types;
}
