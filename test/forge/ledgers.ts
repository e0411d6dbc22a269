/** Ledgers as the Worker has them, made of its own parts. Only their storage is played: it forgets, and they remember. */
import type { LedgerClient } from '../../src/gateway/service.ts';
import { GENESIS } from '../../src/ledger/chain.ts';
import { Checkout } from '../../src/ledger/checkout.ts';
import type { ApplyUpdateCommand, PaymentRead } from '../../src/ledger/commands.ts';
import { OperationResults } from '../../src/ledger/operation-results.ts';
import { runQuery } from '../../src/ledger/outbox.ts';
import type { LedgerPorts } from '../../src/ledger/ports.ts';
import { ProviderUpdates } from '../../src/ledger/provider-updates.ts';
import type { LedgerRecord } from '../../src/ledger/record.ts';
import { SCHEMA } from '../../src/ledger/schema.ts';
import { StatusQueries } from '../../src/ledger/status-queries.ts';
import { Store } from '../../src/ledger/store.ts';
import { UnitOfWork } from '../../src/ledger/unit-of-work.ts';
import { attemptsOf } from '../../src/ledger/views.ts';
import type { PaymentId } from '../../src/payments/id.ts';
import { IDS, ROLES, type Role } from './pool.ts';

/** Payments as their storages have them: many ledgers begin with the same one. */
const stored = new WeakMap<LedgerRecord, string>();

function storedRecord(record: LedgerRecord | null): string {
  if (!record) return 'null';
  const known = stored.get(record) ?? JSON.stringify(record);
  stored.set(record, known);
  return known;
}

/** A storage that holds one payment, and of what is written only counts the log: a ledger remembers the rest itself. */
function storageOf(record: LedgerRecord | null): DurableObjectStorage {
  const row = {
    schema: SCHEMA,
    version: 1,
    shop: 'shop',
    request_hash: '',
    seq: 0,
    head: GENESIS,
    record: storedRecord(record),
  };
  const logged = new Map<unknown, number>();
  const exec = (query: string, ...values: readonly unknown[]) => {
    if (query.startsWith('INSERT INTO events')) {
      const [, , type] = values;
      logged.set(type, (logged.get(type) ?? 0) + 1);
    }
    const isPayment = record && /FROM (?:sqlite_master|payment\b)/.test(query);
    return { toArray: () => (isPayment ? [row] : []), one: () => ({ count: logged.get(values[0]) ?? 0 }) };
  };
  return {
    sql: { exec },
    transactionSync: (work: () => void) => work(),
    setAlarm: async () => {},
    deleteAlarm: async () => {},
  } as unknown as DurableObjectStorage;
}

const unplayed = () => Promise.reject(new Error('the forge plays messages only'));

/** No message leads to these. */
const UNPLAYED = {
  create: unplayed,
  importHistory: unplayed,
  replay: unplayed,
  hasBareLink: unplayed,
  replace: unplayed,
  callOff: unplayed,
  events: unplayed,
  brokenLink: unplayed,
  check: unplayed,
  erase: unplayed,
  deliveriesWithBodies: unplayed,
  deliveries: unplayed,
  resend: unplayed,
  reproject: unplayed,
  history: unplayed,
  hop: unplayed,
  reserve: unplayed,
  follow: unplayed,
  start: unplayed,
  startFailed: unplayed,
  concludeAttempt: unplayed,
  executeOperation: unplayed,
  decideOperation: unplayed,
  reconcileOperations: unplayed,
  concludeOperation: unplayed,
  overdue: unplayed,
} as const;

export class PlayedLedger {
  readonly #store: Store;
  readonly #work: UnitOfWork;
  readonly #queries: StatusQueries;
  readonly #updates: ProviderUpdates;
  readonly #checkout: Checkout;
  readonly #ports: () => LedgerPorts;
  /** Updates that were taken, whichever way they came. */
  readonly taken: ApplyUpdateCommand[] = [];
  /** Whether a query may have taken the shopper's money. */
  hasSpent = false;
  /** Whether its provider was asked because of a return: the next one would have to wait. */
  hasAsked = false;

