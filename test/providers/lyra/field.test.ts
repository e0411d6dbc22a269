/** Lyra: messages and settings that merchants report from the field, each named by what went wrong. */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systempay } from '../../../src/providers/lyra/brands.ts';
import { entryOf } from '../../../src/sandbox/kit/bank-ledger.ts';
import { bankOf, deliver, journey, memory, network, runAlarms } from '../../support/harness.ts';
import { call, outcome, paid } from '../operations-support.ts';
import { accountOf, begin, request } from '../support.ts';
import { DATED, type Fields, KEY, OTHER_UUID, sent, UUID } from './sent.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

describe('a shopper who gives up', () => {
  it('is told of without an operation type and a number', async () => {
    const { tell, money } = await sent();
    const answer = await tell({
      vads_trans_status: 'ABANDONED',
      vads_result: '17',
      vads_operation_type: undefined,
      vads_trans_uuid: undefined,
    });
    expect(answer.status).toBe(200);
    expect(await money()).toEqual(['cancelled', 0, 0]);
  });

  it('is told of by the REST API without a transaction', async () => {
    const { tellRest, money } = await sent();
    expect((await tellRest({ orderStatus: 'ABANDONED', transactions: [] })).status).toBe(200);
    expect(await money()).toEqual(['cancelled', 0, 0]);
    expect((await tellRest({ orderStatus: 'PAID', transactions: [] })).status).toBe(403);
  });

  it('is no way around the operation type where money moves', async () => {
    const { tell, money } = await sent();
    for (const status of ['AUTHORISED', 'AUTHORISED_TO_VALIDATE', 'CANCELLED'])
      expect((await tell({ vads_trans_status: status, vads_operation_type: undefined })).status).toBe(403);
    expect(await money()).toEqual(['created', 0, 0]);
  });
});

describe('a transaction that held money', () => {
  it.each([
    ['EXPIRED', 'expired'],
    ['REFUSED', 'denied'],
  ])('and ends as %s holds it no more, whichever message comes first', async (word, status) => {
    const held = { vads_trans_status: 'AUTHORISED_TO_VALIDATE' };
    const ended = { vads_trans_status: word };
    for (const messages of [
      [held, ended],
      [ended, held],
    ]) {
      const { tell, money, shop, id } = await sent();
      for (const one of messages) await tell(one);
      expect(await money()).toEqual([status, 0, 0]);
      expect((await shop.payment(id)).amounts.authorized).toBe(0);
    }
  });

  it('still holds it when another try of the same order is declined', async () => {
    const { tell, money } = await sent();
    await tell({ vads_trans_status: 'AUTHORISED_TO_VALIDATE' });
    await tell({ vads_trans_status: 'REFUSED', vads_trans_uuid: OTHER_UUID });
    expect(await money()).toEqual(['authorized', 0, 0]);
  });

  it.each(['CAPTURE_FAILED', 'REFUSED', 'EXPIRED'])(
    'and is %s after it was paid is a conflict that the shop is told',
    async (word) => {
      const { tell, money, shop, id } = await sent();
      await tell({ vads_trans_status: 'AUTHORISED' });
      await tell({ vads_trans_status: word, vads_url_check_src: 'BATCH' });
      expect(await money()).toEqual(['paid', 1999, 0]);
      const conflict = (await shop.events(id)).find(({ type }) => type === 'notification.conflict');
      expect(conflict?.detail).toMatchObject({ reason: 'not_paid_after_all', providerStatus: word });
      await runAlarms(id);
      expect(net.webhooks.map(({ body }) => body.type)).toContain('payment.conflict');
    },
  );
});

it.each(['WAITING_AUTHORISATION', 'WAITING_AUTHORIZATION'])('%s waits, however it is spelt', async (word) => {
  const { tell, money } = await sent();
  await tell({ vads_trans_status: word });
  expect(await money()).toEqual(['pending', 0, 0]);
});

it('a refund that counts and is cancelled before its remittance is told: the shopper has not got the money', async () => {
  const credit = { vads_operation_type: 'CREDIT', vads_amount: '500', vads_trans_uuid: 'c'.repeat(32) };
  const { tell, shop, id } = await sent();
  await tell({ vads_trans_status: 'CAPTURED' });
  await tell({ ...credit, vads_trans_status: 'AUTHORISED' });
  await tell({ ...credit, vads_trans_status: 'CANCELLED' });
  const conflict = (await shop.events(id)).find(({ type }) => type === 'notification.conflict');
  expect(conflict?.detail).toMatchObject({ reason: 'not_refunded_after_all' });
  await runAlarms(id);
  expect(net.webhooks.map(({ body }) => body.type)).toContain('payment.conflict');
});

