/** PayU: what was read wrong in the field. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { payu } from '../../../src/providers/payu/index.ts';
import {
  answering,
  ask,
  conclude,
  entryAt,
  inPanel,
  paid,
  read,
  slow,
  statesOf,
  tell,
} from '../../support/bank-office.ts';
import {
  bankOf,
  deliver,
  journey,
  memory,
  network,
  request,
  runAlarms,
  shopAfter,
} from '../../support/harness.ts';
import { begin, request as paymentOf, registered } from '../support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

describe('PENDING learnt by asking', () => {
  it('was thrown away: the shopper is welcomed, nothing is ordered twice, and PayU is asked again', async () => {
    const attempt = await journey('payu');
    const { payment, account } = attempt;
    await bankOf('payu').decide?.(attempt.order, attempt.merchant, 'wait', memory);
    const back = await request(`/return/${account}/${payment.id}?o=${payment.id}01`);
    expect((await shopAfter(back)).href).toMatch(/thanks\?.*status=pending/);
    const orders = () => net.calls.filter((url) => url.endsWith('/orders')).length;
    const before = orders();
    const again = await request(payment.checkoutUrl);
    expect(again.headers.get('location')).toMatch(/thanks\?.*status=pending/);
    expect(orders()).toBe(before);
    const { body } = await attempt.shop.call<{ pending: readonly { kind: string }[] }>(
      'GET',
      `/payments/${payment.id}/events`,
    );
    expect(body.pending.map(({ kind }) => kind)).toContain('confirm');
  });
});

describe('a refund that was made in the panel', () => {
  it('is told without an amount and was forgotten: PayU is asked for it at once', async () => {
    const attempt = await paid('payu');
    await inPanel(attempt, 'refund', 500);
    await tell(attempt, 0);
    expect((await read(attempt)).amounts.refunded).toBe(500);
  });

  it.each([0, '0', 500, '500'])('with the amount %j was refused or forgotten', async (amount) => {
    const attempt = await paid('payu');
    await inPanel(attempt, 'refund', 500);
    await told(attempt, { amount });
    expect((await read(attempt)).amounts.refunded).toBe(500);
  });

  it('is asked about again where the list does not have it yet', async () => {
    const attempt = await paid('payu');
    await inPanel(attempt, 'refund', 500);
    const restore = answering(
      ({ method, url }) => method === 'GET' && url.endsWith('/refunds'),
      () => Response.json({ status: { statusCode: 'DATA_NOT_FOUND' } }, { status: 404 }),
    );
    await tell(attempt, 0);
    expect((await read(attempt)).amounts.refunded).toBe(0);
    restore();
    const events = await attempt.shop.events(attempt.payment.id);
    expect(events.at(-1)).toMatchObject({
      type: 'confirm.failed',
      detail: { nextTryAt: expect.any(String) },
    });
  });

  it('settles ours where the message has no amount', async () => {
    const attempt = await paid('payu');
    await slow(attempt);
    await ask(attempt, 'refund', 500);
    await conclude(attempt, 0, 'done');
    await told(attempt, { amount: undefined });
    const now = await read(attempt);
    expect([statesOf(now), now.amounts.refunded]).toEqual([['succeeded'], 500]);
  });
});

type Attempt = Awaited<ReturnType<typeof paid>>;

const KEY = (attempt: Attempt) => String(attempt.merchant.settings.second_key);

/** A message that PayU has signed. */
function signed(attempt: Attempt, content: object) {
  const body = JSON.stringify(content);
  const signature = createHash('md5')
    .update(body + KEY(attempt))
    .digest('hex');
  return deliver({
    method: 'POST',
    url: attempt.merchant.callback,
    headers: {
      'content-type': 'application/json',
      'openpayu-signature': `sender=checkout;signature=${signature};algorithm=MD5;content=DOCUMENT`,
    },
    body,
  });
}

/** The message about the first refund, changed. */
async function told(attempt: Attempt, change: object) {
  const entry = await entryAt(attempt);
  const [operation] = entry.done;
  const message = operation && bankOf('payu').operationNotification?.(entry, operation, attempt.merchant);
  const content = JSON.parse(String(message?.body)) as { refund: object };
  const answer = await signed(attempt, { ...content, refund: { ...content.refund, ...change } });
  expect(answer.status).toBe(200);
  await runAlarms(attempt.payment.id);
}

describe('a message about no order', () => {
  it.each([
    ['a payout', { payout: { payoutId: 'P1', status: 'REALIZED', amount: '1999' } }],
    ['something new', { token: { value: 'TOKC_1', status: 'DELETED' } }],
  ])('was refused, and is acknowledged: %s', async (_what, content) => {
    const attempt = await paid('payu');
    expect((await signed(attempt, content)).status).toBe(200);
    expect((await read(attempt)).status).toBe('paid');
  });

  it('is refused where PayU has not signed it', async () => {
    const attempt = await paid('payu');
    const other = { ...attempt, merchant: { ...attempt.merchant, settings: { second_key: 'x' } } };
    expect((await signed(other, { payout: { payoutId: 'P1' } })).status).toBe(403);
  });
});

describe('providerFields', () => {
  it('were refused: the choice of BLIK or a bank goes into the order', async () => {
    const payment = paymentOf(payu, {
      customer: { email: 'zoe@example.com', ip: '203.0.113.9' },
      providerFields: {
        'payMethods.payMethod.value': 'blik',
        validityTime: '900',
        visibleDescription: 'Zamówienie 7',
        'buyer.extCustomerId': 'c-7',
      },
    });
    expect((await registered(payu, payment)).orders).toMatchObject({
      payMethods: { payMethod: { type: 'PBL', value: 'blik' } },
      validityTime: '900',
      visibleDescription: 'Zamówienie 7',
      buyer: { email: 'zoe@example.com', extCustomerId: 'c-7' },
    });
  });

  it.each([
    ['payMethods.payMethod.type', 'CARD_TOKEN'],
    ['payMethods.payMethod.authorizationCode', '777123'],
    ['visibleDescription', 'x'.repeat(81)],
    ['totalAmount', '1'],
    ['extOrderId', 'x'],
  ])('are refused by name: %s', async (name, value) => {
    await expect(begin(payu, paymentOf(payu, { providerFields: { [name]: value } }))).rejects.toMatchObject({
      errors: [{ path: `providerFields.${name}` }],
    });
  });
});

it('an order whose amounts and numbers are JSON numbers was refused', async () => {
  const attempt = await journey('payu');
  const message = bankOf('payu').notification(attempt.order, attempt.merchant, 'pay', 'none');
  const { order } = JSON.parse(String(message.body)) as { order: Record<string, unknown> };
  const numbers = { totalAmount: Number(order.totalAmount), merchantPosId: Number(order.merchantPosId) };
  expect((await signed(attempt, { order: { ...order, ...numbers } })).status).toBe(200);
  expect(await read(attempt)).toMatchObject({ status: 'paid', amounts: { paid: 1999 } });
});

it.each([
  ['uk', 'uk'],
  ['ja', 'en'],
  ['xx', 'en'],
  ['pl', 'pl'],
])('a language that PayU does not have was sent: %s is %s', async (language, sent) => {
  const { orders } = await registered(
    payu,
    paymentOf(payu, { customer: { email: 'a@example.com', language } }),
  );
  expect(orders).toMatchObject({ buyer: { language: sent } });
});
