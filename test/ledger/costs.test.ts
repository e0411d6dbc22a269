/** What a request costs, pinned: calls of Durable Objects and D1, and storage commits (docs/design.md: Cost). */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  bankOf,
  currencyOf,
  deliver,
  ledgerOf,
  makeAccount,
  makeShop,
  merchant,
  network,
  objectOf,
  runAlarms,
  shopperAtBank,
} from '../support/harness.ts';
import { makeShopFor } from '../support/shop-only.ts';
import { create, newId, notify } from './support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.restoreAllMocks();
  net.restore();
});

/** Counts an object's commits and SQL statements, and fails on a write outside of a commit. */
async function costOf(id: string, work: () => Promise<unknown>) {
  let commits = 0;
  let statements = 0;
  let open = false;
  let strays = 0;
  await runInDurableObject(objectOf(id), (_object, state) => {
    const { storage } = state;
    const transaction = storage.transactionSync.bind(storage);
    vi.spyOn(storage, 'transactionSync').mockImplementation((closure) => {
      commits += 1;
      open = true;
      try {
        return transaction(closure);
      } finally {
        open = false;
      }
    });
    const exec = storage.sql.exec.bind(storage.sql);
    vi.spyOn(storage.sql, 'exec').mockImplementation((query, ...bindings) => {
      statements += 1;
      const cursor = exec(query, ...bindings);
      if (!open && cursor.rowsWritten > 0) strays += 1;
      return cursor;
    });
  });
  await work();
  expect(strays).toBe(0);
  return { commits, statements };
}

describe('storage', () => {
  it('a create is one commit: four tables and two rows', async () => {
    const id = newId();
    expect(await costOf(id, () => ledgerOf(id).create(create(id)))).toEqual({ commits: 1, statements: 6 });
  });

  it('a first notification is one commit and reads nothing, a repeat and a read do neither', async () => {
    const id = newId();
    await ledgerOf(id).create(create(id));
    // The answer, the event, the webhook, the payment.
    expect(await costOf(id, () => ledgerOf(id).applyUpdate(notify()))).toEqual({ commits: 1, statements: 4 });
    vi.restoreAllMocks();
    net = network();
    const nothing = { commits: 0, statements: 0 };
    expect(await costOf(id, () => ledgerOf(id).applyUpdate(notify()))).toEqual(nothing);
    expect(await costOf(id, () => ledgerOf(id).read())).toEqual(nothing);
  });

  it('a message that no endpoint wants ends with its own row alone: the row of the payment is not written again', async () => {
    const id = newId();
    await ledgerOf(id).create(create(id));
    await ledgerOf(id).applyUpdate(notify());
    // The log is read for the movements of the searchable copy.
    expect(await costOf(id, () => runAlarms(id))).toEqual({ commits: 1, statements: 2 });
  });

  it('after an eviction, answers and jobs are read once', async () => {
    const id = newId();
    await ledgerOf(id).create(create(id));
    await ledgerOf(id).applyUpdate(notify());
    await evictDurableObject(objectOf(id));
    const once = await costOf(id, () => ledgerOf(id).applyUpdate(notify()));
    expect(once).toEqual({ commits: 0, statements: 1 });
    vi.restoreAllMocks();
    net = network();
    const refund = notify({ key: 'T1/refund', outcome: 'refunded', movement: 'R1' });
    // The jobs, and what a notification writes.
    expect(await costOf(id, () => ledgerOf(id).applyUpdate(refund))).toEqual({ commits: 1, statements: 6 });
  });

  it('a hop is one commit, a return with its update is one', async () => {
    const shop = await makeShopFor();
    const id = newId();
    await ledgerOf(id).create(create(id, { shop }));
    expect(await costOf(id, () => ledgerOf(id).hop())).toMatchObject({ commits: 1 });
    vi.restoreAllMocks();
    net = network();
    const back = { account: 'bank', update: notify({ channel: 'return' as const }), refused: null };
    expect(await costOf(id, () => ledgerOf(id).returned(back))).toMatchObject({ commits: 1 });
  });
});

describe('calls', () => {
  /** Calls to ledgers and statements to D1 that a request makes. */
  async function tripsDuring(
    work: () => Promise<Response>,
  ): Promise<{ ledger: number; directory: number; status: number }> {
    const get = vi.spyOn(env.LEDGER, 'get');
    const prepare = vi.spyOn(env.DIRECTORY, 'prepare');
    const { status } = await work();
    const counts = { ledger: get.mock.calls.length, directory: prepare.mock.calls.length, status };
    get.mockRestore();
    prepare.mockRestore();
    return counts;
  }

  it('create, first notification and repeat are one call of the ledger each, none to D1 once warm', async () => {
    const account = await makeAccount('ogone');
    const shop = await makeShop([account]);
    await shop.pay();
    const created = await tripsDuring(async () => {
      const answer = await shop.pay();
      return Response.json(answer.body, { status: answer.status });
    });
    expect(created).toEqual({ ledger: 1, directory: 0, status: 201 });
    const { body: payment } = await shop.pay({ currency: currencyOf('ogone') });
    const who = merchant('ogone', account);
    const order = await shopperAtBank('ogone', payment.redirect, who);
    const message = bankOf('ogone').notification(order, who, 'pay', 'none');
    expect(await tripsDuring(() => deliver(message))).toEqual({ ledger: 1, directory: 0, status: 200 });
    expect(await tripsDuring(() => deliver(message))).toEqual({ ledger: 1, directory: 0, status: 200 });
  });
});
