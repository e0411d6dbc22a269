/** Which operation is which, and what became of it: by names, by elimination, by totals, by messages. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Minor } from '../../src/payments/money.ts';
import type { OperationKind, OperationState, RecordedOperation } from '../../src/payments/operations.ts';
import {
  type BookedOperation,
  type BookedState,
  type Bookings,
  operationOf,
  settledBy,
  settledByState,
} from '../../src/payments/reconciliation.ts';
import { type AttemptState, apply, NEW_ATTEMPT } from '../../src/payments/rules.ts';

const PAID = apply(NEW_ATTEMPT, { outcome: 'paid', amount: 100_000 as Minor, movement: 'm' });
const MONEY = { authorized: 0, released: 0, paid: 100_000, refunded: 0, chargedBack: 0 } as never;

const nameOf = ({ number }: RecordedOperation) => `ours${number}`;

function operation(
  number: number,
  amount: number,
  state: OperationState,
  changes: Partial<RecordedOperation> = {},
): RecordedOperation {
  return {
    kind: 'refund',
    attempt: 1,
    fundsSource: 'paid',
    amount: amount as Minor,
    whole: false,
    expected: amount as Minor,
    outside: 0 as Minor,
    before: MONEY,
    number,
    key: `key-${number}`,
    wanted: { kind: 'refund', amount, attempt: null },
    state,
    requestedAt: '2026-11-26T10:00:00.000Z',
    finishedAt: null,
    problem: null,
    providerStatus: null,
    providerReference: null,
    ...changes,
  };
}

function settled(
  bookings: Partial<Bookings>,
  operations: readonly RecordedOperation[],
  options: { state?: AttemptState; past?: boolean } = {},
): Record<number, string> {
  const { state = PAID, past = true } = options;
  const all = { entries: [], complete: true, status: '', ...bookings };
  return Object.fromEntries(
    settledBy(all, { state, operations, nameOf, isPast: () => past }).map(({ number, booked }) => [
      number,
      booked?.state ?? 'absent',
    ]),
  );
}

const entry = (
  amount: number | null,
  state: BookedState = 'succeeded',
  names: Partial<BookedOperation> = {},
) => ({
  amount,
  state,
  status: state,
  ...names,
});

describe('a list', () => {
  it('does not take the entry of one operation for another of the same amount', () => {
    const operations = [
      operation(1, 101, 'accepted', { providerReference: 'P/1' }),
      operation(2, 101, 'unknown'),
    ];
    const entries = [entry(101, 'succeeded', { providerReference: 'P/1' })];
    expect(settled({ entries, complete: false }, operations)).toEqual({ 1: 'succeeded' });
    expect(settled({ entries }, operations)).toEqual({ 1: 'succeeded', 2: 'absent' });
  });

  it("does not take what was made in the provider's back office for ours", () => {
    const unknown = [operation(1, 500, 'unknown')];
    const foreign = [entry(500, 'succeeded', { operationReference: null })];
    expect(settled({ entries: foreign, complete: false }, unknown)).toEqual({});
    expect(settled({ entries: foreign }, unknown)).toEqual({ 1: 'absent' });
    const named = [entry(500, 'succeeded', { operationReference: 'somebody' })];
    expect(settled({ entries: named }, unknown)).toEqual({ 1: 'absent' });
  });

  it('does not take what a message has brought as foreign for ours', () => {
    const state = apply(PAID, { outcome: 'refunded', amount: 500 as Minor, movement: 'panel' });
    const entries = [entry(500, 'succeeded', { movement: 'panel' })];
    expect(settled({ entries }, [operation(1, 500, 'unknown')], { state })).toEqual({ 1: 'absent' });
  });

  it('does not choose where more entries or fewer fit than wait', () => {
    const unknown = [operation(1, 500, 'unknown')];
    expect(settled({ entries: [entry(500), entry(500)] }, unknown)).toEqual({});
    expect(settled({ entries: [entry(500)] }, unknown)).toEqual({ 1: 'succeeded' });
    expect(settled({ entries: [entry(400)] }, unknown)).toEqual({ 1: 'absent' });
  });

  it('leaves the entry of one that is done to that one', () => {
    const operations = [operation(1, 500, 'succeeded'), operation(2, 500, 'unknown')];
    expect(settled({ entries: [entry(500)] }, operations)).toEqual({ 2: 'absent' });
    expect(settled({ entries: [entry(500), entry(500)] }, operations)).toEqual({ 2: 'succeeded' });
  });

  it('tells the one that was rejected from the one that was done', () => {
    const operations = [operation(1, 500, 'accepted'), operation(2, 300, 'unknown')];
    const entries = [entry(500, 'failed'), entry(300)];
    expect(settled({ entries }, operations)).toEqual({ 1: 'failed', 2: 'succeeded' });
  });

  it('does not end a later one by the entry of one that was declined before', () => {
    const operations = [operation(1, 2500, 'failed'), operation(2, 2500, 'unknown')];
    const entries = [entry(2500, 'failed', { providerReference: 'P/1' })];
    expect(settled({ entries, complete: false }, operations)).toEqual({});
    expect(settled({ entries }, operations, { past: false })).toEqual({});
    const alone = [operation(1, 2500, 'unknown')];
    expect(settled({ entries, complete: false }, alone, { past: false })).toEqual({});
  });

  it('leaves to one that is done the entry that says so', () => {
    const operations = [operation(1, 700, 'accepted'), operation(2, 700, 'succeeded')];
    expect(settled({ entries: [entry(700, 'accepted'), entry(700)] }, operations)).toEqual({ 1: 'accepted' });
    expect(settled({ entries: [entry(700, 'failed'), entry(700)] }, operations)).toEqual({ 1: 'failed' });
  });

  it('does not explain the end of an accepted one by another that was declined at once', () => {
    const operations = [operation(1, 700, 'accepted'), operation(2, 700, 'failed')];
    expect(settled({ entries: [entry(700, 'failed')] }, operations)).toEqual({ 1: 'failed' });
    expect(settled({ entries: [entry(700, 'failed')] }, operations, { past: false })).toEqual({});
    expect(settled({ entries: [entry(700, 'failed'), entry(700)] }, operations)).toEqual({ 1: 'succeeded' });
  });

  it('finds by its message the operation that no name says', () => {
    const operations = [operation(1, 500, 'unknown'), operation(2, 500, 'accepted', { movement: 'm2' })];
    const entries = [entry(500, 'failed', { movement: 'm2' }), entry(500, 'succeeded', { movement: 'm1' })];
    expect(settled({ entries }, operations)).toEqual({ 1: 'succeeded', 2: 'failed' });
  });

  it('does not take for foreign what a message may have brought of ours', () => {
    const state = apply(PAID, { outcome: 'refunded', amount: 500 as Minor, movement: 'm' });
    const operations = [operation(1, 500, 'accepted'), operation(2, 500, 'unknown')];
    const entries = [entry(500, 'failed'), entry(500, 'succeeded', { movement: 'm' })];
    const context = { state, operations, nameOf, isPast: () => true, unclaimed: ['m'] };
    const result = settledBy({ entries, complete: true, status: '' }, context);
    expect(result.map(({ number, booked }) => [number, booked?.state])).toEqual([
      [1, 'failed'],
      [2, 'succeeded'],
    ]);
  });

  it('never ends what was accepted by its absence, nor anything before its time', () => {
    expect(settled({}, [operation(1, 500, 'accepted')])).toEqual({});
    expect(settled({}, [operation(1, 500, 'unknown')], { past: false })).toEqual({});
    expect(settled({}, [operation(1, 500, 'unknown')])).toEqual({ 1: 'absent' });
    expect(settled({ complete: false }, [operation(1, 500, 'unknown')])).toEqual({});
  });

  it('does not believe another amount under our name', () => {
    const entries = [entry(1, 'succeeded', { operationReference: 'ours1' })];
    expect(settled({ entries }, [operation(1, 700, 'unknown')])).toEqual({});
  });

  it('takes a status that names no amount for the only one that waits', () => {
    expect(settled({ entries: [entry(null)] }, [operation(1, 700, 'unknown')])).toEqual({ 1: 'succeeded' });
    const after = [operation(1, 700, 'succeeded'), operation(2, 100, 'unknown')];
    expect(settled({ entries: [entry(null)], complete: false }, after)).toEqual({});
  });
});

describe('a total', () => {
  it('decides by what nothing else explains', () => {
    const operations = [operation(1, 500, 'succeeded'), operation(2, 300, 'unknown')];
    expect(settled({ total: 800 }, operations)).toEqual({ 2: 'succeeded' });
    expect(settled({ total: 500 }, operations)).toEqual({ 2: 'absent' });
    // 200 of somebody else's, and not 300 of ours.
    expect(settled({ total: 700 }, operations)).toEqual({ 2: 'absent' });
    expect(settled({ total: 900 }, operations)).toEqual({});
    const known = apply(PAID, { outcome: 'refunded', amount: 300 as Minor, movement: 'panel' });
    expect(settled({ total: 800 }, operations, { state: known })).toEqual({ 2: 'absent' });
  });

  it('does not choose between two that would both explain it', () => {
    const operations = [operation(1, 300, 'accepted'), operation(2, 300, 'unknown')];
    expect(settled({ total: 300 }, operations)).toEqual({});
    expect(settled({ total: 600 }, operations)).toEqual({ 1: 'succeeded', 2: 'succeeded' });
  });
});

describe('a message', () => {
  const news = (amount: number, changes: Partial<BookedOperation> & { kind?: OperationKind } = {}) => ({
    kind: 'refund' as const,
    ...entry(amount),
    ...changes,
  });
  const of = (what: ReturnType<typeof news>, operations: readonly RecordedOperation[]) =>
    operationOf(what, operations, nameOf)?.number ?? null;

  it('is about the operation that it names, and about no other', () => {
    const two = [
      operation(1, 500, 'accepted', { providerReference: 'R1' }),
      operation(2, 500, 'accepted', { providerReference: 'R2' }),
    ];
    expect(of(news(500, { state: 'failed', providerReference: 'R2' }), two)).toBe(2);
    expect(of(news(500, { operationReference: 'ours2' }), two)).toBe(2);
    expect(of(news(500, { providerReference: 'R9' }), two)).toBeNull();
    expect(of(news(500, { operationReference: null }), two)).toBeNull();
  });

  it('without a name chooses none of several that have numbers of their own', () => {
    const two = [
      operation(1, 500, 'accepted', { providerReference: 'R1' }),
      operation(2, 500, 'accepted', { providerReference: 'R2' }),
    ];
    expect(of(news(500, { movement: 'chargeback' }), two)).toBeNull();
  });

  it('without a name is about the one that fits, if it is one', () => {
    expect(of(news(300), [operation(1, 500, 'accepted'), operation(2, 300, 'unknown')])).toBe(2);
    expect(of(news(400), [operation(1, 500, 'accepted')])).toBeNull();
    expect(of(news(500), [operation(1, 500, 'accepted'), operation(2, 500, 'accepted')])).toBe(1);
    const mixed = [operation(1, 500, 'accepted'), operation(2, 500, 'unknown')];
    expect(of(news(500, { state: 'failed' }), mixed)).toBeNull();
    expect(of(news(500), mixed)).toBeNull();
  });

  it('with the number of one that is running is not taken for one that is done', () => {
    const two = [operation(1, 500, 'succeeded'), operation(2, 500, 'running')];
    expect(of(news(500, { providerReference: 'R2' }), two)).toBeNull();
    expect(of(news(500), two)).toBe(1);
  });

  it('about the money of one that is done already is not taken for another', () => {
    const operations = [operation(1, 500, 'succeeded'), operation(2, 500, 'unknown')];
    expect(of(news(500, { movement: 'a' }), operations)).toBe(1);
    const told = [operation(1, 500, 'succeeded', { movement: 'a' }), operation(2, 500, 'unknown')];
    expect(of(news(500, { movement: 'b' }), told)).toBe(2);
    expect(of(news(500, { movement: 'a' }), told)).toBe(1);
  });
});

describe('a state', () => {
  const held = apply(NEW_ATTEMPT, { outcome: 'authorized', amount: 1000 as Minor, movement: 'm' });
  const states = (state: AttemptState, operations: readonly RecordedOperation[]) =>
    settledByState(state, operations, 'word').map(({ number, booked }) => [number, booked?.state]);

  it('ends a cancel of what is over, and a capture of what ended without money', () => {
    const voided = apply(held, { outcome: 'voided', amount: null, movement: 'm' });
    const cancel = operation(1, 1000, 'accepted', { kind: 'cancel', fundsSource: 'held' });
    const capture = operation(2, 1000, 'accepted', { kind: 'capture', fundsSource: 'held' });
    expect(states(voided, [cancel, capture])).toEqual([
      [1, 'succeeded'],
      [2, 'failed'],
    ]);
    expect(states(held, [cancel, capture])).toEqual([]);
  });

  it('explains a capture by the money that came', () => {
    const capture = operation(1, 400, 'accepted', { kind: 'capture', fundsSource: 'held' });
    const paid = (amount: number) =>
      apply(held, { outcome: 'paid', amount: amount as Minor, movement: 'c', cumulative: true });
    expect(states(paid(400), [capture])).toEqual([[1, 'succeeded']]);
    expect(states(paid(300), [capture])).toEqual([]);
  });
});

describe('for any bank', () => {
  const step = fc.record({
    amount: fc.constantFrom(100, 200, 300),
    state: fc.constantFrom<OperationState>('accepted', 'unknown', 'succeeded', 'failed'),
    bank: fc.constantFrom<BookedState | 'absent'>('succeeded', 'failed', 'accepted', 'absent'),
    named: fc.boolean(),
  });

  it('no operation is settled as the bank has not, where the bank names ours', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), fc.array(step, { maxLength: 3 }), (ours, panel) => {
        const operations = ours.map(({ amount, state }, index) => operation(index + 1, amount, state));
        const entries = [
          ...ours.flatMap(({ amount, bank }, index) =>
            bank === 'absent' ? [] : [entry(amount, bank, { operationReference: `ours${index + 1}` })],
          ),
          ...panel.map(({ amount }) => entry(amount, 'succeeded', { operationReference: null })),
        ];
        for (const [number, what] of Object.entries(settled({ entries }, operations)))
          expect(what).toBe(ours[Number(number) - 1]?.bank);
      }),
      { numRuns: 1000 },
    );
  });

  it('nothing is settled twice, and no more is done than the bank has, where it names nothing', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 6 }),
        fc.array(fc.constantFrom(100, 200, 300), { maxLength: 6 }),
        (ours, booked) => {
          const operations = ours.map(({ amount, state }, index) => operation(index + 1, amount, state));
          const result = settledBy(
            { entries: booked.map((amount) => entry(amount)), complete: true, status: '' },
            { state: PAID, operations, nameOf, isPast: () => true },
          );
          expect(new Set(result.map(({ number }) => number)).size).toBe(result.length);
          for (const amount of [100, 200, 300]) {
            const done = result.filter(
              ({ number, booked: one }) => one?.state === 'succeeded' && ours[number - 1]?.amount === amount,
            );
            const before = ours.filter((one) => one.state === 'succeeded' && one.amount === amount).length;
            const shown = booked.filter((one) => one === amount).length;
            expect(done.length).toBeLessThanOrEqual(Math.max(0, shown - before));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
