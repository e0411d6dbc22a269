/** A payment before its money: links that can be paid, changed, called off and that end. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  admin,
  bankOf,
  CUSTOMER,
  deliver,
  type Journey,
  journey,
  makeAccount,
  makeShop,
  merchant,
  network,
  type Payment,
  type Problem,
  request,
  runAlarms,
  shopperAtBank,
  type TestShop,
  unique,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

type Answer = Omit<Payment, 'status'> & Omit<Problem, 'status'> & { readonly status: string | number };
type Conflict = Problem & { readonly payment: string; readonly differences: string[] };

const cancel = ({ shop, payment }: Pick<Journey, 'shop' | 'payment'>) =>
  shop.call<Answer>('POST', `/payments/${payment.id}/cancel`);

async function created(
  provider = 'ecommpay',
): Promise<{ shop: TestShop; payment: Payment; account: string }> {
  const account = await makeAccount(provider);
  const shop = await makeShop([account]);
  return { shop, account, payment: (await shop.pay()).body };
}

const hop = (payment: Payment) => request(payment.checkoutUrl);

/** The webhooks of the test. */
const told = () => net.webhooks.map(({ body }) => body as { readonly type: string });

const later = (seconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });

describe('a payment that is called off', () => {
  it('is cancelled, tells the shop, and its link ends on a page that says so', async () => {
    const { shop, payment } = await created();
    expect((await hop(payment)).status).toBe(303);
    const answer = await cancel({ shop, payment });
    expect([answer.status, answer.body.status]).toEqual([200, 'cancelled']);
    const page = await hop(payment);
    expect([page.status, page.headers.get('location')]).toEqual([410, null]);
    expect(await page.text()).toContain('La boutique a annulé ce paiement');
    await runAlarms(payment.id);
    expect(told().map(({ type }) => type)).toContain('payment.cancelled');
    expect((await shop.payment(payment.id)).redirect).toBeNull();
  });

  it('is called off once: a second cancel is the same answer', async () => {
    const { shop, payment } = await created();
    const first = await cancel({ shop, payment });
    const second = await cancel({ shop, payment });
    expect([second.status, second.body.version]).toEqual([200, first.body.version]);
  });

  it('is no loss of money that comes all the same', async () => {
    const attempt = await journey('sips2');
    await cancel(attempt);
    expect((await attempt.notify('pay')).status).toBe(200);
    const now = await attempt.shop.payment(attempt.payment.id);
    expect([now.status, now.amounts.paid, now.late]).toEqual(['paid', 1999, true]);
    await runAlarms(attempt.payment.id);
    const webhook = told().find(({ type }) => type === 'payment.paid');
    expect(webhook).toMatchObject({ late: true, data: { late: true, status: 'paid' } });
  });

  it.each(['decline', 'cancel'] as const)('stays cancelled when its bank says no: %s', async (decision) => {
    const attempt = await journey('sips2');
    await cancel(attempt);
    await attempt.notify(decision);
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('cancelled');
    expect((await hop(attempt.payment)).status).toBe(410);
  });

  it('is not one that a bank is processing, where the provider has no cancel', async () => {
    const attempt = await journey('przelewy24');
    await attempt.notify('wait');
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('pending');
    expect((await cancel(attempt)).body).toMatchObject({ status: 409, code: 'invalid_state' });
  });

  it('is not one that is paid', async () => {
    const attempt = await journey('ogone');
    await attempt.notify('pay');
    expect((await cancel(attempt)).status).toBe(409);
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('paid');
  });

  it('ends the order at the provider too, where that can', async () => {
    const attempt = await journey('payu');
    const answer = await cancel(attempt);
    expect([answer.status, answer.body.status]).toEqual([200, 'cancelled']);
    expect(answer.body.operations.map(({ kind, state }) => [kind, state])).toEqual([['cancel', 'accepted']]);
  });
});

