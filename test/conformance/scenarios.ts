/**
 * Conformance from outside: black-box scenarios over HTTP, each with the sentence that it holds countersign to. They
 * know nothing of our code but the sandbox's addresses, and run against any local server (COUNTERSIGN_URL). Long because it is one table: a
 * row a sentence.
 */
import { expect } from 'vitest';
import type { Step } from '../../src/sandbox/kit/disorder.ts';
import type { Storefront } from '../../src/sandbox/run/storefront.ts';

export interface Deployment {
  readonly origin: string;
  readonly shop: Storefront;
  /** A reference that was never used. */
  reference(): string;
  /** A call with the demo shop's key. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
}

export interface Scenario {
  readonly scenario: string;
  /** Where the sentence stands. */
  readonly source: string;
  readonly sentence: string;
  run(deployment: Deployment): Promise<void>;
}

const BUYER = { email: 'jane@example.com' };
const notify = (decision: 'pay' | 'decline' = 'pay'): Step => ({ do: 'notify', decision, disorder: 'none' });

async function order(deployment: Deployment, fields: Record<string, unknown>) {
  const payment = await deployment.shop.create({
    reference: deployment.reference(),
    amount: 1999,
    currency: 'EUR',
    customer: BUYER,
    ...fields,
  });
  return { payment, order: await deployment.shop.toBank(payment.redirect) };
}

/** A payment whose bank has said that it was paid. */
async function paidOrder(deployment: Deployment, fields: Record<string, unknown>): Promise<{ id: string }> {
  const { payment, order: accepted } = await order(deployment, fields);
  await deployment.shop.play(accepted, [notify()]);
  return payment;
}

async function problem(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.get('x-request-id')).toBeTruthy();
  return (await response.json()) as {
    code: string;
    status: number;
    type: string;
    title: string;
    detail: string;
  };
}

