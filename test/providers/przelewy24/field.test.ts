/** Przelewy24: what was read wrong in the field. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { przelewy24 } from '../../../src/providers/przelewy24/index.ts';
import { answering, changing, inPanel, paid, read, refreshed } from '../../support/bank-office.ts';
import {
  BANK_API,
  bankOf,
  deliver,
  type Journey,
  journey,
  makeAccount,
  makeShop,
  memory,
  merchant,
  network,
  request,
  runAlarms,
  shopAfter,
  shopperAtBank,
} from '../../support/harness.ts';
import { accountOf, begin, request as paymentOf, registered } from '../support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

/** Przelewy24 does not verify, and has an advance payment. @returns what takes it back. */
function unverified(): () => void {
  const verified = answering(
    ({ method }) => method === 'PUT',
    () => new Response('Bad Gateway', { status: 502 }),
  );
  changing('GET', /by\/sessionId/, ({ data, ...body }) => ({
    ...body,
    data: { ...(data as object), status: 1 },
  }));
  return verified;
}

const registrations = () => net.calls.filter((url) => url.endsWith('/transaction/register')).length;

/** The sign of a refund's notification. */
function refundSign({ merchant: who }: Journey, members: Record<string, unknown>): string {
  const names = ['orderId', 'sessionId', 'refundsUuid', 'merchantId', 'amount', 'currency', 'status'];
  const covered = Object.fromEntries(names.map((name) => [name, members[name]]));
  const text = JSON.stringify({ ...covered, crc: String(who.settings.crc) });
  return createHash('sha384').update(text).digest('hex');
}

describe('a signed notification of a payment that is not verified', () => {
  it('left the payment forwarded: it is pending, and is not paid a second time', async () => {
    const attempt = await journey('przelewy24');
    const { payment, account } = attempt;
    const restore = unverified();
    expect((await attempt.notify('pay')).status).toBe(200);
    expect(await read(attempt)).toMatchObject({ status: 'pending', amounts: { paid: 0 } });
    await runAlarms(payment.id);
    const back = await request(`/return/${account}/${payment.id}?o=${payment.id}01`);
    expect((await shopAfter(back)).href).toMatch(/thanks\?.*status=pending/);
    const before = registrations();
    const again = await request(payment.checkoutUrl);
    expect(again.headers.get('location')).toMatch(/thanks\?.*status=pending/);
    expect(registrations()).toBe(before);
    restore();
    expect(await refreshed(attempt)).toMatchObject({ status: 'paid', amounts: { paid: 1999 } });
  });

  it('about another sum is no reason to wait: it is only asked about', async () => {
    const attempt = await journey('przelewy24');
    const { order, merchant: who } = attempt;
    for (const other of [{ amount: 1 }, { currency: 'EUR' }]) {
      const message = bankOf('przelewy24').notification({ ...order, ...other }, who, 'pay', 'none');
      expect((await deliver(message)).status).toBe(200);
      await runAlarms(attempt.payment.id);
      expect((await read(attempt)).status).toBe('forwarded');
    }
    expect(net.calls.filter((url) => url.endsWith('/transaction/verify')).length).toBeGreaterThan(0);
  });

  it('is said to be checked where a shop has no address to go back to', async () => {
    const account = await makeAccount('przelewy24', { endpoints: { api: BANK_API } });
    const shop = await makeShop([account], { returnUrl: {} });
    const { body: payment } = await shop.pay({ currency: 'PLN' });
    const who = merchant('przelewy24', account);
    const order = await shopperAtBank('przelewy24', payment.redirect, who);
    unverified();
    await deliver(bankOf('przelewy24').notification(order, who, 'pay', 'none'));
    const page = await request(payment.checkoutUrl);
    expect([page.status, await page.text()]).toEqual([
      200,
      expect.stringContaining('en cours de vérification'),
    ]);
  });

  it('learnt by asking was thrown away: it is pending, and verified when Przelewy24 is well', async () => {
    const attempt = await journey('przelewy24');
    const { payment, account } = attempt;
    const restore = unverified();
    await bankOf('przelewy24').decide?.(attempt.order, attempt.merchant, 'pay', memory);
    const back = await request(`/return/${account}/${payment.id}?o=${payment.id}01`);
    expect((await shopAfter(back)).href).toMatch(/thanks\?.*status=pending/);
    restore();
    expect((await refreshed(attempt)).status).toBe('paid');
  });
});

it.each([
  ['uk', 'en'],
  ['sv', 'en'],
  ['de', 'de'],
  [undefined, 'pl'],
])('sent any language of the shopper: %s is %s', async (language, sent) => {
  const payment = paymentOf(przelewy24, { customer: { email: 'zoe@example.com', language } });
  expect((await registered(przelewy24, payment)).register).toMatchObject({ language: sent });
  for (const mode of ['3.2', 'legacy']) {
    const { redirect } = await begin(
      przelewy24,
      paymentOf(przelewy24, { ...payment, currency: 'PLN' }),
      accountOf(przelewy24, { mode }),
    );
    const fields = redirect.kind === 'form' ? redirect.fields : [];
    expect(fields.find(({ name }) => name === 'p24_language')?.value, mode).toBe(sent);
  }
});

it.each([
  ['+48123456789', '48123456789'],
  ['+420123456789', '420123456789'],
  ['+1234567890123', undefined],
])('a phone number was sent with its plus, or left out because of it: %s is %s', async (phone, sent) => {
  const payment = paymentOf(przelewy24, { customer: { email: 'zoe@example.com', phone } });
  expect(((await registered(przelewy24, payment)).register as { phone?: string }).phone).toBe(sent);
});

