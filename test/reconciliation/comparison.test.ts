/**
 * One file against one account: which line is which movement. The failures ruled out: a difference of any kind that is not found, or
 * found where none is; a match by the weaker of two names; another account's file that looks like a month without payments.
 */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { admin } from '../support/harness.ts';
import { accountWith, at, HEADER, idsOf, order } from './one-account.ts';
import { idOf, linesOf, orderOf, type Read, reconciled } from './support.ts';

describe('a comparison', () => {
  it('takes no refund that the file says failed for one that was made', async () => {
    const [a] = idsOf(1) as [string];
    const account = await accountWith([
      { payment: a, at: at(1), amount: 1000 },
      { payment: a, at: at(1, 13), amount: 400, kind: 'refund', seq: 5 },
    ]);
    const file = (word: string) =>
      `Order;Amount;Currency;Date;Kind\n${orderOf(a)};10.00;EUR;2026-11-01;Sale\n${orderOf(a)};4.00;EUR;2026-11-01;${word}\n`;
    const columns = { order: 'Order', amount: 'Amount', currency: 'Currency', date: 'Date', kind: 'Kind' };
    const read = (word: string, more: object = {}) =>
      reconciled({ account, preset: 'generic', columns, ...more }, file(word));
    expect((await read('Refund')).counts).toMatchObject({ matched: 2, only_in_ledger: 0 });
    const declined = await read('Refund declined');
    expect([declined.counts.matched, declined.counts.only_in_ledger, declined.kinds]).toEqual([
      1,
      1,
      [
        { word: 'Sale', kind: 'payment', lines: 1 },
        { word: 'Refund declined', kind: 'none', lines: 1 },
      ],
    ]);
    expect((await read('Storno')).unreadableCount).toBe(1);
    expect((await read('Storno', { kinds: { Storno: 'refund' } })).counts.matched).toBe(2);
  });

  it('finds each kind of difference, and says by what the others were matched', async () => {
    const [a, b, c, d, e, f, g, h] = idsOf(8) as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const account = await accountWith([
      { payment: a, at: at(1), amount: 1000, providerReferences: ['N-a'] },
      { payment: b, at: at(1), amount: 2000 },
      { payment: c, at: at(2), amount: 3000, reference: 'shop-c' },
      { payment: d, at: at(2), amount: 4000 },
      { payment: e, at: at(3), amount: 5000, providerReferences: ['N-e'] },
      { payment: f, at: at(3), amount: 6000 },
      { payment: g, at: at(4), amount: 7000 },
      { payment: h, at: at(5), amount: 8000 },
      { payment: h, at: at(6), amount: 500, kind: 'refund', seq: 5 },
    ]);
    const file = `${HEADER}N-a;;;10.00;EUR;2026-11-01
;${orderOf(b)};;20.00;EUR;2026-11-01
;;shop-c;30.00;EUR;2026-11-02
;;;40.00;EUR;2026-11-02
N-e;;;49.00;EUR;2026-11-03
;${orderOf(f)};;60.00;USD;2026-11-03
;${orderOf(b)};;20.00;EUR;2026-11-01
;${idOf('ZZZZ', 1)}01;;99.00;EUR;2026-11-04
;${orderOf(h)};;80.00;EUR;2026-11-05
;${orderOf(h)};;-5.00;EUR;2026-11-06
`;
    const read = await reconciled(order(account), file);
    expect([read.status, read.fault]).toEqual(['done', null]);
    expect(read.counts).toEqual({
      matched: 6,
      amount_differs: 1,
      currency_differs: 1,
      only_in_file: 1,
      only_in_ledger: 1,
      twice_in_file: 1,
    });
    const lines = await linesOf(read.id);
    expect(lines.map(({ line, result, matchedBy, payment }) => [line, result, matchedBy, payment])).toEqual([
      [2, 'matched', 'provider_reference', a],
      [3, 'matched', 'order', b],
      [4, 'matched', 'reference', c],
      [5, 'matched', 'amount_and_day', d],
      [6, 'amount_differs', 'provider_reference', e],
      [7, 'currency_differs', 'order', f],
      [8, 'twice_in_file', null, b],
      [9, 'only_in_file', null, null],
      [10, 'matched', 'order', h],
      [11, 'matched', 'order', h],
      [null, 'only_in_ledger', null, g],
    ]);
    expect(lines.find(({ result }) => result === 'twice_in_file')?.repeats).toBe(3);
  });

  it('takes a difference within the tolerance, or as large as the fee of the line, for none', async () => {
    const [a, b, c] = idsOf(3) as [string, string, string];
    const account = await accountWith([
      { payment: a, at: at(1), amount: 10_000 },
      { payment: b, at: at(1), amount: 10_000 },
      { payment: c, at: at(1), amount: 10_000 },
    ]);
    const file = `Order;Amount;Fee;Date
${orderOf(a)};99.00;;2026-11-01
${orderOf(b)};98.99;;2026-11-01
${orderOf(c)};95.00;5.00;2026-11-01
`;
    const columns = { order: 'Order', amount: 'Amount', fee: 'Fee', date: 'Date' };
    const read = await reconciled(
      { ...order(account), columns, currency: 'EUR', tolerance: { basisPoints: 100 } },
      file,
    );
    expect((await linesOf(read.id)).map(({ result }) => result)).toEqual([
      'matched',
      'amount_differs',
      'matched',
    ]);
  });

  it('pairs nothing by amount and day that has another name, or of which there are more on one side', async () => {
    const [a, b, c] = idsOf(3) as [string, string, string];
    const account = await accountWith([
      { payment: a, at: at(1), amount: 1000, providerReferences: ['N-a2'] },
      { payment: b, at: at(2), amount: 2000 },
      { payment: c, at: at(2), amount: 2000 },
    ]);
    const file = `${HEADER};${idOf('ZZZZ', 2)}01;;10.00;EUR;2026-11-01
N-other;;;10.00;EUR;2026-11-01
;;another-reference;10.00;EUR;2026-11-01
;;;20.00;EUR;2026-11-02
`;
    const { counts } = await reconciled(order(account), file);
    expect(counts).toMatchObject({ matched: 0, only_in_file: 4, only_in_ledger: 3 });
  });

  it('takes no order of ours that the ledger does not have for another payment of that amount and day', async () => {
    const [a] = idsOf(1) as [string];
    const account = await accountWith([{ payment: a, at: at(1), amount: 1000 }]);
    const file = `${HEADER};${idOf('ZZZZ', 3)}01;;10.00;EUR;2026-11-01\n`;
    const { counts } = await reconciled(order(account), file);
    expect(counts).toMatchObject({ matched: 0, only_in_file: 1, only_in_ledger: 1 });
  });

  it('takes an order number of other software for no payment of ours of that amount and day', async () => {
    const [a] = idsOf(1) as [string];
    const account = await accountWith([{ payment: a, at: at(1), amount: 1999 }]);
    const file = `${HEADER};WOO-5521;;19.99;EUR;2026-11-01\n`;
    const { counts } = await reconciled(order(account), file);
    expect(counts).toMatchObject({ matched: 0, only_in_file: 1, only_in_ledger: 1 });
  });

  it('takes a line that is there twice for no other movement whose amount differs', async () => {
    const [a] = idsOf(1) as [string];
    const account = await accountWith([
      { payment: a, at: at(1), amount: 200, kind: 'refund', seq: 5 },
      { payment: a, at: at(1), amount: 300, kind: 'refund', seq: 7 },
    ]);
    const line = `;${orderOf(a)};;-2.00;EUR;2026-11-01\n`;
    const read = await reconciled(order(account), HEADER + line + line);
    expect(read.counts).toMatchObject({
      ...{ matched: 1, amount_differs: 0, twice_in_file: 1, only_in_ledger: 1 },
    });
    expect((await linesOf(read.id, 'only_in_ledger'))[0]?.ledgerAmount).toBe(-300);
  });

  it('takes a line whose like was matched by a surer name for no other movement either', async () => {
    const [a, b] = idsOf(2) as [string, string];
    const account = await accountWith([
      { payment: a, at: at(1), amount: 200, reference: 'both', providerReferences: [`N-${a}`] },
      { payment: b, at: at(1), amount: 300, reference: 'both' },
    ]);
    const line = `N-${a};;both;2.00;EUR;2026-11-01\n`;
    const read = await reconciled(order(account), HEADER + line + line);
    expect((await linesOf(read.id)).map(({ result, payment }) => [result, payment])).toEqual([
      ['matched', a],
      ['twice_in_file', a],
      ['only_in_ledger', b],
    ]);
  });

  it('of one order on as many lines as a file has takes no time that grows with their square', async () => {
    const [a] = idsOf(1) as [string];
    const account = await accountWith([{ payment: a, at: at(1), amount: 700 }]);
    const rows = Array.from({ length: 40_000 }, (_, n) => `;${orderOf(a)};;${n + 1}.00;EUR;2026-11-01\n`);
    const same = `;counter;;1.00;EUR;2026-11-01\n`.repeat(40_000);
    const { counts } = await reconciled(order(account), HEADER + rows.join('') + same);
    expect(counts).toMatchObject({
      ...{ matched: 1, only_in_file: 40_000, twice_in_file: 39_999, only_in_ledger: 0 },
    });
  }, 60_000);

  it('pairs a crowd under one name, or without any, one by one', async () => {
    const ids = idsOf(6000);
    const account = await accountWith(
      ids.map((payment, n) => ({
        payment,
        ...{ at: at(1), amount: n < 3000 ? 1000 : 2000, reference: n < 3000 ? 'everybody' : `own-${n}` },
      })),
    );
    const file = `${HEADER}${';;everybody;10.00;EUR;2026-11-01\n'.repeat(3001)}${';;;20.00;EUR;2026-11-01\n'.repeat(3000)}`;
    const read = await reconciled(order(account), file);
    expect(read.counts).toMatchObject({ matched: 6000, twice_in_file: 1, only_in_ledger: 0 });
    const more = await reconciled(order(account), `${file};;;20.00;EUR;2026-11-01\n`);
    expect(more.counts).toMatchObject({ matched: 3000, only_in_file: 3001, only_in_ledger: 3000 });
  }, 60_000);

  it('takes what goes back for no payment, though the order and the amount are the same', async () => {
    const [a] = idsOf(1) as [string];
    const account = await accountWith([{ payment: a, at: at(1), amount: 1000 }]);
    const file = `${HEADER};${orderOf(a)};;-10.00;EUR;2026-11-01\n`;
    const { counts } = await reconciled(order(account), file);
    expect(counts).toMatchObject({ matched: 0, amount_differs: 0, only_in_file: 1, only_in_ledger: 1 });
  });

  it('does not take two refunds of the same amount for one that is there twice', async () => {
    const [a] = idsOf(1) as [string];
    const account = await accountWith([
      { payment: a, at: at(1), amount: 1000 },
      { payment: a, at: at(2), amount: 200, kind: 'refund', seq: 5 },
      { payment: a, at: at(2, 13), amount: 200, kind: 'refund', seq: 7 },
    ]);
    const line = `;${orderOf(a)};;-2.00;EUR;2026-11-02\n`;
    const { counts } = await reconciled(
      order(account),
      `${HEADER};${orderOf(a)};;10.00;EUR;2026-11-01\n${line}${line}`,
    );
    expect(counts).toMatchObject({ matched: 3, twice_in_file: 0 });
  });

  it('says when a payment was found under another number than the ledger knows', async () => {
    const [a] = idsOf(1) as [string];
    const account = await accountWith([
      { payment: a, at: at(1), amount: 1000, providerReferences: ['N-known'] },
    ]);
    const read = await reconciled(order(account), `${HEADER}N-another;${orderOf(a)};;10.00;EUR;2026-11-01\n`);
    expect([read.counts.matched, read.otherNumbers]).toEqual([1, 1]);
    const { body } = await admin<Read>('GET', `/reconciliations/${read.id}?otherNumber=true`);
    expect(body.lines).toMatchObject([{ payment: a, isOtherNumber: true }]);
    const list = await admin<{ data: object[] }>('GET', `/reconciliations?account=${account}`);
    expect(list.body.data).toMatchObject([{ differences: 1 }]);
  });

  it('says so of no file whose numbers the ledger never has', async () => {
    const [a] = idsOf(1) as [string];
    const account = await accountWith([
      {
        payment: a,
        at: at(1),
        amount: 1000,
        currency: 'PLN',
        providerReferences: ['WZHF5FFDRJ140731GUEST000P01'],
      },
    ]);
    const read = await reconciled(
      { account, preset: 'payu' },
      `Date;Trans ID;Amount;Type of operation;Order ID\n2026-11-01;5000001;10,00;t;${orderOf(a)}\n`,
    );
    expect([read.status, read.counts.matched, read.otherNumbers]).toEqual(['done', 1, 0]);
  });

  it('of another account’s file says whose payments they are not', async () => {
    const ids = idsOf(3);
    await accountWith(ids.map((payment) => ({ payment, at: at(1), amount: 1000 })));
    const account = await accountWith([]);
    const file = HEADER + ids.map((payment) => `;${orderOf(payment)};;10.00;EUR;2026-11-01\n`).join('');
    const read = await reconciled(order(account), file);
    expect([read.counts.only_in_file, read.elsewhere]).toEqual([3, 3]);
    expect(
      (await linesOf(read.id)).map(({ payment, shop, isElsewhere }) => [payment, shop, isElsewhere]),
    ).toEqual([
      [null, null, true],
      [null, null, true],
      [null, null, true],
    ]);
  });

  it('finds the payment of a line that brought no money here, so that the provider can be asked', async () => {
    const [a] = idsOf(1) as [string];
    const account = await accountWith([{ payment: a, at: at(1), amount: 1000 }]);
    await env.DIRECTORY.prepare('DELETE FROM movements WHERE payment = ?').bind(a).run();
    const read = await reconciled(order(account), `${HEADER};${orderOf(a)};;10.00;EUR;2026-11-01\n`);
    expect([read.counts.only_in_file, read.toAsk]).toEqual([1, 1]);
    expect((await linesOf(read.id))[0]).toMatchObject({ payment: a, shop: 'demo' });
  });
});
