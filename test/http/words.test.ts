/**
 * What the shop and the operator are told. The failures ruled out: a second payment inside one attempt that nobody hears of, a
 * chargeback that is won and not told, a failed webhook or a rejected request whose log line does not say why, a secret in such a line.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PaymentView } from '../../src/payments/types.ts';
import { notify } from '../ledger/support.ts';
import {
  ledgerOf,
  makeAccount,
  makeShop,
  network,
  type ReceivedWebhook,
  request,
  runAlarms,
} from '../support/harness.ts';

let net = network();
let answer: (webhook: ReceivedWebhook) => Response;
beforeEach(() => {
  answer = () => new Response();
  net = network((webhook) => answer(webhook));
});
afterEach(() => {
  net.restore();
  vi.restoreAllMocks();
});

/** A payment of a shop with a webhook, whose ledger is told by `tell`. */
async function started() {
  const account = await makeAccount('dummy');
  const shop = await makeShop([account]);
  const created = await shop.pay({});
  const { id } = created.body;
  const ledger = ledgerOf(id);
  return {
    id,
    shop,
    tell: async (changes: Partial<Parameters<typeof notify>[0]>) => {
      await ledger.applyUpdate(notify({ account, ...changes }));
      await runAlarms(id);
    },
    told: () => net.webhooks.map(({ body }) => [body.type, body.data.status]),
    view: async (): Promise<PaymentView> => shop.payment(id),
  };
}

describe('a payment that was paid twice inside one attempt', () => {
  it('is told, once', async () => {
    const { id, shop, tell, told } = await started();
    await tell({ key: 'a', movement: 'a' });
    await tell({ key: 'a', movement: 'a' });
    expect(told()).toEqual([['payment.paid', 'paid']]);
    await tell({ key: 'b', movement: 'b' });
    await tell({ key: 'c', movement: 'c' });
    expect(told().filter(([type]) => type === 'payment.paid_twice')).toHaveLength(1);
    expect((await shop.events(id)).filter(({ type }) => type === 'payment.paid_twice')).toHaveLength(1);
  });

  it('is none where a total, or one movement, is told again', async () => {
    const { tell, told } = await started();
    await tell({ key: 'a', movement: 'a' });
    await tell({ key: 'total', movement: 'all', cumulative: true, channel: 'status' });
    await tell({ key: 'again', movement: 'a' });
    expect(told()).toEqual([['payment.paid', 'paid']]);
  });
});

describe('a chargeback that is won', () => {
  it('is told by its own webhook and event, and the status is again what the money says', async () => {
    const { id, shop, tell, told, view } = await started();
    await tell({});
    await tell({ key: 'lost', outcome: 'charged_back', movement: 'c1' });
    expect((await view()).status).toBe('charged_back');
    await tell({ key: 'won', outcome: 'chargeback_reversed', movement: 'c1' });
    expect((await view()).status).toBe('paid');
    expect(told()).toEqual([
      ['payment.paid', 'paid'],
      ['payment.charged_back', 'charged_back'],
      ['payment.paid', 'paid'],
      ['payment.chargeback_reversed', 'paid'],
    ]);
    const types = (await shop.events(id)).map(({ type }) => type);
    expect(types).toContain('payment.chargeback_reversed');
  });

  it('in part is told too, though the status stays, and so is a second chargeback', async () => {
    const { tell, told } = await started();
    await tell({});
    await tell({ key: 'lost', outcome: 'charged_back', movement: 'c1', amount: 1000 });
    await tell({ key: 'won', outcome: 'chargeback_reversed', movement: 'c1', amount: 400 });
    await tell({ key: 'lost more', outcome: 'charged_back', movement: 'c2', amount: 999 });
    expect(told().slice(2)).toEqual([
      ['payment.chargeback_reversed', 'charged_back'],
      ['payment.charged_back', 'charged_back'],
    ]);
  });
});

describe('why it was not paid', () => {
  const declineReason = { code: 'insufficient_funds', text: 'not enough funds' } as const;

  it('is shown of a payment that was declined, and no more once it is paid', async () => {
    const { tell, view } = await started();
    expect((await view()).declineReason).toBeNull();
    await tell({ key: 'no', outcome: 'denied', amount: null, movement: 'n', declineReason });
    expect((await view()).declineReason).toEqual(declineReason);
    const card = { brand: 'VISA', last4: '1111', expiry: '2030-01', liabilityShift: true };
    await tell({ card });
    expect(await view()).toMatchObject({ status: 'paid', declineReason: null, card });
  });

  it('is not shown of a payment that its shop has called off', async () => {
    const { id, shop, tell, view } = await started();
    await shop.call('POST', `/payments/${id}/cancel`, {}, { 'idempotency-key': 'k' });
    await tell({ key: 'no', outcome: 'denied', amount: null, movement: 'n', declineReason });
    expect(await view()).toMatchObject({ status: 'cancelled', declineReason: null });
  });
});

describe('a line of the log', () => {
  const lines = (spy: { mock: { calls: unknown[][] } }, event: string) =>
    spy.mock.calls.flatMap(([line]) => ((line as { event?: string })?.event === event ? [line] : []));

  it('says of a webhook that failed which, how often, and why', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    answer = () => new Response(null, { status: 500 });
    const { id, shop, tell } = await started();
    await tell({});
    const [line] = lines(warn, 'webhook.failed');
    expect(line).toMatchObject({ webhook: expect.stringContaining(id), try: 1, status: 500 });
    expect(JSON.stringify(line)).not.toContain(shop.webhookSecret);
  });

  it('says of a rejected request which code and detail it had, and no link that opens a payment', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const { shop } = await started();
    await shop.pay({ captrue: 'manual' });
    expect(lines(log, 'request.rejected').at(-1)).toMatchObject({
      status: 400,
      code: 'invalid_request',
      detail: expect.any(String),
      fields: ['captrue'],
    });
    const { body } = await shop.pay({});
    const token = new URL(body.checkoutUrl).pathname.split('/')[3] ?? '';
    expect(token).not.toBe('');
    await request(`/pay/${body.id}/${token}/nothing-here`);
    expect(JSON.stringify(log.mock.calls)).not.toContain(token);
  });
});
