/** What was charged back is gone already: no operation gives it back once more. */
import { describe, expect, it } from 'vitest';
import type { Minor } from '../../src/payments/money.ts';
import {
  movementOf,
  type Operable,
  type OperationPlan,
  type OperationRule,
  type OperationState,
  planOperation,
  type RecordedOperation,
} from '../../src/payments/operations.ts';
import { type AttemptState, apply, moneyOf, NEW_ATTEMPT } from '../../src/payments/rules.ts';

const IN_PARTS: OperationRule = { parts: 'many', fundsSources: ['paid'] };
const WHOLE: OperationRule = { parts: 'whole', fundsSources: ['held', 'paid'] };

type Moved = 'paid' | 'refunded' | 'charged_back' | 'chargeback_reversed';

function stateOf(...moved: readonly (readonly [Moved, number])[]): AttemptState {
  return moved.reduce(
    (state, [outcome, amount], index) =>
      amount === 0 ? state : apply(state, { outcome, amount: amount as Minor, movement: `m${index}` }),
    NEW_ATTEMPT,
  );
}

function plan(
  amount: number | null,
  states: readonly AttemptState[],
  {
    rule = IN_PARTS,
    operations = [],
    kind = 'refund',
  }: {
    readonly rule?: OperationRule;
    readonly operations?: readonly RecordedOperation[];
    readonly kind?: 'refund' | 'cancel' | 'capture';
  } = {},
) {
  const attempts = states.map((state): Operable => ({ state, amount: 6 as Minor, rule }));
  return planOperation({ kind, amount, attempt: null }, 'EUR', attempts, operations);
}

function recorded(amount: number, state: OperationState): RecordedOperation {
  const planned = plan(amount, [stateOf(['paid', 6])]) as OperationPlan;
  return {
    ...planned,
    number: 1,
    key: '',
    wanted: { kind: 'refund', amount, attempt: null },
    state,
    requestedAt: '',
    finishedAt: null,
    problem: null,
    providerStatus: null,
    providerReference: null,
  };
}

/** Every number from 0 to a number. */
const upTo = (most: number) => Array.from({ length: most + 1 }, (_, number) => number);

const OPEN: readonly OperationState[] = ['accepted', 'awaiting_approval'];

/** Every division of 6 among what was refunded, charged back (up to more than was paid), won again and asked for already. */
const CASES = upTo(6).flatMap((refunded) =>
  upTo(8).flatMap((charged) =>
    upTo(charged).flatMap((won) =>
      upTo(6 - refunded).flatMap((asked) => OPEN.map((state) => ({ refunded, charged, won, asked, state }))),
    ),
  ),
);

describe('a refund beside a chargeback', () => {
  it('never gives back more than is there, in every division of a payment', () => {
    for (const { refunded, charged, won, asked, state } of CASES) {
      const attempt = stateOf(
        ['paid', 6],
        ['refunded', refunded],
        ['charged_back', charged],
        ['chargeback_reversed', won],
      );
      const operations = asked > 0 ? [recorded(asked, state)] : [];
      const left = 6 - refunded - (charged - won) - asked;
      const about = JSON.stringify({ refunded, charged, won, asked, state });
      const all = plan(null, [attempt], { operations });
      if (left > 0) expect(all, about).toMatchObject({ amount: left });
      else expect(all, about).toMatchObject({ code: 'invalid_state' });
      for (const amount of upTo(7).slice(1)) {
        const one = plan(amount, [attempt], { operations });
        if (amount <= left) expect(one, about).toMatchObject({ amount });
        else expect(one, about).toHaveProperty('code', left > 0 ? 'amount_out_of_range' : 'invalid_state');
      }
    }
    expect(CASES.length).toBeGreaterThan(2000);
  });

  it('begins nothing while the outcome of another one is not known', () => {
    const attempt = stateOf(['paid', 6], ['charged_back', 2]);
    for (const state of ['running', 'unknown'] as const)
      expect(plan(1, [attempt], { operations: [recorded(1, state)] })).toMatchObject({
        code: 'invalid_state',
      });
  });

  it('says that nothing is left because it was charged back', () => {
    expect(plan(null, [stateOf(['paid', 6], ['charged_back', 6])])).toEqual({
      code: 'invalid_state',
      detail: 'there is nothing left to refund: 0.06 EUR was charged back',
    });
    const other = stateOf(['paid', 6], ['refunded', 6]);
    expect(plan(null, [other])).toEqual({
      code: 'invalid_state',
      detail: 'there is nothing left to refund',
    });
  });

  it('says how much is left, of an amount that is too much', () => {
    expect(plan(5, [stateOf(['paid', 6], ['charged_back', 2])])).toEqual({
      code: 'amount_out_of_range',
      detail: 'there is 0.04 EUR left to refund',
    });
  });

  it('never says "the whole", by which a provider would give back what was charged back', () => {
    expect(plan(null, [stateOf(['paid', 6], ['charged_back', 2])])).toMatchObject({
      amount: 4,
      whole: false,
      expected: 4,
    });
    const won = stateOf(['paid', 6], ['charged_back', 2], ['chargeback_reversed', 2]);
    expect(plan(null, [won])).toMatchObject({ amount: 6, whole: true });
  });

  it('gives back nothing where a provider does it only with the whole', () => {
    const part = stateOf(['paid', 6], ['charged_back', 2]);
    for (const kind of ['refund', 'cancel'] as const)
      for (const amount of [null, 4, 6])
        expect(plan(amount, [part], { kind, rule: WHOLE })).toEqual({
          code: 'invalid_state',
          detail: `there is nothing left to ${kind}: 0.02 EUR was charged back`,
        });
    expect(plan(null, [stateOf(['paid', 6])], { kind: 'cancel', rule: WHOLE })).toMatchObject({
      whole: true,
    });
  });

  it('takes from the attempt that has something left', () => {
    const gone = stateOf(['paid', 6], ['charged_back', 6]);
    const paid = stateOf(['paid', 6]);
    expect(plan(null, [gone, paid])).toMatchObject({ attempt: 2, amount: 6 });
    expect(plan(null, [paid, gone])).toMatchObject({ attempt: 1, amount: 6 });
  });

  it('says nothing of a chargeback where something is to be captured', () => {
    const rule: OperationRule = { parts: 'many', fundsSources: ['held'] };
    expect(plan(null, [stateOf(['paid', 6], ['charged_back', 6])], { kind: 'capture', rule })).toEqual({
      code: 'invalid_state',
      detail: 'there is nothing left to capture',
    });
  });

  it('leaves what an operation has given back as it was', () => {
    const done = { ...recorded(2, 'succeeded') };
    const given = apply(stateOf(['paid', 6], ['charged_back', 3]), {
      outcome: 'refunded',
      amount: 2 as Minor,
      movement: movementOf(done),
    });
    expect(moneyOf(given)).toMatchObject({ paid: 6, refunded: 2, chargedBack: 3 });
    expect(plan(null, [given], { operations: [done] })).toMatchObject({ amount: 1, expected: 3, outside: 0 });
  });
});
