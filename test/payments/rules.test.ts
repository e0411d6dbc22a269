/** The rules of movement: the whole table, and the properties that hold for any set of updates. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bearingOf } from '../../src/payments/bearing.ts';
import { mismatch } from '../../src/payments/mismatch.ts';
import type { Minor } from '../../src/payments/money.ts';
import {
  type AttemptState,
  type AttemptUpdate,
  apply,
  forward,
  NEW_ATTEMPT,
} from '../../src/payments/rules.ts';
import { OUTCOMES, type Outcome, STATUSES, type Status } from '../../src/payments/statuses.ts';
import { summarize } from '../../src/payments/summary.ts';

const ASKED = 1000 as Minor;

const update = (outcome: Outcome, amount = 1000, movement = 'm'): AttemptUpdate => ({
  outcome,
  amount: amount as Minor,
  movement,
});

const having = (...list: readonly AttemptUpdate[]): AttemptState => list.reduce(apply, NEW_ATTEMPT);
const status = (...attempts: readonly AttemptState[]) => summarize(ASKED, attempts).status;

/** One attempt in each status. */
const IN_STATUS: Record<Status, AttemptState> = {
  created: NEW_ATTEMPT,
  forwarded: forward(NEW_ATTEMPT),
  pending: having(update('pending')),
  authorized: having(update('authorized')),
  partially_paid: having(update('paid', 400)),
  paid: having(update('paid')),
  denied: having(update('denied')),
  cancelled: having(update('cancelled')),
  expired: having(update('expired')),
  error: having(update('error')),
  partially_refunded: having(update('paid'), update('refunded', 300, 'r')),
  refunded: having(update('paid'), update('refunded', 1000, 'r')),
  charged_back: having(update('paid'), update('charged_back')),
};

/** A movement of its own for each outcome, and the amount that it carries. */
const NEXT: Record<Outcome, AttemptUpdate> = {
  none: update('none'),
  pending: update('pending'),
  error: update('error'),
  expired: update('expired'),
  cancelled: update('cancelled'),
  denied: update('denied'),
  authorized: update('authorized'),
  voided: update('voided'),
  capture_denied: update('capture_denied'),
  paid: update('paid', 1000, 'm'),
  refunded: update('refunded', 1000, 'r'),
  released: update('released', 400),
  reversed: update('reversed'),
  charged_back: update('charged_back'),
  chargeback_reversed: update('chargeback_reversed'),
};

/** Rows: the status before. Columns: the outcome, in the order of OUTCOMES; `.` is no change. */
const TABLE: Record<Status, string> = {
  //                none pending error expired cancelled denied authorized voided capture_denied paid refunded released reversed charged_back chargeback_reversed
  created:
    '. pending error expired cancelled denied authorized cancelled denied paid . . cancelled charged_back .',
  forwarded:
    '. pending error expired cancelled denied authorized cancelled denied paid . . cancelled charged_back .',
  pending: '. . error expired cancelled denied authorized cancelled denied paid . . cancelled charged_back .',
  error: '. . . expired cancelled denied authorized cancelled denied paid . . cancelled charged_back .',
  expired: '. . . . cancelled denied authorized cancelled denied paid . . cancelled charged_back .',
  cancelled: '. . . . . denied authorized . denied paid . . . charged_back .',
  denied: '. . . . . . authorized cancelled . paid . . cancelled charged_back .',
  authorized: '. . . . . . . cancelled denied paid . . cancelled charged_back .',
  partially_paid: '. . . . . . . . . paid refunded . refunded charged_back .',
  paid: '. . . . . . . . . . refunded . refunded charged_back .',
  partially_refunded: '. . . . . . . . . . refunded . refunded charged_back .',
  refunded: '. . . . . . . . . . . . . charged_back .',
  charged_back: '. . . . . . . . . . . . . . paid',
};

describe('every status against every outcome', () => {
  it('starts each row in its status', () => {
    for (const name of STATUSES) expect(status(IN_STATUS[name])).toBe(name);
  });

  for (const before of STATUSES) {
    const cells = TABLE[before].split(' ');
    for (const [column, outcome] of OUTCOMES.entries()) {
      const expected = cells[column] === '.' ? before : cells[column];
      it(`${before}, then ${outcome}: ${expected}`, () => {
        expect(status(apply(IN_STATUS[before], NEXT[outcome]))).toBe(expected);
      });
    }
  }
});

