/**
 * The ledger: one Durable Object per payment, its truth. Every command is one synchronous turn and at most one
 * commit, so commands of one payment never interleave; sending happens in the alarm (outbox.ts), outside any
 * transaction. This class creates and reads the payment and runs the alarm; the rest it delegates.
 *
 * Accepted failures: repeats are counted in memory and the count joins the next commit, so an eviction may lose
 * a count (never an answer); a webhook may be delivered twice under one webhook-id when the object dies between
 * the shop's answer and the commit.
 *
 * The file is long because each command is a method of this one class: that is what the platform calls.
 */

import { DurableObject } from 'cloudflare:workers';
import type { Notified } from '../payments/attention.ts';
import { bookedMovements, hasMovements } from '../payments/movements.ts';
import { type Moves, NO_MOVES } from '../payments/moves.ts';
import type { OperationProblem } from '../payments/operations.ts';
import { ALARM_PAUSES, COPY_PAUSES, nextPause } from '../payments/retries.ts';
import type { EventPage, EventSource } from '../payments/types.ts';
import { AlarmRun } from './alarm.ts';
import { attemptOf, insteadAndLeftOut, isPerhapsPaid } from './attempts.ts';
import { hasBareLink } from './bare-link.ts';
import { firstBrokenLink } from './chain.ts';
import { checkLedger } from './checking.ts';
import { Checkout, leftToPay } from './checkout.ts';
import type {
  ApplyUpdateCommand,
  ApplyUpdateResult,
  CallOffResult,
  CheckedLedger,
  CreateCommand,
  CreateResult,
  Delivery,
  DeliveryWithBodies,
  EraseResult,
  HintCommand,
  HintResult,
  History,
  HopFailure,
  HopResult,
  ImportCommand,
  ImportResult,
  OverdueCommand,
  PaymentLog,
  PaymentRead,
  PaymentWithRedirect,
  ReplaceResult,
  ReturnCommand,
  ReturnQuery,
  ReturnResult,
  SignedAttempt,
  StatusQueryRequest,
} from './commands.ts';
import { deliveriesOf, pendingOf, queueAgain } from './deliveries.ts';
import { Ending, isOver, queueExpiry, redirectOf } from './ending.ts';
import { erase } from './erasing.ts';
import { FeedPart } from './feed.ts';
import { Imports } from './imported.ts';
import type {
  ApprovalCommand,
  ApprovalResult,
  ConcludeAttemptCommand,
  ConcludeAttemptResult,
  ConcludeCommand,
  ConcludeResult,
  OperationCommand,
  OperationCommandResult,
} from './operation-commands.ts';
import { OperationResults } from './operation-results.ts';
import { Operations, rejected } from './operations.ts';
import { overdue } from './overdue.ts';
import type { LedgerPorts, StatusQueryOutcome } from './ports.ts';
import { ProofMissing } from './proof-missing.ts';
import { ProviderUpdates } from './provider-updates.ts';
import type { LedgerRecord } from './record.ts';
import { differences, replace } from './replacing.ts';
import { StatusQueries } from './status-queries.ts';
import { Store } from './store.ts';
import { UnitOfWork } from './unit-of-work.ts';
import { attemptsOf, otherAttemptsOf, providerReferencesOf, viewOf, wayBackOf } from './views.ts';

/** What is not documented in messages of one payment, between two pushes. */
const MOST_NOTICED = 50;

export abstract class PaymentLedger<Env> extends DurableObject<Env> {
  readonly #store: Store;
  readonly #work: UnitOfWork;
  readonly #statusQueries: StatusQueries;
  readonly #operations: Operations;
  readonly #updates: ProviderUpdates;
  readonly #checkout: Checkout;
  readonly #proofMissing: ProofMissing;
  readonly #imports: Imports;
  readonly #ending: Ending;
  readonly #feed = new FeedPart();
  /** The newest version that the searchable copy is known to hold, and the failures since. */
  #projected: number | null = null;
  #projectionFailures = 0;
  /** What the newest notifications have shown, until the next push. */
  #notified: Notified | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = new Store(ctx.storage);
    this.#work = new UnitOfWork(this.#store, () => this.ports());
    this.#statusQueries = new StatusQueries(this.#work);
    const results = new OperationResults(this.#work);
    this.#operations = new Operations(this.#work, results, (attempt) => this.#queryNow(attempt));
    this.#updates = new ProviderUpdates(this.#work, this.#statusQueries, results);
    this.#checkout = new Checkout(this.#work, this.#statusQueries, this.#updates);
    this.#proofMissing = new ProofMissing(this.#work);
    this.#imports = new Imports(this.#work);
    this.#ending = new Ending(this.#work);
  }

