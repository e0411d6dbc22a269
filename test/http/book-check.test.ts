/**
 * The check of the books. The failures ruled out: a log that was changed, a copy that lacks a payment or has another sum, an anchor that
 * was made anew are not found; or what is right is named as wrong.
 */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeAnchor } from '../../src/gateway/anchors.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { create, newId, notify } from '../ledger/support.ts';
import {
  admin,
  journey,
  ledgerOf,
  makeShop,
  network,
  objectOf,
  type Problem,
  type ReceivedWebhook,
  runAlarms,
} from '../support/harness.ts';

let answer: (webhook: ReceivedWebhook) => Response;
let net: ReturnType<typeof network>;
beforeEach(() => {
  answer = () => new Response();
  net = network((webhook) => answer(webhook));
});
afterEach(() => net.restore());

interface Found {
  readonly payment: string;
  readonly kind: string;
  readonly detail: string;
}
interface Page {
  readonly checked: number;
  readonly data: readonly Found[];
  readonly nextCursor: string | null;
}

interface Anchors {
  readonly data: readonly { readonly number: number; readonly problems: readonly string[] }[];
  readonly nextCursor: string | null;
}

/** What the check of all payments finds of one; an hour on, when no copy is on its way any more. */
async function found(id: string): Promise<readonly Found[]> {
  vi.setSystemTime(Date.now() + 3_600_000);
  const all: Found[] = [];
  let cursor = '';
  do {
    const { body } = await admin<Page>(
      'GET',
      `/checks/payments?limit=7${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    all.push(...body.data);
    cursor = body.nextCursor ?? '';
  } while (cursor);
  return all.filter(({ payment }) => payment === id);
}

const kindsOf = async (id: string) => [...new Set((await found(id)).map(({ kind }) => kind))];

/** A payment that was paid and refunded in part, whose copy is pushed. */
async function paid() {
  const { payment, notify: tell, shop } = await journey('paybox');
  await tell('pay');
  const { status } = await shop.call(
    'POST',
    `/payments/${payment.id}/refund`,
    { amount: 500 },
    { 'idempotency-key': 'r' },
  );
  expect(status).toBe(200);
  await runAlarms(payment.id);
  return payment.id;
}

const inObject = (id: string, sql: string, ...values: (string | number)[]) =>
  runInDurableObject(objectOf(id), (_object, { storage }) => {
    storage.sql.exec(sql, ...values);
  });
const inCopy = (sql: string, ...values: (string | number)[]) =>
  env.DIRECTORY.prepare(sql)
    .bind(...values)
    .run();

/** The object of a payment reads its storage anew. */
const evicted = (id: string) => evictDurableObject(objectOf(id));

describe('the check', () => {
  it('names nothing of payments that are right, of which each is looked at', async () => {
    const ids = [await paid(), await paid()];
    const id = newId();
    const shop = await makeShop([]);
    await ledgerOf(id).create(create(id, { shop: shop.id }));
    await ledgerOf(id).applyUpdate(notify({ outcome: 'authorized' }));
    await ledgerOf(id).applyUpdate(notify({ key: 'b', outcome: 'voided', amount: null }));
    await runAlarms(id);
    for (const one of [...ids, id]) expect(await found(one)).toEqual([]);
    const { body } = await admin<Page>('GET', '/checks/payments');
    expect(body.checked).toBeGreaterThanOrEqual(3);
  });

  it('finds an event that was changed, one that is gone, and a log that was cut', async () => {
    const [changed, gone, cut] = [await paid(), await paid(), await paid()];
    await inObject(
      changed,
      `UPDATE events SET detail = json_set(detail, '$.amount', 99) WHERE type = 'notification.applied'`,
    );
    await inObject(gone, 'DELETE FROM events WHERE seq = 2');
    await inObject(cut, 'DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)');
    for (const id of [changed, gone, cut]) {
      await evicted(id);
      expect(await kindsOf(id)).toContain('chain_broken');
    }
    // Cut with care: what the payment says of its log is changed as well.
    const careful = await paid();
    await inObject(careful, 'DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)');
    await inObject(
      careful,
      'UPDATE payment SET seq = (SELECT max(seq) FROM events), head = (SELECT hash FROM events ORDER BY seq DESC LIMIT 1)',
    );
    await env.DIRECTORY.prepare('UPDATE payments SET head_seq = 99 WHERE id = ?').bind(careful).run();
    await evicted(careful);
    expect(await kindsOf(careful)).toContain('copy_differs');
    expect((await found(changed))[0]?.detail).toMatch(
      /^line \d+ does not have the hash that its text gives$/,
    );
  });

  it('finds a payment whose row is missing in the copy, and one that the copy alone has', async () => {
    const [missing, alone] = [await paid(), await paid()];
    await inCopy('DELETE FROM payments WHERE id = ?', missing);
    expect(await kindsOf(missing)).toEqual(['copy_missing']);
    await inObject(alone, 'DELETE FROM payment');
    await evicted(alone);
    expect(await kindsOf(alone)).toEqual(['ledger_missing']);
  });

  it('finds sums that are wrong: in the copy, in its movements, in what the ledger stores', async () => {
    const ids = [await paid(), await paid(), await paid(), await paid(), await paid()];
    const [column = '', body = '', movement = '', money = '', asked = ''] = ids;
    await inCopy('UPDATE payments SET paid = paid + 1 WHERE id = ?', column);
    await inCopy(`UPDATE payments SET body = json_set(body, '$.amounts.refunded', 1) WHERE id = ?`, body);
    await inCopy('UPDATE movements SET paid = paid + 1 WHERE payment = ? AND paid > 0', movement);
    await inObject(money, `UPDATE payment SET record = json_set(record, '$.operations[0].amount', 501)`);
    await inObject(asked, `UPDATE payment SET record = json_set(record, '$.request.amount', 1)`);
    for (const id of [money, asked]) await evicted(id);
    expect(await kindsOf(column)).toEqual(['copy_differs']);
    expect(await kindsOf(body)).toEqual(['copy_differs']);
    expect(await kindsOf(movement)).toEqual(['copy_differs']);
    expect(await kindsOf(money)).toContain('operations_differ');
    expect(await kindsOf(asked)).toContain('asked_differs');
    const paidMore = await paid();
    await inObject(
      paidMore,
      `UPDATE payment SET record = json_set(record, '$.attempts[0].state.totals.paid', 5000)`,
    );
    await evicted(paidMore);
    expect(await kindsOf(paidMore)).toContain('money_differs');
  });

  it('finds money that was given to another shop, or to another account, in the ledger and the copy alike', async () => {
    const [shop, account] = [await paid(), await paid()];
    await inObject(shop, `UPDATE payment SET shop = 'another'`);
    await inCopy(`UPDATE payments SET shop = 'another' WHERE id = ?`, shop);
    await inCopy(`UPDATE movements SET shop = 'another' WHERE payment = ?`, shop);
    await inObject(
      account,
      `UPDATE payment SET record = json_set(record, '$.attempts[0].account', 'another')`,
    );
    await inCopy(
      `UPDATE payments SET account = 'another', body = json_set(body, '$.account', 'another') WHERE id = ?`,
      account,
    );
    await inCopy(`UPDATE movements SET account = 'another' WHERE payment = ?`, account);
    for (const id of [shop, account]) {
      await evicted(id);
      expect(await kindsOf(id)).toContain('whose_differs');
    }
    expect((await found(account)).map(({ detail }) => detail).join()).toMatch(
      /the account of attempt 1 is another, .* in its log/,
    );
  });

  it('finds money that was put beside what is right, as a sum or a line, and a newest line that was changed or is gone', async () => {
    const ids = [await paid(), await paid(), await paid(), await paid(), await paid()];
    const [sum = '', line = '', gone = '', lower = '', hidden = ''] = ids;
    const add = (id: string, seq: number) =>
      inCopy(
        `INSERT INTO movements SELECT payment, ?, attempt, at, shop, account, currency, test, 1000000, 0, 0 FROM movements
         WHERE payment = ? AND paid > 0`,
        seq,
        id,
      );
    await add(sum, 0);
    await add(line, 1);
    await inCopy('UPDATE payments SET head_seq = NULL WHERE id = ?', gone);
    await inCopy('UPDATE payments SET head_seq = head_seq - 1 WHERE id = ?', lower);
    // As if an older version had pushed the row: its movements say that none has.
    await inCopy('UPDATE payments SET earlier = NULL, head_seq = NULL WHERE id = ?', hidden);
    await add(hidden, 0);
    for (const id of ids) expect([id, await kindsOf(id)]).toEqual([id, ['copy_differs']]);
    expect((await found(sum))[0]?.detail).toMatch(/^movement 0\/1 is ".*paid=1000000.*in the ledger$/);
    expect((await found(lower))[0]?.detail).toMatch(/^line \d+ is /);
  });

  it('compares of what an older version has pushed all that it knew: nothing is wrong where nothing is', async () => {
    const older = async () => {
      const id = await paid();
      // The row as versions before 0013 left it, with the movements that 0016 made of it.
      await inCopy(
        `UPDATE payments SET earlier = NULL, head_seq = NULL, head = NULL, email = NULL, paid_at = NULL, metadata = NULL,
           body = json_remove(body, '$.version', '$.expiresAt', '$.paidAt', '$.late', '$.metadata', '$.lineItems', '$.method', '$.installments')
         WHERE id = ?`,
        id,
      );
      await inCopy('DELETE FROM movements WHERE payment = ?', id);
      await inCopy(
        `INSERT INTO movements (payment, seq, attempt, at, shop, account, currency, test, paid, refunded, charged_back)
         SELECT id, 0, 1, updated_at, shop, account, currency, test, paid, 0, 0 FROM payments WHERE id = ?1
         UNION ALL SELECT id, -1, 1, updated_at, shop, account, currency, test, 0, refunded, 0 FROM payments WHERE id = ?1`,
        id,
      );
      return id;
    };
    const [right, more, none, body] = [await older(), await older(), await older(), await older()];
    await inCopy('UPDATE movements SET paid = paid + 1 WHERE payment = ? AND seq = 0', more);
    await inCopy('DELETE FROM movements WHERE payment = ? AND seq = -1', none);
    await inCopy(`UPDATE payments SET body = json_remove(body, '$.amounts') WHERE id = ?`, body);
    expect(await found(right)).toEqual([]);
    for (const id of [more, none, body]) expect([id, await kindsOf(id)]).toEqual([id, ['copy_differs']]);
    // A row of this version that lacks members of no weight says the same.
    const slim = await paid();
    await inCopy(`UPDATE payments SET body = json_remove(body, '$.lineItems', '$.late') WHERE id = ?`, slim);
    expect(await found(slim)).toEqual([]);
  });

  it('finds numbers that lead to a payment no more, and columns of the row that its body does not show', async () => {
    const ids = [await paid(), await paid(), await paid(), await paid()];
    const [references = '', email = '', updated = '', metadata = ''] = ids;
    await inCopy('DELETE FROM provider_references WHERE payment = ?', references);
    await inCopy(`UPDATE payments SET email = 'eve@example.com' WHERE id = ?`, email);
    await inCopy(`UPDATE payments SET updated_at = '2020-01-01T00:00:00.000Z' WHERE id = ?`, updated);
    await inCopy(`UPDATE payments SET metadata = '{"a":"b"}' WHERE id = ?`, metadata);
    for (const id of ids) expect([id, await kindsOf(id)]).toEqual([id, ['copy_differs']]);
    expect((await found(references))[0]?.detail).toMatch(/^\S+ is null in the copy, /);
    // What a provider has called it once stays, and shows nothing.
    const other = await paid();
    await inCopy(`INSERT INTO provider_references (reference, payment) VALUES ('once', ?)`, other);
    expect(await found(other)).toEqual([]);
    // An order number of PolyBanking leads to its payment by a row of its own.
    const imported = newId();
    const shop = await makeShop([]);
    const { attempt } = create(imported);
    const order = `polybanking-${Date.now()}`;
    await ledgerOf(imported).create(create(imported, { shop: shop.id, attempt: { ...attempt, order } }));
    await runAlarms(imported);
    expect(await found(imported)).toMatchObject([
      { detail: expect.stringContaining(`${order} is null in the copy`) },
    ]);
    await inCopy('INSERT INTO imported_orders (order_number, payment) VALUES (?, ?)', order, imported);
    expect(await found(imported)).toEqual([]);
  });

  it('names what cannot be read, in the copy or in the ledger, and goes on with the others', async () => {
    const ids = [await paid(), await paid(), await paid(), await paid(), await paid(), await paid()];
    const [body = '', earlier = '', none = '', line = '', negative = '', record = ''] = ids;
    await inCopy(`UPDATE payments SET body = '{' WHERE id = ?`, body);
    await inCopy(`UPDATE payments SET earlier = '{' WHERE id = ?`, earlier);
    await inCopy(`UPDATE payments SET body = 'null' WHERE id = ?`, none);
    await inObject(line, `UPDATE events SET detail = '{' WHERE seq = 2`);
    await inObject(
      negative,
      `UPDATE payment SET record = json_set(record, '$.attempts[0].state.paid', json('{"T":-5000}'))`,
    );
    await inObject(record, `UPDATE payment SET record = '{'`);
    for (const id of [line, negative, record]) await evicted(id);
    for (const id of [body, earlier, none]) expect([id, await kindsOf(id)]).toEqual([id, ['copy_differs']]);
    for (const id of [line, negative, record])
      expect([id, await found(id)]).toMatchObject([
        id,
        [{ kind: 'unreadable', detail: expect.stringMatching(/Error: ./) }],
      ]);
    const objects = [record, await paid()].map((id) => objectOf(id).id.toString());
    const { body: listed } = await admin<Page>(
      'GET',
      `/checks/payments?objects=${objects.join('&objects=')}`,
    );
    expect(listed).toMatchObject({ checked: 2, data: [{ payment: objects[0], kind: 'unreadable' }] });
    // An id that nobody gives, longer than any of ours, leads on too.
    await inCopy(
      `INSERT INTO provider_references (reference, payment) VALUES ('x', ?)`,
      `~ &${'z'.repeat(99)}`,
    );
    expect(await kindsOf(`~ &${'z'.repeat(99)}`)).toEqual(['ledger_missing']);
    await inCopy(`DELETE FROM provider_references WHERE reference = 'x'`);
  });

  it('finds a copy that stays behind, and not one that is behind for moments', async () => {
    const id = await paid();
    await inCopy('UPDATE payments SET version = version - 1 WHERE id = ?', id);
    expect(await kindsOf(id)).toEqual(['copy_behind']);
    const fresh = newId();
    const shop = await makeShop([]);
    await ledgerOf(fresh).create(create(fresh, { shop: shop.id }));
    await runAlarms(fresh);
    await ledgerOf(fresh).applyUpdate(notify());
    const { body } = await admin<Page>('GET', '/checks/payments?limit=100');
    expect(body.data.filter(({ payment }) => payment === fresh)).toEqual([]);
  });

  it('finds a log that was written anew since an anchor, and an anchor whose leaves, place or signature were changed', async () => {
    const id = await paid();
    const service = serviceOf(env as unknown as Env);
    const anchor = await makeAnchor(service);
    const number = anchor?.number ?? 0;
    const problems = async () => {
      const { body } = await admin<{ data: { number: number; problems: string[] }[] }>(
        'GET',
        `/checks/anchors?cursor=${number - 1}`,
      );
      return body.data.find((one) => one.number === number)?.problems ?? ['it is missing'];
    };
    expect(await problems()).toEqual([]);
    expect(await found(id)).toEqual([]);
    await inCopy(
      `UPDATE anchor_leaves SET hash = replace(hash, substr(hash, 1, 4), 'beef') WHERE payment = ?`,
      id,
    );
    expect(await kindsOf(id)).toEqual(['anchor_differs']);
    expect((await problems()).join()).toMatch(/leaves 0 to 1023 are not those/);
    await inCopy(`UPDATE anchors SET root = ? WHERE number = ?`, 'ab'.repeat(32), number);
    expect((await problems()).join()).toMatch(/signature.*root/);
    expect((await admin('GET', '/checks/anchors?cursor=99999')).body).toEqual({ data: [], nextCursor: null });
    expect((await admin<Problem>('GET', '/checks/anchors?cursor=x')).status).toBe(400);
  });

  it('finds an anchor that is gone from between others, checks all after it, and finds the newest ones gone', async () => {
    const service = serviceOf(env as unknown as Env);
    const day = Date.parse('2040-01-01T12:00:00Z');
    const numbers: number[] = [];
    for (let count = 0; count < 6; count += 1) {
      vi.setSystemTime(day + count * 86_400_000);
      await paid();
      numbers.push((await makeAnchor(service))?.number ?? 0);
    }
    const [first = 0, second = 0, third = 0, fourth = 0] = numbers;
    const last = numbers.at(-1) ?? 0;
    const walked = async () => {
      const all: Record<number, string> = {};
      for (let cursor: string | null = String(first - 1); cursor !== null; ) {
        const page: { body: Anchors } = await admin<Anchors>('GET', `/checks/anchors?cursor=${cursor}`);
        for (const { number, problems } of page.body.data) all[number] = problems.join();
        cursor = page.body.nextCursor;
      }
      return all;
    };
    const right = Object.fromEntries(numbers.map((number) => [number, '']));
    expect(await walked()).toEqual(right);
    // What comes after a gap is looked at as closely as what comes before it.
    await inCopy('UPDATE anchors SET root = ? WHERE number = ?', 'ab'.repeat(32), last);
    await inCopy('DELETE FROM anchors WHERE number = ?', second);
    const damaged = await walked();
    expect(damaged[last]).toMatch(/signature.*root/);
    expect(damaged).toEqual({ ...right, [second]: `missing: ${second} to ${second}`, [last]: damaged[last] });
    await inCopy('DELETE FROM anchors WHERE number = ?', third);
    expect(await walked()).toMatchObject({
      [second]: `missing: ${second} to ${third}`,
      [fourth]: '',
    });
    // Of the newest one that is gone nobody knows whether it was signed yet.
    await inCopy('DELETE FROM anchors WHERE number > ?', fourth);
    expect(await walked()).toMatchObject({
      [fourth]: '',
      [fourth + 1]: `missing: ${fourth + 1} to ${fourth + 1}`,
    });
    expect(last).toBe(fourth + 2);
    for (const table of ['anchors', 'anchor_chunks', 'anchor_leaves']) await inCopy(`DELETE FROM ${table}`);
    await inCopy('UPDATE payments SET unanchored = 1');
  });

  it('looks at ledgers by their object ids: what nothing in the copy names any more is found', async () => {
    const id = await paid();
    for (const [table, column] of [
      ['payments', 'id'],
      ['movements', 'payment'],
      ['provider_references', 'payment'],
    ])
      await inCopy(`DELETE FROM ${table} WHERE ${column} = ?`, id);
    expect(await found(id)).toEqual([]);
    const { body } = await admin<Page>('GET', `/checks/payments?objects=${objectOf(id).id.toString()}`);
    expect(body.data).toMatchObject([{ payment: id, kind: 'copy_missing' }]);
    expect((await admin<Problem>('GET', '/checks/payments?objects=abc')).status).toBe(400);
  });
});
