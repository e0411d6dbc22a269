/**
 * What a Paybox signature proves: one key signs for every merchant, test and live. The failures ruled out: somebody else's message,
 * or one of another order, that pays ours.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isProof } from '../../../src/gateway/proof.ts';
import type { ProviderUpdate } from '../../../src/providers/contract.ts';
import { paybox } from '../../../src/providers/paybox/index.ts';
import { payboxBank } from '../../../src/sandbox/banks/paybox.ts';
import type { BankOrder, Decision, Merchant } from '../../../src/sandbox/kit/bank.ts';
import { decided } from '../../../src/sandbox/kit/bank-ledger.ts';
import {
  BANK_API,
  demoSettings,
  makeAccount,
  makeShop,
  memory,
  merchant,
  network,
  type Payment,
  request,
  runAlarms,
  shopperAtBank,
  type TestShop,
} from '../../support/harness.ts';
import { accountOf, asRequest, ORDER, request as paymentRequest, start, story } from '../support.ts';

const PLATFORM = '194.2.122.190';
const ELSEWHERE = '203.0.113.7';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

/** An order with the authorization number of a real payment. */
function live(order: BankOrder): BankOrder {
  return { ...order, data: { ...order.data, AUTHORIZATION: '612345' } };
}

interface Shopping {
  readonly shop: TestShop;
  readonly who: Merchant;
  readonly pay: (amount?: number) => Promise<{ payment: Payment; order: BankOrder }>;
}

async function production(settings: Record<string, unknown> = {}): Promise<Shopping> {
  const account = await makeAccount('paybox', {
    environment: 'production',
    endpoints: { api: BANK_API },
    settings: { ...demoSettings('paybox'), ...settings },
  });
  const shop = await makeShop([account]);
  const who = merchant('paybox', account, settings);
  const pay = async (amount = 1999) => {
    const { body: payment } = await shop.pay({ amount });
    return { payment, order: live(await shopperAtBank('paybox', payment.redirect, who)) };
  };
  return { shop, who, pay };
}

/** The shopper pays at the bank; nobody is told. */
async function paid(order: BankOrder, who: Merchant): Promise<void> {
  await decided(memory, order, 'pay');
  await payboxBank.decide?.(order, who, 'pay', memory);
}

async function notify(order: BankOrder, who: Merchant, ip = ELSEWHERE, decision: Decision = 'pay') {
  const message = payboxBank.notification(order, who, decision, 'none');
  return request(message.url, {
    method: message.method,
    headers: { ...message.headers, 'cf-connecting-ip': ip },
    body: message.body as string,
  });
}

describe('in production with Direct', () => {
  it('a genuine notification or return leads to a question about our own reference, and its answer counts', async () => {
    const { shop, who, pay } = await production();
    const [told, returned] = [await pay(), await pay()];
    for (const { order } of [told, returned]) await paid(order, who);
    expect((await notify(told.order, who)).status).toBe(200);
    await runAlarms(told.payment.id);
    const back = await request(payboxBank.back(returned.order, who, 'pay'));
    expect(back.headers.get('location')).toContain('status=paid');
    for (const { payment } of [told, returned])
      expect(await shop.payment(payment.id)).toMatchObject({ status: 'paid', signed: true });
  });

  it('a message that another merchant had signed with our order number pays nothing, by no route', async () => {
    const { shop, who, pay } = await production();
    const { payment, order } = await pay();
    // Without letter A, which would say that it is a test.
    const stranger = {
      ...order,
      data: { ...order.data, PBX_RETOUR: 'amount:M;ref:R;error:E;trans:S;call:T;K:K' },
    };
    for (const ip of [ELSEWHERE, PLATFORM]) await notify(stranger, who, ip);
    await request(payboxBank.back(stranger, who, 'pay'));
    await runAlarms(payment.id);
    expect(await shop.payment(payment.id)).toMatchObject({ amounts: { paid: 0 } });
    expect((await shop.payment(payment.id)).status).not.toBe('paid');
  });

  it('the number of another order of the same merchant, which is paid, does not pay ours', async () => {
    const { shop, who, pay } = await production();
    const [cheap, dear] = [await pay(100), await pay(500_000)];
    await paid(cheap.order, who);
    const { NUMTRANS = '', NUMAPPEL = '' } = cheap.order.data;
    const borrowed = { ...dear.order, data: { ...dear.order.data, NUMTRANS, NUMAPPEL } };
    await notify(borrowed, who);
    await request(payboxBank.back(borrowed, who, 'pay'));
    await runAlarms(dear.payment.id);
    expect((await shop.payment(dear.payment.id)).amounts.paid).toBe(0);
  });

  it('another amount or currency than asked is not found', async () => {
    const { shop, who, pay } = await production();
    const { payment, order } = await pay(500_000);
    await paid({ ...order, amount: 100 }, who);
    await notify(order, who);
    await runAlarms(payment.id);
    expect((await shop.payment(payment.id)).amounts.paid).toBe(0);
  });
});

describe('in production without Direct', () => {
  it("a notification counts from the platform's addresses only, and a return never", async () => {
    const { shop, who, pay } = await production({ direct: false });
    const { payment, order } = await pay();
    await paid(order, who);
    await request(payboxBank.back(order, who, 'pay'), { headers: { 'cf-connecting-ip': PLATFORM } });
    expect((await notify(order, who, ELSEWHERE)).status).not.toBe(200);
    await runAlarms(payment.id);
    expect((await shop.payment(payment.id)).status).not.toBe('paid');
    expect((await notify(order, who, PLATFORM)).status).toBe(200);
    expect((await shop.payment(payment.id)).status).toBe('paid');
  });
});

