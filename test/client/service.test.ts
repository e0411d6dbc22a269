/** The client against the service itself: its routes in workerd, with real ledgers, and the sandbox's banks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationKey } from '../../src/client/idempotency.ts';
import { Countersign, CountersignError, verifyReturn, verifyWebhook } from '../../src/client/index.ts';
import type { FetchFunction } from '../../src/client/platform.ts';
import {
  currencyOf,
  type Journey,
  journey,
  network,
  ORIGIN,
  placeAt,
  request,
  runAlarms,
  shopAfter,
  unique,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeAll(() => {
  net = network();
});
afterAll(() => net.restore());

/** The Worker's own routes as a network. */
const direct: FetchFunction = (url, init) => request(url, init as RequestInit);

const clientOf = (apiKey: string, fetch: FetchFunction = direct) =>
  new Countersign({ url: ORIGIN, apiKey, fetch });

const errorOf = async (work: Promise<unknown>): Promise<CountersignError> => {
  const error = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof CountersignError)) throw new Error(`gave ${JSON.stringify(error)}`);
  return error;
};

const orderOf = (changes: object = {}) => ({
  reference: `order-${unique()}`,
  amount: 1999,
  currency: 'EUR',
  customer: { email: 'zoe@example.com' },
  ...changes,
});

async function paid(): Promise<Journey> {
  const attempt = await journey('sips2');
  await attempt.notify('pay');
  await runAlarms(attempt.payment.id);
  return attempt;
}

/** The calls of a bank that moved money. */
const moved = (calls: readonly string[]) => calls.filter((url) => /refund|creditHolder/i.test(url)).length;

describe('payments', () => {
  it('are created once, read, found and listed', async () => {
    const { shop } = await placeAt('ecommpay');
    const { payments } = clientOf(shop.apiKey);
    const order = orderOf();
    const made = await payments.create(order);
    expect(made).toMatchObject({ reference: order.reference, status: 'created', amount: 1999 });
    expect(made.checkoutUrl).toContain(made.id);
    expect((await payments.create(order)).id).toBe(made.id);
    expect((await payments.get(made.id)).attempts).toHaveLength(1);
    expect((await payments.find(order.reference))?.id).toBe(made.id);
    expect(await payments.find('no such order')).toBe(null);
    await runAlarms(made.id);
    const log: string[] = [];
    for await (const event of payments.events(made.id)) log.push(event.type);
    expect(log[0]).toBe('created');
    expect(await payments.deliveries(made.id)).toEqual([]);
  });

  it('of many pages are each listed once', async () => {
    const { shop } = await placeAt('ecommpay');
    const { payments } = clientOf(shop.apiKey);
    const made = new Set<string>();
    for (let count = 0; count < 5; count++) {
      const { id } = await payments.create(orderOf());
      await runAlarms(id);
      made.add(id);
    }
    const listed: string[] = [];
    for await (const { id } of payments.list({ status: ['created', 'paid'], limit: 2 })) listed.push(id);
    expect(new Set(listed)).toEqual(made);
    expect(listed).toHaveLength(5);
    const [first] = listed;
    for await (const { id } of payments.list({ limit: 2 })) {
      expect(id).toBe(first);
      break;
    }
  });

  it('say what differs, and which payment is there', async () => {
    const { shop } = await placeAt('ecommpay');
    const { payments } = clientOf(shop.apiKey);
    const order = orderOf();
    const { id } = await payments.create(order);
    const error = await errorOf(payments.create({ ...order, amount: 2000 }));
    expect(error).toMatchObject({
      code: 'reference_conflict',
      status: 409,
      payment: id,
      differences: ['amount'],
    });
    expect((await errorOf(payments.create({ ...order, currency: 'eur' }))).field).toBe('currency');
    const { version } = await payments.get(id);
    const replaced = await payments.create({ ...order, amount: 2000, replace: true }, { ifVersion: version });
    expect(replaced.amount).toBe(2000);
    const late = payments.create({ ...order, amount: 2001, replace: true }, { ifVersion: version });
    expect((await errorOf(late)).code).toBe('conflict_version');
  });

  it('of another shop, or of a wrong key, are not there', async () => {
    const { payment } = await paid();
    const { shop } = await placeAt('ecommpay');
    expect((await errorOf(clientOf(shop.apiKey).payments.get(payment.id))).code).toBe('not_found');
    expect((await errorOf(clientOf('no-such-key').payments.get(payment.id))).code).toBe('unauthorized');
  });
});