it('a status that the answer has as text was thrown away', async () => {
  const attempt = await journey('przelewy24');
  await bankOf('przelewy24').decide?.(attempt.order, attempt.merchant, 'pay', memory);
  changing('GET', /by\/sessionId/, ({ data, ...body }) => ({
    ...body,
    data: { ...(data as object), status: '2', amount: '1999' },
  }));
  expect(await refreshed(attempt)).toMatchObject({ status: 'paid', amounts: { paid: 1999 } });
});

describe('providerFields', () => {
  it('were refused: the choice of a means of payment goes into the register call, in its types', async () => {
    const payment = paymentOf(przelewy24, {
      providerFields: {
        method: '154',
        channel: '8192',
        waitForResult: 'true',
        transferLabel: 'Zamówienie 7',
      },
    });
    expect((await registered(przelewy24, payment)).register).toMatchObject({
      method: 154,
      channel: 8192,
      waitForResult: true,
      transferLabel: 'Zamówienie 7',
    });
  });

  it.each([
    ['method', 'blik'],
    ['timeLimit', '100'],
    ['transferLabel', 'a label of more than twenty'],
    ['amount', '1'],
    ['sessionId', 'x'],
    ['cart', '[]'],
    ['methodRefId', 'A1B2'],
  ])('are refused by name: %s', async (name, value) => {
    const payment = paymentOf(przelewy24, { providerFields: { [name]: value } });
    await expect(begin(przelewy24, payment)).rejects.toMatchObject({
      errors: [{ path: `providerFields.${name}` }],
    });
  });

  it('of 3.2 are in the form', async () => {
    const payment = paymentOf(przelewy24, { currency: 'PLN', providerFields: { p24_method: '154' } });
    const { redirect } = await begin(przelewy24, payment, accountOf(przelewy24, { mode: '3.2' }));
    expect(redirect).toMatchObject({
      fields: expect.arrayContaining([{ name: 'p24_method', value: '154' }]),
    });
  });
});

describe.each(['3.2', 'legacy'])('a signed notification of %s', (mode) => {
  it('is pending until it is verified', async () => {
    const attempt = await journey('przelewy24', { settings: { mode }, fields: { currency: 'PLN' } });
    answering(
      ({ url }) => /trnVerify|transakcja/.test(url),
      () => new Response('', { status: 502 }),
    );
    expect((await attempt.notify('pay')).status).toBe(200);
    expect((await read(attempt)).status).toBe('pending');
  });
});

it('that nobody has signed leaves the payment as it was', async () => {
  const attempt = await journey('przelewy24');
  const message = bankOf('przelewy24').notification(attempt.order, attempt.merchant, 'pay', 'none');
  const body = JSON.parse(String(message.body)) as Record<string, unknown>;
  const sign = createHash('sha384').update('x').digest('hex');
  const answer = await deliver({ ...message, body: JSON.stringify({ ...body, sign }) });
  expect([answer.status, (await read(attempt)).status]).toEqual([403, 'forwarded']);
});

describe('a bank that cannot be asked when the shopper is back', () => {
  it.each(['przelewy24', 'payu', 'tpay'])('%s: sent the shopper to the address of failure', async (id) => {
    const attempt = await journey(id);
    const { payment, account } = attempt;
    answering(
      ({ url }) => url.startsWith(BANK_API),
      () => new Response('Bad Gateway', { status: 502 }),
    );
    const back = await request(`/return/${account}/${payment.id}?o=${payment.id}01`);
    expect(back.headers.get('location')).toContain('/wait?');
    expect((await shopAfter(back)).href).toMatch(/thanks\?.*status=forwarded/);
  });

  it('goes by what the way back says, where it says it', async () => {
    const attempt = await journey('przelewy24');
    const { payment, account } = attempt;
    answering(
      ({ url }) => url.startsWith(BANK_API),
      () => new Response('Bad Gateway', { status: 502 }),
    );
    const back = await request(`/return/${account}/${payment.id}?o=${payment.id}01&via=failure`);
    expect((await shopAfter(back)).href).toContain('/sorry?');
  });
});

it('equal refunds of the panel, which have no refundsUuid, were taken for one: the list is asked', async () => {
  const attempt = await paid('przelewy24');
  for (const total of [500, 1000]) {
    await inPanel(attempt, 'refund', 500);
    const message = bankOf('przelewy24').notification(attempt.order, attempt.merchant, 'pay', 'none');
    const { orderId, sessionId, merchantId, currency } = JSON.parse(String(message.body)) as Record<
      string,
      unknown
    >;
    const members = { orderId, sessionId, refundsUuid: '', merchantId, amount: 500, currency, status: 0 };
    const body = JSON.stringify({ ...members, requestId: '', sign: refundSign(attempt, members) });
    expect((await deliver({ ...message, body })).status).toBe(200);
    await runAlarms(attempt.payment.id);
    expect((await read(attempt)).amounts.refunded).toBe(total);
  }
});

it('a refund whose amount and status are sent as texts was thrown away', async () => {
  const attempt = await paid('przelewy24');
  const message = bankOf('przelewy24').notification(attempt.order, attempt.merchant, 'pay', 'none');
  const { orderId, sessionId, merchantId, currency } = JSON.parse(String(message.body)) as Record<
    string,
    unknown
  >;
  const members = { orderId, sessionId, refundsUuid: 'r', merchantId, amount: '500', currency, status: '0' };
  const body = JSON.stringify({ ...members, requestId: '', sign: refundSign(attempt, members) });
  expect((await deliver({ ...message, body })).status).toBe(200);
  expect((await read(attempt)).amounts.refunded).toBe(500);
});
