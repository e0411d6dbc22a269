/**
 * A simulated bank's ledger: one entry an order, with the money that the bank holds, has taken and has given back. It is
 * the same for every bank; how a merchant moves that money and learns of it is each bank's own protocol.
 */
import type { BankOrder, Decision, Memory } from './bank.ts';
import type { BankOperation, BankOperationKind, Entry } from './entry.ts';
import { amountOfMessage, partNumber, partsIn } from './parts.ts';

export type { BankOperationKind, Entry };

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
      // Data folders of before have only what was done.
      state: operation.state ?? 'done',
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
  if (before && before.held + before.taken > 0) {
    await takenPart(memory, before, order, decision);
    return;
  }
  const isPaid = decision === 'pay';
  await save(memory, {
    order: order.order,
    account: order.account,
    currency: order.currency,
    asked: order.amount,
    held: isPaid && order.manual ? order.amount : 0,
    taken: isPaid && !order.manual ? amountOfMessage(order) : 0,
    returned: 0,
    released: 0,
    cancelled: decision === 'cancel',
    done: [],
    data: { ...order.data, id: order.id, ...(isPaid && order.data.parts && { taken: '1' }) },
  });
}

/** The parts of an order that the bank has taken, by their numbers. */
export function takenParts({ data }: Pick<Entry, 'data'>): readonly number[] {
  return data.taken ? data.taken.split(',').map(Number) : [];
}

/** Takes a later part of an order, once. */
async function takenPart(memory: Memory, entry: Entry, order: BankOrder, decision: Decision): Promise<void> {
  const number = partNumber(order);
  const amount = partsIn(order)[number - 1];
  const known = takenParts(entry);
  if (decision !== 'pay' || amount === undefined || known.includes(number)) return;
  const data = { ...entry.data, taken: [...known, number].join(',') };
  await save(memory, { ...entry, taken: entry.taken + amount, data });
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
    /** As in BankOperation: at banks where the rest is let go with the first capture. */
    readonly isOfTaken?: true;
  },
): Promise<{ readonly entry: Entry; readonly done: BankOperation } | Rejection> {
  const isHeld = entry.held > 0 && !entry.cancelled;
  const isOfHeld = isHeld && wanted.kind !== 'refund' && !wanted.isOfTaken;
  const reserved = entry.done
    .filter(({ state, kind }) => state === 'pending' && (kind !== 'refund') === isOfHeld)
    .reduce((sum, { amount }) => sum + amount, 0);
  const left =
    (isOfHeld ? entry.held - entry.taken - entry.released : entry.taken - entry.returned) - reserved;
  if (wanted.kind === 'capture' && !isHeld) return 'state';
  if (entry.cancelled || left <= 0) return 'state';
  const amount = wanted.amount ?? left;
  if (amount <= 0 || amount > left) return 'amount';
  const done: BankOperation = {
    id: String(700_000_000 + entry.done.length) + entry.order.slice(-6).replace(/\D/g, '7'),
    kind: wanted.kind,
    amount,
    operationReference: wanted.operationReference ?? '',
    ...(wanted.isOfTaken && { isOfTaken: true }),
    state: (await memory.get(slowPlace(entry.order))) ? 'pending' : 'done',
  };
  const listed = { ...entry, done: [...entry.done, done] };
  return { entry: await save(memory, done.state === 'done' ? moved(listed, done) : listed), done };
}

/** An entry after an operation that is carried out. */
function moved(entry: Entry, { kind, amount, isOfTaken }: BankOperation): Entry {
  const isRelease = kind === 'cancel' && entry.held > 0 && !isOfTaken;
  const released = isRelease ? entry.released + amount : entry.released;
  return {
    ...entry,
    taken: kind === 'capture' ? entry.taken + amount : entry.taken,
    returned:
      kind === 'refund' || (kind === 'cancel' && !isRelease) ? entry.returned + amount : entry.returned,
    released,
    cancelled: entry.cancelled || (isRelease && entry.taken === 0 && released === entry.held),
  };
}

function slowPlace(order: string): string {
  return `slow/${order}`;
}

/** Whether the bank carries out the operations of an order later (`concluded`), and not at once. */
export function setSlow(memory: Memory, order: string, slow: boolean): Promise<void> {
  return memory.put(slowPlace(order), slow ? 'slow' : '');
}

/** Carries out an operation that is pending, or rejects it. */
export async function concluded(
  memory: Memory,
  entry: Entry,
  id: string,
  state: 'done' | 'rejected',
): Promise<Entry> {
  const operation = entry.done.find((one) => one.id === id && one.state === 'pending');
  if (!operation) return entry;
  const listed = {
    ...entry,
    done: entry.done.map((one) => (one === operation ? { ...operation, state } : one)),
  };
  return save(memory, state === 'done' ? moved(listed, operation) : listed);
}

/** Cancels an order that nobody has paid. */
export async function callOff(memory: Memory, entry: Entry): Promise<Entry> {
  return save(memory, { ...entry, cancelled: true });
}
