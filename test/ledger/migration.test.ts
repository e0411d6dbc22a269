/**
 * A ledger that version 1 wrote: its rows are put into an object's database as commit 6de0c03 wrote them, and read by
 * today's code. The failures ruled out: a member left under its old name, money or a status that changed, a status query
 * that lost the provider state, an operation that was lost or executed again.
 */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { beforeEach, describe, expect, it } from 'vitest';
import { eventHashV1, GENESIS } from '../../src/ledger/chain.ts';
import type { PaymentEvent } from '../../src/payments/types.ts';
import { ledgerOf, objectOf } from '../support/harness.ts';
import { newId, notify } from './support.ts';

const AT = '2026-11-20T10:00:00.000Z';

/** Far enough ahead that no alarm sends the status query during a test. */
const DUE_AT = Date.parse('2099-01-01T00:00:00Z');

/** The tables of version 1. */
const TABLES = [
  `CREATE TABLE payment (
     one INTEGER PRIMARY KEY CHECK (one = 1), schema INTEGER NOT NULL, version INTEGER NOT NULL, shop TEXT NOT NULL,
     request_hash TEXT NOT NULL, seq INTEGER NOT NULL, head TEXT NOT NULL, record TEXT NOT NULL) STRICT`,
  `CREATE TABLE events (
     seq INTEGER PRIMARY KEY, at TEXT NOT NULL, type TEXT NOT NULL, source TEXT NOT NULL, detail TEXT NOT NULL,
     hash TEXT NOT NULL) STRICT`,
  `CREATE TABLE notifications (
     key TEXT PRIMARY KEY, at TEXT NOT NULL, status INTEGER NOT NULL, headers TEXT NOT NULL, body TEXT NOT NULL)
     STRICT, WITHOUT ROWID`,
  `CREATE TABLE jobs (
     id TEXT PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, tries INTEGER NOT NULL, due_at INTEGER,
     created_at TEXT NOT NULL) STRICT, WITHOUT ROWID`,
];

const MEMO = { token: 'T-1', extid: 'X-1' };
const BILLS = [{ number: '500000000000100', status: 'Authorized', at: '2026-11-20 10:00:00' }];
const MONEY = { authorized: 1999, released: 0, paid: 0, refunded: 0, chargedBack: 0 };

/** The operations of a payment, one in each state, with version 1's names. */
const OPERATIONS = (['succeeded', 'failed', 'accepted', 'unknown', 'running'] as const).map(
  (state, index) => ({
    kind: index === 0 ? 'capture' : 'refund',
    attempt: 1,
    pool: index === 0 ? 'held' : 'paid',
    amount: 100 * (index + 1),
    whole: false,
    expected: 100 * (index + 1),
    outside: 0,
    before: MONEY,
    number: index + 1,
    key: `key-${index + 1}`,
    wanted: { kind: index === 0 ? 'capture' : 'refund', amount: 100 * (index + 1), attempt: null },
    state,
    requestedAt: AT,
    finishedAt: state === 'succeeded' || state === 'failed' ? AT : null,
    problem: state === 'failed' ? { code: 'provider_error', detail: 'no' } : null,
    providerStatus: state === 'succeeded' ? 'done' : null,
    reference: state === 'succeeded' ? 'R-1' : null,
  }),
);

function attempt(changes: object) {
  return {
    account: 'bank',
    provider: 'assist',
    test: true,
    capture: 'manual',
    amount: 1999,
    single: false,
    redirect: { kind: 'url', method: 'GET', url: 'https://bank.test/page' },
    memo: {},
    goodUntil: null,
    deferred: false,
    createdAt: AT,
    ...changes,
  };
}

