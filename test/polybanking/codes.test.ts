/**
 * Codes of PostFinance as a website of PolyBanking learns of them. The failures ruled out: a code that moves nothing is never told; a
 * message about an earlier try has a paid order look unpaid; a message without its amount or currency moves money.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decided } from '../../src/sandbox/kit/bank-ledger.ts';
import {
  admin,
  BANK_API,
  bankOf,
  demoSettings,
  memory,
  merchant,
  network,
  request,
  runAlarms,
  shopperAtBank,
} from '../support/harness.ts';
import { message } from './original/requests.ts';
import { code, resigned, type Started, shaOut, started } from './started.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

describe('a code that moves nothing', () => {
  it.each(['61', '71', '81', '84', '94', '96', '9999'])('is told when it comes first: %s', async (first) => {
    const site = await started(net);
    expect(await site.told(first)).toEqual([[first, false]]);
    expect(await site.client.transaction('order')).toMatchObject({
      postfinance_status: first,
      internal_status: 'fb',
      ipn_needed: 'False',
    });
    expect(await site.v1('GET', '')).toMatchObject({ status: 'forwarded', providerStatus: null });
    expect((await site.client.logs('order'))[1]).toMatchObject({
      log_type: 'postfinanceStatus',
      extra_data: first,
    });
    expect(await site.told('9')).toEqual([['9', true]]);
    expect(await code(site)).toBe('9');
  });

  it.each(['81', '82', '83', '84', '94', '96', '71', '72', '73'])('is told after a 9: %s', async (after) => {
    const site = await started(net);
    await site.told('9');
    expect(await site.told(after)).toEqual([[after, false]]);
    expect(await site.client.transaction('order')).toMatchObject({ postfinance_status: after });
    expect(await site.v1('GET', '')).toMatchObject({ status: 'paid', providerStatus: '9' });
  });

  it('is told as it follows another of the same status', async () => {
    const site = await started(net);
    expect(await site.told('51')).toEqual([['51', false]]);
    expect(await site.told('52')).toEqual([['52', false]]);
    expect(await site.told('2')).toEqual([['2', false]]);
    expect(await site.told('1')).toEqual([['1', false]]);
    expect(await code(site)).toBe('1');
    expect(await site.v1('GET', '')).toMatchObject({ status: 'denied' });
  });

  it('is no webhook for a shop that takes the standard ones, and not the newest to send again', async () => {
    const site = await started(net, { dialect: 'standard' });
    await site.told('9');
    const types = () => net.webhooks.map(({ body }) => body.type);
    expect(types()).toEqual(['payment.forwarded', 'payment.paid']);
    await site.told('81');
    expect(types()).toHaveLength(2);
    await site.v1('POST', '/deliveries');
    await runAlarms(site.id);
    expect(types()).toEqual(['payment.forwarded', 'payment.paid', 'payment.paid']);
  });

  it('is sent again on demand, with its own code', async () => {
    const site = await started(net);
    await site.told('9');
    await site.told('81');
    await site.v1('POST', '/deliveries');
    await runAlarms(site.id);
    expect(net.webhooks.map(({ raw }) => site.client.readIpn(raw)?.status)).toEqual(['9', '81', '81']);
  });

  it('is told of each part that is refunded', async () => {
    const site = await started(net);
    await site.told('9');
    expect(await site.told('8', { PAYIDSUB: '1', amount: '3' })).toEqual([['8', false]]);
    expect(await site.told('8', { PAYIDSUB: '2', amount: '4' })).toEqual([['8', false]]);
    expect(await site.v1('GET', '')).toMatchObject({ amounts: { refunded: 700 } });
  });
});

describe('a late code', () => {
  it.each(['9999', ''])('that nobody knows does not show on a good order: %j', async (unknown) => {
    for (const good of ['9', '5']) {
      const site = await started(net);
      await site.told(good);
      expect(await site.told(unknown, { PAYID: '30001' })).toEqual([]);
      expect(await site.client.transaction('order')).toMatchObject({
        postfinance_status: good,
        postfinance_id: '30036',
        ipn_needed: 'False',
      });
      expect((await site.client.logs('order'))[0]).toMatchObject({
        log_type: 'postfinanceStatus',
        extra_data: unknown,
      });
    }
  });

  it('that is empty is not told, also when it comes first', async () => {
    const site = await started(net);
    expect(await site.told('')).toEqual([]);
    expect(await code(site)).toBe('??');
    expect(await site.told('9')).toEqual([['9', true]]);
  });

  it.each(['2', '1', '0', '93', '91', '51', '5', '6'])('does not show on a paid order: %s', async (late) => {
    const site = await started(net);
    await site.told('9');
    const before = await site.client.transaction('order');
    expect(await site.told(late, { PAYID: '30001', BRAND: 'MasterCard', CARDNO: 'XXXX2222' })).toEqual([]);
    const { last_postfinance_ipn_date: _time, ...after } = await site.client.transaction('order');
    expect(before).toMatchObject(after);
    expect(after).toMatchObject({ postfinance_status: '9', postfinance_id: '30036', brand: 'VISA' });
    expect(await site.v1('GET', '')).toMatchObject({
      status: 'paid',
      providerStatus: '9',
      providerStatusText: 'Payment requested',
      providerReference: '30036',
    });
    expect((await site.client.logs('order'))[0]).toMatchObject({
      log_type: 'postfinanceStatus',
      extra_data: late,
    });
  });

  it.each(['2', '1', '0', '51', '91'])('does not show on an authorized order: %s', async (late) => {
    const site = await started(net);
    await site.told('5');
    expect(await site.told(late)).toEqual([]);
    expect(await code(site)).toBe('5');
    expect(await site.v1('GET', '')).toMatchObject({ status: 'authorized', providerStatus: '5' });
    expect(await site.told('9')).toEqual([['9', true]]);
  });

  it('about another attempt does not show on a paid order', async () => {
    const site = await started(net);
    await site.told('2');
    // The shopper tries again, under another order number; then the bank finds that the first was paid.
    const { checkoutUrl } = await site.v1<{ checkoutUrl: string }>('GET', '');
    expect(await (await request(checkoutUrl)).text()).toContain(`${site.id}02`);
    expect(await site.told('9')).toEqual([['9', true]]);
    expect(await site.told('2', { orderID: `${site.id}02`, PAYID: '30077' })).toEqual([]);
    expect(await code(site)).toBe('9');
    expect(await site.v1('GET', '')).toMatchObject({ status: 'paid', providerReference: '30036' });
  });

  it('that takes the money away does show', async () => {
    const site = await started(net);
    await site.told('5');
    expect(await site.told('6')).toEqual([['6', false]]);
    const paid = await started(net);
    await paid.told('9');
    expect(await paid.told('7')).toEqual([['7', false]]);
    expect(await code(paid)).toBe('7');
  });
});

describe('a message of the bank', () => {
  it('is told once, however often it comes', async () => {
    const site = await started(net);
    expect(await site.told('9')).toHaveLength(1);
    await site.told('8', { PAYIDSUB: '1' });
    expect(await site.told('9')).toEqual([]);
    expect(await code(site)).toBe('8');
  });

  it('notes when it came, also when the shopper returns with the same', async () => {
    const site = await started(net);
    await site.told('9');
    const before = await site.client.transaction('order');
    await new Promise((done) => setTimeout(done, 5));
    const query = new URLSearchParams(message({ shaOut }, `${site.id}01`, '9'));
    expect((await request(`/paiements/return?${query}`)).status).toBe(302);
    expect(await site.client.transaction('order')).toMatchObject({
      last_postfinance_ipn_date: before.last_postfinance_ipn_date,
      last_user_back_from_postfinance_date: expect.stringMatching(/^2/),
    });
  });

  it('about another currency shows no code, and less money is not good', async () => {
    const site = await started(net);
    expect(await site.told('9', { currency: 'EUR' })).toEqual([]);
    expect(await code(site)).toBe('??');
    expect(await site.told('9', { amount: '10' })).toEqual([['9', false]]);
  });

  it('is taken, and told, when its config is switched off meanwhile', async () => {
    const site = await started(net);
    const { body } = await admin<{ data: { id: string }[] }>('GET', '/shops');
    await admin('PUT', `/shops/${body.data.at(-1)?.id}`, { active: false });
    expect(await site.told('9')).toEqual([['9', true]]);
  });
});

describe('a message without the amount or the currency', () => {
  const withApi = { endpoints: { api: BANK_API } };

  /** A transaction whose shopper has paid at the bank, and the PAYID of that. */
  async function paidAtBank(amount = 1050): Promise<{ readonly site: Started; readonly PAYID: string }> {
    const site = await started(net, { account: withApi });
    const who = merchant('postfinance', site.account);
    const order = { ...(await shopperAtBank('postfinance', site.redirect, who)), amount };
    await decided(memory, order, 'pay');
    await bankOf('postfinance').decide?.(order, who, 'pay', memory);
    const { body } = bankOf('postfinance').notification(order, who, 'pay', 'none');
    return { site, PAYID: new URLSearchParams(String(body)).get('PAYID') ?? '' };
  }

  it.each([{ amount: '' }, { currency: '' }, { amount: '', currency: '' }])(
    'is no payment by itself: the bank is asked, where it can be: %j',
    async (change) => {
      const { site, PAYID } = await paidAtBank();
      expect(await site.told('9', { ...change, PAYID })).toEqual([['9', true]]);
      expect(await site.v1('GET', '')).toMatchObject({ status: 'paid', amounts: { paid: 1050 } });
      expect(await site.client.transaction('order')).toMatchObject({
        postfinance_status: '9',
        internal_status: 'fb',
        ipn_needed: 'False',
      });
    },
  );

  it('is good for no more than the bank then says, and on a return as well', async () => {
    const { site, PAYID } = await paidAtBank(1000);
    expect(await site.told('9', { amount: '', PAYID })).toEqual([['9', false]]);
    expect(await site.v1('GET', '')).toMatchObject({ status: 'partially_paid', amounts: { paid: 1000 } });
    const returned = await paidAtBank();
    const { SHASIGN: _signature, ...fields } = message({ shaOut }, `${returned.site.id}01`, '9');
    const query = new URLSearchParams(resigned({ ...fields, amount: '', PAYID: returned.PAYID }));
    expect((await request(`/paiements/return?${query}`)).status).toBe(302);
    expect(await returned.site.v1('GET', '')).toMatchObject({ status: 'paid', amounts: { paid: 1050 } });
  });

  it('is none where nobody can be asked, and no website is told that it is good', async () => {
    const {
      userid: _user,
      pswd: _password,
      ...settings
    } = demoSettings('postfinance') as Record<string, unknown>;
    const site = await started(net, { account: { settings } });
    expect(await site.told('9', { amount: '' })).toEqual([]);
    expect(await site.v1('GET', '')).toMatchObject({ status: 'forwarded', amounts: { paid: 0 } });
    expect(await code(site)).toBe('??');
    expect(await site.told('9')).toEqual([['9', true]]);
  });
});
