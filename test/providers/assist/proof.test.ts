/** What ASSIST's signatures prove: what they do not cover is asked, or waits for the report. */

import { env } from 'cloudflare:workers';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { countsAs } from '../../../src/gateway/proof.ts';
import { fetchReports } from '../../../src/gateway/reports.ts';
import { assist } from '../../../src/providers/assist/index.ts';
import { decided } from '../../../src/sandbox/kit/bank-ledger.ts';
import { utf8 } from '../../../src/signing/bytes.ts';
import { type Env, serviceOf } from '../../../src/worker.ts';
import {
  answerNextCall,
  BANK_API,
  bankOf,
  deliver,
  demoSettings,
  network as fakeNetwork,
  makeAccount,
  makeShop,
  memory,
  merchant,
  runAlarms,
  shopperAtBank,
} from '../../support/harness.ts';
import { accountOf, CONTEXT, formFields, ORDER, request } from '../support.ts';

const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex').toUpperCase();
const checkvalue = (text: string) => md5(md5(String(demoSettings('assist').salt)) + md5(text));

const LEGACY = { mode: 'legacy', sendresult_secret: 'Sendresult-Secret-1' };
const NO_SERVICES = { login: undefined, password: undefined };

interface Setting {
  readonly environment?: 'production' | 'test' | 'sandbox';
  readonly settings?: Record<string, unknown>;
}

const account = ({ environment = 'sandbox', settings = {} }: Setting = {}) => ({
  ...accountOf(assist, settings),
  environment,
});

/** Reads a signed result of 19.99 RUB, with fields that are not signed. */
function read(orderstate: string, unsigned: Record<string, unknown>, setting: Setting = {}, json = false) {
  const fields = { merchant_id: '679471', ordernumber: ORDER, amount: '19.99', currency: 'RUB', orderstate };
  const message = {
    ...fields,
    ...unsigned,
    checkvalue: checkvalue(`679471${ORDER}19.99RUB${orderstate}`),
  };
  return assist.notification(
    {
      method: 'POST',
      query: new Uint8Array(),
      body: utf8(
        json ? JSON.stringify(message) : new URLSearchParams(message as Record<string, string>).toString(),
      ),
      headers: {},
      contentType: json ? 'application/json' : 'application/x-www-form-urlencoded',
    },
    account(setting),
    'notification',
    CONTEXT,
  );
}

describe('a mark of test', () => {
  it('is never money on an account whose money is real, nor a mark of live elsewhere', async () => {
    const wrong = expect.objectContaining({ reason: 'wrong_environment' });
    for (const testmode of ['1', 'true', ' 1']) {
      await expect(read('Approved', { testmode }, { environment: 'production' })).rejects.toEqual(wrong);
      await expect(read('Approved', { TestMode: testmode }, { environment: 'production' })).rejects.toEqual(
        wrong,
      );
      expect(await read('Approved', { testmode }, { environment: 'test' })).toMatchObject({
        outcome: 'paid',
      });
    }
    for (const environment of ['test', 'sandbox'] as const)
      await expect(read('Approved', { testmode: '0' }, { environment })).rejects.toEqual(wrong);
    await expect(read('Approved', { testmode: true }, { environment: 'production' }, true)).rejects.toEqual(
      wrong,
    );
    expect(await read('Approved', { testmode: '0' }, { environment: 'production' })).toMatchObject({
      outcome: 'paid',
    });
  });

  it('is sent by countersign alone', () => {
    const sent = (environment: 'production' | 'test') =>
      formFields(assist, request(assist), account({ environment })).fields.TestMode;
    expect([sent('test'), sent('production')]).toEqual(['1', undefined]);
    expect(() => formFields(assist, request(assist, { providerFields: { TestMode: '1' } }))).toThrow(
      'TestMode',
    );
  });
});

