/**
 * A payment that is paid late at the bank that its shopper had left for another one. The failures ruled out: it is shown, listed, exported and
 * told with the account of the bank that has no money, beside the number of the one that has it; it is given back there; and an account
 * that an attempt has gone to counts as one that none ever has.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { OperationView } from '../../src/payments/types.ts';
import {
  admin,
  type Journey,
  journey,
  makeShop,
  network,
  type Payment,
  runAlarms,
} from '../support/harness.ts';
import { exported } from './books-support.ts';
import { euros, hopOf, move, shown } from './succession-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

interface Listed {
  readonly data: readonly Payment[];
}

/** The shopper has left PayU for ECommPay, and this is decided at PayU then. */
async function leftFor(decision: 'pay' | 'decline' | 'wait'): Promise<Journey & { readonly next: string }> {
  const [account, next] = [await euros('payu'), await euros('ecommpay')];
  const trip = await journey('payu', {
    place: { account, shop: await makeShop([account]) },
    fields: { currency: 'EUR' },
  });
  await move(account, next);
  expect((await hopOf(trip.payment)).location).toContain('payment_id=');
  expect((await trip.notify(decision)).status).toBe(200);
  await runAlarms(trip.payment.id);
  return { ...trip, next };
}

const listed = async ({ shop }: Journey, account: string) =>
  (await shop.call<Listed>('GET', `/payments?account=${account}`)).body.data.map(({ id }) => id);

const found = async (query: string) =>
  (await admin<Listed>('GET', `/payments?${query}`)).body.data.map(({ id }) => id);

interface Checked {
  readonly data: readonly { readonly payment: string; readonly detail: string }[];
  readonly nextCursor: string | null;
}

/** What the audit says of a payment, an hour on. */
async function audited(id: string): Promise<readonly string[]> {
  vi.setSystemTime(Date.now() + 3_600_000);
  const { body } = await admin<Checked>('GET', '/checks/payments?limit=100');
  expect(body.nextCursor).toBeNull();
  return body.data.flatMap(({ payment, detail }) => (payment === id ? [detail] : []));
}

it('is shown with the account that has the money, everywhere', async () => {
  const trip = await leftFor('pay');
  const { payment, shop, account, next } = trip;
  const { id } = payment;
  const { providerReference, ...read } = await shop.payment(id);
  expect(read).toMatchObject({ status: 'paid', account, provider: 'payu', providerStatus: 'COMPLETED' });
  expect(providerReference).toMatch(/./);
  const told = net.webhooks.filter(({ body }) => body.type === 'payment.paid').map(({ body }) => body.data);
  expect(told).toEqual([expect.objectContaining({ account, provider: 'payu', providerReference })]);
  expect([await listed(trip, account), await listed(trip, next)]).toEqual([[id], []]);
  expect(await found(`account=${account}&provider=payu`)).toEqual([id]);
  expect(await found(`account=${next}`)).toEqual([]);
  const { data } = await exported(`what=payments&shop=${shop.id}`);
  expect(data).toEqual([expect.objectContaining({ account, provider: 'payu', providerReference })]);
  const movements = await exported(`what=movements&dateBy=movement&shop=${shop.id}`);
  expect(movements.data).toEqual([expect.objectContaining({ account, paid: 1999 })]);
});

it('is given back where the money is', async () => {
  const { payment, shop, account } = await leftFor('pay');
  const key = { 'idempotency-key': 'back' };
  const { body } = await shop.call<Payment & { operations: OperationView[] }>(
    'POST',
    `/payments/${payment.id}/refund`,
    {},
    key,
  );
  expect(body.operations).toMatchObject([{ attempt: 1, state: 'accepted' }]);
  expect(net.calls.filter((url) => url.endsWith('/refunds')).length).toBe(1);
  expect(await shop.payment(payment.id)).toMatchObject({ status: 'paid', account });
});

it('is shown with the account whose bank is processing it, and with the newest one where nobody decides', async () => {
  const pending = await leftFor('wait');
  expect(await pending.shop.payment(pending.payment.id)).toMatchObject({
    status: 'pending',
    account: pending.account,
    providerStatus: 'PENDING',
  });
  const declined = await leftFor('decline');
  // The number of the bank that was left stands beside no other bank's name.
  expect(await declined.shop.payment(declined.payment.id)).toMatchObject({
    status: 'forwarded',
    account: declined.next,
    providerReference: null,
    providerStatus: null,
  });
});

it('keeps the account of the other attempt from being deleted, and counts it as open for a while', async () => {
  const { next } = await leftFor('pay');
  const onwards = await euros('ogone');
  await move(next, onwards);
  expect((await shown(next)).succession?.open).toEqual({ forwarded: 1 });
  expect((await admin('DELETE', `/accounts/${next}`)).status).toBe(409);
});

it('is named by the audit where a version before has pushed it, until it is pushed anew', async () => {
  const { payment, account, next } = await leftFor('pay');
  expect(await audited(payment.id)).toEqual([]);
  const earlier = JSON.stringify([{ attempt: 1, account, status: 'paid', leftAt: payment.createdAt }]);
  await env.DIRECTORY.prepare(
    "UPDATE payments SET account = ?1, provider = 'ecommpay', earlier = ?2, body = json_set(body, '$.account', ?1, '$.provider', 'ecommpay') WHERE id = ?3",
  )
    .bind(next, earlier, payment.id)
    .run();
  expect(await audited(payment.id)).toContainEqual(expect.stringMatching(/^account is .* in the copy/));
  await admin('POST', '/payments/rebuild', {});
  await runAlarms(payment.id);
  expect(await audited(payment.id)).toEqual([]);
});