function versionOneRecord(id: string) {
  return {
    id,
    request: {
      door: 'polybanking',
      reference: `order-${id}`,
      amount: 1999,
      currency: 'EUR',
      description: null,
      capture: null,
      customer: {},
      returnUrl: {},
      extraData: null,
      providerFields: {},
    },
    attempts: [
      attempt({
        single: true,
        memo: MEMO,
        bills: BILLS,
        asked: 2,
        state: {
          rung: 'authorized',
          authorized: 1999,
          paid: { T1: 1000 },
          // Of a try before the payment, by its rank: it takes nothing back.
          refunded: { T0: 500 },
          chargedBack: {},
          reversed: false,
          totals: { paid: 1100 },
          ranks: { paid: '101', refunded: '100' },
        },
      }),
      attempt({
        account: 'other-bank',
        amount: 899,
        state: { rung: 'pending', authorized: 0, paid: {}, refunded: {}, chargedBack: {}, reversed: false },
      }),
    ],
    providerReference: 'T1',
    providerStatus: '00000',
    providerStatusText: 'approved',
    signed: true,
    operations: OPERATIONS,
    createdAt: AT,
    updatedAt: AT,
  };
}

function versionOneQuery(id: string) {
  return {
    id,
    shop: 'shop',
    attempt: 1,
    account: 'bank',
    amount: 1999,
    currency: 'EUR',
    capture: 'manual',
    memo: MEMO,
    startedAt: AT,
    hint: {},
    known: MONEY,
  };
}

/** The log of version 1. */
function versionOneEvents(): PaymentEvent[] {
  const first = { seq: 1, at: AT, type: 'created', source: 'shop', detail: { amount: 1999 } } as const;
  const second = {
    seq: 2,
    at: AT,
    type: 'operation.succeeded',
    source: 'provider',
    detail: { operation: 1, by: 'news' },
  } as const;
  const hash = eventHashV1(GENESIS, first);
  const unsalted = { salt: null, detailHash: null, erased: false };
  return [
    { ...first, ...unsalted, hash },
    { ...second, ...unsalted, hash: eventHashV1(hash, second) },
  ];
}

/** Writes the payment into an object that holds nothing, and has the object begin anew. */
async function writeVersionOne(id: string): Promise<void> {
  await runInDurableObject(objectOf(id), (_object, { storage: { sql } }) => {
    for (const statement of TABLES) sql.exec(statement);
    const events = versionOneEvents();
    for (const { seq, at, type, source, detail, hash } of events) {
      const text = JSON.stringify(detail);
      sql.exec('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)', seq, at, type, source, text, hash);
    }
    const { body, status, headers } = notify().reply;
    const key = '1|T1/00000|1999|EUR';
    sql.exec(
      'INSERT INTO notifications VALUES (?, ?, ?, ?, ?)',
      key,
      AT,
      status,
      JSON.stringify(headers),
      body,
    );
    const query = JSON.stringify(versionOneQuery(id));
    sql.exec('INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?)', 'confirm_1', 'confirm', query, 1, DUE_AT, AT);
    sql.exec('INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?)', 'confirm_2', 'confirm', query, 3, null, AT);
    const watch = JSON.stringify({ number: 4 });
    sql.exec('INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?)', 'operation_4', 'operation', watch, 1, DUE_AT, AT);
    sql.exec(
      'INSERT INTO payment VALUES (1, 1, 7, ?, ?, ?, ?, ?)',
      'shop',
      'hash',
      events.length,
      events.at(-1)?.hash ?? '',
      JSON.stringify(versionOneRecord(id)),
    );
  });
  await evictDurableObject(objectOf(id));
}

/** What the object's database holds now, once the ledger has been opened. */
async function stored(id: string) {
  await ledgerOf(id).read();
  return runInDurableObject(objectOf(id), (_object, { storage: { sql } }) => ({
    payment: sql.exec<{ schema: number; version: number; record: string }>('SELECT * FROM payment').one(),
    jobs: sql
      .exec<{ id: string; body: string; tries: number; due_at: number | null }>(
        'SELECT id, body, tries, due_at FROM jobs ORDER BY id',
      )
      .toArray(),
  }));
}

let id: ReturnType<typeof newId>;
beforeEach(async () => {
  id = newId();
  await writeVersionOne(id);
});