export const SCENARIOS: readonly Scenario[] = [
  {
    scenario: 'a payment is created',
    source: 'contract, POST /v1/payments',
    sentence: '201 with the payment.',
    async run(deployment) {
      const body = { reference: deployment.reference(), amount: 1999, currency: 'EUR', provider: 'ogone' };
      const response = await deployment.call('POST', '/v1/payments', body);
      expect(response.status).toBe(201);
      expect(await response.json()).toMatchObject({
        status: 'created',
        amount: 1999,
        provider: 'ogone',
        test: true,
      });
    },
  },
  {
    scenario: 'the same create again',
    source: 'contract, POST /v1/payments',
    sentence:
      'The same reference again with the same request: 200 and the same payment (Idempotent-Replayed: true).',
    async run(deployment) {
      const body = { reference: deployment.reference(), amount: 1999, currency: 'EUR', provider: 'ogone' };
      const first = await (await deployment.call('POST', '/v1/payments', body)).json();
      const again = await deployment.call('POST', '/v1/payments', body);
      expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
      expect(await again.json()).toEqual(first);
    },
  },
  {
    scenario: 'the same reference for something else',
    source: 'contract, POST /v1/payments',
    sentence: 'The same reference with another request: 409 reference_conflict.',
    async run(deployment) {
      const body = { reference: deployment.reference(), amount: 1999, currency: 'EUR', provider: 'ogone' };
      await deployment.call('POST', '/v1/payments', body);
      const other = await deployment.call('POST', '/v1/payments', { ...body, amount: 2000 });
      expect(other.status).toBe(409);
      expect((await problem(other)).code).toBe('reference_conflict');
    },
  },
  {
    scenario: 'errors',
    source: 'contract, Errors',
    sentence:
      'RFC 9457 application/problem+json: type, title, status, detail, code. Every answer carries X-Request-Id.',
    async run(deployment) {
      for (const [method, path, body, status] of [
        ['POST', '/v1/payments', { reference: '', amount: 1, currency: 'EUR' }, 400],
        ['GET', '/v1/payments/0000000000000000', undefined, 404],
        ['DELETE', '/v1/payments', undefined, 405],
        ['POST', '/v1/payments', { reference: 'x', amount: 1, currency: 'PLN', provider: 'tipi' }, 422],
        ['GET', '/nowhere', undefined, 404],
      ] as const) {
        const response = await deployment.call(method, path, body);
        expect(response.status).toBe(status);
        const found = await problem(response);
        expect(found.status).toBe(status);
        expect(found.type && found.title && found.detail && found.code).toBeTruthy();
      }
    },
  },
  {
    scenario: 'no key and a wrong key',
    source: 'contract, Errors',
    sentence: 'unauthorized 401',
    async run(deployment) {
      for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
        const response = await fetch(`${deployment.origin}/v1/payments`, { headers });
        expect(response.status).toBe(401);
        expect((await problem(response)).code).toBe('unauthorized');
      }
    },
  },
  {
    scenario: 'a payment read by its reference',
    source: 'contract, Reading',
    sentence: 'GET /v1/payments?reference=order-1042 (exact) read the ledger: always current.',
    async run(deployment) {
      const { payment, order: bank } = await order(deployment, { provider: 'paybox' });
      await deployment.shop.play(bank, [notify()]);
      const response = await deployment.call(
        'GET',
        `/v1/payments?reference=${encodeURIComponent(payment.reference)}`,
      );
      expect(await response.json()).toMatchObject({ data: [{ id: payment.id, status: 'paid' }] });
    },
  },
  {
    scenario: 'the list',
    source: 'contract, Reading',
    sentence:
      'lists the newest first from the directory: { "data": [...], "nextCursor": null }, limit 1..100.',
    async run(deployment) {
      const { payment } = await order(deployment, { provider: 'ecommpay' });
      type List = { data: { id: string }[]; nextCursor: string | null };
      const list = await deployment.shop.until(
        async () => (await (await deployment.call('GET', '/v1/payments?limit=1')).json()) as List,
        ({ data }) => data[0]?.id === payment.id,
      );
      expect(list.data.map(({ id }) => id)).toEqual([payment.id]);
      expect((await deployment.call('GET', '/v1/payments?limit=101')).status).toBe(400);
    },
  },
  {
    scenario: 'the log',
    source: 'contract, Reading',
    sentence: 'the log, oldest first: { "data": [ { "seq", "at", "type", "source", "detail" } ] }',
    async run(deployment) {
      const { payment, order: bank } = await order(deployment, { provider: 'ogone' });
      await deployment.shop.play(bank, [notify(), notify(), notify()]);
      const events = await deployment.shop.events(payment.id);
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      expect(events[0]?.type).toBe('created');
      expect(events.find(({ type }) => type === 'notification.duplicate')?.detail.count).toBe(2);
    },
  },
  {
    scenario: 'the hop of a form provider',
    source: 'contract, Shopper',
    sentence:
      'Logs forwarded, then 303 to the provider or a page with a self-submitting form (and a visible button where scripts are off).',
    async run(deployment) {
      const { payment } = await order(deployment, { provider: 'ogone' });
      const page = await (await fetch(payment.checkoutUrl)).text();
      expect(page).toContain('<form method="post"');
      expect(page).toContain('<button');
      expect((await deployment.shop.payment(payment.id)).status).toBe('forwarded');
    },
  },
  {
    scenario: 'the hop of a payment that is finished',
    source: 'contract, Shopper',
    sentence: 'A payment that is finished already redirects to the shop instead.',
    async run(deployment) {
      const { payment, order: bank } = await order(deployment, { provider: 'ogone' });
      await deployment.shop.play(bank, [notify()]);
      const response = await fetch(payment.checkoutUrl, { redirect: 'manual' });
      expect(response.status).toBe(303);
      expect(new URL(response.headers.get('location') ?? '').searchParams.get('status')).toBe('paid');
    },
  },
  {
    scenario: 'a signed return',
    source: 'contract, Shopper',
    sentence:
      "a signed return counts like a notification; then 303 to the shop's success or failure address with payment, reference and status added to the query.",
    async run(deployment) {
      for (const provider of ['ogone', 'paybox']) {
        const { payment, order: bank } = await order(deployment, { provider });
        const [result] = await deployment.shop.play(bank, [{ do: 'return', decision: 'pay', bare: false }]);
        expect(result?.status).toBe(303);
        const query = new URL(result?.location ?? '').searchParams;
        expect([query.get('payment'), query.get('reference'), query.get('status')]).toEqual([
          payment.id,
          payment.reference,
          'paid',
        ]);
        expect((await deployment.shop.payment(payment.id)).status).toBe('paid');
      }
    },
  },
  {
    scenario: 'a repeated notification',
    source: 'contract, Provider',
    sentence: 'A repeat: the byte-for-byte same answer as the first time.',
    async run(deployment) {
      for (const provider of ['dummy', 'ogone', 'paybox', 'ecommpay']) {
        const { order: bank } = await order(deployment, { provider });
        const results = await deployment.shop.play(bank, [notify(), notify(), notify()]);
        expect(new Set(results.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
      }
    },
  },
  {
    scenario: 'a bad signature',
    source: 'contract, Provider',
    sentence: 'Bad signature: 403 (or the provider’s own error reply), a log line, and nothing changes.',
    async run(deployment) {
      for (const disorder of ['bad-signature', 'unknown-key'] as const) {
        const { payment, order: bank } = await order(deployment, { provider: 'paybox' });
        const [result] = await deployment.shop.play(bank, [{ do: 'notify', decision: 'pay', disorder }]);
        expect(result?.status).toBe(403);
        expect((await deployment.shop.payment(payment.id)).status).toBe('created');
      }
    },
  },
  {
    scenario: 'a notification for nothing we know',
    source: 'contract, Provider',
    sentence: "Unknown payment: the provider's own reply for it, else 404.",
    async run(deployment) {
      const { order: bank } = await order(deployment, { provider: 'ogone' });
      const [result] = await deployment.shop.play(bank, [
        { do: 'notify', decision: 'pay', disorder: 'unknown-payment' },
      ]);
      expect(result?.status).toBe(404);
    },
  },
  {
    scenario: 'the reply of the Ogone platform',
    source: 'ogone/SHEET.md, Notification',
    sentence: 'Reply: HTTP 200 with an empty body.',
    async run(deployment) {
      const { order: bank } = await order(deployment, { provider: 'ogone' });
      const [result] = await deployment.shop.play(bank, [notify()]);
      expect([result?.status, result?.body]).toEqual([200, '']);
    },
  },
  {
    scenario: 'Ogone: a decline is not the last word',
    source: 'ogone/SHEET.md, Traps 8',
    sentence:
      'STATUS 2 is reported late or not at all while the shopper may retry, and 9 may follow 2 for the same orderID.',
    async run(deployment) {
      const { payment, order: bank } = await order(deployment, { provider: 'ogone' });
      await deployment.shop.play(bank, [notify('decline')]);
      expect((await deployment.shop.payment(payment.id)).status).toBe('denied');
      await deployment.shop.play(bank, [notify()]);
      expect((await deployment.shop.payment(payment.id)).status).toBe('paid');
    },
  },
  {
    scenario: 'Ogone: two amounts',
    source: 'ogone/SHEET.md, Traps 1',
    sentence: '1999 going out, 19.99, 20 or 7.5 coming back. Parse the decimal text exactly.',
    async run(deployment) {
      for (const amount of [1999, 2000, 750, 29, 1]) {
        const { payment, order: bank } = await order(deployment, { provider: 'ogone', amount });
        await deployment.shop.play(bank, [notify()]);
        expect((await deployment.shop.payment(payment.id)).amounts.paid).toBe(amount);
      }
    },
  },
  {
    scenario: 'PostFinance: ISO-8859-1',
    source: 'ogone/SHEET.md, PostFinance e-payment, Traps 1',
    sentence: 'ISO-8859-1 by default: an é in CN with a UTF-8 hash sent to orderstandard.asp is refused.',
    async run(deployment) {
      const { payment, order: bank } = await order(deployment, {
        provider: 'postfinance',
        currency: 'CHF',
        customer: { firstName: 'Zoé', lastName: 'Müller' },
      });
      expect(payment.redirect).toMatchObject({ charset: 'iso-8859-1' });
      await deployment.shop.play(bank, [notify()]);
      expect((await deployment.shop.payment(payment.id)).status).toBe('paid');
    },
  },
  {
    scenario: 'Paybox: bytes encoded again',
    source: 'paybox/SHEET.md, Notification',
    sentence: 'What is signed: bytes exactly as received, still percent-encoded; never decode and re-encode.',
    async run(deployment) {
      const { payment, order: bank } = await order(deployment, { provider: 'paybox' });
      const [result] = await deployment.shop.play(bank, [
        { do: 'notify', decision: 'pay', disorder: 'wrong-charset' },
      ]);
      expect(result?.status).toBe(403);
      expect((await deployment.shop.payment(payment.id)).status).toBe('created');
    },
  },
  {
    scenario: 'ECommPay: a new redirect needs a new id',
    source: 'ecommpay/SHEET.md, Traps',
    sentence: 'A payment_id is burnt by the first try; a new redirect needs a new id.',
    async run(deployment) {
      const { payment } = await order(deployment, { provider: 'ecommpay' });
      const ids: (string | null)[] = [];
      for (let redirect = 0; redirect < 2; redirect++) {
        const response = await fetch(payment.checkoutUrl, { redirect: 'manual' });
        ids.push(new URL(response.headers.get('location') ?? '').searchParams.get('payment_id'));
      }
      expect(ids).toEqual([`${payment.id}01`, `${payment.id}02`]);
    },
  },
  {
    scenario: 'the dummy in production',
    source: 'dummy/SHEET.md, Traps',
    sentence: 'refuse a dummy account on a live deployment, not only in the page.',
    async run(deployment) {
      const response = await fetch(`${deployment.origin}/v1/admin/accounts/live-dummy`, {
        method: 'PUT',
        headers: { authorization: 'Bearer local-admin-token' },
        body: JSON.stringify({ provider: 'dummy', environment: 'production' }),
      });
      expect(response.status).toBe(400);
    },
  },
  {
    scenario: 'the webhook',
    source: 'contract, Webhooks',
    sentence:
      'POST to the shop’s webhook address, after every change of status; webhook-id (the same in every retry).',
    async run(deployment) {
      const { payment, order: bank } = await order(deployment, { provider: 'ogone' });
      await fetch(payment.checkoutUrl);
      await deployment.shop.play(bank, [notify(), notify()]);
      const webhooks = await deployment.shop.until(
        () => deployment.shop.webhooks(payment.id),
        (list) => list.length >= 2,
      );
      expect(webhooks.map(({ type }) => type).sort()).toEqual(['payment.forwarded', 'payment.paid']);
      expect(webhooks.every(({ verified }) => verified)).toBe(true);
      expect(new Set(webhooks.map(({ id }) => id)).size).toBe(2);
      expect(JSON.parse(webhooks[0]?.body ?? '')).not.toHaveProperty('data.redirect');
    },
  },
  {
    scenario: 'secrets read back',
    source: 'contract, Operator',
    sentence: 'Secrets are never read back ("********").',
    async run(deployment) {
      const response = await fetch(`${deployment.origin}/v1/admin/accounts/ogone-sandbox`, {
        headers: { authorization: 'Bearer local-admin-token' },
      });
      expect(await response.json()).toMatchObject({ settings: { sha_in: '********', sha_out: '********' } });
    },
  },
  {
    scenario: 'health',
    source: 'contract, Health',
    sentence: 'GET /health: 200 { "status": "ok", "version" }.',
    async run(deployment) {
      const response = await fetch(`${deployment.origin}/health`);
      expect(await response.json()).toEqual({ status: 'ok', version: expect.any(String) });
    },
  },
  {
    scenario: 'an operation with one key',
    source: 'contract, after payment',
    sentence: 'The same key gives the same answer, and reaches the provider once.',
    async run(deployment) {
      const { id } = await paidOrder(deployment, { provider: 'sips2' });
      const refund = (key: string) =>
        deployment.call('POST', `/v1/payments/${id}/refund`, { amount: 500 }, { 'idempotency-key': key });
      const [first, again] = [await refund('one'), await refund('one')];
      expect([first.status, again.status]).toEqual([200, 200]);
      expect(await again.json()).toEqual(await first.json());
      expect((await deployment.shop.payment(id)).amounts.refunded).toBe(500);
    },
  },
  {
    scenario: 'two refunds of the whole at once',
    source: 'contract, after payment',
    sentence: 'A status that forbids it: 409 invalid_state.',
    async run(deployment) {
      const { id } = await paidOrder(deployment, { provider: 'sips2' });
      const refund = () => deployment.call('POST', `/v1/payments/${id}/refund`, {});
      const answers = await Promise.all([refund(), refund()]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
      const late = answers.find(({ status }) => status === 409) as Response;
      expect((await problem(late)).code).toBe('invalid_state');
    },
  },
  {
    scenario: 'a capture of an authorization',
    source: 'contract, after payment',
    sentence: '200 with the payment.',
    async run(deployment) {
      const { id } = await paidOrder(deployment, { provider: 'sips2', capture: 'manual' });
      expect((await deployment.shop.payment(id)).status).toBe('authorized');
      const response = await deployment.call('POST', `/v1/payments/${id}/capture`, {});
      expect(await response.json()).toMatchObject({ id, status: 'paid', amounts: { paid: 1999 } });
    },
  },
  {
    scenario: 'an operation that the provider lacks',
    source: 'contract, after payment',
    sentence: 'A provider that lacks the operation: 422 unsupported_operation.',
    async run(deployment) {
      const { id } = await paidOrder(deployment, { provider: 'spplus' });
      for (const operation of ['capture', 'cancel', 'refund', 'refresh']) {
        const response = await deployment.call('POST', `/v1/payments/${id}/${operation}`, {});
        expect(response.status).toBe(422);
        expect((await problem(response)).code).toBe('unsupported_operation');
      }
    },
  },
  {
    scenario: 'a provider that says no, and one that answers nonsense',
    source: 'contract, errors',
    sentence: 'provider_error 502.',
    async run(deployment) {
      const { id } = await paidOrder(deployment, { provider: 'sips2' });
      for (const trouble of ['fail', 'html']) {
        await deployment.call('POST', '/sandbox/trouble', { provider: 'sips2', trouble });
        const response = await deployment.call('POST', `/v1/payments/${id}/refund`, {});
        expect(response.status).toBe(502);
        expect((await problem(response)).code).toBe('provider_error');
      }
      expect((await deployment.shop.payment(id)).status).toBe('paid');
    },
  },
];
