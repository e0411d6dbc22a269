/** A bank that keeps its own book of refunds, and shows of it what its protocol shows. */
import type { ApplyUpdateCommand } from '../../src/ledger/commands.ts';
import type { PaymentLedger } from '../../src/ledger/ledger.ts';
import type { OperationOutcome, OperationRequest } from '../../src/ledger/operation-commands.ts';
import type { LedgerPorts } from '../../src/ledger/ports.ts';
import { operationReference } from '../../src/ledger/record.ts';
import type { OperationKind } from '../../src/payments/operations.ts';
import type { BookedOperation, Bookings } from '../../src/payments/reconciliation.ts';
import type { Names, Protocol, Way } from './protocols.ts';
import { notify } from './support.ts';

/** A refund as the bank has it. */
export interface Booked {
  readonly id: string;
  /** Our number of it; null: it was made in the back office. */
  readonly ours: number | null;
  readonly kind: OperationKind;
  readonly name: string | null;
  readonly amount: number;
  state: 'done' | 'pending' | 'rejected';
  told: boolean;
}
const STATES = { done: 'succeeded', pending: 'accepted', rejected: 'failed' } as const;

export class Bank {
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
