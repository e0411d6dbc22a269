/** What may be done after a payment: every source of funds, and the sums that no sequence of operations exceeds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Minor } from '../../src/payments/money.ts';
import {
  movementOf,
  OPERATION_KINDS,
  type Operable,
  type OperationKind,
  type OperationPlan,
  type OperationRule,
  type OperationState,
  type OperationWanted,
  planOperation,
  type RecordedOperation,
  updateOf,
} from '../../src/payments/operations.ts';
import { type AttemptState, apply, moneyOf, NEW_ATTEMPT } from '../../src/payments/rules.ts';

const ASKED = 1000 as Minor;

const update = (outcome: 'authorized' | 'paid', amount = 1000) => ({
  outcome,
  amount: amount as Minor,
  movement: 'm',
});

const HELD = apply(NEW_ATTEMPT, update('authorized'));
const PAID = apply(NEW_ATTEMPT, update('paid'));

const RULES: Record<OperationKind, OperationRule> = {
  capture: { parts: 'many', fundsSources: ['held'] },
  cancel: { parts: 'many', fundsSources: ['held', 'paid', 'open'], afterPart: true },
  refund: { parts: 'many', fundsSources: ['paid'] },
};

const wanted = (
  kind: OperationKind,
  amount: number | null = null,
  attempt: number | null = null,
): OperationWanted => ({
  kind,
  amount,
  attempt,
});

function plan(
  operation: OperationWanted,
  states: readonly AttemptState[],
  operations: readonly RecordedOperation[] = [],
  rule: OperationRule | null = RULES[operation.kind],
) {
  const attempts = states.map((state): Operable => ({ state, amount: ASKED, rule }));
  return planOperation(operation, 'EUR', attempts, operations);
}

function asOperation(planned: OperationPlan, number: number, state: OperationState): RecordedOperation {
  return {
    ...planned,
    number,
    key: `key-${number}`,
    wanted: wanted(planned.kind),
    state,
    requestedAt: '',
    finishedAt: null,
    problem: null,
    providerStatus: null,
    providerReference: null,
  };
}

describe('what cannot be done is said with its true reason', () => {
  const PENDING = apply(NEW_ATTEMPT, { outcome: 'pending', amount: null, movement: '' });
  const DENIED = apply(NEW_ATTEMPT, { outcome: 'denied', amount: null, movement: '' });
  const onlyHeld: OperationRule = { parts: 'many', fundsSources: ['held'] };

  it.each([
    ['of what a bank is processing', 'cancel', PENDING, onlyHeld, 'the provider is still processing'],
    ['of what a bank is processing', 'capture', PENDING, RULES.capture, 'the provider is still processing'],
    ['of what nobody paid', 'refund', NEW_ATTEMPT, RULES.refund, 'nothing is paid or held'],
    ['of what was refused', 'refund', DENIED, RULES.refund, 'nothing is paid or held'],
    ['of what is captured', 'capture', PAID, RULES.capture, 'there is nothing left to capture'],
  ] as const)('%s: %s', (_name, kind, state, rule, reason) => {
    expect(plan(wanted(kind), [state], [], rule)).toEqual({
      code: 'invalid_state',
      detail: expect.stringContaining(reason),
    });
  });
});

describe('one operation', () => {
  it.each([
    ['capture', HELD, 'held', 1000],
    ['cancel', HELD, 'held', 1000],
    ['cancel', PAID, 'paid', 1000],
    ['cancel', NEW_ATTEMPT, 'open', 1000],
    ['refund', PAID, 'paid', 1000],
  ] as const)('%s takes the whole of its fundsSource', (kind, state, fundsSource, amount) => {
    expect(plan(wanted(kind), [state])).toMatchObject({ kind, fundsSource, amount, whole: true, attempt: 1 });
  });

  it.each([
    ['capture', PAID],
    ['capture', NEW_ATTEMPT],
    ['refund', HELD],
    ['refund', NEW_ATTEMPT],
  ] as const)('%s has nothing to take', (kind, state) => {
    expect(plan(wanted(kind), [state])).toMatchObject({ code: 'invalid_state' });
  });

  it('takes no more than there is, and no part where only the whole can be had', () => {
    expect(plan(wanted('refund', 1001), [PAID])).toMatchObject({ code: 'amount_out_of_range' });
    const whole: OperationRule = { parts: 'whole', fundsSources: ['paid'] };
    expect(plan(wanted('refund', 999), [PAID], [], whole)).toMatchObject({ code: 'amount_out_of_range' });
    expect(plan(wanted('refund', 1000), [PAID], [], whole)).toMatchObject({ amount: 1000 });
    expect(plan(wanted('cancel', 1), [NEW_ATTEMPT])).toMatchObject({ code: 'amount_out_of_range' });
  });

  it('captures once where its provider releases the rest', () => {
    const once: OperationRule = { parts: 'one', fundsSources: ['held'] };
    const first = plan(wanted('capture', 400), [HELD], [], once) as OperationPlan;
    const after = apply(HELD, updateOf({ ...first, number: 1 }, []));
    expect(plan(wanted('capture'), [after], [], once)).toMatchObject({ code: 'invalid_state' });
  });

  it('releases what the capture of a part has left only where its provider can', () => {
    const first = plan(wanted('capture', 400), [HELD]) as OperationPlan;
    const after = apply(HELD, updateOf({ ...first, number: 1 }, []));
    expect(plan(wanted('cancel'), [after])).toMatchObject({ fundsSource: 'held', amount: 600 });
    const held: OperationRule = { parts: 'many', fundsSources: ['held'] };
    expect(plan(wanted('cancel'), [after], [], held)).toMatchObject({ code: 'invalid_state' });
  });

  it('waits for one whose outcome nobody knows, and keeps what was accepted reserved', () => {
    const first = plan(wanted('refund', 600), [PAID]) as OperationPlan;
    for (const state of ['running', 'unknown'] as const)
      expect(plan(wanted('refund', 1), [PAID], [asOperation(first, 1, state)])).toMatchObject({
        code: 'invalid_state',
      });
    const accepted = asOperation(first, 1, 'accepted');
    expect(plan(wanted('refund'), [PAID], [accepted])).toMatchObject({ amount: 400 });
    const failed = asOperation(first, 1, 'failed');
    expect(plan(wanted('refund'), [PAID], [failed])).toMatchObject({ amount: 1000 });
  });

  it('names the attempt where several have money, and means the newest where none has', () => {
    expect(plan(wanted('refund'), [PAID, PAID])).toMatchObject({ code: 'invalid_request' });
    expect(plan(wanted('refund', null, 1), [PAID, PAID])).toMatchObject({ attempt: 1 });
    expect(plan(wanted('refund', 5), [PAID, PAID])).toMatchObject({ attempt: 2 });
    expect(plan(wanted('cancel'), [NEW_ATTEMPT, NEW_ATTEMPT])).toMatchObject({ attempt: 2 });
    expect(plan(wanted('refund', null, 3), [PAID])).toMatchObject({ code: 'invalid_request' });
  });

  it('is not for a provider that lacks it', () => {
    expect(plan(wanted('refund'), [PAID], [], null)).toMatchObject({ code: 'unsupported_operation' });
  });
});

/** What a shop requests, whether the provider does it at once, and whether its own message comes too. */
const someStep = fc.record({
  kind: fc.constantFrom(...OPERATION_KINDS),
  amount: fc.constantFrom(null, 1, 250, 400, 999, 1000, 1500),
  result: fc.constantFrom<OperationState>('succeeded', 'accepted', 'failed'),
  message: fc.boolean(),
});

