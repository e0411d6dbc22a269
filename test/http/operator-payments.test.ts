/**
 * Operators and payments: reading, operations, payment links. The failures ruled out: a payment outside of an operator's shops is shown;
 * an operator's operation passes for the shop's, or is executed twice; a webhook's body shows a secret.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notify } from '../ledger/support.ts';
import {
  admin,
  type JsonAnswer,
  journey,
  type LogEvent,
  ledgerOf,
  makeAccount,
  makeShop,
  network,
  type Payment,
  type Problem,
  type ReceivedWebhook,
  request,
  runAlarms,
  unique,
} from '../support/harness.ts';

type Found = Payment & { readonly shop: string };
type Page = { readonly data: readonly Found[]; readonly nextCursor: string | null };

let answer: (webhook: ReceivedWebhook) => Response;
let net: ReturnType<typeof network>;
beforeEach(() => {
  answer = () => new Response();
  net = network((webhook) => answer(webhook));
});
afterEach(() => net.restore());

const search = (query: string) => admin<Page>('GET', `/payments?${query}`);
const idsOf = ({ body }: JsonAnswer<Page>) => body.data.map(({ id }) => id);

/** A paid payment whose copy is pushed. */
async function paid(fields: Record<string, unknown> = {}) {
  const attempt = await journey('paybox', { fields });
  await attempt.notify('pay');
  await runAlarms(attempt.payment.id);
  return attempt;
}

describe('one payment', () => {
  it('is read with its shop, attempts and operations, and its log in pages', async () => {
    const { payment, shop } = await paid();
    const { status, body } = await admin<Found & { attempts: object[] }>('GET', `/payments/${payment.id}`);
    expect([status, body.shop, body.status, body.attempts.length, body.operations]).toEqual([
      200,
      shop.id,
      'paid',
      1,
      [],
    ]);
    type Log = { data: LogEvent[]; nextCursor: string | null };
    const first = await admin<Log>('GET', `/payments/${payment.id}/events?limit=1`);
    const second = await admin<Log>(
      'GET',
      `/payments/${payment.id}/events?limit=1&cursor=${first.body.nextCursor}`,
    );
    expect([first, second].map((page) => page.body.data.map(({ seq }) => seq))).toEqual([[1], [2]]);
  });

  it.each(['', '/events', '/deliveries', '/proof'])('that is not there is 404: %s', async (path) => {
    for (const id of ['0'.repeat(16), 'nonsense', `${'0'.repeat(15)}%2F`])
      expect((await admin('GET', `/payments/${id}${path}`)).status).toBe(404);
  });

  it.each(['capture', 'cancel', 'refund', 'refresh', 'resend', 'erase'])(
    'takes no %s of what is not there, nor with what it does not know',
    async (what) => {
      expect((await admin('POST', `/payments/${'0'.repeat(16)}/${what}`, {})).status).toBe(404);
      const { payment } = await journey('paybox');
      const wrong = await admin<Problem>('POST', `/payments/${payment.id}/${what}`, { colour: 'red' });
      expect(wrong).toMatchObject({ status: 400, body: { errors: [{ path: 'colour' }] } });
      expect((await admin('POST', `/payments/${payment.id}/${what}?x=1`, {})).status).toBe(400);
    },
  );

  it('shows what was sent to its shop and answered, without the secret and whole card numbers', async () => {
    const shop = await makeShop([await makeAccount('dummy')]);
    answer = () =>
      new Response(
        `key ${shop.webhookSecret} ${shop.webhookSecret.slice(6)} card 4111111111111111 ${'x'.repeat(9000)}`,
        {
          status: 500,
        },
      );
    const { body: payment } = await shop.pay();
    await ledgerOf(payment.id).applyUpdate(notify({ account: payment.account }));
    await runAlarms(payment.id);
    type Delivery = { result: string; exchange: { url: string; request: string; answer: string } };
    const { body } = await admin<{ data: Delivery[] }>('GET', `/payments/${payment.id}/deliveries`);
    const [tried] = body.data;
    expect(tried).toMatchObject({ result: 'failed', exchange: { url: net.webhooks[0]?.url } });
    expect(tried?.exchange.request).toBe(net.webhooks[0]?.raw.slice(0, 4096));
    expect(tried?.exchange.answer).toHaveLength(4096);
    expect(tried?.exchange.answer).toContain('411111******1111');
    expect(JSON.stringify(body)).not.toContain(shop.webhookSecret.slice(6));
    // A shop reads of its own tries what it has always read.
    const own = await shop.call<{ data: object[] }>('GET', `/payments/${payment.id}/deliveries`);
    expect(own.body.data[0]).not.toHaveProperty('exchange');
  });
});

