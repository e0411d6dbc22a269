/**
 * A simulated bank's ledger: one entry an order, with the money that the bank holds, has taken and has given back. It is
 * the same for every bank; how a merchant moves that money and learns of it is each bank's own protocol.
 */
import type { BankOrder, Decision, Memory } from './bank.ts';

export type BankOperationKind = 'capture' | 'cancel' | 'refund';

/** An operation after the payment, as the bank did it. */
export interface BankOperation {
  /** The bank's number for it. */
  readonly id: string;
  readonly kind: BankOperationKind;
  readonly amount: number;
  /** The merchant's name for it, where the protocol has one; else empty. */
  readonly operationReference: string;
}

/** The money of one order, in minor units. */
export interface Entry {
  /** The merchant's order number. */
  readonly order: string;
  readonly account: string;
  readonly currency: string;
  /** What the order was for. */
  readonly asked: number;
  /** Authorized in all; captures are not subtracted. */
  readonly held: number;
  readonly taken: number;
  readonly returned: number;
  readonly released: number;
  readonly cancelled: boolean;
  readonly done: readonly BankOperation[];
  /** The bank's own fields of the order, for its answers. */
  readonly data: Readonly<Record<string, string>>;
}

/** How data folders of version 0.1.0 name members of an operation. */
interface EarlierNames {
  readonly deed: BankOperationKind;
  readonly mark: string;
}

/** Where an entry is stored, by the name that data folders of version 0.1.0 have. */
function place(order: string): string {
  return `book/${order}`;
}

/** The entry of an order; null: the shopper has not decided yet. */
export async function entryOf(memory: Memory, order: string): Promise<Entry | null> {
  const text = await memory.get(place(order));
  if (!text) return null;
  const entry = JSON.parse(text) as Omit<Entry, 'done'> & {
    readonly done: readonly (BankOperation & EarlierNames)[];
  };
  return {
    ...entry,
    done: entry.done.map(({ deed, mark, ...operation }) => ({
      ...operation,
      kind: operation.kind ?? deed,
      operationReference: operation.operationReference ?? mark,
    })),
  };
}

async function save(memory: Memory, entry: Entry): Promise<Entry> {
  await memory.put(place(entry.order), JSON.stringify(entry));
  return entry;
}

/** Stores an order under a number of the bank's own. */
export function refer(memory: Memory, bank: string, reference: string, order: string): Promise<void> {
  return memory.put(`reference/${bank}/${reference}`, order);
}

/** The entry of an order by the bank's number. */
export async function entryByReference(
  memory: Memory,
  bank: string,
  reference: string,
): Promise<Entry | null> {
  const order = await memory.get(`reference/${bank}/${reference}`);
  return order ? entryOf(memory, order) : null;
}

/** Records the shopper's decision about an order. Once it is paid, later decisions change nothing. */
export async function decided(memory: Memory, order: BankOrder, decision: Decision): Promise<void> {
  const before = await entryOf(memory, order.order);
  if (before && before.held + before.taken > 0) return;
  const isPaid = decision === 'pay';
  await save(memory, {
    order: order.order,
    account: order.account,
    currency: order.currency,
    asked: order.amount,
    held: isPaid && order.manual ? order.amount : 0,
    taken: isPaid && !order.manual ? order.amount : 0,
    returned: 0,
    released: 0,
    cancelled: decision === 'cancel',
    done: [],
    data: { ...order.data, id: order.id },
  });
}

/** Why an operation is not possible. */
export type Rejection = 'state' | 'amount';

/**
 * Captures, cancels or refunds.
 * @param amount minor units; null: everything that there is.
 */
export async function perform(
  memory: Memory,
  entry: Entry,
  wanted: {
    readonly kind: BankOperationKind;
    readonly amount: number | null;
    readonly operationReference?: string;
  },
): Promise<{ readonly entry: Entry; readonly done: BankOperation } | Rejection> {
  const isHeld = entry.held > 0 && !entry.cancelled;
  const left =
    isHeld && wanted.kind !== 'refund'
      ? entry.held - entry.taken - entry.released
      : entry.taken - entry.returned;
  if (wanted.kind === 'capture' && !isHeld) return 'state';
  if (entry.cancelled || left <= 0) return 'state';
  const amount = wanted.amount ?? left;
  if (amount <= 0 || amount > left) return 'amount';
  const done: BankOperation = {
    id: String(700_000_000 + entry.done.length) + entry.order.slice(-6).replace(/\D/g, '7'),
    kind: wanted.kind,
    amount,
    operationReference: wanted.operationReference ?? '',
  };
  const isRelease = wanted.kind === 'cancel' && isHeld;
  const changed: Entry = {
    ...entry,
    taken: wanted.kind === 'capture' ? entry.taken + amount : entry.taken,
    returned:
      wanted.kind === 'refund' || (wanted.kind === 'cancel' && !isHeld)
        ? entry.returned + amount
        : entry.returned,
    released: isRelease ? entry.released + amount : entry.released,
    cancelled: isRelease && amount === left && entry.taken === 0,
    done: [...entry.done, done],
  };
  return { entry: await save(memory, changed), done };
}

/** Cancels an order that nobody has paid. */
export async function callOff(memory: Memory, entry: Entry): Promise<Entry> {
  return save(memory, { ...entry, cancelled: true });
}