  /** Made anew for each use: what it holds belongs to the Worker, not to the payment. */
  protected abstract ports(): LedgerPorts;

  // --- Creating -------------------------------------------------------------------------------------------

  /** Stores the payment with its first attempt, or returns the one that is there. */
  create(command: CreateCommand): CreateResult {
    const head = this.#store.head;
    if (head) return this.#found(command);
    this.#work.commit(
      (writer) => {
        const created: LedgerRecord = {
          id: command.id,
          request: command.request,
          attempts: [attemptOf(command.attempt, writer.at)],
          ...(command.wanted && { wanted: command.wanted }),
          providerReference: null,
          providerStatus: null,
          link: 'token',
          createdAt: writer.at,
          updatedAt: writer.at,
        };
        writer.save(created);
        writer.log('created', command.by ?? 'shop', {
          // So that the log of one payment does not pass for that of another.
          payment: command.id,
          shop: command.shop,
          reference: command.request.reference,
          amount: command.request.amount,
          currency: command.request.currency,
          account: command.attempt.account,
          ...insteadAndLeftOut(command.attempt),
        });
        queueExpiry(writer, created);
        if (!command.announce) return;
        writer.queue(this.#work.webhookJob(writer.at, 'payment.created', created, null));
      },
      { shop: command.shop, requestHash: command.requestHash },
    );
    return { ...this.#replayed(), kind: 'created' };
  }

  /** Takes over a payment from another gateway, with its history. */
  importHistory(command: ImportCommand): ImportResult {
    return this.#imports.take(command);
  }

  /** The payment of an earlier create with the same request, without creating anything. */
  replay(command: Pick<CreateCommand, 'requestHash' | 'request' | 'wanted'>): CreateResult | null {
    return this.#store.head && this.#found(command);
  }

  /** The payment that is there, for a request that may be another one. */
  #found(command: Pick<CreateCommand, 'requestHash' | 'request' | 'wanted'>): CreateResult {
    const { record } = this.#work.payment();
    return this.#store.head?.requestHash === command.requestHash
      ? this.#replayed()
      : { kind: 'conflict', differences: differences(record, command) };
  }