describe('the mark of a test', () => {
  const messageOf = async (authorization: string) => {
    const { order, who } = await story(paybox);
    const marked = { ...order, data: { ...order.data, AUTHORIZATION: authorization } };
    return asRequest(payboxBank.notification(marked, who, 'pay', 'none'));
  };
  const readIn = async (environment: 'production' | 'test' | 'sandbox', authorization: string) => {
    const message = await messageOf(authorization);
    const account = { ...accountOf(paybox), environment };
    return paybox.notification(message, account, 'notification', { now: new Date(), fetch });
  };

  it('is refused on an account whose money is real, and a real payment on one whose money is not', async () => {
    const wrong = expect.objectContaining({ reason: 'wrong_environment' });
    await expect(readIn('production', 'XXXXXX')).rejects.toThrow(wrong);
    await expect(readIn('test', '612345')).rejects.toThrow(wrong);
    await expect(readIn('sandbox', '612345')).rejects.toThrow(wrong);
    expect(await readIn('production', '612345')).toMatchObject({ outcome: 'accepted' });
    expect(await readIn('test', 'XXXXXX')).toMatchObject({ outcome: 'accepted' });
  });
});

describe('the answers of Direct', () => {
  const ask = (answers: Record<string, string>) => {
    const asked: string[] = [];
    const fetcher = (async (_url, init) => {
      const form = new URLSearchParams(String((init as RequestInit).body));
      asked.push(form.get('TYPE') ?? '');
      const values = {
        NUMTRANS: '0000000042',
        NUMAPPEL: '0000000043',
        NUMQUESTION: form.get('NUMQUESTION') ?? '',
        SITE: form.get('SITE') ?? '',
        RANG: form.get('RANG') ?? '',
        CODEREPONSE: '00000',
        STATUS: 'Capturé',
        ...answers,
      };
      const text = Object.entries(values).map(([name, value]) => `${name}=${value}`);
      return new Response(Uint8Array.from(text.join('&'), (character) => character.charCodeAt(0)));
    }) as typeof fetch;
    const query = {
      order: ORDER,
      account: accountOf(paybox),
      amount: 1999,
      currency: 'EUR',
      capture: 'automatic' as const,
      startedAt: new Date(),
      now: new Date(),
      hint: { numtrans: '99', numappel: '99' },
      fetch: fetcher,
      daily: async () => 1,
    };
    return { asked, query };
  };

  it('are never about the number of a hint: it is found by our reference', async () => {
    const { asked, query } = ask({});
    const update = (await paybox.queryStatus?.({ ...query, providerState: {} })) as ProviderUpdate;
    expect(asked).toEqual(['00011', '00017']);
    expect(update).toMatchObject({
      outcome: 'paid',
      providerState: { numtrans: '0000000042', numappel: '0000000043' },
    });
  });

  it('about another transaction, site, rank or question are not believed', async () => {
    const state = { numtrans: '41', numappel: '43' };
    const { query } = ask({});
    await expect(paybox.queryStatus?.({ ...query, providerState: state })).rejects.toThrow('transaction');
    for (const name of ['SITE', 'RANG', 'NUMQUESTION']) {
      const { query: other } = ask({ [name]: '7' });
      await expect(paybox.queryStatus?.({ ...other, providerState: {} })).rejects.toThrow('this question');
    }
  });

  it('that name no transaction, or a refused one while a message names another, conclude nothing', async () => {
    for (const answers of [{ NUMTRANS: '0000000000' }, { CODEREPONSE: '00018' }, { STATUS: 'Refusé' }])
      expect(await paybox.queryStatus?.({ ...ask(answers).query, providerState: {} })).toBeNull();
  });

  it('that deny access say what to do', async () => {
    const { query } = ask({ CODEREPONSE: '00006' });
    await expect(paybox.queryStatus?.({ ...query, providerState: {} })).rejects.toThrow('setting direct');
  });
});

describe('what is sent', () => {
  it('takes from a shop the fields of the sheet, and no value that could be cut into two fields', () => {
    const make = (providerFields: Record<string, string>) =>
      start(paybox, paymentRequest(paybox, { providerFields }));
    expect(() => make({ PBX_ARCHIVAGE: 'abc' })).not.toThrow();
    expect(() => make({ PBX_ARCHIVAGE: 'a & b' })).not.toThrow();
    expect(() => make({ PBX_ARCHIVAGE: 'x&PBX_TOTAL=001' })).toThrow('providerFields.PBX_ARCHIVAGE');
    expect(() => make({ PBX_2MONT1: '0001' })).toThrow('providerFields.PBX_2MONT1');
    const customer = { email: 'a&PBX_TOTAL=001@example.com' };
    expect(() => start(paybox, paymentRequest(paybox, { customer }))).toThrow('customer.email');
  });
});

it('is no proof by itself, on either way', () => {
  const { settings } = accountOf(paybox);
  for (const channel of ['notification', 'return'] as const)
    expect(isProof(paybox.proof(settings, channel))).toBe(false);
});
