/**
 * One file against one account: which days are compared, and what they add up to. The failures ruled out: a line or a movement that
 * counts on the day of another zone, or is missed because its day was left out; a sum that is rounded, or of one side alone; a comparison
 * that is made again without what has come meanwhile.
 */
import { describe, expect, it } from 'vitest';
import { admin } from '../support/harness.ts';
import { accountWith, at, HEADER, idsOf, order } from './one-account.ts';
import { orderOf, putMovements, reconciled, settled } from './support.ts';

describe('a comparison', () => {
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