  /**
   * Puts another request in the place of the stored one, as long as nobody was forwarded.
   * @param number of the new attempt.
   * @param ifVersion the version that the shop has seen; null: whichever it is.
   */
  replace(command: CreateCommand, number: number, ifVersion: number | null): ReplaceResult {
    return replace(this.#work, command, number, ifVersion);
  }

  /** Calls a payment off that nothing is known to be paid of. */
  callOff(shop: string, by: 'shop' | 'operator' = 'shop'): CallOffResult {
    return this.#ending.callOff(shop, by);
  }

  #replayed(): { readonly kind: 'replayed' } & PaymentWithRedirect {
    const { record, shop, version } = this.#work.payment();
    return {
      kind: 'replayed',
      shop,
      view: viewOf(record, version),
      redirect: redirectOf(record, this.#work.now()),
      isOver: isOver(record, this.#work.now()),
    };
  }

  // --- Reading --------------------------------------------------------------------------------------------

  read(): PaymentRead | null {
    const { head, record } = this.#store;
    return head && record
      ? {
          ...this.#replayed(),
          attempts: attemptsOf(record),
          isOpen: record.request.choose === true,
          isPerhapsPaid: isPerhapsPaid(record.attempts, () => this.#store.countOf('forwarded') > 0),
          request: { ...record.request, amount: leftToPay(record) ?? record.request.amount },
          wayBack: wayBackOf(record.request),
        }
      : null;
  }

  /** The log or a part of it, oldest first, with the repeats counted so far: they are written, so that only who has a key may read it. */
  events(page?: EventPage): PaymentLog | null {
    if (this.#store.head) this.#work.writeRepeats();
    return this.#log(page);
  }

  /** What is written of the log. */
  #log(page?: EventPage): PaymentLog | null {
    const { head } = this.#store;
    if (!head) return null;
    const pending = this.#store
      .pendingJobs()
      .filter(({ kind }) => kind !== 'attention')
      .map(pendingOf);
    return { shop: head.shop, events: this.#store.events(page), pending };
  }

  /**
   * Everything that the routes of another dialect need to describe the payment.
   * @param isForShop whether who has a key reads it: the repeats counted so far are written then. A stranger who causes them has this
   *   read too, each time.
   */
  history(isForShop = false): History | null {
    const log = isForShop ? this.events() : this.#log();
    const { record } = this.#store;
    if (!log || !record) return null;
    return {
      ...log,
      view: viewOf(record, this.#work.payment().version),
      request: record.request,
      accounts: record.attempts.map(({ account }) => account),
      newestForWebsite: this.#store.newestWebhook({ isPolybanking: true })?.id ?? null,
      original: record.original ?? null,
      feedback: record.feedback ?? null,
    };
  }

  /** The first event that breaks the log's chain, or null. */
  brokenLink(): number | null {
    return firstBrokenLink(this.#store.events());
  }

  /**
   * Checks the whole log, and the payment's sums against it.
   * @param lines numbers of lines whose hashes are wanted.
   */
  check(lines: readonly number[]): CheckedLedger | null {
    return checkLedger(this.#work, lines);
  }

  /** Erases what is known of the shopper, once the payment is decided. */
  erase(): EraseResult {
    return erase(this.#work);
  }

  /** The tries of webhooks, oldest first. */
  deliveries(): { readonly shop: string; readonly deliveries: readonly Delivery[] } | null {
    const { head } = this.#store;
    return head && { shop: head.shop, deliveries: deliveriesOf(this.#store.events()) };
  }

  /** The same with what is kept of their bodies. */
  deliveriesWithBodies(): {
    readonly shop: string;
    readonly deliveries: readonly DeliveryWithBodies[];
  } | null {
    const found = this.deliveries();
    if (!found) return null;
    const exchanges = this.#store.exchanges();
    const deliveries = found.deliveries.map((delivery) => ({
      ...delivery,
      exchange: exchanges.get(delivery.seq) ?? null,
    }));
    return { shop: found.shop, deliveries };
  }

  // --- The shopper ----------------------------------------------------------------------------------------

  /** Whether the payment's id alone opens its checkout. */
  hasBareLink(): boolean {
    const { record } = this.#store;
    return record !== null && hasBareLink(record, this.#work.now());
  }

  /** Where a shopper at the checkout goes. */
  hop(
    ip: string | null = null,
    chosen: string | null = null,
    moves: Moves = NO_MOVES,
    byCode = false,
  ): HopResult {
    return this.#checkout.hop(ip, chosen, moves, byCode);
  }

  /**
   * Reserves an attempt that `hop` asked for at another account, before its order is registered: one request of a shopper registers it.
   * @returns false: another one does, or the payment has moved meanwhile.
   */
  reserve(number: number, attempt: SignedAttempt, byCode: boolean): boolean {
    return this.#checkout.reserve(number, attempt, byCode);
  }

  /** Where another request of the same shopper leads that builds an attempt; busy with its number: it is not there yet. */
  follow(number: number, ip: string | null): HopResult {
    return this.#checkout.follow(number, ip);
  }

  /** A new attempt, built after `hop` asked for one, and the shopper forwarded to it. */
  start(
    number: number,
    attempt: SignedAttempt,
    ip: string | null = null,
    moves: Moves = NO_MOVES,
  ): HopResult {
    return this.#checkout.start(number, attempt, ip, moves);
  }

  /**
   * A shopper could not be forwarded. An order that could not be registered is tried again by the next hop, under a new number.
   * @param number of the attempt that was to be built; null: none was.
   */
  startFailed(number: number | null, failure: HopFailure): void {
    this.#checkout.startFailed(number, failure);
  }

  /** The shopper came back. A provider update counts like one from a notification. */
  returned(command: ReturnCommand): ReturnResult {
    const result = this.#checkout.returned(command);
    if (result.kind === 'known' && command.update) this.#note(command.update);
    return result;
  }

  // --- Provider updates and status queries ----------------------------------------------------------------

  /** Takes a provider update. A repeat gets the same answer; a new one moves the payment by the rules. */
  applyUpdate(command: ApplyUpdateCommand): ApplyUpdateResult {
    const result = this.#updates.take(command);
    if (result.kind === 'answer') this.#note(command);
    return result;
  }

  /** Notes a notification, and what is new of its provider, for the next push. News do not wait for a change of the payment. */
  #note({ account, attempt, channel, noticed: added = [] }: ApplyUpdateCommand): void {
    const isNotification = channel === 'notification';
    if (!isNotification && added.length === 0) return;
    const now = this.#work.now();
    const noticed = [...(this.#notified?.noticed ?? []), ...added].slice(-MOST_NOTICED);
    const byNotification = isNotification || (this.#notified?.byNotification ?? false);
    const { provider = '' } = this.#store.record?.attempts[attempt - 1] ?? {};
    this.#notified = { account, provider, at: new Date(now).toISOString(), byNotification, noticed };
    if (added.length === 0) return;
    this.#projected = null;
    void this.#store.wake(now);
  }

  /** Records what a person says became of an attempt that waits for proof. */
  concludeAttempt(command: ConcludeAttemptCommand): ConcludeAttemptResult {
    return this.#proofMissing.conclude(command);
  }

  /** Takes a hint: the provider is queried at once, and again until it has a result. */
  takeHint(command: HintCommand): HintResult {
    return this.#statusQueries.takeHint(command);
  }

  /** A status query about an attempt; about the newest one of the account if none is named. */
  statusQuery(account: string, number: number | null): StatusQueryRequest | null {
    const { record } = this.#store;
    const found = record && this.#attemptAt(record, account, number);
    return found ? this.#statusQueries.requestFor(record, found) : null;
  }

  /** The same because of a return that proves nothing: not more often than the provider is to be asked. */
  returnQuery(account: string, number: number | null): ReturnQuery | null {
    const { record } = this.#store;
    const found = record && this.#attemptAt(record, account, number);
    return found ? this.#statusQueries.ofReturn(record, found) : null;
  }

  /** The same for a hint that takes the shopper's money: one at a time, and only while something is left to pay. */
  spendingQuery(account: string, number: number | null): StatusQueryRequest | null {
    const { record } = this.#store;
    const found = record && this.#attemptAt(record, account, number);
    return found ? this.#statusQueries.claim(record, found) : null;
  }

  /** The number of an attempt at an account; null: the account has none. */
  #attemptAt({ attempts }: LedgerRecord, account: string, number: number | null): number | null {
    const found = number ?? attempts.findLastIndex((attempt) => attempt.account === account) + 1;
    return attempts[found - 1]?.account === account ? found : null;
  }

  async #queryNow(attempt: number): Promise<boolean> {
    const request = this.#statusQueries.requestFor(this.#work.payment().record, attempt);
    if (!request) return false;
    const outcome = await this.ports()
      .queryStatus(request)
      .catch((): StatusQueryOutcome => ({ result: 'later', error: null }));
    for (const command of outcome.commands ?? []) this.applyUpdate(command);
    return outcome.result === 'updates';
  }

  /**
   * Queries or expires a payment that has had no result for too long.
   * @returns when to check it again (milliseconds since 1970); null: not any more.
   */
  overdue(command: OverdueCommand): number | null {
    return overdue(this.#work, this.#statusQueries, command);
  }

  // --- Operations -----------------------------------------------------------------------------------------

  /** Captures, cancels or refunds, once for each Idempotency-Key. */
  async executeOperation(command: OperationCommand): Promise<OperationCommandResult> {
    const problem = await this.#unreadableAccount();
    return problem ? rejected(problem) : this.#operations.execute(command);
  }

  /** Why an operation cannot begin now, before anything of it is recorded: it would have failed for good under its key. */
  async #unreadableAccount(): Promise<OperationProblem | null> {
    const accounts = new Set(this.#store.record?.attempts.map(({ account }) => account));
    for (const account of accounts) {
      const problem = await this.ports().accountProblem(account);
      if (problem) return problem;
    }
    return null;
  }

  /** Reconciles the operations whose outcome is not known. */
  reconcileOperations(): Promise<void> {
    return this.#operations.reconcileAll();
  }

  /** Executes an operation that waits for approval, or ends it. */
  async decideOperation(command: ApprovalCommand): Promise<ApprovalResult> {
    const problem = command.decision === 'approved' ? await this.#unreadableAccount() : null;
    return problem
      ? { kind: 'problem', problem, isDecided: false, state: null }
      : this.#operations.decide(command);
  }

  /** Records what a person says became of an operation. */
  concludeOperation(command: ConcludeCommand): Promise<ConcludeResult> {
    return this.#operations.conclude(command);
  }

  // --- Webhooks and the searchable copy -------------------------------------------------------------------

  /**
   * Sends the newest webhook again, under its own id. False when there is none yet.
   * @param isPolybanking whether the shop's webhooks speak PolyBanking's dialect: one for every code, none for operations.
   */
  resend(isPolybanking: boolean, source: EventSource = 'shop'): boolean {
    const job = this.#store.newestWebhook({ isPolybanking });
    if (!job) return false;
    this.#work.commit((writer) => {
      writer.log('webhook.resent', source, { webhook: job.id });
      queueAgain(writer, job, this.#store.jobs());
    });
    return true;
  }

  /** Pushes the searchable copy again, and what needs a person. False when there is no payment here. */
  async reproject(): Promise<boolean> {
    if (!this.#store.head) return false;
    this.#projected = null;
    this.#feed.again();
    this.#work.attendAgain();
    await this.#store.wake(this.ports().now());
    return true;
  }

  override async alarm(): Promise<void> {
    if (!this.#store.head) return;
    const ports = this.ports();
    const now = () => ports.now();
    this.#store.alarmWentOff();
    let tried = 0;
    const push = async () => {
      const { version } = this.#work.payment();
      if (version === tried) return;
      tried = version;
      await this.#project(ports);
    };
    let copied = Promise.resolve();
    try {
      const parts = {
        work: this.#work,
        statusQueries: this.#statusQueries,
        operations: this.#operations,
        ending: this.#ending,
        applyUpdate: (command: ApplyUpdateCommand) => this.applyUpdate(command),
      };
      // The searchable copy does not wait for a shop that answers slowly.
      await new AlarmRun(parts, ports).run(() => {
        copied = copied.then(push);
      });
      await copied.then(push);
      const failures = this.#projectionFailures;
      const retry = failures > 0 ? now() + nextPause(COPY_PAUSES, failures, ports.random) : null;
      const due = this.#store.nextDue();
      await this.#store.wake(retry === null || due === null ? (retry ?? due) : Math.min(retry, due));
    } catch (error) {
      // The platform gives up on an alarm that keeps throwing; a payment must not be forgotten that way.
      console.error({ event: 'ledger.alarm_failed', payment: this.#store.record?.id, error: String(error) });
      await this.#store.wake(now() + nextPause(ALARM_PAUSES, 1, ports.random));
    }
  }

  /** Pushes the newest version to the searchable copy, unless it is there. What changes meanwhile sets its own alarm. */
  async #project(ports: LedgerPorts): Promise<void> {
    const { record, shop, version, head } = this.#work.payment();
    if (this.#projected === version) return;
    const providerReferences = providerReferencesOf(record);
    try {
      const view = viewOf(record, version);
      const { attempts } = record;
      const movements = attempts.some(hasMovements) ? bookedMovements(this.#store.events(), attempts) : [];
      const earlier = otherAttemptsOf(record);
      const searchable = { shop, version, view, head, providerReferences, movements, earlier };
      for (let isMore = true; isMore; ) {
        const messages = this.#feed.next(record, this.#store.jobs(), ports.now());
        const notified = this.#notified && { notified: this.#notified };
        await ports.project({ ...searchable, ...notified, messages });
        this.#notified = null;
        this.#feed.told(messages);
        isMore = messages.length > 0 && this.#feed.next(record, this.#store.jobs(), ports.now()).length > 0;
      }
      this.#projected = version;
      this.#projectionFailures = 0;
    } catch (error) {
      this.#projectionFailures += 1;
      console.error({ event: 'ledger.projection_failed', payment: record.id, error: String(error) });
    }
  }
}