describe('a payment with expiresAt', () => {
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

  it('ends at its time, by the page and by the webhook', async () => {
    const account = await makeAccount('ecommpay');
    const shop = await makeShop([account]);
    const expiresAt = inSeconds(600);
    const payment = (await shop.pay({ expiresAt })).body;
    expect(payment.expiresAt).toBe(expiresAt);
    later(601);
    const page = await hop(payment);
    expect([page.status, await page.text()]).toEqual([
      410,
      expect.stringContaining('Le délai de ce paiement est écoulé'),
    ]);
    await runAlarms(payment.id);
    expect((await shop.payment(payment.id)).status).toBe('expired');
    expect(told().map(({ type }) => type)).toContain('payment.expired');
    expect((await hop(payment)).status).toBe(410);
  });

  it('counts money that comes after it, and says late', async () => {
    const attempt = await journey('sips2', { fields: { expiresAt: inSeconds(600) } });
    later(601);
    await runAlarms(attempt.payment.id);
    await attempt.notify('pay');
    const now = await attempt.shop.payment(attempt.payment.id);
    expect([now.status, now.late]).toEqual(['paid', true]);
  });

  it('is not ended while its bank is processing', async () => {
    const attempt = await journey('sips2', { fields: { expiresAt: inSeconds(600) } });
    await attempt.notify('wait');
    later(601);
    await runAlarms(attempt.payment.id);
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('pending');
  });

  it.each([
    ['the past', '2020-01-01T00:00:00Z'],
    ['no time', 'tomorrow'],
    ['a number', 5],
    ['too far away', '2999-01-01T00:00:00Z'],
    ['no day of the calendar', '2027-02-30T00:00:00Z'],
  ])('is not taken with %s', async (_name, expiresAt) => {
    const { shop } = await created();
    const answer = await shop.call<Problem>('POST', '/payments', {
      reference: unique(),
      amount: 1,
      currency: 'EUR',
      expiresAt,
    });
    expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([400, 'expiresAt']);
  });

  it('is repeated as before when its time has come', async () => {
    const { shop } = await created();
    const order = { reference: unique(), amount: 5, currency: 'EUR', expiresAt: inSeconds(60) };
    const first = await shop.call<Payment>('POST', '/payments', order);
    later(61);
    const again = await shop.call<Payment>('POST', '/payments', order);
    expect([again.status, again.body.id]).toEqual([200, first.body.id]);
  });

  it('takes it from its shop', async () => {
    const shop = await makeShop([await makeAccount('ecommpay')], { expireAfterMinutes: 30 });
    const order = { reference: unique(), amount: 5, currency: 'EUR' };
    const { expiresAt } = (await shop.call<Payment>('POST', '/payments', order)).body;
    expect(Math.round((Date.parse(String(expiresAt)) - Date.now()) / 60_000)).toBe(30);
    expect((await shop.call('POST', '/payments', order)).status).toBe(200);
    const other = await shop.call<Conflict>('POST', '/payments', { ...order, amount: 6 });
    expect(other.body.differences).toEqual(['amount']);
  });
});

