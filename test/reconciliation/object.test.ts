/**
 * One file against one account. The failures ruled out: a difference of any kind that is not found, or found where none is; a match by the
 * weaker of two names; a piece that is lost or counted twice; a mark that a newer file forgets; another account's file that looks like a
 * month without payments.
 */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { admin, makeAccount } from '../support/harness.ts';
import {
  idOf,
  linesOf,
  type Movement,
  orderOf,
  putFile,
  putMovements,
  type Read,
  reconciled,
  settled,
} from './support.ts';

const COLUMNS = {
  providerReference: 'Number',
  order: 'Order',
  reference: 'Reference',
  amount: 'Amount',
  currency: 'Currency',
  date: 'Date',
};

const HEADER = 'Number;Order;Reference;Amount;Currency;Date\n';

let counter = 0;

/** An account of its own, with movements. */
async function accountWith(movements: readonly Omit<Movement, 'account'>[]): Promise<string> {
  const account = await makeAccount('ogone');
  await putMovements(movements.map((one) => ({ ...one, account })));
  return account;
}

/** Ids that no other test has. */
function idsOf(count: number): readonly string[] {
  counter += 1;
  return Array.from({ length: count }, (_, n) =>
    idOf(`T${counter}`.replace(/[^0-9A-HJKMNP-TV-Z]/g, 'Z'), counter * 1000 + n),
  );
}

const order = (account: string, more: object = {}) => ({
  account,
  preset: 'generic',
  columns: COLUMNS,
  ...more,
});

