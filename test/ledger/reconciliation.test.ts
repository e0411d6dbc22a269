/**
 * The ledger's rules of reconciliation against every sort of protocol: what a bank's answers, lists, totals and messages name is
 * drawn, and so is the order in which they come, a message before the answer that it is about among them. In the end each operation
 * is as the bank has it, and what was refunded is the bank's.
 */
import { runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApplyUpdateCommand } from '../../src/ledger/commands.ts';
import type { PaymentLedger } from '../../src/ledger/ledger.ts';
import type {
  OperationCommand,
  OperationOutcome,
  OperationRequest,
} from '../../src/ledger/operation-commands.ts';
import type { LedgerPorts } from '../../src/ledger/ports.ts';
import { operationReference } from '../../src/ledger/record.ts';
import type { Minor } from '../../src/payments/money.ts';
import type { OperationKind } from '../../src/payments/operations.ts';
import type { BookedOperation, Bookings } from '../../src/payments/reconciliation.ts';
import type { PaymentView } from '../../src/payments/types.ts';
import { objectOf } from '../support/harness.ts';
import { create, newId, notify, signedAttempt } from './support.ts';

type Names = 'ours' | 'number' | 'none';

/** What a protocol shows of refunds. */
interface Protocol {
  readonly id: string;
  /** The answer to a refund has its number. */
  readonly numbered: boolean;
  readonly list: {
    readonly names: Names;
    /** Entries have the identity of the messages about them. */
    readonly movement: boolean;
    /** What was rejected is listed too. */
    readonly rejected: boolean;
  } | null;
  /** Without a list: what was refunded in all. */
  readonly total: boolean;
  readonly message: {
    readonly names: Names;
    /** It tells of what was rejected too. */
    readonly rejected: boolean;
  } | null;
}

const list = (names: Names, movement: boolean, rejected = true) => ({ names, movement, rejected });
const message = (names: Names, rejected = true) => ({ names, rejected });

const PROTOCOLS: readonly Protocol[] = [
  {
    id: 'names everywhere',
    numbered: true,
    list: list('ours', true),
    total: false,
    message: message('ours'),
  },
  {
    id: 'names, without identities',
    numbered: false,
    list: list('ours', false),
    total: false,
    message: message('ours'),
  },
  {
    id: 'names in messages alone',
    numbered: false,
    list: list('none', false),
    total: false,
    message: message('ours'),
  },
  {
    id: 'names in messages alone, with identities',
    numbered: false,
    list: list('none', true),
    total: false,
    message: message('ours'),
  },
  {
    id: 'names in the list, numbers in messages',
    numbered: true,
    list: list('ours', false),
    total: false,
    message: message('number'),
  },
  {
    id: 'names in the list, numbers in messages, with identities',
    numbered: true,
    list: list('ours', true),
    total: false,
    message: message('number'),
  },
  {
    id: 'numbers everywhere',
    numbered: true,
    list: list('number', true),
    total: false,
    message: message('number'),
  },
  {
    id: 'numbers, without identities',
    numbered: true,
    list: list('number', false),
    total: false,
    message: message('number'),
  },
  {
    id: 'no numbers in answers',
    numbered: false,
    list: list('number', true),
    total: false,
    message: message('number'),
  },
  {
    id: 'nothing but amounts, with identities',
    numbered: false,
    list: list('none', true),
    total: false,
    message: message('none'),
  },
  {
    id: 'nothing but amounts',
    numbered: false,
    list: list('none', false),
    total: false,
    message: message('none', false),
  },
  { id: 'a list alone', numbered: false, list: list('none', false), total: false, message: null },
  {
    id: 'a list of what was done',
    numbered: true,
    list: list('number', false, false),
    total: false,
    message: null,
  },
  {
    id: 'a total, and messages with names',
    numbered: false,
    list: null,
    total: true,
    message: message('ours'),
  },
  {
    id: 'a total, and messages with numbers',
    numbered: true,
    list: null,
    total: true,
    message: message('number'),
  },
  {
    id: 'a total, and messages without names',
    numbered: false,
    list: null,
    total: true,
    message: message('none', false),
  },
  { id: 'a total alone', numbered: false, list: null, total: true, message: null },
  { id: 'messages alone', numbered: true, list: null, total: false, message: message('ours') },
];

