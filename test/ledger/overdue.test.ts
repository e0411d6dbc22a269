/** When a payment without a result is queried, and when it expires: every case by itself. */
import { describe, expect, it } from 'vitest';
import { attemptOf } from '../../src/ledger/attempts.ts';
import { overdueAction } from '../../src/ledger/overdue.ts';
import type { LedgerRecord } from '../../src/ledger/record.ts';
import { apply, forward } from '../../src/payments/rules.ts';
import { create, newId, signedAttempt } from './support.ts';

const BEGAN = Date.parse('2026-11-21T10:00:00Z');
const HOUR = 3_600_000;

const schedules = { bank: { queryAfter: [900, 3600, 43_200], expireAfterMs: 24 * HOUR } };

function record(state: 'created' | 'forwarded' | 'pending' | 'paid', queried = 0): LedgerRecord {
  const id = newId();
  const at = new Date(BEGAN).toISOString();
  const attempt = attemptOf(signedAttempt(), at);
  const money = { amount: attempt.amount, movement: 'm' };
  const states = {
    created: attempt.state,
    forwarded: forward(attempt.state),
    pending: apply(attempt.state, { outcome: 'pending', ...money }),
    paid: apply(attempt.state, { outcome: 'paid', ...money }),
  };
  return {
    id,
    request: create(id).request,
    attempts: [{ ...attempt, queried, state: states[state] }],
    providerReference: null,
    providerStatus: null,
    createdAt: at,
    updatedAt: at,
  };
}

const atHour = (hours: number) => BEGAN + hours * HOUR;
const look = (given: LedgerRecord, hours: number) => overdueAction(given, { schedules }, atHour(hours));

describe('a payment without a result', () => {
  it.each(['forwarded', 'pending'] as const)('is queried at each point of the schedule: %s', (state) => {
    expect(look(record(state), 0.1)).toEqual({ kind: 'wait', next: atHour(0.25) });
    expect(look(record(state), 0.3)).toEqual({
      kind: 'query',
      queries: [{ attempt: 1, query: 1 }],
      next: atHour(1),
    });
    expect(look(record(state, 1), 0.5)).toEqual({ kind: 'wait', next: atHour(1) });
    expect(look(record(state, 1), 13)).toEqual({
      kind: 'query',
      queries: [{ attempt: 1, query: 3 }],
      next: atHour(24),
    });
    expect(look(record(state, 3), 20)).toEqual({ kind: 'wait', next: atHour(24) });
    expect(look(record(state, 3), 24)).toEqual({ kind: 'expire' });
  });

  it('whose shopper never left is queried once', () => {
    expect(look(record('created'), 2)).toEqual({ kind: 'wait', next: atHour(12) });
    expect(look(record('created'), 12)).toEqual({
      kind: 'query',
      queries: [{ attempt: 1, query: 1 }],
      next: atHour(24),
    });
    expect(look(record('created'), 25)).toEqual({ kind: 'expire' });
  });
});

describe('several attempts', () => {
  const of = (...states: readonly ('created' | 'forwarded' | 'pending')[]) => ({
    ...record('created'),
    attempts: states.flatMap((state) => record(state).attempts),
  });
  const queried = (given: LedgerRecord) => {
    const action = look(given, 0.3);
    return action.kind === 'query' ? action.queries.map(({ attempt }) => attempt) : action.kind;
  };

  it('each that a bank is processing is queried, whatever became of a later one', () => {
    expect(queried(of('pending', 'forwarded'))).toEqual([1, 2]);
    expect(queried(of('pending', 'pending'))).toEqual([1, 2]);
    const declined = of('pending', 'forwarded');
    const attempts = declined.attempts.map((one, index) =>
      index === 0
        ? one
        : { ...one, state: apply(one.state, { outcome: 'denied', amount: null, movement: '' }) },
    );
    expect(queried({ ...declined, attempts })).toEqual([1]);
  });

  it('of those whose shopper only left the newest is, and not one that is being built', () => {
    expect(queried(of('forwarded', 'forwarded'))).toEqual([2]);
    expect(queried(of('forwarded', 'created'))).toEqual([1]);
  });
});

describe('left alone', () => {
  it('is what a message without proof has called paid: a person decides, and it does not expire meanwhile', () => {
    const waiting = record('pending');
    const attempts = waiting.attempts.map((one) => ({ ...one, pendingReason: 'proof_missing' as const }));
    expect(look({ ...waiting, attempts }, 100)).toEqual({ kind: 'leave' });
  });

  it('is what waits for a person although its shopper has begun another attempt since, and that one alone is queried', () => {
    const waiting = record('pending');
    const first = waiting.attempts.map((one) => ({ ...one, pendingReason: 'proof_missing' as const }));
    const both = { ...waiting, attempts: [...first, ...record('forwarded').attempts] };
    expect(look(both, 0.3)).toMatchObject({ kind: 'query', queries: [{ attempt: 2 }] });
    expect(look(both, 100)).toEqual({ kind: 'leave' });
  });

  it('is what has a result, what was taken over from another gateway, and what is of an account that is gone', () => {
    const leave = { kind: 'leave' };
    expect(look(record('paid'), 100)).toEqual(leave);
    expect(look({ ...record('forwarded'), imported: true }, 100)).toEqual(leave);
    expect(overdueAction(record('forwarded'), { schedules: {} }, atHour(100))).toEqual(leave);
  });
});
