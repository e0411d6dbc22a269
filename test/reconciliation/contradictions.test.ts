/** Lines whose number and order do not belong together. The failure ruled out: what the provider says of one payment passes as a clean match of another. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { admin } from '../support/harness.ts';
import { accountWith, at, HEADER, idsOf, order } from './one-account.ts';
import { idOf, orderOf, type Read, reconciled } from './support.ts';

const A = { at: at(1), amount: 1000, providerReferences: ['N-a'] };

const flagged = async (account: string, lines: string) => {
  const read = await reconciled(order(account), HEADER + lines);
  const { body } = await admin<Read>('GET', `/reconciliations/${read.id}?otherNumber=true`);
  return [read.counts.matched, read.otherNumbers, body.lines.map(({ payment }) => payment)];
};

/** A payment that no money has come for. */
async function unpaid(account: string): Promise<string> {
  const id = idOf('VNPD', Math.floor(Math.random() * 1e9));
  await env.DIRECTORY.prepare(
    `INSERT INTO payments (id, version, shop, reference, status, amount, currency, account, provider, test, paid, refunded, created_at, updated_at, body)
     VALUES (?, 1, 'demo', ?, 'created', 1000, 'EUR', ?, 'ogone', 0, 0, 0, ?, ?, '{}')`,
  )
    .bind(id, `ref-${id}`, account, at(1), at(1))
    .run();
  return id;
}

it('a number with the order of another payment is told, whether that was paid or not', async () => {
  const [a, b] = idsOf(2) as [string, string];
  const account = await accountWith([
    { ...A, payment: a },
    { payment: b, at: at(2), amount: 700, providerReferences: ['N-b'] },
  ]);
  const rest = `N-b;${orderOf(b)};;7.00;EUR;2026-11-02\n`;
  expect(await flagged(account, `N-a;${orderOf(b)};;10.00;EUR;2026-11-01\n${rest}`)).toEqual([2, 1, [a]]);
  const none = await unpaid(account);
  expect(await flagged(account, `N-a;${orderOf(none)};;10.00;EUR;2026-11-01\n${rest}`)).toEqual([2, 1, [a]]);
});

it('an order that is none of ours, another account’s, or the payment’s own is nothing', async () => {
  const [a] = idsOf(1) as [string];
  const account = await accountWith([{ ...A, payment: a }]);
  const elsewhere = await unpaid('another-account');
  for (const name of ['2026-0001', orderOf(idOf('N0NE', 5)), orderOf(elsewhere), orderOf(a), a, `${a}02`])
    expect(await flagged(account, `N-a;${name};;10.00;EUR;2026-11-01\n`)).toEqual([1, 0, []]);
});
