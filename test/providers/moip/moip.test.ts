/** Moip signs nothing. Ruled out: a notification, or a return, that moves a payment before Moip was asked. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { countsAs } from '../../../src/gateway/proof.ts';
import { moip } from '../../../src/providers/moip/index.ts';
import { bankOf, deliver, journey, network, request, runAlarms } from '../../support/harness.ts';
import { accountOf } from '../support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

it('counts by the answer to a query alone, whatever a message claims', async () => {
  const { settings } = accountOf(moip);
  expect([countsAs(moip, settings, 'notification'), countsAs(moip, settings, 'return')]).toEqual([
    'query',
    'query',
  ]);
  const attempt = await journey('moip', { fields: { currency: 'BRL' } });
  const { payment, account, order, merchant } = attempt;
  // The shopper has not paid: what says so is a forgery.
  await deliver(bankOf('moip').notification(order, merchant, 'pay', 'none'));
  await request(`/return/${account}/${payment.id}?o=${payment.id}01&status_pagamento=1`);
  await runAlarms(payment.id);
  expect((await attempt.shop.payment(payment.id)).amounts.paid).toBe(0);
  expect((await attempt.notify('pay')).status).toBe(200);
  await runAlarms(payment.id);
  expect((await attempt.shop.payment(payment.id)).status).toBe('paid');
});