describe('a transaction that is cancelled', () => {
  const other: Fields = { vads_trans_uuid: OTHER_UUID };

  it('takes back nothing that another try of the same order has brought, in any order', async () => {
    const messages: readonly Fields[] = [
      { vads_trans_status: 'AUTHORISED_TO_VALIDATE' },
      { vads_trans_status: 'CANCELLED' },
      { ...other, vads_trans_status: 'AUTHORISED' },
    ];
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [2, 0, 1],
      [1, 2, 0],
    ]) {
      const { tell, money } = await sent();
      for (const index of order) await tell(messages[index] ?? {});
      expect(await money(), String(order)).toEqual(['paid', 1999, 0]);
    }
  });

  it('takes back its own part of a payment in several, and a part that was not paid takes back nothing', async () => {
    const { tell, money } = await sent({ amount: 7590, config: 'MULTI:first=2590;count=3;period=30' });
    const part = (amount: number, sequence: number, uuid: string): Fields => ({
      vads_effective_amount: String(amount),
      ...DATED,
      vads_effective_currency: '978',
      vads_sequence_number: String(sequence),
      vads_trans_uuid: uuid,
    });
    await tell({ ...part(2590, 1, UUID), vads_trans_status: 'CAPTURED' });
    await tell({ ...part(2500, 3, 'f'.repeat(32)), vads_trans_status: 'CANCELLED' });
    expect(await money()).toEqual(['partially_paid', 2590, 0]);
    await tell({ ...part(2500, 2, OTHER_UUID), vads_trans_status: 'AUTHORISED' });
    await tell({ ...part(2500, 2, OTHER_UUID), vads_trans_status: 'CANCELLED' });
    expect(await money()).toEqual(['partially_refunded', 5090, 2500]);
  });

  it('is given back beside what was refunded of another part, told by messages or found by asking', async () => {
    const messages: readonly Fields[] = [
      { vads_trans_status: 'AUTHORISED' },
      { vads_trans_status: 'CAPTURED', vads_trans_uuid: OTHER_UUID },
      { vads_trans_status: 'CANCELLED' },
      {
        vads_trans_status: 'CAPTURED',
        vads_operation_type: 'CREDIT',
        vads_trans_uuid: 'c'.repeat(32),
        vads_amount: '500',
      },
    ];
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 3, 0, 2],
    ]) {
      const { tell, money } = await sent();
      for (const index of order) await tell(messages[index] ?? {});
      expect(await money(), String(order)).toEqual(['partially_refunded', 3998, 2499]);
    }
  });

  it('leaves what another try holds', async () => {
    const { tell, shop, id } = await sent();
    await tell({ vads_trans_status: 'AUTHORISED_TO_VALIDATE' });
    await tell({ vads_trans_status: 'CANCELLED' });
    expect(await shop.payment(id)).toMatchObject({ status: 'cancelled', amounts: { authorized: 0 } });
    await tell({ ...other, vads_trans_status: 'AUTHORISED_TO_VALIDATE' });
    expect(await shop.payment(id)).toMatchObject({ status: 'authorized', amounts: { authorized: 1999 } });
    await tell({ ...other, vads_trans_status: 'CANCELLED' });
    expect(await shop.payment(id)).toMatchObject({ status: 'cancelled', amounts: { authorized: 0 } });
  });

  it('is not the order where an answer has a paid one beside it', async () => {
    const transaction = { operationType: 'DEBIT', amount: 1999, currency: 'EUR' };
    const { tellRest, money } = await sent();
    await tellRest({
      orderStatus: 'PAID',
      transactions: [
        { ...transaction, uuid: UUID, detailedStatus: 'CAPTURED' },
        { ...transaction, uuid: OTHER_UUID, detailedStatus: 'CANCELLED' },
      ],
    });
    expect(await money()).toEqual(['paid', 1999, 0]);
  });
});

