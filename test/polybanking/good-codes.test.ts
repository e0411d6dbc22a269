/**
 * What looks good to a website of PolyBanking. The failures ruled out: a payment that is given back, or that nothing proves, looks good;
 * an IPN that the website has not taken is not sent again as things are then.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isForWebsite } from '../../src/payments/website-messages.ts';
import { ipnFields, isGoodForWebsite, postfinanceCode } from '../../src/webhooks/polybanking.ts';
import {
  admin,
  BANK_API,
  bankOf,
  cut,
  demoSettings,
  makeAccount,
  makeShop,
  merchant,
  network,
  request,
  runAlarms,
} from '../support/harness.ts';
import { PolyBankingClient } from './client.ts';
import { amountsOf, minorOf } from './money.ts';
import { started, WEBSITE } from './started.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

describe('what is given back by our own operations', () => {
  const withApi = { endpoints: { api: BANK_API } };

  it('is not good any more, before the bank says so', () => {
    const money = { amount: minorOf(1050), amounts: amountsOf({ paid: 1050 }) };
    const known = { provider: 'postfinance', providerStatus: '9', pendingReason: null, ...money };
    for (const [status, expected] of [
      ['refunded', '8'],
      ['partially_refunded', '8'],
      ['charged_back', '96'],
    ] as const) {
      expect(postfinanceCode({ ...known, status })).toBe(expected);
      expect(isGoodForWebsite({ ...known, status })).toBe(false);
    }
    const cancelled = { ...known, providerStatus: '5', status: 'cancelled' } as const;
    expect([postfinanceCode(cancelled), isGoodForWebsite(cancelled)]).toEqual(['1', false]);
  });

  it('is told as such when an operator says that the refund was executed', async () => {
    const site = await started(net, { account: withApi });
    await site.told('9');
    cut('before');
    await site.v1('POST', '/refund', {});
    const concluded = await admin('POST', `/payments/${site.id}/operations/1`, { outcome: 'succeeded' });
    expect(concluded.status).toBe(200);
    await runAlarms(site.id);
    expect(net.webhooks.map(({ raw }) => site.client.readIpn(raw))).toMatchObject([
      { status: '9', good: true },
      { status: '8', good: false },
    ]);
  });
});

describe('an IPN that the website has not taken', () => {
  it('is still needed, and can be sent, after an operation of ours', async () => {
    net.restore();
    const answers = [410, 410];
    net = network(() => new Response(null, { status: answers.shift() ?? 200 }));
    const site = await started(net, { account: { endpoints: { api: BANK_API } } });
    await site.told('9');
    const needed = async () => (await site.client.transaction('order')).ipn_needed;
    expect(await needed()).toBe('True');
    cut('before');
    await site.v1('POST', '/refund', {});
    await runAlarms(site.id);
    const { operations } = await site.v1<{ operations: object[] }>('GET', '');
    expect(operations).toMatchObject([{ state: 'unknown' }]);
    expect(await needed()).toBe('True');
    answers.length = 0;
    await site.v1('POST', '/deliveries');
    await runAlarms(site.id);
    expect(site.client.readIpn(net.webhooks.at(-1)?.raw ?? '')).toMatchObject({ status: '9', good: true });
    expect(await needed()).toBe('False');
  });

  it('is none about a code of another bank', () => {
    const data = { status: 'paid', provider: 'ecommpay' } as const;
    expect(isForWebsite({ type: 'payment.feedback', data })).toBe(false);
    expect(isForWebsite({ type: 'payment.feedback', data: { ...data, provider: 'ogone' } })).toBe(true);
  });
});

describe('what nothing proves', () => {
  it.each(['pay', 'decline'] as const)('is not told as its code: %s', async (decision) => {
    const settings: Record<string, string | number> = {
      ...demoSettings('postfinance'),
      sha_mode: 'main-parameters-only',
    };
    const { userid: _user, pswd: _password, ...alone } = settings;
    const account = await makeAccount('postfinance', { environment: 'production', settings: alone });
    const shop = await makeShop([account], {
      testMode: false,
      webhook: { url: WEBSITE, dialect: 'polybanking' },
      keys: { requestKey: 'r'.repeat(99), ipnKey: 'i'.repeat(99), apiKey: `key-to-${decision}` },
    });
    const keys = { request: 'r'.repeat(99), ipn: 'i'.repeat(99), api: `key-to-${decision}` };
    const client = new PolyBankingClient(shop.id, keys, (path, init) => request(path, init));
    const [, { url }] = await client.start('1050', 'claimed');
    const id = url.slice(url.lastIndexOf('/') + 1);
    await request(url);
    const order = {
      id: '',
      bank: 'postfinance',
      account,
      order: `${id}01`,
      amount: 1050,
      currency: 'CHF',
      manual: false,
      shown: [],
      data: { PAYID: '12345678' },
    };
    const said = bankOf('postfinance').notification(
      order,
      merchant('postfinance', account, alone),
      decision,
      'none',
    );
    const response = await request('/paiements/ipn', {
      method: 'POST',
      headers: said.headers,
      body: said.body ?? '',
    });
    expect(response.status).toBe(200);
    await runAlarms(id);
    expect(net.webhooks.map(({ raw }) => client.readIpn(raw))).toMatchObject([{ status: '91', good: false }]);
    expect(await client.transaction('claimed')).toMatchObject({ postfinance_status: '91' });
    expect((await client.logs('claimed'))[1]).toMatchObject({ extra_data: '91' });
  });

  it('has the fields of the original alone', () => {
    const fields = ipnFields(
      '7',
      {
        type: 'payment.feedback',
        timestamp: '2026-11-25T21:36:27.919Z',
        code: '81',
        data: { reference: 'r', provider: 'postfinance', status: 'paid', test: false } as never,
      },
      'k',
    );
    expect(Object.keys(fields).sort()).toEqual(
      ['config', 'last_update', 'postfinance_status', 'postfinance_status_good', 'reference', 'sign'].sort(),
    );
    expect(fields).toMatchObject({ last_update: '2026-11-25 21:36:27+00:00', postfinance_status: '81' });
  });
});
