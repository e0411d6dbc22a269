/** What a queued status query is made with. */
import { describe, expect, it } from 'vitest';
import { attemptOf } from '../../src/ledger/attempts.ts';
import type { LedgerRecord } from '../../src/ledger/record.ts';
import type { Job } from '../../src/ledger/rows.ts';
import { StatusQueries } from '../../src/ledger/status-queries.ts';
import type { UnitOfWork } from '../../src/ledger/unit-of-work.ts';
import { apply } from '../../src/payments/rules.ts';
import { create, newId, signedAttempt } from './support.ts';

const AT = '2026-11-21T10:00:00.000Z';

/** A payment of which a message has brought money and a provider state since its status query was queued. */
function laterRecord(): LedgerRecord {
  const id = newId();
  const attempt = attemptOf(signedAttempt(), AT);
  const paid = { outcome: 'paid' as const, amount: attempt.amount, movement: 'T1' };
  return {
    id,
    request: create(id).request,
    attempts: [{ ...attempt, providerState: { number: '7' }, state: apply(attempt.state, paid) }],
    providerReference: null,
    providerStatus: null,
    createdAt: AT,
    updatedAt: AT,
  };
}

function queued(body: object): Job {
  return { id: 'confirm_1', kind: 'confirm', body: JSON.stringify(body), tries: 0, dueAt: 1, createdAt: AT };
}

describe('a status query that was queued before a message came', () => {
  const queries = new StatusQueries({} as UnitOfWork);
  const record = laterRecord();
  const now = {
    attempt: 1,
    providerState: { number: '7' },
    known: { paid: record.attempts[0]?.amount },
    hint: { token: 't' },
  };

  it('is made with what the message has brought', () => {
    const job = queued({ attempt: 1, hint: { token: 't' } });
    expect(queries.requestOf(record, job)).toMatchObject(now);
  });

  it('is so too where an earlier version has queued it with copies of what was known', () => {
    const job = queued({
      attempt: 1,
      hint: { token: 't' },
      account: 'another',
      providerState: { number: 'older' },
      known: { authorized: 0, paid: 0, refunded: 0 },
    });
    expect(queries.requestOf(record, job)).toMatchObject({ ...now, account: record.attempts[0]?.account });
  });

  it('spends only where it was queued so', () => {
    expect(queries.requestOf(record, queued({ attempt: 1, hint: {} }))).not.toHaveProperty('spends');
    const spending = queued({ attempt: 1, hint: {}, spends: true });
    expect(queries.requestOf(record, spending)).toMatchObject({ spends: true, hint: {} });
  });
});
