/** The rules of movement: the whole table, and the properties that hold for any set of news. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Minor } from '../../src/payments/money.ts';
import {
  type AttemptState,
  type AttemptUpdate,
  apply,
  forward,
  mismatch,
  NEW_ATTEMPT,
  summarize,
} from '../../src/payments/rules.ts';
import { OUTCOMES, type Outcome, STATUSES, type Status } from '../../src/payments/statuses.ts';

const ASKED = 1000 as Minor;

const news = (outcome: Outcome, amount = 1000, movement = 'm'): AttemptUpdate => ({
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
  pending: having(news('pending')),
  authorized: having(news('authorized')),
  partially_paid: having(news('paid', 400)),
  paid: having(news('paid')),
  denied: having(news('denied')),
  cancelled: having(news('cancelled')),
  expired: having(news('expired')),
  error: having(news('error')),
  partially_refunded: having(news('paid'), news('refunded', 300, 'r')),
  refunded: having(news('paid'), news('refunded', 1000, 'r')),
  charged_back: having(news('paid'), news('charged_back')),
};

/** A movement of its own for each outcome, and the amount that it carries. */
const NEXT: Record<Outcome, AttemptUpdate> = {
  none: news('none'),
  pending: news('pending'),
  error: news('error'),
  expired: news('expired'),
  cancelled: news('cancelled'),
  denied: news('denied'),
  authorized: news('authorized'),
  voided: news('voided'),
  capture_denied: news('capture_denied'),
  paid: news('paid', 1000, 'm'),
  refunded: news('refunded', 1000, 'r'),
  released: news('released', 400),
  reversed: news('reversed'),
  charged_back: news('charged_back'),
};

/** Rows: the status before. Columns: the outcome, in the order of OUTCOMES; `.` is no change. */
const TABLE: Record<Status, string> = {
  //                none pending error expired cancelled denied authorized voided capture_denied paid refunded released reversed charged_back
  created:
    '. pending error expired cancelled denied authorized cancelled denied paid . . cancelled charged_back',
  forwarded:
    '. pending error expired cancelled denied authorized cancelled denied paid . . cancelled charged_back',
  pending: '. . error expired cancelled denied authorized cancelled denied paid . . cancelled charged_back',
  error: '. . . expired cancelled denied authorized cancelled denied paid . . cancelled charged_back',
  expired: '. . . . cancelled denied authorized cancelled denied paid . . cancelled charged_back',
  cancelled: '. . . . . denied authorized . denied paid . . . charged_back',
  denied: '. . . . . . authorized cancelled . paid . . cancelled charged_back',
  authorized: '. . . . . . . cancelled denied paid . . cancelled charged_back',
  partially_paid: '. . . . . . . . . paid refunded . refunded charged_back',
  paid: '. . . . . . . . . . refunded . refunded charged_back',
  partially_refunded: '. . . . . . . . . . refunded . refunded charged_back',
  refunded: '. . . . . . . . . . . . . charged_back',
  charged_back: '. . . . . . . . . . . . . .',
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

const someNews: fc.Arbitrary<AttemptUpdate> = fc.record({
  outcome: fc.constantFrom(...OUTCOMES),
  amount: fc.constantFrom(0, 1, 300, 400, 600, 1000, 1500).map((amount) => amount as Minor),
  movement: fc.constantFrom('a', 'b', 'c'),
  cumulative: fc.boolean(),
  sequence: fc.constantFrom('9', '10', '11', ''),
});

/** News about up to three attempts. */
const someHistory = fc.array(fc.tuple(fc.nat({ max: 2 }), someNews), { maxLength: 12 });

function play(history: readonly (readonly [number, AttemptUpdate])[]) {
  const attempts = [forward(NEW_ATTEMPT), forward(NEW_ATTEMPT), forward(NEW_ATTEMPT)];
  for (const [index, item] of history) attempts[index] = apply(attempts[index] ?? NEW_ATTEMPT, item);
  return summarize(ASKED, attempts);
}

describe('for any set of news', () => {
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

  it('money that arrived is never lost', () => {
    fc.assert(
      fc.property(someHistory, someHistory, (before, later) => {
        expect(play([...before, ...later]).amounts.paid).toBeGreaterThanOrEqual(play(before).amounts.paid);
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

  it('news that changes nothing returns the same object', () => {
    fc.assert(
      fc.property(fc.array(someNews), someNews, (list, item) => {
        const once = apply(list.reduce(apply, NEW_ATTEMPT), item);
        expect(apply(once, item)).toBe(once);
      }),
    );
  });
});

describe('several attempts', () => {
  const denied = IN_STATUS.denied;

  it('the sum over attempts counts', () => {
    expect(status(having(news('paid', 400)), having(news('paid', 600)))).toBe('paid');
    expect(summarize(ASKED, [having(news('paid', 400)), having(news('paid', 600))]).paidTwice).toBe(false);
  });

  it('paid twice is seen, whichever came first', () => {
    const both = summarize(ASKED, [IN_STATUS.paid, IN_STATUS.paid]);
    expect(both).toMatchObject({ status: 'paid', paidTwice: true, amounts: { paid: 2000 } });
    expect(summarize(ASKED, [having(news('paid', 1500))]).paidTwice).toBe(false);
  });

  it('a new trip is in process again after a refusal, and its result counts', () => {
    expect(status(denied, forward(NEW_ATTEMPT))).toBe('forwarded');
    expect(status(denied, IN_STATUS.paid)).toBe('paid');
    expect(status(IN_STATUS.paid, denied)).toBe('paid');
  });

  it('a trip that has only begun does not hide one in process at the bank', () => {
    expect(status(IN_STATUS.pending, forward(NEW_ATTEMPT))).toBe('pending');
    expect(status(IN_STATUS.pending, denied)).toBe('denied');
  });

  it('a live authorization stays one', () => {
    expect(status(IN_STATUS.authorized, denied)).toBe('authorized');
    expect(summarize(ASKED, [IN_STATUS.authorized]).amounts.authorized).toBe(1000);
    expect(summarize(ASKED, [having(news('authorized'), news('voided'))]).amounts.authorized).toBe(0);
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
    ['refunded', 4000, 'EUR', 'amount_above'],
    ['denied', null, 'USD', null],
    ['pending', 1, 'EUR', null],
  ] as const)('%s of %s %s: %s', (outcome, amount, currency, expected) => {
    expect(mismatch(asked, { outcome, amount, currency })).toBe(expected);
  });
});
