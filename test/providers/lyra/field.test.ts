/** Lyra: messages and settings that merchants report from the field, each named by what went wrong. */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systempay } from '../../../src/providers/lyra/brands.ts';
import { partsOf } from '../../../src/providers/lyra/schedule.ts';
import { entryOf } from '../../../src/sandbox/kit/bank-ledger.ts';
import {
  admin,
  bankOf,
  deliver,
  demoSettings,
  journey,
  makeAccount,
  makeShop,
  memory,
  network,
  ORIGIN,
  type Payment,
  runAlarms,
} from '../../support/harness.ts';
import { call, outcome, paid } from '../operations-support.ts';
import { accountOf, begin, request } from '../support.ts';

const KEY = String(demoSettings('systempay').key);
const REST_PASSWORD = String(demoSettings('systempay').rest_password);
const UUID = '0e8defc7bd32c418c93c4b2be676d279';
const OTHER_UUID = '1e8defc7bd32c418c93c4b2be676d279';
/** What shows which value is vads_effective_amount. */
const DATED = { vads_effective_creation_date: '20261121090001' };

type Fields = Record<string, string | undefined>;

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

/** A payment that the shopper went to the gateway with, and the gateway's messages about it. */
async function sent(
  options: {
    amount?: number;
    currency?: string;
    config?: string;
    environment?: string;
    settings?: Record<string, null>;
  } = {},
) {
  const { amount = 1999, currency = 'EUR', config = 'SINGLE', environment = 'sandbox' } = options;
  const account = await makeAccount('systempay', {
    environment,
    currencies: [currency],
    settings: { ...demoSettings('systempay'), payment_config: config, ...options.settings },
  });
  const shop = await makeShop([account]);
  const created = await shop.pay({ amount, currency });
  const { id, redirect } = created.body as Payment;
  if (redirect.kind !== 'form') throw new Error('not a form');
  const { signature: _, ...form } = Object.fromEntries(
    redirect.fields.map(({ name, value }) => [name, value]),
  );
  const post = (fields: Record<string, string>) =>
    deliver({
      method: 'POST',
      url: `${ORIGIN}/callback/${account}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  const tell = (changes: Fields) => {
    const all = {
      ...form,
      vads_operation_type: 'DEBIT',
      vads_trans_uuid: UUID,
      vads_sequence_number: '1',
      ...changes,
    };
    const fields = Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
    const text = [
      ...Object.keys(fields)
        .sort()
        .map((name) => fields[name]),
      KEY,
    ].join('+');
    return post({ ...fields, signature: createHmac('sha256', KEY).update(text).digest('base64') });
  };
  const tellRest = (answer: object) => {
    const text = JSON.stringify({
      shopId: form.vads_site_id,
      orderDetails: { orderId: form.vads_order_id, orderCurrency: currency, mode: 'TEST' },
      ...answer,
    });
    const hash = createHmac('sha256', REST_PASSWORD).update(text).digest('hex');
    return post({ 'kr-answer': text, 'kr-hash': hash, 'kr-hash-algorithm': 'sha256_hmac' });
  };
  const money = async () => {
    const { status, amounts } = await shop.payment(id);
    return [status, amounts.paid, amounts.refunded];
  };
  return { shop, id, form, tell, tellRest, money };
}

describe('a payment in several parts', () => {
  const config = 'MULTI:first=2590;count=3;period=30';
  const part = (amount: number, sequence: number, uuid: string): Fields => ({
    vads_trans_status: 'AUTHORISED',
    vads_effective_amount: String(amount),
    vads_effective_currency: '978',
    vads_sequence_number: String(sequence),
    vads_trans_uuid: uuid,
  });

  it.each(['sandbox', 'production'])('is not paid whole by its first part (%s)', async (environment) => {
    const { tell, money, shop, id, form } = await sent({ amount: 7590, config, environment });
    expect(form.vads_payment_config).toBe(config);
    expect((await tell(part(2590, 1, UUID))).status).toBe(200);
    expect(await money()).toEqual(['partially_paid', 2590, 0]);
    await tell({ ...part(2500, 2, OTHER_UUID), ...DATED });
    expect(await money()).toEqual(['partially_paid', 5090, 0]);
    await tell({ ...part(2500, 3, 'f'.repeat(32)), ...DATED, vads_trans_status: 'CAPTURED' });
    expect(await money()).toEqual(['paid', 7590, 0]);
    const types = (await shop.events(id)).map(({ detail }) => detail.reason).filter(Boolean);
    expect(types).not.toContain('amount_above');
  });

  it.each(['500', '2500', '5000'])(
    'counts nothing where another value (%s) is called the amount of its first part, without a date beside it',
    async (amount) => {
      const { tell, money } = await sent({ amount: 7590, config, environment: 'production' });
      await tell({ ...part(2590, 1, UUID), vads_effective_amount: amount });
      expect((await money())[1]).toBe(0);
      await tell(part(2590, 1, UUID));
      expect(await money()).toEqual(['partially_paid', 2590, 0]);
    },
  );

  it('counts by its schedule where the bank captures another currency', async () => {
    const { tell, money } = await sent({ amount: 7590, currency: 'USD', config });
    await tell({ ...part(2210, 1, UUID), ...DATED, vads_currency: '840' });
    expect(await money()).toEqual(['partially_paid', 2590, 0]);
    await tell({ ...part(2150, 3, OTHER_UUID), ...DATED, vads_currency: '840' });
    expect(await money()).toEqual(['partially_paid', 5090, 0]);
  });

  it('has its rest in the last part, and its days in any order', () => {
    expect(partsOf('MULTI:first=10000;count=4;period=30', 20_000)).toEqual([10_000, 3333, 3333, 3334]);
    expect(partsOf('MULTI_EXT:20270301=3000;20270101=2590;20270201=2000', 7590)).toEqual([2590, 2000, 3000]);
    expect(partsOf('MULTI:count=3;period=30', 100)).toEqual([33, 33, 34]);
  });

  it('may have days and amounts of its own, and not come to another amount', async () => {
    const extended = 'MULTI_EXT:20270101=2590;20270201=5000';
    const { tell, money } = await sent({ amount: 7590, config: extended });
    await tell(part(2590, 1, UUID));
    expect(await money()).toEqual(['partially_paid', 2590, 0]);
    const own = request(systempay, {
      amount: 7590 as never,
      providerFields: { vads_payment_config: extended },
    });
    expect((await begin(systempay, own)).redirect.kind).toBe('form');
    await expect(begin(systempay, { ...own, amount: 7000 as never })).rejects.toThrow(
      'cannot be paid in the parts',
    );
  });
});

describe('the amount of a transaction', () => {
  it('in another currency than the payment is not what was paid', async () => {
    const { tell, money } = await sent({ currency: 'USD' });
    await tell({
      vads_trans_status: 'AUTHORISED',
      vads_effective_amount: '1700',
      vads_effective_currency: '978',
    });
    expect(await money()).toEqual(['paid', 1999, 0]);
  });

  it('that was lowered when it was validated is not the whole', async () => {
    const { tell, money } = await sent();
    await tell({ vads_trans_status: 'AUTHORISED_TO_VALIDATE' });
    await tell({
      vads_trans_status: 'AUTHORISED',
      vads_effective_amount: '1500',
      ...DATED,
      vads_effective_currency: '978',
      vads_url_check_src: 'MERCH_BO',
    });
    expect(await money()).toEqual(['partially_paid', 1500, 0]);
  });

  it.each(['vads_amount', 'vads_effective_amount'])(
    'that the back office lowers (%s) is no repeat, in whichever order the messages come',
    async (name) => {
      const first = { vads_trans_status: 'AUTHORISED' };
      const lower = { ...first, ...DATED, [name]: '1500', vads_url_check_src: 'MERCH_BO' };
      for (const messages of [
        [first, lower],
        [lower, first],
      ]) {
        const { tell, money } = await sent();
        for (const one of messages) await tell(one);
        expect(await money()).toEqual(['partially_paid', 1500, 0]);
      }
    },
  );
});

describe('a value that is called vads_effective_amount, without the date that shows which one that is', () => {
  const called = {
    vads_trans_status: 'AUTHORISED',
    vads_effective_amount: '500',
    vads_effective_currency: '978',
  };
  const cannotBeAsked = { rest_password: null };

  it.each(['sandbox', 'production'])(
    'counts for nothing where the bank can be asked (%s)',
    async (environment) => {
      const { tell, money } = await sent({ environment });
      expect((await tell(called)).status).toBe(200);
      expect(await money()).toEqual(['created', 0, 0]);
      await tell({ vads_trans_status: 'AUTHORISED' });
      expect(await money()).toEqual(['paid', 1999, 0]);
    },
  );

  it('has the payment wait for a person where nobody can be asked, and it does not expire', async () => {
    const { tell, shop, id } = await sent({ environment: 'production', settings: cannotBeAsked });
    expect((await tell(called)).status).toBe(200);
    const waiting = { status: 'pending', pendingReason: 'proof_missing', amounts: { paid: 0 } };
    expect(await shop.payment(id)).toMatchObject(waiting);
    await runAlarms(id);
    expect((await shop.events(id)).map(({ type }) => type)).not.toContain('confirm.requested');
    const { body } = await admin('POST', `/payments/${id}/attempts/1`, { outcome: 'paid' });
    expect(body).toMatchObject({ status: 'partially_paid', amounts: { paid: 500 }, signed: false });
  });

  it('counts on an account for tests that nobody can be asked about, marked as not proven', async () => {
    const { tell, shop, id } = await sent({ settings: cannotBeAsked });
    await tell(called);
    expect(await shop.payment(id)).toMatchObject({
      status: 'partially_paid',
      amounts: { paid: 500 },
      signed: false,
    });
  });
});

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