const someUpdate: fc.Arbitrary<AttemptUpdate> = fc.record({
  outcome: fc.constantFrom(...OUTCOMES),
  amount: fc.constantFrom(0, 1, 300, 400, 600, 1000, 1500).map((amount) => amount as Minor),
  movement: fc.constantFrom('a', 'b', 'c'),
  cumulative: fc.boolean(),
  sequence: fc.constantFrom('9', '10', '11', ''),
  ofTransaction: fc.boolean(),
});

/** Updates about up to three attempts. */
const someHistory = fc.array(fc.tuple(fc.nat({ max: 2 }), someUpdate), { maxLength: 12 });

function play(history: readonly (readonly [number, AttemptUpdate])[]) {
  const attempts = [forward(NEW_ATTEMPT), forward(NEW_ATTEMPT), forward(NEW_ATTEMPT)];
  for (const [index, item] of history) attempts[index] = apply(attempts[index] ?? NEW_ATTEMPT, item);
  return summarize(ASKED, attempts);
}

describe('for any set of updates', () => {
  it('order and repetition change nothing', () => {
    fc.assert(
      fc.property(
        someHistory.chain((history) =>
          fc.tuple(
            fc.constant(history),
            fc.shuffledSubarray(history, { minLength: history.length }),
            fc.array(fc.nat({ max: Math.max(0, history.length - 1) }), { maxLength: 6 }),
          ),
        ),
        ([history, shuffled, repeats]) => {
          const again = repeats.flatMap((index) => (history[index] ? [history[index]] : []));
          expect(play([...again, ...shuffled, ...again])).toEqual(play(history));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('a card that was stored holds nothing, whether it came before the hold or after', () => {
    const of = (amount: number): [number, AttemptUpdate] => [
      0,
      { outcome: 'authorized', amount: amount as Minor, movement: 'a', ofTransaction: true },
    ];
    expect(play([of(0), of(400)])).toEqual(play([of(400), of(0)]));
    expect(play([of(0), of(400)]).amounts.authorized).toBe(400);
  });

  it('money that arrived is never lost', () => {
    fc.assert(
      fc.property(someHistory, someHistory, (before, later) => {
        // The amount of one transaction can fall, by its provider's own word: that is a test of its own.
        const facts = later.map(([index, item]) => [index, { ...item, ofTransaction: false }] as const);
        expect(play([...before, ...facts]).amounts.paid).toBeGreaterThanOrEqual(play(before).amounts.paid);
      }),
    );
  });

  it('a refund never exceeds what was paid', () => {
    fc.assert(
      fc.property(someHistory, (history) => {
        const { amounts } = play(history);
        expect(amounts.refunded).toBeLessThanOrEqual(amounts.paid);
      }),
    );
  });

  it('paid means that at least what was asked has arrived', () => {
    fc.assert(
      fc.property(someHistory, (history) => {
        const summary = play(history);
        if (summary.status === 'paid') expect(summary.amounts.paid).toBeGreaterThanOrEqual(ASKED);
        if (summary.status === 'partially_paid') expect(summary.amounts.paid).toBeLessThan(ASKED);
      }),
    );
  });

  it('an update that changes nothing returns the same object', () => {
    fc.assert(
      fc.property(fc.array(someUpdate), someUpdate, (list, item) => {
        const once = apply(list.reduce(apply, NEW_ATTEMPT), item);
        expect(apply(once, item)).toBe(once);
      }),
    );
  });
});

describe('several attempts', () => {
  const denied = IN_STATUS.denied;

  it('the sum over attempts counts', () => {
    expect(status(having(update('paid', 400)), having(update('paid', 600)))).toBe('paid');
    expect(summarize(ASKED, [having(update('paid', 400)), having(update('paid', 600))]).paidTwice).toBe(
      false,
    );
  });

  it('paid twice is seen, whichever came first', () => {
    const both = summarize(ASKED, [IN_STATUS.paid, IN_STATUS.paid]);
    expect(both).toMatchObject({ status: 'paid', paidTwice: true, amounts: { paid: 2000 } });
    expect(summarize(ASKED, [having(update('paid', 1500))]).paidTwice).toBe(false);
  });

  it('paid twice is seen inside one attempt, and not of a total or of one movement that is told twice', () => {
    const twice = (...list: readonly AttemptUpdate[]) => summarize(ASKED, [having(...list)]).paidTwice;
    const total = { ...update('paid', 2000, 't'), cumulative: true };
    expect(twice(update('paid', 1000, 'a'), update('paid', 1000, 'b'))).toBe(true);
    expect(twice(update('paid', 1000, 'a'), update('paid', 1000, 'a'))).toBe(false);
    expect(twice(update('paid', 1000, 'a'), update('paid', 1500, 'a'))).toBe(false);
    expect(twice(total)).toBe(false);
    expect(twice(total, update('paid', 1000, 'a'))).toBe(false);
    expect(twice(update('paid', 400, 'a'), update('paid', 600, 'b'))).toBe(false);
  });

  it('a chargeback that is won leaves what the money says, whichever of the two is told first', () => {
    const paid = having(update('paid'), update('charged_back', 1000, 'c'));
    expect(status(paid)).toBe('charged_back');
    expect(status(apply(paid, update('chargeback_reversed', 400, 'w')))).toBe('charged_back');
    expect(status(apply(paid, update('chargeback_reversed', 1000, 'w')))).toBe('paid');
    const early = having(update('chargeback_reversed', 1000, 'w'), update('paid'));
    expect(status(early)).toBe('paid');
    expect(status(apply(early, update('charged_back', 1000, 'c')))).toBe('paid');
    const refunded = apply(IN_STATUS.partially_refunded, update('charged_back', 700, 'c'));
    expect(status(apply(refunded, update('chargeback_reversed', 700, 'w')))).toBe('partially_refunded');
  });

  it('a new attempt is in process again after a decline, and its result counts', () => {
    expect(status(denied, forward(NEW_ATTEMPT))).toBe('forwarded');
    expect(status(denied, IN_STATUS.paid)).toBe('paid');
    expect(status(IN_STATUS.paid, denied)).toBe('paid');
  });

  it('one that a bank is processing is hidden by no result of another, and one that is being built takes nothing back', () => {
    const without = STATUSES.filter((name) => summarize(ASKED, [IN_STATUS[name]]).amounts.paid === 0);
    for (const first of without)
      for (const second of without)
        for (const third of without) {
          const names = [first, second, third];
          const decisive = ['authorized', 'pending'].find((name) => names.includes(name as Status));
          const expected = decisive ?? names.findLast((name) => name !== 'created') ?? 'created';
          expect(status(...names.map((name) => IN_STATUS[name])), names.join()).toBe(expected);
        }
  });

  it('money counts whatever two others are', () => {
    for (const first of STATUSES)
      for (const second of STATUSES) {
        const found = status(IN_STATUS[first], IN_STATUS.paid, IN_STATUS[second]);
        const isMoney = ['paid', 'partially_refunded', 'refunded', 'charged_back'];
        expect(isMoney, `${first}, paid, ${second}`).toContain(found);
      }
  });

  it('a live authorization stays one', () => {
    expect(status(IN_STATUS.authorized, denied)).toBe('authorized');
    expect(summarize(ASKED, [IN_STATUS.authorized]).amounts.authorized).toBe(1000);
    expect(summarize(ASKED, [having(update('authorized'), update('voided'))]).amounts.authorized).toBe(0);
  });
});

describe('what an update is to readers', () => {
  const bearing = (attempts: readonly AttemptState[], outcome: Outcome, of = attempts.length - 1) => {
    const before = attempts[of] ?? NEW_ATTEMPT;
    const after = apply(before, NEXT[outcome]);
    return {
      bearing: bearingOf(attempts, outcome, { hasMoved: after !== before }),
      changed: status(...attempts) !== status(...attempts.with(of, after)),
    };
  };

  it('is the newest result wherever it changes the status, whatever the other attempts are', () => {
    for (const [first, second] of STATUSES.flatMap((one) => STATUSES.map((two) => [one, two] as const))) {
      for (const outcome of OUTCOMES) {
        const found = bearing([IN_STATUS[first], IN_STATUS[second]], outcome);
        const about = `${first}, ${second}: ${outcome}`;
        expect(found.changed ? found.bearing : 'moved', about).toBe('moved');
      }
    }
  });

  it('is stale where it says less than money that is there, in this attempt or in another', () => {
    const less = ['pending', 'error', 'expired', 'cancelled', 'denied'] as const;
    for (const outcome of less) {
      for (const there of ['authorized', 'paid', 'partially_refunded', 'refunded', 'charged_back'] as const) {
        expect(bearing([IN_STATUS[there]], outcome).bearing, `${there}: ${outcome}`).toBe('stale');
        expect(bearing([IN_STATUS[there], forward(NEW_ATTEMPT)], outcome).bearing).toBe('stale');
      }
    }
    for (const outcome of ['authorized', 'voided', 'capture_denied'] as const)
      expect(bearing([IN_STATUS.paid], outcome).bearing, outcome).toBe('stale');
  });

  it('is a remark where it moves nothing and no money is there', () => {
    expect(bearing([IN_STATUS.denied], 'cancelled').bearing).toBe('remark');
    expect(bearing([IN_STATUS.pending], 'pending').bearing).toBe('remark');
    for (const there of STATUSES) expect(bearing([IN_STATUS[there]], 'none').bearing).toBe('remark');
  });

  it('is stale where it repeats money that is known', () => {
    expect(bearing([IN_STATUS.paid], 'paid').bearing).toBe('stale');
    expect(bearing([IN_STATUS.refunded], 'refunded').bearing).toBe('stale');
  });
});

describe('what does not fit', () => {
  const asked = { amount: ASKED, currency: 'EUR' };
  it.each([
    ['paid', 1000, 'EUR', null],
    ['paid', 1000, null, null],
    ['paid', 1000, 'USD', 'currency'],
    ['paid', null, 'EUR', 'amount_missing'],
    ['paid', 1.5, 'EUR', 'amount_missing'],
    ['paid', 400, 'EUR', 'amount_below'],
    ['paid', 1001, 'EUR', 'amount_above'],
    ['authorized', 400, 'EUR', 'amount_below'],
    ['refunded', 400, 'EUR', null],
    ['refunded', 4000, 'EUR', 'amount_implausible'],
    ['paid', 2000, 'EUR', 'amount_above'],
    ['paid', 2001, 'EUR', 'amount_implausible'],
    ['authorized', 50_000, 'EUR', 'amount_implausible'],
    ['paid', 100_000, 'EUR', 'amount_scaled'],
    ['charged_back', 50_000, 'EUR', 'amount_implausible'],
    ['charged_back', 1500, 'EUR', 'amount_above'],
    ['released', 1001, 'EUR', 'amount_implausible'],
    ['reversed', null, 'EUR', null],
    ['reversed', 1000, 'EUR', null],
    ['reversed', 50_000, 'EUR', 'amount_implausible'],
    ['denied', null, 'USD', null],
    ['pending', 1, 'EUR', null],
  ] as const)('%s of %s %s: %s', (outcome, amount, currency, expected) => {
    expect(mismatch(asked, { outcome, amount, currency })).toBe(expected);
  });
});

describe('a hold that was lowered', () => {
  const hold = (amount: number) =>
    ({ outcome: 'authorized', amount: amount as Minor, movement: 'T1', ofTransaction: true }) as const;
  it.each([
    [[1000, 700], 700],
    [[700, 1000], 700],
    [[1000, 700, 1000, 800], 700],
    [[1000, 700, 400], 400],
    [[400, 700, 1000], 400],
    [[1000, 1000], 1000],
  ] as const)('%j holds %d, in any order', (amounts, left) => {
    const state = amounts.reduce((before, amount) => apply(before, hold(amount)), NEW_ATTEMPT);
    expect(summarize(ASKED, [state]).amounts.authorized).toBe(left);
    expect(apply(state, hold(amounts[0]))).toBe(state);
  });
});
