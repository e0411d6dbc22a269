/**
 * What is done about the differences of a comparison: the provider is asked, a person marks them. The failures ruled out: a payment that
 * two callers ask about; a mark that a newer file forgets, that goes to another line, or that hides a later difference.
 */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { admin } from '../support/harness.ts';
import { accountWith, at, HEADER, idsOf, order } from './one-account.ts';
import { linesOf, orderOf, type Read, reconciled, settled } from './support.ts';

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
