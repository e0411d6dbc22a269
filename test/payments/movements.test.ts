/** Movements as a log has them. The failures ruled out: money of erased lines, or of lines of before, is lost or counted twice. */
import { describe, expect, it } from 'vitest';
import { bookProblems } from '../../src/payments/book-check.ts';
import type { Minor } from '../../src/payments/money.ts';
import { bookedMovements, type Money, movementsIn, wholeMovements } from '../../src/payments/movements.ts';
import { NEW_ATTEMPT } from '../../src/payments/rules.ts';
import type { EventType, PaymentEvent } from '../../src/payments/types.ts';

function line(seq: number, type: EventType, detail: Record<string, unknown> = {}): PaymentEvent {
  const at = `2030-01-0${seq}T00:00:00.000Z`;
  return { seq, at, type, source: 'provider', detail, hash: '', salt: '', detailHash: null, erased: false };
}

const money = (changes: Partial<Money>): Money => ({
  authorized: 0,
  paid: 0,
  refunded: 0,
  chargedBack: 0,
  ...changes,
});

describe('the movements of a log', () => {
  it('are those of its lines, and of erased lines at the time of these', () => {
    const events = [
      line(1, 'created', { amount: 1000 }),
      { ...line(2, 'notification.applied'), erased: true },
      line(3, 'operation.succeeded', { money: [{ attempt: 1, refunded: 300 }] }),
      line(4, 'data.erased', { lines: [2], erasedMoney: { 2: [{ attempt: 1, paid: 1000 }] } }),
    ];
    expect(movementsIn(events)).toEqual([
      { seq: 2, at: '2030-01-02T00:00:00.000Z', moved: { attempt: 1, paid: 1000 } },
      { seq: 3, at: '2030-01-03T00:00:00.000Z', moved: { attempt: 1, refunded: 300 } },
    ]);
  });

  it('that begins before lines said what they moved has what came then in one, at the last of these lines', () => {
    const events = [
      line(1, 'created', { amount: 1000 }),
      line(2, 'notification.applied', { outcome: 'paid', amount: 1000 }),
      line(3, 'operation.succeeded', { kind: 'refund', amount: 200 }),
      line(4, 'operation.succeeded', { kind: 'refund', amount: 100, money: [{ attempt: 1, refunded: 100 }] }),
    ];
    const now = [money({ paid: 1000, refunded: 300 })];
    expect(wholeMovements(events, now)).toEqual([
      { seq: 3, at: '2030-01-03T00:00:00.000Z', moved: { attempt: 1, paid: 1000, refunded: 200 } },
      { seq: 4, at: '2030-01-04T00:00:00.000Z', moved: { attempt: 1, refunded: 100 } },
    ]);
  });

  it('are one for each line and attempt in the books, without what is only held', () => {
    const paid = { ...NEW_ATTEMPT, paid: { a: 500 as Minor } };
    const events = [
      line(1, 'created'),
      line(2, 'notification.applied', { money: [{ attempt: 1, authorized: 500 }] }),
      line(3, 'notification.applied', { money: [{ attempt: 1, authorized: -500, paid: 500 }] }),
      line(4, 'notification.applied', { money: [{ attempt: 2, paid: 7 }] }),
    ];
    const attempts = [
      { account: 'one', state: paid },
      { account: 'two', state: { ...NEW_ATTEMPT, paid: { b: 7 as Minor } } },
    ];
    expect(bookedMovements(events, attempts)).toMatchObject([
      { seq: 3, attempt: 1, account: 'one', paid: 500, refunded: 0, chargedBack: 0 },
      { seq: 4, attempt: 2, account: 'two', paid: 7 },
    ]);
  });

  it('of any shape do no harm: a log is checked that somebody may have changed', () => {
    for (const value of [
      null,
      7,
      'x',
      {},
      [null],
      [{ attempt: 'x', paid: 1 }],
      [{ attempt: 1, paid: 'much' }],
    ])
      expect(() => movementsIn([line(1, 'notification.applied', { money: value })])).not.toThrow();
  });
});

describe('sums', () => {
  const booked = { amount: 1000, currency: 'EUR', operations: [], shop: 'sa', accounts: ['eco', 'card'] };
  const events = [
    line(1, 'created', { amount: 1000, currency: 'EUR' }),
    line(2, 'notification.applied', { money: [{ attempt: 1, paid: 1000 }] }),
  ];
  const kinds = (changes: object, log = events) =>
    bookProblems({ ...booked, money: [money({ paid: 1000 })], ...changes }, log).map(({ kind }) => kind);

  it('that the log bears out are no problem; each that it does not is named', () => {
    expect(kinds({})).toEqual([]);
    expect(kinds({ amount: 999 })).toEqual(['asked_differs']);
    expect(kinds({ currency: 'CHF' })).toEqual(['asked_differs']);
    expect(kinds({ money: [money({ paid: 999 })] })).toEqual(['money_differs']);
    expect(kinds({ money: [money({ paid: 1000 }), money({ chargedBack: 1 })] })).toEqual(['money_differs']);
    const refund = { number: 1, kind: 'refund', amount: 5, state: 'succeeded' };
    expect(kinds({ operations: [refund] })).toEqual(['operations_differ']);
    const whose = [
      line(1, 'created', { amount: 1000, currency: 'EUR', shop: 'sa', account: 'eco' }),
      line(2, 'notification.applied', { money: [{ attempt: 1, paid: 1000 }] }),
    ];
    expect(kinds({}, whose)).toEqual([]);
    expect(kinds({ shop: 'sb' }, whose)).toEqual(['whose_differs']);
    expect(kinds({ accounts: ['other'] }, whose)).toEqual(['whose_differs']);
    // An attempt that has moved to a fallback, with its line there and erased.
    const forwarded = [...whose, line(3, 'forwarded', { attempt: 1, account: 'other' })];
    expect(kinds({ accounts: ['other'] }, forwarded)).toEqual([]);
    const erased = { ...line(3, 'forwarded', {}), erased: true };
    const gone = [...whose, erased, line(4, 'data.erased', { lines: [3] })];
    expect(kinds({ accounts: ['other'] }, gone)).toEqual([]);
    const kept = [
      ...[...whose, erased],
      line(4, 'data.erased', { lines: [3], erasedAccounts: [{ attempt: 1, account: 'other' }] }),
    ];
    expect(kinds({ accounts: ['other'] }, kept)).toEqual([]);
    expect(kinds({ accounts: ['third'] }, kept)).toEqual(['whose_differs']);
    const replaced = [...events, line(3, 'replaced', { amount: 50, currency: 'EUR' })];
    expect(kinds({ amount: 50 }, replaced)).toEqual([]);
  });
});