describe('a request of ours', () => {
  it('is never the text of a result: no letters after the currency where nothing separates', () => {
    const form = (delimiter: string, providerFields: Record<string, string>) =>
      formFields(assist, request(assist, { providerFields }), account({ settings: { delimiter } })).fields;
    for (const name of ['CustomerNumber', 'OrderMaxPoints', 'Disable3DS', 'Prepayment']) {
      for (const value of ['Approved', ' ', 'c-77', '7;1'])
        expect(() => form('', { [name]: value })).toThrow(`providerFields.${name}`);
      expect(() => form(';', { [name]: '7;1' })).toThrow(`providerFields.${name}`);
    }
    expect(form('', { CustomerNumber: '77' }).CustomerNumber).toBe('77');
    expect(form(';', { CustomerNumber: 'Approved' }).CustomerNumber).toBe('Approved');
  });

  it('is refused as a result', async () => {
    for (const delimiter of ['', ';']) {
      const { fields } = formFields(
        assist,
        request(assist, { providerFields: { CustomerNumber: '77' } }),
        account({ settings: { delimiter } }),
      );
      for (const orderstate of ['', '77', `${delimiter}77`]) {
        const message = {
          merchant_id: '679471',
          ordernumber: ORDER,
          amount: '19.99',
          currency: 'RUB',
          orderstate,
          checkvalue: String(fields.Checkvalue),
        };
        const posted = assist.notification(
          {
            method: 'POST',
            query: new Uint8Array(),
            body: utf8(new URLSearchParams(message).toString()),
            headers: {},
            contentType: 'application/x-www-form-urlencoded',
          },
          account({ settings: { delimiter } }),
          'notification',
          CONTEXT,
        );
        await expect(posted).rejects.toThrow();
      }
    }
  });
});

describe('a refund of a part', () => {
  const packet = (packetdate: string) => ({ billnumber: '5123', packetdate, orderamount: '50.00' });

  it('is asked about where ASSIST can be asked', async () => {
    expect(await read('PartialCanceled', packet('21.11.2026 10:00:00'))).toMatchObject({
      kind: 'hint',
      order: ORDER,
      about: {},
    });
  });

  it('is never counted again because its packet date or bill number, which are not signed, changed', async () => {
    const settings = NO_SERVICES;
    const movements = await Promise.all(
      ['21.11.2026 10:00:00', '22.11.2026 10:00:00'].map(
        async (date) => (await read('PartialCanceled', packet(date), { settings })) as { movement?: string },
      ),
    );
    expect(new Set(movements.map(({ movement }) => movement)).size).toBe(1);
  });
});

describe('what the signature does not cover', () => {
  it('is said as it is: nothing counts by itself where money is real', () => {
    const counts = (settings: Setting['settings'], channel: 'notification' | 'return' = 'notification') =>
      countsAs(assist, account({ settings: settings ?? {} }).settings, channel);
    expect(counts({})).toBe('query');
    expect(counts({ delimiter: '' })).toBe('query');
    expect(counts(NO_SERVICES)).toBe('person');
    expect(counts(LEGACY)).toBe('person');
    expect(counts(LEGACY, 'return')).toBe('person');
  });
});