  /** @param record null: the number is of no payment. */
  constructor(record: LedgerRecord | null, ports: () => LedgerPorts) {
    this.#ports = ports;
    this.#store = new Store(storageOf(record));
    this.#work = new UnitOfWork(this.#store, ports);
    this.#queries = new StatusQueries(this.#work);
    this.#updates = new ProviderUpdates(this.#work, this.#queries, new OperationResults(this.#work));
    this.#checkout = new Checkout(this.#work, this.#queries, this.#updates);
  }

  get record(): LedgerRecord | null {
    return this.#store.record;
  }

  /** Whether nothing came of what it was sent, but lines of its log. */
  get isUntouched(): boolean {
    const isQuiet = !this.hasSpent && !this.hasAsked && this.#store.nextDue() === null;
    return isQuiet && this.taken.length === 0;
  }

  #take(command: ApplyUpdateCommand) {
    const result = this.#updates.take(command);
    if (result.kind === 'answer') this.taken.push(command);
    return result;
  }

  #attemptAt(account: string, number: number | null): number | null {
    const attempts = this.record?.attempts ?? [];
    const found = number ?? attempts.findLastIndex((attempt) => attempt.account === account) + 1;
    return attempts[found - 1]?.account === account ? found : null;
  }

  readonly client: LedgerClient = {
    applyUpdate: async (command) => this.#take(command),
    // Whose an attempt is, is all that a message leads to.
    read: async () => this.record && ({ attempts: attemptsOf(this.record) } as unknown as PaymentRead),
    takeHint: async (command) => this.#queries.takeHint(command),
    statusQuery: async (account, number) => {
      const found = this.#attemptAt(account, number);
      return this.record && found ? this.#queries.requestFor(this.record, found) : null;
    },
    returnQuery: async (account, number) => {
      const found = this.#attemptAt(account, number);
      this.hasAsked = true;
      return this.record && found ? this.#queries.ofReturn(this.record, found) : null;
    },
    spendingQuery: async (account, number) => {
      const found = this.#attemptAt(account, number);
      const request = this.record && found ? this.#queries.claim(this.record, found) : null;
      if (request) this.hasSpent = true;
      return request;
    },
    returned: async (command) => {
      const before = this.record?.attempts;
      const result = this.#checkout.returned(command);
      if (command.update && this.record?.attempts !== before) this.taken.push(command.update);
      return result;
    },
    ...UNPLAYED,
  };

  /** Whether a status query is due. */
  get isToAsk(): boolean {
    return this.#store.dueJobs(this.#ports().now()).some(({ kind }) => kind === 'confirm');
  }

  /** Makes the status queries that are due, as the alarm does. */
  async query(): Promise<void> {
    for (const job of this.#store.dueJobs(this.#ports().now())) {
      if (job.kind !== 'confirm' || !this.record) continue;
      const result = await runQuery(job, this.#queries.requestOf(this.record, job), this.#ports());
      if (result.kind === 'confirm' && result.outcome.result === 'updates')
        for (const command of result.outcome.commands) this.#take(command);
    }
  }
}

/** The payments of a world, in their ledgers, made when they are first called. */
export class Ledgers {
  readonly #records: Readonly<Record<Role, LedgerRecord>>;
  readonly #ports: () => LedgerPorts;
  readonly #made = new Map<Role, PlayedLedger>();

  constructor(records: Readonly<Record<Role, LedgerRecord>>, ports: () => LedgerPorts) {
    this.#records = records;
    this.#ports = ports;
  }

  of(id: PaymentId): PlayedLedger {
    const role = ROLES.find((one) => IDS[one] === id);
    if (!role) return new PlayedLedger(null, this.#ports);
    const ledger = this.#made.get(role) ?? new PlayedLedger(this.#records[role], this.#ports);
    this.#made.set(role, ledger);
    return ledger;
  }

  /** Those that something may have come to; they are made anew when they are called again. */
  touched(): readonly {
    readonly role: Role;
    readonly ledger: PlayedLedger;
    readonly before: LedgerRecord;
  }[] {
    return [...this.#made].flatMap(([role, ledger]) => {
      if (ledger.isUntouched) return [];
      this.#made.delete(role);
      return [{ role, ledger, before: this.#records[role] }];
    });
  }
}