const at = (day: number, hour = 12) =>
  `2026-11-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00.000Z`;

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

  it('of some days leaves out lines of others, as it does with movements, but for those of a movement on one of the days', async () => {
    const [a, b, c] = idsOf(3) as [string, string, string];
    const account = await accountWith([
      { payment: a, at: at(27), amount: 1000 },
      { payment: b, at: at(27), amount: 2000 },
      { payment: c, at: at(5), amount: 3000 },
    ]);
    const file = `${HEADER};${orderOf(a)};;10.00;EUR;2026-11-27\n;${orderOf(b)};;20.00;EUR;2026-11-27\n;${orderOf(c)};;30.00;EUR;2026-11-07\n`;
    const read = await reconciled(order(account, { from: '2026-11-01', to: '2026-11-05' }), file);
    expect([read.counts, read.outsideDays, read.toAsk]).toEqual([
      {
        matched: 1,
        amount_differs: 0,
        currency_differs: 0,
        only_in_file: 0,
        only_in_ledger: 0,
        twice_in_file: 0,
      },
      2,
      0,
    ]);
    expect(read.days.map(({ day, fileTotal, ledgerTotal }) => [day, fileTotal, ledgerTotal])).toEqual([
      ['2026-11-05', 0, 3000],
      ['2026-11-07', 3000, 0],
    ]);
    // Beyond what the file has, with one end of the days alone.
    const later = await reconciled(order(account, { from: '2026-12-01' }), file);
    expect([later.outsideDays, later.from, later.to]).toEqual([3, '2026-12-01', '2026-12-01']);
  });

  it('of a mapped file counts days in the zone that is said, or kept, or the provider’s, and says which', async () => {
    const [a] = idsOf(1) as [string];
    // In Zurich and Tokyo it is the 28th.
    const account = await accountWith([{ payment: a, at: '2026-11-27T23:30:00.000Z', amount: 1000 }]);
    const file = 'Ihre Nummer;Betrag;Tag\n;10,00;27.11.2026\n';
    const columns = { order: 'Ihre Nummer', amount: 'Betrag', date: 'Tag' };
    const mapped = (more: object) => reconciled({ account, columns, currency: 'EUR', ...more }, file);
    const found = async (more: object) => {
      const read = await mapped(more);
      return [read.timeZone, read.counts.matched];
    };
    expect(await found({})).toEqual(['Europe/Zurich', 0]);
    expect(await found({ timeZone: 'UTC' })).toEqual(['UTC', 1]);
    const waiting = await reconciled({ account }, file);
    expect([waiting.status, waiting.timeZone]).toEqual(['mapping', 'Europe/Zurich']);
    const body = { columns, currency: 'EUR', timeZone: 'UTC', keep: true };
    await admin('PUT', `/reconciliations/${waiting.id}/columns`, body);
    expect((await settled(waiting.id)).timeZone).toBe('UTC');
    const kept = await reconciled({ account, currency: 'EUR' }, file);
    expect([kept.timeZone, kept.counts.matched]).toEqual(['UTC', 1]);
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

  it('adds up on both sides, by day and currency', async () => {
    const [a, b] = idsOf(2) as [string, string];
    const account = await accountWith([
      { payment: a, at: at(1), amount: 1000 },
      { payment: b, at: at(2), amount: 2000 },
      { payment: b, at: at(3), amount: 300, kind: 'refund', seq: 5 },
    ]);
    const file = `${HEADER};${orderOf(a)};;10.00;EUR;2026-11-01
;${orderOf(b)};;21.00;EUR;2026-11-02
;${orderOf(b)};;-3.00;EUR;2026-11-03
`;
    const { days } = await reconciled(order(account), file);
    expect(
      days.map(({ day, fileTotal, ledgerTotal, runningFile, runningLedger }) => [
        day,
        fileTotal,
        ledgerTotal,
        runningFile,
        runningLedger,
      ]),
    ).toEqual([
      ['2026-11-01', 1000, 1000, 1000, 1000],
      ['2026-11-02', 2100, 2000, 3100, 3000],
      ['2026-11-03', -300, -300, 2800, 2700],
    ]);
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

  it('adds up more than 2^63, and more days than a row of the state holds', async () => {
    const account = await accountWith([]);
    const huge = ';X;;999999999999999;EUR;2026-11-01\n'.repeat(9300);
    const days = Array.from({ length: 9000 }, (_, n) => {
      const day = new Date(Date.UTC(2000, 0, 1 + n)).toISOString().slice(0, 10);
      return `;D-${n};;1;USD;${day}\n;E-${n};;1;CHF;${day}\n`;
    });
    const read = await reconciled(order(account, { decimal: 'minor' }), HEADER + huge + days.join(''));
    expect([read.status, read.days.length]).toEqual(['done', 4000]);
    expect(read.days.find(({ currency }) => currency === 'EUR')?.fileTotal).toBeGreaterThan(9.2e18);
    expect(read.days.at(-1)).toMatchObject({ currency: 'USD', fileTotal: 1, runningFile: 9000 });
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

  it('compares the days that were asked for, also those on which the file has nothing', async () => {
    const [a, b] = idsOf(2) as [string, string];
    const account = await accountWith([
      { payment: a, at: at(2), amount: 1000 },
      { payment: b, at: at(9), amount: 2000 },
    ]);
    const file = `${HEADER};${orderOf(a)};;10.00;EUR;2026-11-02\n`;
    expect((await reconciled(order(account), file)).counts.only_in_ledger).toBe(0);
    const whole = await reconciled(order(account, { from: '2026-11-01', to: '2026-11-30' }), file);
    expect(whole.counts.only_in_ledger).toBe(1);
  });

  it('is made again with what has come meanwhile', async () => {
    const [a] = idsOf(1) as [string];
    const account = await accountWith([]);
    const read = await reconciled(order(account), `${HEADER};${orderOf(a)};;10.00;EUR;2026-11-01\n`);
    expect(read.counts.only_in_file).toBe(1);
    await putMovements([{ account, payment: a, at: at(1), amount: 1000 }]);
    await admin('POST', `/reconciliations/${read.id}/compare`);
    expect((await settled(read.id)).counts).toMatchObject({ matched: 1, only_in_file: 0 });
  });
});

describe('a file', () => {
  it('comes in pieces, which may be lost and come again', async () => {
    const ids = idsOf(40);
    const account = await accountWith(ids.map((payment) => ({ payment, at: at(1), amount: 1000 })));
    const file = new TextEncoder().encode(
      HEADER + ids.map((one) => `;${orderOf(one)};;10.00;EUR;2026-11-01\n`).join(''),
    );
    const { body } = await admin<Read>('POST', '/reconciliations', order(account));
    const { length } = file;
    const send = (from: number, to: number) =>
      putFile(body.id, file.subarray(from, to), `bytes ${from}-${to - 1}/${length}`);
    expect((await send(0, 300)).body.file).toEqual({ size: length, received: 300 });
    // The answer was lost: the client sends the piece again, and a part of it that overlaps.
    expect((await send(0, 300)).body.file.received).toBe(300);
    expect((await send(200, 500)).body.file.received).toBe(500);
    const early = await send(700, 900);
    expect([early.status, early.body.code]).toEqual([409, 'invalid_state']);
    expect(early.body.detail).toContain('up to byte 500');
    // Whoever comes back asks how far it is.
    const { received } = (await admin<Read>('GET', `/reconciliations/${body.id}`)).body.file;
    expect((await send(received, length)).body.status).toBe('done');
    expect((await settled(body.id)).counts.matched).toBe(40);
  });

  it.each([
    ['of another size', 'bytes 0-9/5000', 'bytes 10-19/6000', 409, 'invalid_state'],
    ['beyond its end', 'bytes 0-9/15', 'bytes 10-19/15', 400, 'invalid_request'],
    ['whose place is not its length', 'bytes 0-9/5000', 'bytes 10-29/5000', 400, 'invalid_request'],
    ['of more than 50 MB', 'bytes 0-9/60000000', 'bytes 10-19/60000000', 413, 'payload_too_large'],
  ])('is not taken in a piece %s', async (_, first, second, status, code) => {
    const { body } = await admin<Read>('POST', '/reconciliations', order(await accountWith([])));
    await putFile(body.id, '0123456789', first);
    const answer = await putFile(body.id, '0123456789', second);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('whose piece is larger than 8 MiB is refused before it is read', async () => {
    const { body } = await admin<Read>('POST', '/reconciliations', order(await accountWith([])));
    const answer = await putFile(body.id, new Uint8Array(8 * 1024 * 1024 + 1));
    expect([answer.status, answer.body.code]).toEqual([413, 'payload_too_large']);
  });

  it.each([
    ['empty lines', '\n\n\n', 'empty'],
    ['a quote that never ends', `${HEADER}"N;;;10.00;EUR;2026-11-01\n`, 'unterminated_quote'],
    ['no line about money', `${HEADER}`, 'no_movements'],
    ['nothing but nonsense', `${HEADER}a;b;c;d;e;f\ng;h;i;j;k;l\n`, 'unreadable_lines'],
  ])('of %s fails by name, and can be mapped anew', async (_, file, code) => {
    const read = await reconciled(order(await accountWith([])), file);
    expect([read.status, read.fault?.code]).toEqual(['failed', code]);
    const { status } = await admin('PUT', `/reconciliations/${read.id}/columns`, { columns: COLUMNS });
    expect(status).toBe(200);
  });

  it('that nobody knows waits for a person, and the next ones of the account do not', async () => {
    const [a] = idsOf(1) as [string];
    const account = await accountWith([{ payment: a, at: at(1), amount: 1000 }]);
    const file = `Ihre Nummer;Betrag;Tag\n${orderOf(a)};10,00;01.11.2026\n`;
    const read = await reconciled({ account }, file);
    expect(read.status).toBe('mapping');
    expect(read.preview).toMatchObject({
      header: ['Ihre Nummer', 'Betrag', 'Tag'],
      guess: { columns: { amount: 'Betrag' } },
    });
    const columns = { order: 'Ihre Nummer', amount: 'Betrag', date: 'Tag' };
    await admin('PUT', `/reconciliations/${read.id}/columns`, { columns, currency: 'EUR', keep: true });
    expect((await settled(read.id)).counts.matched).toBe(1);
    expect((await reconciled({ account }, file)).counts.matched).toBe(1);
  });

  it('whose columns another piece has is looked at whole, and a kept mapping as it says', async () => {
    const [a] = idsOf(1) as [string];
    const account = await accountWith([{ payment: a, at: at(1), amount: 1000 }]);
    // Guessed, the separator would be the comma, and the charset windows-1252.
    const text = `Zam\xf3wienie|Kwota|Dzie\xf1, a,b,c,d\n${orderOf(a)}|10,00|01.11.2026\n`;
    const file = Uint8Array.from(text, (one) => one.charCodeAt(0));
    const { body } = await admin<Read>('POST', '/reconciliations', { account });
    for (let from = 0; from < file.length; from += 7) {
      const piece = file.subarray(from, from + 7);
      await putFile(body.id, piece, `bytes ${from}-${from + piece.length - 1}/${file.length}`);
    }
    const first = await settled(body.id);
    expect(first.preview?.header.join()).toContain('Kwota');
    const mapping = {
      columns: { order: 'Zamówienie', amount: 'Kwota', date: 'Dzień, a,b,c,d' },
      ...{ separator: '|', charset: 'windows-1250', currency: 'EUR', decimal: 'comma', keep: true },
    };
    await admin('PUT', `/reconciliations/${body.id}/columns`, mapping);
    expect((await settled(body.id)).counts.matched).toBe(1);
    expect((await reconciled({ account }, file)).counts.matched).toBe(1);
  });

  it('that a mapping does not read keeps no mapping for the next ones', async () => {
    const account = await accountWith([]);
    const file = 'Ihre Nummer;Betrag;Tag\nA;10,00;01.11.2026\n';
    const read = await reconciled({ account }, file);
    const columns = { amount: 'Ihre Nummer', date: 'Tag' };
    await admin('PUT', `/reconciliations/${read.id}/columns`, { columns, currency: 'EUR', keep: true });
    expect((await settled(read.id)).fault?.code).toBe('unreadable_lines');
    expect((await reconciled({ account }, file)).status).toBe('mapping');
  });

  it('that is UTF-8 but for one byte is refused with its line, not read in another charset', async () => {
    const bytes = new TextEncoder().encode(
      `${HEADER};Müller;;10.00;EUR;2026-11-01\n;X;;10.00;EUR;2026-11-01\n`,
    );
    bytes[bytes.lastIndexOf('X'.charCodeAt(0))] = 0xff;
    const read = await reconciled(order(await accountWith([])), bytes);
    expect(read.fault).toMatchObject({ code: 'encoding', line: 3 });
    const said = await reconciled(order(await accountWith([]), { charset: 'windows-1252' }), bytes);
    expect([said.status, said.fault]).toEqual(['done', null]);
  });

  it('of another content than its first pieces is not taken for the rest of them', async () => {
    const { body } = await admin<Read>('POST', '/reconciliations', order(await accountWith([])));
    await putFile(body.id, '0123456789', 'bytes 0-9/20');
    expect((await putFile(body.id, '0123456789ab', 'bytes 0-11/20')).status).toBe(200);
    const other = await putFile(body.id, '9ab', 'bytes 9-11/20');
    expect(other.status).toBe(200);
    const wrong = await putFile(body.id, '9xc', 'bytes 9-11/20');
    expect([wrong.status, wrong.body.code]).toEqual([409, 'invalid_state']);
  });

  it('is forgotten after 400 days, from the list too', async () => {
    const account = await accountWith([]);
    const read = await reconciled(order(account), `${HEADER};X;;10.00;EUR;2026-11-01\n`);
    const stub = env.RECONCILIATION.get(env.RECONCILIATION.idFromName(read.id));
    vi.setSystemTime(Date.now() + 399 * 86_400_000);
    await runInDurableObject(stub, (object) => object.alarm());
    expect((await admin('GET', `/reconciliations/${read.id}`)).status).toBe(200);
    vi.setSystemTime(Date.now() + 2 * 86_400_000);
    await runInDurableObject(stub, (object) => object.alarm());
    expect((await admin('GET', `/reconciliations/${read.id}`)).status).toBe(404);
    const list = await admin<{ data: unknown[] }>('GET', `/reconciliations?account=${account}`);
    expect(list.body.data).toEqual([]);
  });
});

/** A directory that does not answer. */
const DOWN = {
  DIRECTORY: {
    prepare: () => {
      throw new Error('D1 is down');
    },
  },
} as unknown as typeof env;

/** What an object reaches. */
const environmentOf = (object: object) => (object as { readonly env: typeof env }).env;

describe('a run that is interrupted', () => {
  const small = (account: string) => [order(account), `${HEADER};X;;10.00;EUR;2026-11-01\n`] as const;
  const objectOf = (id: string) => env.RECONCILIATION.get(env.RECONCILIATION.idFromName(id));

  it('goes on by its alarm, which is set before the work begins', async () => {
    const [body, file] = small(await accountWith([]));
    const { id } = (await admin<Read>('POST', '/reconciliations', body)).body;
    const bytes = new TextEncoder().encode(file);
    const alarms: Promise<number | null>[] = [];
    await runInDurableObject(objectOf(id), async (object, state) => {
      const real = environmentOf(object);
      // Whoever looks into the directory is killed there, as far as the alarm knows.
      const prepare = (sql: string) => {
        alarms.push(state.storage.getAlarm());
        return real.DIRECTORY.prepare(sql);
      };
      Object.defineProperty(object, 'env', {
        value: { ...real, DIRECTORY: { prepare } },
        configurable: true,
      });
      await object.put({ range: null, bytes });
      Object.defineProperty(object, 'env', { value: real, configurable: true });
    });
    expect(alarms.length).toBeGreaterThan(0);
    for (const alarm of await Promise.all(alarms)) expect(alarm).toBeLessThan(Date.now() + 120_000);
    expect((await settled(id)).status).toBe('done');
  });

  it('goes on by its last piece, when it comes again', async () => {
    const [body, file] = small(await accountWith([]));
    const read = await reconciled(body, file);
    await runInDurableObject(objectOf(read.id), async (_, state) => {
      state.storage.sql.exec(
        `UPDATE state SET value = json_set(value, '$.stage', 'inspecting', '$.readTo', 0, '$.reader', NULL, '$.listed', 0,
           '$.place', json('{"by":"provider_reference","after":""}')) WHERE name = 'state'`,
      );
      for (const table of ['lines', 'results', 'days']) state.storage.sql.exec(`DELETE FROM ${table}`);
      await state.storage.deleteAlarm();
    });
    const again = new TextEncoder().encode(file).subarray(10);
    const answer = await putFile(read.id, again, `bytes 10-${file.length - 1}/${file.length}`);
    expect(answer.body.status).toBe('done');
  });

  it('again and again by the same failure has failed, after longer and longer pauses', async () => {
    const [body, file] = small(await accountWith([]));
    const read = await reconciled(body, file);
    const pauses: number[] = [];
    await runInDurableObject(objectOf(read.id), async (object, state) => {
      const real = environmentOf(object);
      Object.defineProperty(object, 'env', { value: DOWN, configurable: true });
      await object.compare();
      for (let tries = 1; tries < 9; tries += 1) {
        pauses.push(Math.round((((await state.storage.getAlarm()) ?? 0) - Date.now()) / 1000));
        await object.alarm();
      }
      expect((await object.info())?.status).toBe('comparing');
      await object.alarm();
      expect(await object.info()).toMatchObject({ status: 'failed', fault: { code: 'not_finished' } });
      Object.defineProperty(object, 'env', { value: real, configurable: true });
    });
    for (const [failed, pause] of [30, 60, 120, 240].entries()) {
      expect(pauses[failed]).toBeGreaterThanOrEqual(pause - 1);
      expect(pauses[failed]).toBeLessThanOrEqual(pause * 1.2);
    }
    // A person has it read again.
    await admin('PUT', `/reconciliations/${read.id}/columns`, { columns: COLUMNS });
    expect((await settled(read.id)).status).toBe('done');
  });

  it('when it is to be deleted is deleted an hour later', async () => {
    const [body, file] = small(await accountWith([]));
    const read = await reconciled(body, file);
    await runInDurableObject(objectOf(read.id), async (object, state) => {
      const real = environmentOf(object);
      vi.setSystemTime(Date.now() + 401 * 86_400_000);
      Object.defineProperty(object, 'env', { value: DOWN, configurable: true });
      await object.alarm();
      const pause = ((await state.storage.getAlarm()) ?? 0) - Date.now();
      expect(pause > 3_500_000 && pause <= 1.2 * 3_600_000, `${pause}`).toBe(true);
      expect(await object.info()).not.toBeNull();
      Object.defineProperty(object, 'env', { value: real, configurable: true });
      await object.alarm();
      expect(await object.info()).toBeNull();
      vi.useRealTimers();
    });
  });
});

describe('asking', () => {
  it('gives each payment to one caller alone, at times that are a second apart', async () => {
    const ids = idsOf(3);
    const account = await accountWith(ids.map((payment) => ({ payment, at: at(1), amount: 1000 })));
    const file = HEADER + ids.map((payment) => `;${orderOf(payment)};;11.00;EUR;2026-11-01\n`).join('');
    const read = await reconciled(order(account), file);
    const stub = env.RECONCILIATION.get(env.RECONCILIATION.idFromName(read.id));
    const [first, second, third] = [await stub.toAsk(2), await stub.toAsk(2), await stub.toAsk(2)];
    const all = [...first.payments, ...second.payments];
    expect(all.map(({ payment }) => payment).sort()).toEqual([...ids].sort());
    expect(all.map(({ wait }) => Math.ceil(wait / 1000))).toEqual([0, 1, 2]);
    expect(third).toMatchObject({ payments: [], retryAfter: expect.any(Number) });
    // One has its answer, for which four queries were made; one was not asked; one is never heard of again.
    const [a, b, c] = all.map(({ payment }) => payment) as [string, string, string];
    await stub.asked(a, 'paid', 3000);
    await stub.asked(b, null, 0);
    const fourth = await stub.toAsk(5);
    expect(fourth.payments.map(({ payment, wait }) => [payment, Math.ceil(wait / 1000)])).toEqual([[b, 6]]);
    vi.setSystemTime(Date.now() + 600_000);
    expect((await stub.toAsk(5)).payments.map(({ payment }) => payment).sort()).toEqual([b, c].sort());
    vi.useRealTimers();
  });
});

describe('a mark', () => {
  it('stays on a line without any name', async () => {
    const account = await accountWith([]);
    const line = ';;;5.00;EUR;2026-11-02\n';
    const first = await reconciled(order(account), HEADER + line + line);
    const [, second] = await linesOf(first.id, 'only_in_file');
    await admin('PUT', `/reconciliations/${first.id}/lines/${second?.number}/mark`, { reason: 'a coin' });
    const newer = await reconciled(order(account), `${HEADER};;;6.00;EUR;2026-11-02\n${line}${line}`);
    expect((await linesOf(newer.id)).map(({ mark }) => mark?.reason ?? null)).toEqual([null, null, 'a coin']);
  });

  it('goes to no line of another comparison than the one that was looked at', async () => {
    const account = await accountWith([]);
    const read = await reconciled(order(account), `${HEADER};A;;5.00;EUR;2026-11-02\n`);
    const at1 = `/reconciliations/${read.id}/lines/1/mark`;
    await admin('POST', `/reconciliations/${read.id}/compare`);
    const { comparison } = await settled(read.id);
    const late = await admin<{ code: string }>('PUT', at1, { reason: 'x', comparison: read.comparison });
    expect([late.status, late.body.code]).toEqual([409, 'invalid_state']);
    expect((await admin('PUT', at1, { reason: 'x', comparison })).status).toBe(200);
    expect((await admin('DELETE', `${at1}?comparison=${read.comparison}`)).status).toBe(409);
    expect((await admin('DELETE', `${at1}?comparison=${comparison}`)).status).toBe(200);
  });

  it('stays when a newer file is compared: of a line, of one that is there twice, and of a movement', async () => {
    const [a, b] = idsOf(2) as [string, string];
    const account = await accountWith([
      { payment: a, at: at(1), amount: 1000 },
      { payment: b, at: at(2), amount: 2000 },
    ]);
    const line = `;${orderOf(a)};;10.00;EUR;2026-11-01\n`;
    const foreign = ';counter-7;;5.00;EUR;2026-11-02\n';
    const first = await reconciled(order(account), HEADER + line + line + foreign);
    const marked = await linesOf(first.id, 'twice_in_file', 'only_in_file', 'only_in_ledger');
    expect(marked).toHaveLength(3);
    for (const { number, result } of marked) {
      const answer = await admin('PUT', `/reconciliations/${first.id}/lines/${number}/mark`, {
        reason: `why: ${result}`,
      });
      expect(answer.status).toBe(200);
    }
    // The newer file has the lines elsewhere.
    const newer = await reconciled(
      order(account),
      `${HEADER}${foreign};counter-8;;6.00;EUR;2026-11-02\n${line}${line}`,
    );
    const found = await linesOf(newer.id, 'twice_in_file', 'only_in_file', 'only_in_ledger');
    expect(found.map(({ order: name, payment, mark }) => [name, payment, mark?.reason ?? null])).toEqual([
      ['counter-7', null, 'why: only_in_file'],
      ['counter-8', null, null],
      [orderOf(a), a, 'why: twice_in_file'],
      ['', b, 'why: only_in_ledger'],
    ]);
    expect(newer.marked).toBe(3);
    const audit = await admin<{ data: { action: string }[] }>(
      'GET',
      `/audit?subject=${account}&action=reconciliation.marked`,
    );
    expect(audit.body.data).toHaveLength(3);
    await admin('DELETE', `/reconciliations/${newer.id}/lines/${found[0]?.number}/mark`);
    const last = await reconciled(order(account), HEADER + foreign);
    expect((await linesOf(last.id, 'only_in_file'))[0]?.mark).toBeNull();
  });

  it('hides no later difference at the same movement, and is shown as one of before', async () => {
    const [a] = idsOf(1) as [string];
    const account = await accountWith([{ payment: a, at: at(1), amount: 1722 }]);
    const file = (amount: string) => `${HEADER};${orderOf(a)};;${amount};EUR;2026-11-01\n`;
    const put = (id: string, reason: string) =>
      admin('PUT', `/reconciliations/${id}/lines/1/mark`, { reason });
    const first = await reconciled(order(account), file('17.23'));
    expect((await put(first.id, 'a cent')).status).toBe(200);
    const marksOf = async ({ id }: { readonly id: string }) =>
      (await linesOf(id)).map(({ mark, earlierMark }) => [mark?.reason ?? null, earlierMark?.reason ?? null]);
    expect(await marksOf(await reconciled(order(account), file('17.23')))).toEqual([['a cent', null]]);
    const other = await reconciled(order(account), file('17.99'));
    expect([other.marked, await marksOf(other)]).toEqual([0, [[null, 'a cent']]]);
    const unmarked = await admin<Read>(
      'GET',
      `/reconciliations/${other.id}?marked=false&result=amount_differs`,
    );
    expect(unmarked.body.lines).toHaveLength(1);
    // Each difference has its own.
    await put(other.id, 'a fee');
    expect(await marksOf(await reconciled(order(account), file('17.99')))).toEqual([['a fee', null]]);
    expect(await marksOf(await reconciled(order(account), file('17.23')))).toEqual([['a cent', null]]);
    expect(await marksOf(await reconciled(order(account), file('17.24')))).toEqual([
      [null, expect.any(String)],
    ]);
    expect(await marksOf(await reconciled(order(account), file('17.22')))).toEqual([[null, null]]);
  });

  it('“next week” is none for the amount that comes next week', async () => {
    const [a] = idsOf(1) as [string];
    const account = await accountWith([{ payment: a, at: at(1), amount: 1833 }]);
    const days = { from: '2026-11-01', to: '2026-11-01' };
    const first = await reconciled(order(account, days), `${HEADER};;;9.00;EUR;2026-11-01\n`);
    const [missing] = await linesOf(first.id, 'only_in_ledger');
    await admin('PUT', `/reconciliations/${first.id}/lines/${missing?.number}/mark`, { reason: 'next week' });
    const next = await reconciled(order(account), `${HEADER};${orderOf(a)};;1.00;EUR;2026-11-01\n`);
    const [line] = await linesOf(next.id, 'amount_differs');
    expect([line?.mark, line?.earlierMark?.reason]).toEqual([null, 'next week']);
  });

  it('is refused where nothing differs, and taken where the number does', async () => {
    const [a, b] = idsOf(2) as [string, string];
    const account = await accountWith([
      { payment: a, at: at(1), amount: 1000, providerReferences: ['N-a'] },
      { payment: b, at: at(1), amount: 2000, providerReferences: ['N-b'] },
    ]);
    const read = await reconciled(
      order(account),
      `${HEADER}N-a;${orderOf(a)};;10.00;EUR;2026-11-01\nN-x;${orderOf(b)};;20.00;EUR;2026-11-01\n`,
    );
    const put = (number: number) =>
      admin<{ code: string }>('PUT', `/reconciliations/${read.id}/lines/${number}/mark`, { reason: 'x' });
    const matched = await put(1);
    expect([matched.status, matched.body.code]).toEqual([409, 'invalid_state']);
    expect((await put(2)).status).toBe(200);
    const open = await admin<Read>('GET', `/reconciliations/${read.id}?otherNumber=true&marked=false`);
    expect(open.body.lines).toEqual([]);
  });
});