describe('another request for a reference', () => {
  const order = () => ({ reference: unique(), amount: 1999, currency: 'EUR', customer: CUSTOMER });

  it('is a conflict that names the payment and what differs', async () => {
    const { shop, account } = await created();
    const first = order();
    const { id } = (await shop.call<Payment>('POST', '/payments', first)).body;
    const other = {
      ...first,
      account,
      amount: 2000,
      customer: { ...CUSTOMER, email: 'o@example.com' },
      description: 'x',
    };
    const { status, body } = await shop.call<Conflict>('POST', '/payments', other);
    expect([status, body.code, body.payment]).toEqual([409, 'reference_conflict', id]);
    expect(body.differences).toEqual(['account', 'amount', 'customer.email', 'description']);
    expect(body.detail).toMatch(/: account, amount, customer\.email, description differ$/);
    const one = await shop.call<Conflict>('POST', '/payments', { ...first, amount: 2000 });
    expect(one.body.detail).toMatch(/: amount differs$/);
  });

  it('takes its place with replace, and money by the old redirect is not lost', async () => {
    const { shop, account } = await created('sips2');
    const first = { ...order(), account };
    const before = (await shop.call<Payment>('POST', '/payments', first)).body;
    const changed = { ...first, amount: 2500 };
    const { status, body } = await shop.call<Payment>('POST', '/payments', { ...changed, replace: true });
    expect([status, body.id, body.amount, body.status]).toEqual([200, before.id, 2500, 'created']);
    expect(body.version).toBeGreaterThan(before.version);
    expect((await shop.call('POST', '/payments', changed)).status).toBe(200);
    expect((await shop.call('POST', '/payments', first)).status).toBe(409);
    const who = merchant('sips2', account);
    const old = await shopperAtBank('sips2', before.redirect, who);
    expect((await deliver(bankOf('sips2').notification(old, who, 'pay', 'none'))).status).toBe(200);
    expect(await shop.payment(before.id)).toMatchObject({
      status: 'partially_paid',
      amounts: { paid: 1999 },
    });
    const read = (await shop.call<{ attempts: { amount: number }[] }>('GET', `/payments/${before.id}`)).body;
    expect(read.attempts.map(({ amount }) => amount)).toEqual([1999, 2500]);
    // Who paid by the old redirect is not charged the whole of the new one.
    expect(await (await hop(body)).text()).toContain('amount=501|');
  });

  it.each([
    ['ecommpay', 'sips2'],
    ['sips2', 'sips2'],
  ])('loses no money of the new redirect: %s, then %s', async (before, after) => {
    const [old, account] = [await makeAccount(before), await makeAccount(after)];
    const shop = await makeShop([old, account]);
    const first = { ...order(), account: old };
    await shop.call<Payment>('POST', '/payments', first);
    const changed = { ...first, account, amount: 2500, replace: true };
    const { body } = await shop.call<Payment>('POST', '/payments', changed);
    await hop(body);
    const who = merchant(after, account);
    const there = await shopperAtBank(after, body.redirect, who);
    expect((await deliver(bankOf(after).notification(there, who, 'pay', 'none'))).status).toBe(200);
    expect(await shop.payment(body.id)).toMatchObject({ status: 'paid', amounts: { paid: 2500 }, account });
    const read = (await shop.call<{ attempts: { status: string }[] }>('GET', `/payments/${body.id}`)).body;
    expect(read.attempts.map(({ status }) => status)).toEqual(['created', 'paid']);
  });

  it('is not taken by two replacements at once under one number', async () => {
    const { shop } = await created();
    const first = order();
    await shop.call<Payment>('POST', '/payments', first);
    const answers = await Promise.all(
      [5, 6, 7].map((amount) => shop.call<Answer>('POST', '/payments', { ...first, amount, replace: true })),
    );
    for (const { status, body } of answers)
      expect(status === 200 || body.code === 'conflict_version').toBe(true);
    const { id } = answers.find(({ status }) => status === 200)?.body ?? { id: '' };
    const { redirect } = await shop.payment(id);
    const numbers = (await shop.call<{ attempts: unknown[] }>('GET', `/payments/${id}`)).body.attempts.length;
    expect(JSON.stringify(redirect)).toContain(`${id}0${numbers}`);
  });

  it('is not taken over a version that the shop has not seen', async () => {
    const { shop } = await created();
    const first = order();
    const { version } = (await shop.call<Payment>('POST', '/payments', first)).body;
    const replace = (amount: number, match: string) =>
      shop.call<Answer>('POST', '/payments', { ...first, amount, replace: true }, { 'if-match': match });
    expect((await replace(5, `"${version + 1}"`)).body.code).toBe('conflict_version');
    expect((await replace(5, `"${version}"`)).body.amount).toBe(5);
    expect((await replace(6, `"${version}"`)).body).toMatchObject({ status: 409, code: 'conflict_version' });
    for (const bad of ['3', '*', '"x"', 'W/"1"']) expect((await replace(7, bad)).status).toBe(400);
  });

  it('is not taken when a shopper was forwarded', async () => {
    const { shop } = await created();
    const first = order();
    await hop((await shop.call<Payment>('POST', '/payments', first)).body);
    const { body } = await shop.call<Problem>('POST', '/payments', { ...first, amount: 5, replace: true });
    expect(body).toMatchObject({ status: 409, code: 'invalid_state' });
  });

  it('with replace is the payment itself where there is none', async () => {
    const { shop } = await created();
    expect((await shop.call('POST', '/payments', { ...order(), replace: true })).status).toBe(201);
  });
});

