/** The console offers a refund of what is there, and none of what a bank has taken back. */
import { beforeAll, expect, it, vi } from 'vitest';
import type { Minor } from '../../src/payments/money.ts';
import { notify } from '../ledger/support.ts';
import { journey, ledgerOf, network, runAlarms } from '../support/harness.ts';
import { signedIn } from './support.ts';

vi.setConfig({ testTimeout: 30_000 });

beforeAll(() => {
  network();
});

it.each([
  [1999, null],
  [500, '14.99'],
])('after a chargeback of %i of 1999: %s', async (amount, left) => {
  const { payment, shop, notify: bank } = await journey('ogone', { fields: { amount: 1999 } });
  await bank('pay');
  const { id, account } = payment;
  const taken = { outcome: 'charged_back', key: 'C', movement: 'C', amount: amount as Minor } as const;
  await ledgerOf(id).applyUpdate(notify({ account, ...taken }));
  await runAlarms(id);
  const browser = await signedIn({ role: 'refund', shops: [shop.id] });
  const page = `/console/payments/${id}`;
  const { text } = await browser.open(page);
  const refund = await browser.open(`${page}/refund`);
  expect(text.includes(`href="${page}/refund"`)).toBe(left !== null);
  // What is missing stands beside what was asked for, paid and refunded.
  expect(text).toMatch(new RegExp(`<dt>Charged back</dt><dd>[^/]*${(amount / 100).toFixed(2)}`));
  if (left === null) expect(refund.text).not.toContain('name="amount"');
  else expect(refund.text).toContain(`value="${left}"`);
});