type Way = 'answered' | 'told first' | 'lost' | 'never came' | 'declined';

type Step =
  | {
      readonly do: 'refund';
      readonly kind: OperationKind;
      readonly amount: number;
      readonly way: Way;
      readonly slow: boolean;
    }
  | { readonly do: 'panel'; readonly amount: number }
  | { readonly do: 'conclude'; readonly which: number; readonly rejected: boolean }
  | { readonly do: 'tell'; readonly which: number }
  | { readonly do: 'ask' }
  | { readonly do: 'wait' };

interface Script {
  readonly steps: readonly Step[];
  readonly told: boolean;
  readonly rejected: boolean;
}

/** Whether a refund of the back office that is as large as one of ours can be told from it. */
function tellsPanel({ list: listed, message: messages }: Protocol): boolean {
  return listed?.names === 'ours' && messages?.names === 'ours';
}

function scripts(protocol: Protocol): fc.Arbitrary<Script> {
  const which = fc.nat({ max: 4 });
  const steps = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('refund' as const),
        kind: fc.constantFrom<OperationKind>('refund', 'refund', 'cancel'),
        amount: fc.constantFrom(300, 500, 700),
        way: fc.constantFrom<Way>('answered', 'told first', 'lost', 'never came', 'declined'),
        slow: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('panel' as const),
        amount: fc.constantFrom(...(tellsPanel(protocol) ? [300, 500, 110] : [110, 230])),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('conclude' as const), which, rejected: fc.boolean() }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('tell' as const), which }) },
    { weight: 2, arbitrary: fc.constant({ do: 'ask' as const }) },
    { weight: 1, arbitrary: fc.constant({ do: 'wait' as const }) },
  );
  return fc.record({
    steps: fc.array(steps, { minLength: 1, maxLength: 8 }),
    told: fc.boolean(),
    rejected: fc.boolean(),
  });
}

/** A refund as the bank has it. */
interface Booked {
  readonly id: string;
  /** Our number of it; null: it was made in the back office. */
  readonly ours: number | null;
  readonly kind: OperationKind;
  readonly name: string | null;
  readonly amount: number;
  state: 'done' | 'pending' | 'rejected';
  told: boolean;
}

const RULE = { fundsSources: ['paid' as const], parts: 'many' as const };
const PAID = 9000;
const STATES = { done: 'succeeded', pending: 'accepted', rejected: 'failed' } as const;

class Bank {
  readonly booked: Booked[] = [];
  readonly #protocol: Protocol;
  readonly #ledger: PaymentLedger<unknown>;
  now = Date.now();
  /** What became of each operation of ours that was begun, by its number. */
  readonly truths = new Map<number, Booked | null>();
  next: { readonly way: Way; readonly slow: boolean } = { way: 'answered', slow: false };

  constructor(protocol: Protocol, ledger: PaymentLedger<unknown>) {
    this.#protocol = protocol;
    this.#ledger = ledger;
  }

  book(amount: number, ours: OperationRequest | null, slow: boolean): Booked {
    const booked: Booked = {
      id: `B${this.booked.length + 1}`,
      ours: ours?.operation.number ?? null,
      kind: ours?.operation.kind ?? 'refund',
      name: ours && operationReference('order', ours.operation),
      amount,
      state: slow ? 'pending' : 'done',
      told: false,
    };
    this.booked.push(booked);
    return booked;
  }

  get returned(): number {
    return this.booked.filter(({ state }) => state === 'done').reduce((sum, { amount }) => sum + amount, 0);
  }

  execute(request: OperationRequest): OperationOutcome {
    const { way, slow } = this.next;
    const { number, amount } = request.operation;
    this.truths.set(number, null);
    const unknown: OperationOutcome = {
      result: 'unknown',
      problem: { code: 'provider_unreachable', detail: 'cut' },
    };
    if (way === 'never came') return unknown;
    if (way === 'declined') return { result: 'failed', problem: { code: 'provider_error', detail: 'no' } };
    // A total does not show what is on its way.
    const booked = this.book(amount, request, slow && !this.#protocol.total);
    this.truths.set(number, booked);
    if (way === 'told first') this.tell(booked);
    if (way === 'lost') return unknown;
    return {
      result: booked.state === 'pending' ? 'accepted' : 'succeeded',
      status: 'answer',
      providerReference: this.#protocol.numbered ? booked.id : null,
    };
  }

  #names(names: Names, { id, name }: Booked): Partial<BookedOperation> {
    if (names === 'ours') return { operationReference: name };
    return names === 'number' ? { providerReference: id } : {};
  }