describe('the redirect', () => {
  it('of a payment that is paid is none', async () => {
    const attempt = await journey('ogone');
    expect(attempt.payment.redirect).not.toBeNull();
    await attempt.notify('pay');
    expect((await attempt.shop.payment(attempt.payment.id)).redirect).toBeNull();
  });

  it("of a payment without an account is our checkout, not the first account's", async () => {
    const shop = await makeShop([await makeAccount('ecommpay'), await makeAccount('ogone')]);
    const { body } = await shop.pay({ account: undefined });
    expect(body.redirect).toEqual({ kind: 'url', method: 'GET', url: body.checkoutUrl });
    expect((await shop.payment(body.id)).redirect).toEqual(body.redirect);
  });

  it('of a payment that was declined is our checkout', async () => {
    const attempt = await journey('ogone');
    await attempt.notify('decline');
    const { redirect, checkoutUrl } = await attempt.shop.payment(attempt.payment.id);
    expect(redirect).toEqual({ kind: 'url', method: 'GET', url: checkoutUrl });
  });
});

describe('an account that is retired', () => {
  it('begins nothing, and still verifies and refunds', async () => {
    const attempt = await journey('sips2');
    const retired = await admin<{ retiredAt: string }>('POST', `/accounts/${attempt.account}/retire`);
    expect([retired.status, typeof retired.body.retiredAt]).toEqual([200, 'string']);
    const refused = await attempt.shop.call<Problem>('POST', '/payments', {
      reference: unique(),
      amount: 5,
      currency: 'EUR',
      account: attempt.account,
    });
    expect(refused.body).toMatchObject({ status: 409, code: 'invalid_state' });
    expect((await attempt.notify('pay')).status).toBe(200);
    const refund = await attempt.shop.call<Payment>('POST', `/payments/${attempt.payment.id}/refund`, {});
    expect(refund.body.status).toBe('refunded');
  });

  it('gets no shopper by a redirect from before', async () => {
    const { account, payment } = await created();
    await admin('POST', `/accounts/${account}/retire`);
    const page = await hop(payment);
    expect([page.status, page.headers.get('location')]).toEqual([409, null]);
  });

  it('is not offered, and a link that waits for it leads to a page', async () => {
    const [first, second, third] = [
      await makeAccount('ecommpay'),
      await makeAccount('ogone'),
      await makeAccount('dummy'),
    ];
    const shop = await makeShop([first, second, third]);
    const { body } = await shop.pay({ account: undefined });
    await admin('POST', `/accounts/${first}/retire`);
    const page = await (await hop(body)).text();
    expect([page.includes(first), page.includes(second)]).toEqual([false, true]);
    expect(
      (await shop.call<{ data: { id: string }[] }>('GET', '/accounts')).body.data.map(({ id }) => id),
    ).toEqual([second, third]);
  });
});

describe('deleting', () => {
  it('an account that payments name is a conflict', async () => {
    const { shop, account, payment } = await created();
    await runAlarms(payment.id);
    await admin('PUT', `/shops/${shop.id}`, { accounts: [await makeAccount('ogone')] });
    await expect
      .poll(async () => (await admin<Problem>('DELETE', `/accounts/${account}`)).body?.code)
      .toBe('invalid_state');
    expect((await admin('DELETE', `/accounts/${await makeAccount('ogone')}`)).status).toBe(204);
  });

  it('a shop without payments takes it away, one with payments is switched off', async () => {
    const empty = await makeShop([]);
    expect((await admin('DELETE', `/shops/${empty.id}`)).status).toBe(204);
    expect((await admin('GET', `/shops/${empty.id}`)).status).toBe(404);
    expect((await empty.call('GET', '/payments')).status).toBe(401);
    const { shop, payment } = await created();
    await runAlarms(payment.id);
    const off = await admin<{ active: boolean }>('DELETE', `/shops/${shop.id}`);
    expect([off.status, off.body.active]).toEqual([200, false]);
    const page = await hop(payment);
    expect([page.status, page.headers.get('location')]).toEqual([409, null]);
  });

  it('a shop that is off sends nobody to a bank, and takes what the bank says', async () => {
    const attempt = await journey('sips2');
    await admin('PUT', `/shops/${attempt.shop.id}`, { active: false });
    expect((await hop(attempt.payment)).status).toBe(409);
    expect((await attempt.notify('pay')).status).toBe(200);
  });
});