describe('an answer with several transactions', () => {
  const declined = {
    uuid: OTHER_UUID,
    detailedStatus: 'REFUSED',
    operationType: 'DEBIT',
    amount: 1999,
    currency: 'EUR',
  };
  const held = { ...declined, uuid: UUID, detailedStatus: 'AUTHORISED_TO_VALIDATE' };

  it.each([
    ['first', [declined, held]],
    ['last', [held, declined]],
  ])('is not declined because one of them is (%s)', async (_where, transactions) => {
    const { tellRest, money } = await sent();
    expect((await tellRest({ orderStatus: 'RUNNING', transactions })).status).toBe(200);
    expect(await money()).toEqual(['authorized', 0, 0]);
  });

  it('counts every part that is paid', async () => {
    const { tellRest, money } = await sent({ amount: 4000 });
    const parts = [UUID, OTHER_UUID].map((uuid) => ({
      ...declined,
      uuid,
      amount: 2000,
      detailedStatus: 'CAPTURED',
    }));
    await tellRest({ orderStatus: 'PAID', transactions: parts });
    expect(await money()).toEqual(['paid', 4000, 0]);
  });
});

describe('a refund before the remittance', () => {
  it('says that a cancel is meant, and not only that it is declined', async () => {
    const attempt = await paid('systempay');
    await memory.put(`lyra/unremitted/${attempt.order.order}`, 'yes');
    const { body } = await call(attempt, 'refund', { amount: 500 });
    expect(JSON.stringify(body)).toContain('use cancel');
  });
});

describe('a cancel', () => {
  it('of what two transactions have brought is not one of a single transaction', async () => {
    const attempt = await journey('systempay');
    await memory.put(`lyra/unremitted/${attempt.order.order}`, 'yes');
    const message = bankOf('systempay').notification(attempt.order, attempt.merchant, 'pay', 'none');
    const { signature: _, ...fields } = Object.fromEntries(new URLSearchParams(String(message.body)));
    const other: Record<string, string> = { ...fields, vads_trans_uuid: 'b'.repeat(32) };
    const text = [
      ...Object.keys(other)
        .sort()
        .map((name) => other[name]),
      KEY,
    ].join('+');
    const signature = createHmac('sha256', KEY).update(text).digest('base64');
    await deliver({ ...message, body: new URLSearchParams({ ...other, signature }).toString() });
    await attempt.notify('pay');
    expect(await outcome(attempt)).toMatchObject({ paid: 2 * attempt.order.amount });
    expect((await call(attempt, 'cancel')).body).toMatchObject({ code: 'invalid_state' });
    expect(await outcome(attempt)).toMatchObject({ states: ['failed'], refunded: 0 });
    expect((await entryOf(memory, attempt.order.order))?.returned).toBe(0);
  });
});

describe('what a shop gives', () => {
  it('is sent as its own fields are: telephone numbers, double blanks', async () => {
    const { redirect } = await begin(
      systempay,
      request(systempay, {
        providerFields: {
          vads_cust_phone: '+33 6  12',
          vads_cust_cell_phone: ' +33612345678',
          vads_order_info2: 'two  blanks',
          vads_cust_email: 'a+b@example.com',
        },
      }),
    );
    const fields = Object.fromEntries(
      redirect.kind === 'form' ? redirect.fields.map(({ name, value }) => [name, value]) : [],
    );
    expect(fields).toMatchObject({
      vads_cust_phone: '0033 6 12',
      vads_cust_cell_phone: '0033612345678',
      vads_order_info2: 'two blanks',
      vads_cust_email: 'a+b@example.com',
    });
  });

  it('as an e-mail address is sent as it is, or left out where it could be read as another field', async () => {
    const withEmail = (email: string) => begin(systempay, request(systempay, { customer: { email } }));
    const { redirect } = await withEmail('zoe+shop@example.com');
    expect(
      redirect.kind === 'form' && redirect.fields.find(({ name }) => name === 'vads_cust_email')?.value,
    ).toBe('zoe+shop@example.com');
    for (const email of ['a++b@x.fr', '+a@x.fr', 'a+b+@x.fr']) {
      const sent = (await withEmail(email)).redirect;
      expect(sent.kind === 'form' && sent.fields).toContainEqual({ name: 'vads_cust_email', value: email });
    }
    const left = (await withEmail('x+AUTHORISED+20261121090000@example.com')).redirect;
    expect(left.kind === 'form' && left.fields.map(({ name }) => name)).not.toContain('vads_cust_email');
  });

  it('as a schedule that Lyra does not document is refused', async () => {
    for (const config of ['MULTI:first=5', 'MULTI_EXT:2027=5', 'multi'])
      expect(() => accountOf(systempay, { payment_config: config })).toThrow();
  });
});