  tell(booked: Booked): void {
    const { message: messages } = this.#protocol;
    const { id, kind, amount, state } = booked;
    if (!messages || state === 'pending' || (state === 'rejected' && !messages.rejected)) return;
    const isDone = state === 'done';
    const update: ApplyUpdateCommand = notify({
      key: `${id}/${state}`,
      outcome: isDone ? 'refunded' : 'none',
      amount,
      movement: `M${id}`,
      providerReference: null,
      providerStatus: state,
      operation: {
        kind: 'refund',
        amount,
        state: STATES[state],
        ...(messages.names === 'ours' && booked.ours !== null && { kind }),
        ...this.#names(messages.names, booked),
      },
    });
    this.#ledger.applyUpdate(update);
    if (isDone) booked.told = true;
  }

  lookUp({ operation }: OperationRequest): Bookings | null {
    const { list: listed, total } = this.#protocol;
    if (total) return { entries: [], complete: true, total: this.returned, status: 'total' };
    if (!listed) return null;
    const shown = this.booked.filter(
      ({ state, kind }) => kind === operation.kind && (listed.rejected || state !== 'rejected'),
    );
    return {
      entries: shown.map((booked) => ({
        amount: booked.amount,
        state: STATES[booked.state],
        status: booked.state,
        ...(listed.movement && { movement: `M${booked.id}` }),
        ...this.#names(listed.names, booked),
      })),
      complete: true,
      status: 'list',
    };
  }

  ports(): LedgerPorts {
    return {
      now: () => this.now,
      random: () => {},
      webhookEndpoints: async () => ['first'],
      tellAttention: async () => {},
      sendWebhook: async () => ({ result: 'delivered', status: 200, error: null, durationMs: 1 }),
      project: async () => {},
      queryStatus: async () => ({ result: 'later', error: null }),
      queryPause: async () => null,
      accountProblem: async () => null,
      executeOperation: async (request) => this.execute(request),
      lookUpOperation: async (request) => {
        const bookings = this.lookUp(request);
        return bookings && { bookings, settlesAfterMs: 600_000 };
      },
    };
  }
}

interface Result {
  readonly bank: Bank;
  readonly view: PaymentView;
}

/** A payment that was paid, and its bank. */
function paidAt<T>(
  protocol: Protocol,
  use: (ledger: PaymentLedger<unknown>, bank: Bank) => Promise<T>,
): Promise<T> {
  const id = newId();
  return runInDurableObject(objectOf(id), async (instance) => {
    const ledger = instance as unknown as PaymentLedger<unknown>;
    const bank = new Bank(protocol, ledger);
    Object.assign(ledger, { ports: () => bank.ports() });
    const request = { ...create(id).request, amount: PAID as Minor };
    ledger.create(create(id, { request, attempt: signedAttempt({ amount: PAID as Minor, order: 'order' }) }));
    ledger.applyUpdate(notify({ amount: PAID }));
    return use(ledger, bank);
  });
}

function command(key: string, kind: OperationKind, amount: number): OperationCommand {
  return { shop: 'shop', key, kind, amount, attempt: null, origin: '', rules: { bank: RULE } };
}

function viewOf(ledger: PaymentLedger<unknown>): PaymentView {
  const read = ledger.read();
  if (!read) throw new Error('there is no payment');
  return read.view;
}

async function play(protocol: Protocol, { steps, told, rejected }: Script): Promise<Result> {
  return paidAt(protocol, async (ledger, bank) => {
    for (const [index, step] of steps.entries()) {
      switch (step.do) {
        case 'refund':
          bank.next = step;
          await ledger.executeOperation(command(`key-${index}`, step.kind, step.amount));
          break;
        case 'panel':
          bank.book(step.amount, null, false);
          break;
        case 'conclude': {
          const pending = bank.booked.filter(({ state }) => state === 'pending');
          const chosen = pending[step.which % Math.max(1, pending.length)];
          if (chosen) chosen.state = step.rejected ? 'rejected' : 'done';
          break;
        }
        case 'tell': {
          const chosen = bank.booked[step.which % Math.max(1, bank.booked.length)];
          if (chosen) bank.tell(chosen);
          break;
        }
        case 'ask':
          await ledger.reconcileOperations();
          break;
        case 'wait':
          bank.now += 3_600_000;
          break;
      }
    }
    for (const one of bank.booked) if (one.state === 'pending') one.state = rejected ? 'rejected' : 'done';
    if (told) for (const one of bank.booked) bank.tell(one);
    bank.now += 3_600_000;
    await ledger.reconcileOperations();
    await ledger.reconcileOperations();
    return { bank, view: viewOf(ledger) };
  });
}