describe('an operation of an operator', () => {
  const act = (id: string, what: string, body: unknown, key = 'k1') =>
    request(`/v1/admin/payments/${id}/${what}`, {
      method: 'POST',
      headers: { authorization: 'Bearer test-admin-token', 'idempotency-key': key },
      body: JSON.stringify(body),
    });

  it('is executed once under its key, is the operator’s in the log, and in the audit log', async () => {
    const { payment, shop } = await paid();
    const first = await act(payment.id, 'refund', { amount: 500 });
    expect(first.status).toBe(200);
    const again = await act(payment.id, 'refund', { amount: 500 });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await shop.payment(payment.id)).amounts.refunded).toBe(500);
    expect((await act(payment.id, 'refund', { amount: 400 })).status).toBe(409);
    // The shop's own key of the same name is another one.
    const own = await shop.call(
      'POST',
      `/payments/${payment.id}/refund`,
      { amount: 300 },
      { 'idempotency-key': 'k1' },
    );
    expect(own.status).toBe(200);
    const requested = (await shop.events(payment.id)).filter(({ type }) => type === 'operation.requested');
    expect(requested.map(({ source }) => source)).toEqual(['operator', 'shop']);
    type Audit = { data: { action: string; subject: string; shop: string }[] };
    const { body } = await admin<Audit>('GET', '/audit?limit=20');
    const entries = body.data.filter(({ subject }) => subject === payment.id);
    expect(entries).toMatchObject([{ action: 'payment.refund', shop: shop.id }]);
  });

  it('captures, cancels, refreshes and sends again', async () => {
    const held = await journey('paybox', { fields: { capture: 'manual' } });
    await held.notify('pay');
    expect((await act(held.payment.id, 'capture', { amount: 500 })).status).toBe(200);
    expect((await held.shop.payment(held.payment.id)).amounts.paid).toBe(500);
    const open = await journey('paybox');
    const called = await act(open.payment.id, 'cancel', {});
    expect([called.status, (await called.json<Payment>()).status]).toEqual([200, 'cancelled']);
    const ended = (await open.shop.events(open.payment.id)).find(({ type }) => type === 'called_off');
    expect(ended?.source).toBe('operator');
    const { payment, shop } = await paid();
    expect((await act(payment.id, 'refresh', {})).status).toBe(200);
    const before = net.webhooks.length;
    expect((await act(payment.id, 'resend', {})).status).toBe(202);
    await runAlarms(payment.id);
    expect(net.webhooks.length).toBe(before + 1);
    const resent = (await shop.events(payment.id)).find(({ type }) => type === 'webhook.resent');
    expect(resent?.source).toBe('operator');
  });

  it('erases what is known of the shopper from the search as well, once the payment is decided', async () => {
    const email = `gone-${unique()}@example.com`;
    const open = await journey('paybox', { fields: { customer: { email } } });
    expect((await act(open.payment.id, 'erase', {})).status).toBe(409);
    await open.notify('pay');
    await runAlarms(open.payment.id);
    expect(idsOf(await search(`email=${email}`))).toEqual([open.payment.id]);
    const erased = await act(open.payment.id, 'erase', {});
    expect(erased.status).toBe(200);
    expect(await erased.json()).toMatchObject({ status: 'paid', customer: {}, shop: open.shop.id });
    await runAlarms(open.payment.id);
    expect(idsOf(await search(`email=${email}`))).toEqual([]);
    const { results } = await env.DIRECTORY.prepare('SELECT * FROM payments WHERE id = ?')
      .bind(open.payment.id)
      .all();
    expect(JSON.stringify(results)).not.toContain(email);
  });
});

describe('a payment link', () => {
  const make = (shop: string, body: unknown) =>
    admin<Found & Pick<Problem, 'code'> & { qr: string }>('POST', `/shops/${shop}/payments`, body);
  const INVOICE = {
    reference: 'invoice-7',
    amount: 12_500,
    currency: 'EUR',
    customer: { email: 'zoe@example.com' },
  };

  it('leads to the payment that the shop would have made, and has a QR code of its address', async () => {
    const shop = await makeShop([await makeAccount('paybox')]);
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const made = await make(shop.id, { ...INVOICE, expiresAt });
    expect(made).toMatchObject({ status: 201, body: { shop: shop.id, reference: 'invoice-7', expiresAt } });
    expect(made.body.qr).toMatch(/^<svg [^>]*viewBox/);
    expect((await request(made.body.checkoutUrl)).status).toBeLessThan(400);
    const own = await shop.call<Payment>('POST', '/payments', { ...INVOICE, expiresAt });
    expect([own.status, own.body.id]).toEqual([200, made.body.id]);
    const [created] = await shop.events(made.body.id);
    expect(created).toMatchObject({ type: 'created', source: 'operator' });
  });

  it.each([
    [400, { ...INVOICE, colour: 'red' }],
    [400, { ...INVOICE, amount: 0 }],
    [400, { ...INVOICE, expiresAt: '2020-01-01T00:00:00Z' }],
    [422, { ...INVOICE, currency: 'XXX' }],
    [404, { ...INVOICE, account: 'of-nobody' }],
  ])('is answered as a shop’s create: %i', async (status, body) => {
    const shop = await makeShop([await makeAccount('paybox')]);
    const own = await shop.call<Problem>('POST', '/payments', body);
    const made = await make(shop.id, body);
    expect([made.status, made.body.code]).toEqual([own.status, own.body.code]);
    expect(made.status).toBe(status);
  });

  it('is made for no shop that is not there, or is switched off', async () => {
    expect((await make('nobody', INVOICE)).status).toBe(404);
    const shop = await makeShop([await makeAccount('paybox')], { active: false });
    expect(await make(shop.id, INVOICE)).toMatchObject({ status: 409, body: { code: 'invalid_state' } });
  });
});