describe('an account whose money is real', () => {
  let net: ReturnType<typeof fakeNetwork>;
  let merchants = 300_000;
  beforeEach(async () => {
    await (env as unknown as Env).DIRECTORY.exec('DELETE FROM accounts');
    net = fakeNetwork();
  });
  afterEach(() => {
    net.restore();
    vi.useRealTimers();
  });

  async function begin(changes: Record<string, unknown> = {}) {
    const settings = { ...demoSettings('assist'), merchant_id: String(merchants++), ...changes };
    const id = await makeAccount('assist', {
      environment: 'production',
      settings,
      endpoints: { api: BANK_API },
    });
    const shop = await makeShop([id]);
    const { body: payment } = await shop.pay({ currency: 'RUB' });
    const who = merchant('assist', id, settings);
    const order = await shopperAtBank('assist', payment.redirect, who);
    const send = async (decision: 'pay' | 'decline', unsigned: Record<string, string> = {}) => {
      const message = bankOf('assist').notification(order, who, decision, 'none');
      const fields = { ...Object.fromEntries(new URLSearchParams(String(message.body))), ...unsigned };
      const response = await deliver({ ...message, body: new URLSearchParams(fields).toString() });
      await runAlarms(payment.id);
      return response.status;
    };
    const decide = async (decision: 'pay' | 'decline') => {
      await decided(memory, order, decision);
      await bankOf('assist').decide?.(order, who, decision, memory);
    };
    return { shop, payment, order, who, send, decide, view: () => shop.payment(payment.id) };
  }

  it('never believes a result before ASSIST was asked', async () => {
    const { send, decide, view } = await begin();
    expect(await send('pay')).toBe(200);
    expect((await view()).amounts.paid).toBe(0);
    await decide('pay');
    expect(await send('pay')).toBe(200);
    expect(await view()).toMatchObject({ status: 'paid', signed: true, amounts: { paid: 1999 } });
  });

  it('never takes a test for money because its mark was left out', async () => {
    const { order, who, payment, view } = await begin();
    // The shopper added TestMode to the form.
    const tested = { ...order, data: { ...order.data, testmode: '1' } };
    await decided(memory, tested, 'pay');
    const message = bankOf('assist').notification(tested, who, 'pay', 'none');
    expect((await deliver(message)).status).toBe(403);
    const body = String(message.body).replace(/&testmode=[^&]*/, '');
    expect(body).not.toBe(message.body);
    expect((await deliver({ ...message, body })).status).toBe(200);
    await runAlarms(payment.id);
    expect(await view()).toMatchObject({ amounts: { paid: 0 } });
  });

  it('never turns a refusal of the classic protocol into a payment, whatever Status and bill it names', async () => {
    const { send, view } = await begin(LEGACY);
    expect(await send('decline', { Status: 'Authorized', Response_Code: 'AS000', BillNumber: '59' })).toBe(
      200,
    );
    expect(await view()).toMatchObject({
      status: 'pending',
      pendingReason: 'proof_missing',
      amounts: { paid: 0 },
    });
  });

  it('is settled by the report in the classic protocol, and refunds the bill of the report', async () => {
    const { send, decide, view, shop, payment } = await begin(LEGACY);
    await decide('pay');
    await send('pay');
    expect(await view()).toMatchObject({ status: 'pending', amounts: { paid: 0 } });
    await fetchReports(serviceOf(env as unknown as Env));
    expect(await view()).toMatchObject({ status: 'paid', amounts: { paid: 1999 } });
    // The bill of another order: a refund of it would go to somebody else.
    await send('pay', { BillNumber: '599' });
    const refund = await shop.call<{ status: string }>(
      'POST',
      `/payments/${payment.id}/refund`,
      {},
      {
        'idempotency-key': 'refund-1',
      },
    );
    expect([refund.status, refund.body.status]).toEqual([200, 'refunded']);
  });

  it('never refunds by a bill number that came with a result', async () => {
    const calls: string[] = [];
    const execute = assist.refund?.execute({
      ...({} as Parameters<NonNullable<typeof assist.refund>['execute']>[0]),
      order: ORDER,
      account: account({ environment: 'production' }),
      kind: 'refund',
      amount: 1999,
      currency: 'RUB',
      whole: true,
      providerState: { bill: '599' },
      startedAt: CONTEXT.now,
      now: CONTEXT.now,
      operationReference: `${ORDER}R1`,
      fetch: async () => new Response('', { status: 503 }),
      send: async (input) => {
        calls.push(String(input));
        return new Response('');
      },
    });
    await expect(execute).rejects.toThrow('503');
    expect(calls).toEqual([]);
  });

  it('never reads a row of the report whose columns a text has moved', async () => {
    const { order, view, who } = await begin(LEGACY);
    const header = 'Order Number;Comment;Order Total;Currency Code;Payment No.;Order State;Paket date';
    const date = '21.11.2026 10:00:00';
    const rows = [
      `${order.order};x;19.99;RUB;5;Authorized;${date};1.00;RUB;6;Not authorized;${date}`,
      `${order.order};x;19.99;RUB;5;Authorized`,
    ];
    expect(who.settings.login).toBeTruthy();
    answerNextCall(async () => new Response([header, ...rows].join('\n')));
    await fetchReports(serviceOf(env as unknown as Env));
    expect(await view()).toMatchObject({ amounts: { paid: 0 } });
    const { fields } = formFields(
      assist,
      request(assist, { description: `x;19.99;RUB;5;Authorized` }),
      account({ settings: LEGACY }),
    );
    expect(fields.Comment).toBe('x,19.99,RUB,5,Authorized');
  });
});