describe('a payment that version 1 wrote', () => {
  it('is stored under the names of version 2 and later, every member of it', async () => {
    const { payment } = await stored(id);
    expect(payment).toMatchObject({ schema: 4, version: 7 });
    const { request, attempts, operations, ...others } = versionOneRecord(id);
    const { door, ...asked } = request;
    expect(JSON.parse(payment.record)).toEqual({
      ...others,
      request: { ...asked, dialect: door },
      attempts: attempts.map((entry) => {
        const {
          single,
          memo,
          bills,
          asked: queried,
          state,
          ...same
        } = entry as typeof entry & {
          readonly bills?: unknown;
          readonly asked?: number;
          readonly state: { readonly rung: string; readonly ranks?: unknown };
        };
        const { rung, ranks, ...money } = state;
        return {
          ...same,
          oneRedirect: single,
          providerState: memo,
          ...(bills !== undefined && { documents: bills }),
          ...(queried !== undefined && { queried }),
          state: { ...money, progress: rung, ...(ranks !== undefined && { sequences: ranks }) },
        };
      }),
      operations: operations.map(({ pool, reference, ...same }) => ({
        ...same,
        fundsSource: pool,
        providerReference: reference,
      })),
    });
  });

  it('has its status, its money and its documents', async () => {
    const read = await ledgerOf(id).read();
    expect(read?.view).toMatchObject({
      status: 'partially_paid',
      amounts: { authorized: 1999, paid: 1100, refunded: 0 },
      providerReference: 'T1',
      signed: true,
    });
    expect(read?.attempts).toMatchObject([
      { status: 'partially_paid', bills: BILLS },
      { status: 'pending', bills: [] },
    ]);
    expect((await ledgerOf(id).history())?.request.dialect).toBe('polybanking');
  });

  it('has every operation in its state, with the reference of the provider', async () => {
    const read = await ledgerOf(id).read();
    expect(read?.view.operations.map(({ state }) => state)).toEqual(OPERATIONS.map(({ state }) => state));
    expect(read?.view.operations.map(({ providerReference }) => providerReference)).toEqual(
      OPERATIONS.map(({ reference }) => reference),
    );
  });

  it('keeps its status queries, those that are done as well, with the provider state', async () => {
    const { jobs } = await stored(id);
    expect(jobs.map(({ id: job, tries, due_at }) => [job, tries, due_at])).toEqual([
      ['confirm_1', 1, DUE_AT],
      ['confirm_2', 3, null],
      ['operation_4', 1, DUE_AT],
    ]);
    const { memo, ...same } = versionOneQuery(id);
    for (const { body } of jobs.slice(0, 2)) {
      expect(JSON.parse(body)).toEqual({ ...same, providerState: memo });
    }
    expect(JSON.parse(jobs[2]?.body ?? '')).toEqual({ number: 4 });
    expect(await ledgerOf(id).statusQuery('bank', 1)).toMatchObject({
      providerState: MEMO,
      known: { authorized: 1999, paid: 1100, refunded: 0 },
    });
  });

  it('answers a repeat with the stored bytes, and its log is whole', async () => {
    expect(await ledgerOf(id).applyUpdate(notify())).toEqual({
      kind: 'answer',
      answer: notify().reply,
      repeat: true,
    });
    expect(await ledgerOf(id).brokenLink()).toBeNull();
  });

  it('moves on by the rules, and is translated once', async () => {
    const update = { key: 'T2/00000', amount: 899, movement: 'T2', attempt: 2, account: 'other-bank' };
    expect(await ledgerOf(id).applyUpdate(notify({ ...update, outcome: 'paid' }))).toMatchObject({
      repeat: false,
    });
    const before = await stored(id);
    await evictDurableObject(objectOf(id));
    expect(await stored(id)).toEqual(before);
    expect((await ledgerOf(id).read())?.view).toMatchObject({ status: 'paid', amounts: { paid: 1999 } });
  });

  it('is not misread after a newer version has written it', async () => {
    await ledgerOf(id).read();
    await runInDurableObject(objectOf(id), (_instance, state) => {
      state.storage.sql.exec('UPDATE payment SET schema = schema + 1');
    });
    await evictDurableObject(objectOf(id));
    await expect(Promise.resolve(ledgerOf(id).read())).rejects.toThrow('written by a newer version');
  });
});
