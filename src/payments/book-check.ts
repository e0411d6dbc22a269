/** Checks that the stored sums of a payment are those of its log. Pure: it is given both. */
import { lastSilentLine, MONEY_KINDS, type Money, movementsIn, withMoney } from './movements.ts';
import { OPERATION_KINDS, type RecordedOperation } from './operations.ts';
import type { PaymentEvent } from './types.ts';

/** What of a payment differs from what stands elsewhere. */
export const BOOK_PROBLEMS = [
  'chain_broken',
  'anchor_differs',
  'asked_differs',
  'whose_differs',
  'money_differs',
  'operations_differ',
  'copy_missing',
  'copy_differs',
  'copy_behind',
  'ledger_missing',
  'unreadable',
] as const;

export interface BookProblem {
  readonly kind: (typeof BOOK_PROBLEMS)[number];
  /** What is where: for people. */
  readonly detail: string;
}

/** A payment as its ledger stores it. */
interface Booked {
  readonly amount: number;
  readonly currency: string;
  readonly shop: string;
  /** By attempt: where it went to. */
  readonly accounts: readonly string[];
  /** By attempt. */
  readonly money: readonly Money[];
  readonly operations: readonly Pick<RecordedOperation, 'number' | 'kind' | 'amount' | 'state'>[];
}

/** What the newest line that names it says was asked for; null: no line does. */
function askedIn(events: readonly PaymentEvent[]): { amount: unknown; currency: unknown } | null {
  const line = events.findLast(({ type, detail }) =>
    type === 'replaced' ? detail.amount !== undefined : type === 'created',
  );
  const { amount, currency } = line?.detail ?? {};
  return amount === undefined ? null : { amount, currency };
}

function* askedProblems({ amount, currency }: Booked, events: readonly PaymentEvent[]) {
  const asked = askedIn(events);
  if (asked === null || (asked.amount === amount && asked.currency === currency)) return;
  const [stored, logged] = [`${amount} ${currency}`, `${String(asked.amount)} ${String(asked.currency)}`];
  yield `the payment asks for ${stored}, its log for ${logged}`;
}

/** What lines say of the accounts of attempts. The line that says which others were erased keeps what those have said. */
function* accountsIn(events: readonly PaymentEvent[]) {
  for (const { detail } of events) {
    yield* (detail.erasedAccounts ?? []) as readonly PaymentEvent['detail'][];
    if (detail.account) yield { attempt: 1, ...detail };
  }
}

/**
 * Whose money it is: the shop that the log begins with, and the account of each attempt that has moved money. What older logs do not say, and what
 * was erased before erasures kept the accounts, is compared with nothing.
 */
function* whoseProblems({ shop, accounts, money }: Booked, events: readonly PaymentEvent[]) {
  const logged = events[0]?.detail.shop ?? shop;
  if (logged !== shop) yield `the shop is ${shop}, ${String(logged)} in its log`;
  if (events.some(({ type, detail }) => type === 'data.erased' && !detail.erasedAccounts)) return;
  const named = Map.groupBy(accountsIn(events), ({ attempt }) => attempt);
  for (const [index, account] of accounts.entries()) {
    const logs = named.get(index + 1)?.map((one) => one.account);
    if (logs && !logs.includes(account) && MONEY_KINDS.some((kind) => money[index]?.[kind]))
      yield `the account of attempt ${index + 1} is ${account}, ${logs.join(', ')} in its log`;
  }
}

/** Of a log that begins before lines said what they moved, what came then is not known: no sum of it can be checked. */
function* moneyProblems({ money }: Booked, events: readonly PaymentEvent[]) {
  if (lastSilentLine(events)) return;
  const logged = withMoney(
    [],
    movementsIn(events).map(({ moved }) => moved),
  );
  for (let index = 0; index < Math.max(money.length, logged.length); index += 1)
    for (const kind of MONEY_KINDS) {
      const [stored, summed] = [money[index]?.[kind] ?? 0, logged[index]?.[kind] ?? 0];
      if (stored !== summed)
        yield `${kind} of attempt ${index + 1} is ${stored}, the movements in its log sum up to ${summed}`;
    }
}

function* operationProblems({ operations }: Booked, events: readonly PaymentEvent[]) {
  const lines = events.filter(({ type }) => type === 'operation.succeeded');
  const sumOf = (amounts: readonly unknown[]) => amounts.reduce((sum: number, one) => sum + Number(one), 0);
  for (const kind of OPERATION_KINDS) {
    const done = operations.filter((one) => one.kind === kind && one.state === 'succeeded');
    const logged = lines.filter(({ detail }) => detail.kind === kind);
    const stored = sumOf(done.map(({ amount }) => amount));
    const summed = sumOf(logged.map(({ detail }) => detail.amount));
    if (stored !== summed || done.length !== logged.length)
      yield `${done.length} of kind ${kind} sum up to ${stored}, ${logged.length} in the log to ${summed}`;
  }
}

/** Every sum that its log does not bear out. */
export function bookProblems(booked: Booked, events: readonly PaymentEvent[]): BookProblem[] {
  const found = (kind: BookProblem['kind'], details: Iterable<string>) =>
    [...details].map((detail) => ({ kind, detail }));
  return [
    ...found('asked_differs', askedProblems(booked, events)),
    ...found('whose_differs', whoseProblems(booked, events)),
    ...found('money_differs', moneyProblems(booked, events)),
    ...found('operations_differ', operationProblems(booked, events)),
  ];
}