describe('for any sequence of operations', () => {
  const start = fc.constantFrom(HELD, PAID);

  it('no more is taken than was held, no more given back than was taken, and each is concluded by its update', () => {
    fc.assert(
      fc.property(start, fc.array(someStep, { maxLength: 10 }), (begin, steps) => {
        let state = begin;
        const operations: RecordedOperation[] = [];
        for (const [index, step] of steps.entries()) {
          const planned = plan(wanted(step.kind, step.amount), [state], operations);
          if ('code' in planned) continue;
          const operation = asOperation(planned, index + 1, step.result);
          operations.push(operation);
          if (step.result !== 'succeeded') continue;
          state = apply(state, updateOf(operation, operations));
          // The provider's own message about it comes too.
          if (step.message && planned.fundsSource === 'paid')
            state = apply(state, {
              outcome: 'refunded',
              amount: planned.amount,
              movement: movementOf(operation),
            });
        }
        const money = moneyOf(state);
        expect(money.paid).toBeLessThanOrEqual(1000);
        expect(money.refunded).toBeLessThanOrEqual(money.paid);
        const done = (kinds: readonly string[]) =>
          operations
            .filter(
              ({ state: now, kind, fundsSource }) =>
                now === 'succeeded' && kinds.includes(`${kind}/${fundsSource}`),
            )
            .reduce((sum, { amount }) => sum + amount, 0);
        expect(money.refunded).toBe(done(['refund/paid', 'cancel/paid']));
        if (begin === HELD) {
          expect(money.paid).toBe(done(['capture/held']));
          expect(done(['capture/held', 'cancel/held'])).toBeLessThanOrEqual(1000);
        }
        // What was accepted is reserved: all of it together never exceeds what there is.
        const reserved = operations
          .filter(({ state: now, fundsSource }) => now !== 'failed' && fundsSource === 'paid')
          .reduce((sum, { amount }) => sum + amount, 0);
        expect(reserved).toBeLessThanOrEqual(money.paid);
      }),
      { numRuns: 2000 },
    );
  });
});