describe('an operation', () => {
  it('is carried out once for its name, whoever sends it again', async () => {
    const { shop, payment } = await paid();
    const { payments } = clientOf(shop.apiKey);
    const before = moved(net.calls);
    const refund = () => payments.refund(payment.id, { amount: 500, operationId: 'return 7 (Zoé)' });
    const answers = await Promise.all([refund(), refund(), refund()]);
    expect(new Set(answers.map(({ amounts }) => amounts.refunded))).toEqual(new Set([500]));
    expect(moved(net.calls) - before).toBe(1);
    // Without a name each call is one of its own.
    await payments.refund(payment.id, { amount: 500 });
    const { amounts } = await payments.refund(payment.id, { amount: 500 });
    expect(amounts.refunded).toBe(1500);
    expect((await payments.refund(payment.id)).status).toBe('refunded');
  });

  it('whose answers are all lost has happened once, and its error leads to what became of it', async () => {
    const { shop, payment } = await paid();
    const before = moved(net.calls);
    const losing: FetchFunction = async (url, init) => {
      const answer = await direct(url, init);
      await answer.text();
      throw new TypeError('connection lost');
    };
    const { payments } = new Countersign({ url: ORIGIN, apiKey: shop.apiKey, fetch: losing, retries: 1 });
    const error = await errorOf(payments.refund(payment.id, { amount: 500 }));
    expect(error).toMatchObject({ code: 'unreachable', tries: 2 });
    const key = error.idempotencyKey ?? '';
    expect(key).toMatch(/^refund\/made\//);
    const after = await clientOf(shop.apiKey).payments.refund(payment.id, {
      amount: 500,
      idempotencyKey: key,
    });
    expect(after.amounts.refunded).toBe(500);
    expect(moved(net.calls) - before).toBe(1);
  });

  it('says that it cannot be, and why', async () => {
    const { shop, payment } = await paid();
    const { payments } = clientOf(shop.apiKey);
    expect((await errorOf(payments.capture(payment.id))).code).toBe('invalid_state');
    const key = { operationId: 'x' };
    await payments.refund(payment.id, { amount: 1, ...key });
    expect((await errorOf(payments.refund(payment.id, { amount: 2, ...key }))).code).toBe(
      'reference_conflict',
    );
    // A name is of its kind: the same name may be a cancel.
    expect((await errorOf(payments.cancel(payment.id, key))).code).not.toBe('reference_conflict');
    expect((await payments.refresh(payment.id)).id).toBe(payment.id);
    await payments.resend(payment.id);
  });

  it('has a key that a header can carry, whatever its name', async () => {
    expect(await operationKey('refund', { operationId: 'return-7' })).toBe('refund/id/return-7');
    const keys = await Promise.all(
      ['Rückgabe', 'x'.repeat(300), ' a', 'a', 'a\nb', '\u0000'].map((operationId) =>
        operationKey('refund', { operationId }),
      ),
    );
    expect(new Set(keys).size).toBe(6);
    for (const key of keys) expect(key).toMatch(/^[\x21-\x7e]{1,255}$/);
    expect(await operationKey('cancel', {})).not.toBe(await operationKey('cancel', {}));
  });
});

describe('choosing', () => {
  it('providers and accounts are listed by currency', async () => {
    const { shop, account } = await placeAt('przelewy24');
    const client = clientOf(shop.apiKey);
    const polish = await client.providers({ currency: 'PLN' });
    expect(polish.map(({ id }) => id)).toContain('przelewy24');
    expect(polish.map(({ id }) => id)).not.toContain('paybox');
    expect((await client.provider('p24')).id).toBe('przelewy24');
    const currency = currencyOf('przelewy24');
    expect((await client.accounts({ currency })).map(({ id }) => id)).toEqual([account]);
    expect(await client.accounts({ currency: 'BRL' })).toEqual([]);
  });
});

describe('the feed of events', () => {
  it('has every webhook once, page by page, and goes on where it was left', async () => {
    const { shop, payment } = await paid();
    const client = clientOf(shop.apiKey);
    await client.payments.refund(payment.id, { amount: 500 });
    await runAlarms(payment.id);
    const seen: { id: string; type: string }[] = [];
    for await (const { id, type } of client.events({ limit: 1 })) seen.push({ id, type });
    expect(seen.map(({ type }) => type)).toContain('payment.paid');
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    const sent = net.webhooks.filter(({ body }) => body.data.id === payment.id);
    expect(new Set(seen.map(({ id }) => id))).toEqual(
      new Set(sent.map(({ headers }) => headers['webhook-id'])),
    );
    const rest: string[] = [];
    for await (const { id } of client.events({ after: seen[0]?.id })) rest.push(id);
    expect(rest).toEqual(seen.slice(1).map(({ id }) => id));
    expect((await errorOf(client.eventsPage({ after: 'nonsense' }))).field).toBe('after');
  });
});

describe('what a payment carries', () => {
  it('is found by its metadata', async () => {
    const { shop } = await placeAt('ecommpay');
    const { payments } = clientOf(shop.apiKey);
    const { id } = await payments.create(orderOf({ metadata: { basket: '42', 'x y': 'é' } }));
    await runAlarms(id);
    await runAlarms((await payments.create(orderOf())).id);
    const found: string[] = [];
    for await (const one of payments.list({ metadata: { basket: '42', 'x y': 'é' } })) found.push(one.id);
    expect(found).toEqual([id]);
  });

  it('is a means of payment that the account lists', async () => {
    const { shop, account } = await placeAt('przelewy24');
    const client = clientOf(shop.apiKey);
    const means = await client.methods(account, { currency: 'PLN', amount: 1999 });
    expect(means.length).toBeGreaterThan(0);
    const { shop: other, account: without } = await placeAt('sips');
    expect((await errorOf(clientOf(other.apiKey).methods(without))).code).toBe('unsupported_operation');
  });
});

describe('what the service has signed', () => {
  it('is taken: the address that the shopper comes back by', async () => {
    const { shop, payment, account } = await paid();
    const address = await shopAfter(await request(`/return/${account}/${payment.id}`));
    const { reference } = payment;
    const returned = await verifyReturn(address, ['whsec_AAAA', shop.webhookSecret]);
    expect(returned).toMatchObject({ payment: payment.id, reference, status: 'paid' });
    expect((await errorOf(verifyReturn(address, 'whsec_AAAA'))).code).toBe('signature_mismatch');
    address.searchParams.set('status', 'refunded');
    expect((await errorOf(verifyReturn(address, shop.webhookSecret))).code).toBe('signature_mismatch');
  });

  it('is taken: the webhook of a payment', async () => {
    const { shop, payment } = await paid();
    const sent = net.webhooks.find(({ body }) => body.data.id === payment.id && body.type === 'payment.paid');
    const event = await verifyWebhook(
      { headers: sent?.headers ?? {}, rawBody: sent?.raw ?? '' },
      shop.webhookSecret,
    );
    expect(event).toMatchObject({ type: 'payment.paid', id: sent?.headers['webhook-id'] });
  });
});