/** Whether what the bank has of an operation is shown or told by its name in the end, so that it may not wait. */
function isKnowable(protocol: Protocol, { told }: Script, booked: Booked | null): boolean {
  const { list: listed, message: messages, numbered } = protocol;
  const isRejected = booked?.state === 'rejected';
  if (listed && (listed.rejected || !isRejected)) return true;
  if (!told || !booked || !messages || (isRejected && !messages.rejected)) return false;
  return messages.names === 'ours' || (messages.names === 'number' && numbered);
}

/** What is not as the bank has it, in words. */
function differences(protocol: Protocol, script: Script, { bank, view }: Result): readonly string[] {
  const found: string[] = [];
  let isOpen = false;
  for (const { operation, state, kind, amount } of view.operations) {
    const booked = bank.truths.get(operation);
    const truth = booked?.state === 'done' ? 'succeeded' : 'failed';
    if (state === truth) continue;
    const waits = state === 'unknown' || state === 'accepted';
    if (waits) isOpen = true;
    if (waits && !isKnowable(protocol, script, booked ?? null)) continue;
    found.push(`operation ${operation}, ${kind} ${amount}: ${state}, at the bank ${truth}`);
  }
  const isKnown = bank.booked.every((one) => one.ours !== null || one.told);
  const { refunded } = view.amounts;
  if (!isOpen && isKnown && refunded !== bank.returned)
    found.push(`refunded ${refunded}, at the bank ${bank.returned}`);
  if (refunded > bank.returned) found.push(`refunded ${refunded}, and the bank only ${bank.returned}`);
  return found;
}

describe.each(PROTOCOLS.map((protocol) => [protocol.id, protocol] as const))('%s', (_, protocol) => {
  it('ends as the bank has it', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scripts(protocol), async (script) => {
        expect(differences(protocol, script, await play(protocol, script))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

function protocolOf(name: string): Protocol {
  const found = PROTOCOLS.find(({ id }) => id === name);
  if (!found) throw new Error(name);
  return found;
}

const outcomes = (ledger: PaymentLedger<unknown>) => [
  ...viewOf(ledger).operations.map(({ state }) => state),
  viewOf(ledger).amounts.refunded,
];

describe('what the drawn scripts reach too rarely', () => {
  it('a total that a cancel and the back office explain is not taken for a refund that never came', () =>
    paidAt(protocolOf('a total alone'), async (ledger, bank) => {
      bank.book(230, null, false);
      const status = { key: 'status', outcome: 'refunded', amount: 230, movement: 'T1' } as const;
      ledger.applyUpdate(notify({ ...status, cumulative: true }));
      await ledger.executeOperation(command('one', 'cancel', 500));
      bank.next = { way: 'never came', slow: false };
      await ledger.executeOperation(command('two', 'refund', 230));
      bank.now += 3_600_000;
      await ledger.reconcileOperations();
      expect(outcomes(ledger)).toEqual(['succeeded', 'failed', 730]);
    }));

  it('a message that names ours with another amount is money once, and no answer about it', () =>
    paidAt(protocolOf('names everywhere'), async (ledger, bank) => {
      bank.next = { way: 'lost', slow: false };
      await ledger.executeOperation(command('one', 'refund', 500));
      const [booked] = bank.booked;
      if (!booked) throw new Error('nothing is booked');
      bank.tell({ ...booked, id: 'other', amount: 100 });
      expect(outcomes(ledger)).toEqual(['unknown', 100]);
      await ledger.reconcileOperations();
      expect(outcomes(ledger)).toEqual(['succeeded', 500]);
      bank.tell(booked);
      expect(outcomes(ledger)).toEqual(['succeeded', 500]);
    }));
});
