/**
 * PolyBanking's clients, unchanged: the whole round, every code of the sheet, and the bank's messages. The failures ruled out: an answer,
 * an IPN or an address that a client of PolyBanking does not know; a message that is forged or about something else and counts.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  admin,
  bankOf,
  CUSTOMER,
  network,
  ORIGIN,
  request,
  runAlarms,
  shopperAtBank,
} from '../support/harness.ts';
import { atBank, feedback, idOf, ipn, v1, website } from './website.ts';

let net: ReturnType<typeof network>;
let ipns: string[];
let answers: number[];
beforeEach(() => {
  ipns = [];
  answers = [];
  net = network(({ raw }) => {
    ipns.push(raw);
    return new Response(null, { status: answers.shift() ?? 200 });
  });
});
afterEach(() => net.restore());

describe('the whole round', () => {
  it('starts, goes, is paid, sends its IPN, and is read back', async () => {
    const site = await website();
    const [status, started] = await site.client.start('1050', 'order=1;a', 'a=b;c');
    expect([status, started.status]).toEqual([200, 'OK']);
    expect(started.url).toMatch(new RegExp(`^${ORIGIN}/paiements/go/[0-9A-Z]{16}$`));
    expect(await site.client.transaction('order=1;a')).toEqual({
      reference: 'order=1;a',
      extra_data: 'a=b;c',
      amount: '1050',
      amount_chf: 10.5,
      postfinance_id: 'None',
      postfinance_status: '??',
      postfinance_status_text: 'Unknow',
      internal_status: 'cr',
      internal_status_text: 'Transation created',
      ipn_needed: 'False',
      brand: '',
      card: '',
      creation_date: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?\+0[12]:00$/),
      last_userforwarded_date: '',
      last_user_back_from_postfinance_date: '',
      last_postfinance_ipn_date: '',
      last_ipn_date: '',
    });

    const order = await atBank(site, started.url);
    expect([order.amount, order.currency]).toEqual([1050, 'CHF']);
    expect(await site.client.transaction('order=1;a')).toMatchObject({ internal_status: 'fw' });
    await runAlarms(idOf(started.url));
    expect(ipns).toEqual([]);

    const notified = await ipn(feedback(site, order, 'pay'));
    expect([notified.status, await notified.text()]).toEqual([200, '']);
    expect(await site.client.transaction('order=1;a')).toMatchObject({
      ipn_needed: 'True',
      last_ipn_date: '',
    });
    await runAlarms(idOf(started.url));
    expect(ipns).toHaveLength(1);
    expect(site.client.readIpn(ipns[0] ?? '')).toMatchObject({
      reference: 'order=1;a',
      status: '9',
      good: true,
    });
    expect([...new URLSearchParams(ipns[0]).keys()].sort()).toEqual(
      [
        'config',
        'last_update',
        'postfinance_status',
        'postfinance_status_good',
        'reference',
        'sign',
        // Of a test alone, and signed as the rest is: every public client signs whatever comes.
        'test',
      ].sort(),
    );
    expect(new URLSearchParams(ipns[0]).get('test')).toBe('True');

    const back = await request(`/paiements/return?${feedback(site, order, 'pay')}`, {
      headers: { 'cf-connecting-ip': '203.0.113.9' },
    });
    expect([back.status, back.headers.get('location')]).toEqual([302, 'https://website-demo.com/ok?x=1']);

    expect(await site.client.transaction('order=1;a')).toMatchObject({
      postfinance_id: expect.stringMatching(/^31/),
      postfinance_status: '9',
      postfinance_status_text: 'Payment requested',
      internal_status: 'fb',
      internal_status_text: 'Feedback from PostFinance',
      ipn_needed: 'False',
      brand: 'VISA',
      card: 'XXXXXXXXXXXX1111',
      last_ipn_date: expect.stringMatching(/\+0[12]:00$/),
    });
    const logs = await site.client.logs('order=1;a');
    expect(logs.map((line) => [line.log_type, line.extra_data])).toEqual([
      ['userBackFromPostfinance', '203.0.113.9'],
      ['ipnsuccess', ''],
      ['postfinanceStatus', '9'],
      ['postfinanceId', '198.51.100.7'],
      ['userForwarded', '203.0.113.9'],
      ['created', ''],
    ]);
    expect(logs[0]?.log_type_text).toBe('User back from postfinance');
    expect((await request(started.url)).status).toBe(404);
  });

  it('is seen through /v1 too, and the other way round', async () => {
    const site = await website();
    const [, { url }] = await site.client.start('500', 'both', 'x');
    const order = await atBank(site, url);
    await ipn(feedback(site, order, 'pay'));
    expect(await v1(site, `/payments/${idOf(url)}`)).toMatchObject({
      reference: 'both',
      status: 'paid',
      amount: 500,
      currency: 'CHF',
      extraData: 'x',
      providerStatus: '9',
    });
    await request('/v1/payments', {
      method: 'POST',
      headers: { authorization: `Bearer ${site.keys.api}` },
      body: JSON.stringify({ reference: 'from v1', amount: 700, currency: 'CHF', customer: CUSTOMER }),
    });
    expect(await site.client.transaction('from v1')).toMatchObject({
      amount: '700',
      extra_data: 'None',
      internal_status: 'cr',
    });
    expect((await site.client.start('700', 'from v1'))[1].status).toBe('REFERENCE_ERROR');
    await runAlarms(idOf(url));
    const created = await v1<{ data: { id: string }[] }>(site, '/payments?reference=from%20v1');
    await runAlarms(created.data[0]?.id ?? '');
    expect((await site.client.transactions()).map(({ reference }) => reference).sort()).toEqual([
      'both',
      'from v1',
    ]);
    expect(await site.client.transactions('1')).toHaveLength(1);
    expect(await site.client.transactions('many')).toHaveLength(2);
  });

  it('sends the IPN until the website answers 200, and nothing else', async () => {
    const site = await website();
    const [, { url }] = await site.client.start('500', 'retry');
    const order = await atBank(site, url);
    await runAlarms(idOf(url));
    answers = [204, 302, 500, 200];
    await ipn(feedback(site, order, 'decline'));
    await runAlarms(idOf(url));
    expect(ipns).toHaveLength(1);
    expect(await site.client.transaction('retry')).toMatchObject({ ipn_needed: 'True', last_ipn_date: '' });
    expect((await site.client.logs('retry'))[0]).toMatchObject({
      log_type: 'ipnfailled',
      log_type_text: 'IPN Failled',
      extra_data: '',
    });
    expect(site.client.readIpn(ipns[0] ?? '')).toMatchObject({ status: '2', good: false });
    // A person sends it again, until it is through.
    for (let count = 0; count < 3; count++) {
      await request(`/v1/payments/${idOf(url)}/deliveries`, {
        method: 'POST',
        headers: { authorization: `Bearer ${site.keys.api}` },
      });
      await runAlarms(idOf(url));
    }
    expect(ipns).toHaveLength(4);
    expect(await site.client.transaction('retry')).toMatchObject({ ipn_needed: 'False' });
  });

  it('serves a website whose contract is with another bank', async () => {
    const site = await website({}, 'ecommpay');
    await admin('PUT', `/accounts/${site.account}`, {
      provider: 'ecommpay',
      environment: 'sandbox',
      currencies: ['CHF'],
      settings: { project_id: 112 },
    });
    const [status, { url }] = await site.client.start('500', 'elsewhere');
    expect(status).toBe(200);
    const gone = await request(url);
    expect(gone.status).toBe(303);
    const order = await shopperAtBank(
      'ecommpay',
      { kind: 'url', method: 'GET', url: gone.headers.get('location') ?? '' },
      site.merchant,
    );
    const message = bankOf('ecommpay').notification(order, site.merchant, 'pay', 'none');
    const sent = await request(message.url, {
      method: 'POST',
      headers: message.headers,
      body: message.body ?? '',
    });
    expect(sent.status).toBe(200);
    await runAlarms(idOf(url));
    expect(site.client.readIpn(ipns[0] ?? '')).toMatchObject({ status: '9', good: true });
    expect(await site.client.transaction('elsewhere')).toMatchObject({
      postfinance_status: '9',
      brand: '',
    });
    const answer = await ipn(`orderID=${order.order}&STATUS=9&SHASIGN=AA`);
    expect([answer.status, await answer.json()]).toEqual([404, { status: 'UNVALID_BANK', url: '' }]);
  });
});

describe('the notification of PostFinance', () => {
  it('is answered in the words of the original', async () => {
    const site = await website();
    const [, { url }] = await site.client.start('500', 'words');
    const said = async (body: string) => {
      const response = await ipn(body);
      return [response.status, await response.json()];
    };
    expect(await said('')).toEqual([400, { status: 'UNVALID_ ID', url: '' }]);
    // An order number without a dash that names nothing, whatever its form.
    for (const order of ['0000000000000000ZZ', `${idOf(url)}02`, '000000000000000001'])
      expect(await said(`orderID=${order}&STATUS=9`)).toEqual([400, { status: 'UNVALID_ ID', url: '' }]);
    expect(await said('orderID=other-1&STATUS=9')).toEqual([404, { status: 'UNVALID_BANK', url: '' }]);
    const notFound = [404, expect.objectContaining({ code: 'not_found' })];
    expect(await said('orderID=polybanking-999999&STATUS=9')).toEqual(notFound);
    expect(await said(`orderID=${idOf(url)}01&STATUS=9&SHASIGN=AA`)).toEqual([
      404,
      { status: 'UNVALID_STATUS', url: '' },
    ]);
    const order = await atBank(site, url);
    const unvalid = [404, { status: 'UNVALID_SHA', url: '' }];
    expect(await said(`orderID=${order.order}&STATUS=9`)).toEqual(unvalid);
    expect(await said(feedback(site, order, 'pay', 'bad-signature'))).toEqual(unvalid);
    expect(await said(feedback(site, order, 'pay', 'unknown-key'))).toEqual(unvalid);
    expect(await site.client.transaction('words')).toMatchObject({
      internal_status: 'fw',
      postfinance_status: '??',
    });
    expect((await ipn(feedback(site, order, 'wait'))).status).toBe(200);
    expect(await site.client.transaction('words')).toMatchObject({
      postfinance_status: '91',
      internal_status: 'fb',
    });
  });

  it('sends the shopper to the error address for anything but 5 and 9', async () => {
    for (const decision of ['decline', 'wait'] as const) {
      const site = await website();
      const [, { url }] = await site.client.start('500', 'back');
      const order = await atBank(site, url);
      const back = await request(`/paiements/return?${feedback(site, order, decision)}`);
      expect([back.status, back.headers.get('location')]).toEqual([302, 'https://website-demo.com/error']);
    }
  });

  it('takes no return at the address of our own form that is forged or unsigned, and notes none of them', async () => {
    const site = await website();
    const [, { url }] = await site.client.start('500', 'own');
    const address = `/return/${site.account}/${idOf(url)}`;
    const events = async () => {
      const { data } = await v1<{ data: { type: string }[] }>(site, `/payments/${idOf(url)}/events`);
      return data.map(({ type }) => type);
    };
    const refused = async (query: string, method = 'GET') => {
      const back = await request(`${address}?${query}`, { method });
      expect([query, back.status, back.headers.get('location')]).toEqual([query, 404, null]);
    };
    for (const query of [
      'via=success',
      '',
      'via=pending',
      `via=success&orderID=${idOf(url)}01&STATUS=9&SHASIGN=AA`,
    ])
      await refused(query);
    await refused('via=success', 'POST');
    expect(await events()).toEqual(['created']);
    const order = await atBank(site, url);
    for (const query of [
      'via=success',
      `via=success&${feedback(site, order, 'pay', 'bad-signature')}`,
      `via=success&${feedback(site, order, 'pay').replace(/&SHASIGN=\w+/, '')}`,
    ])
      await refused(query);
    expect(await events()).toEqual(['created', 'forwarded']);
    expect(await site.client.transaction('own')).toMatchObject({
      internal_status: 'fw',
      last_user_back_from_postfinance_date: '',
    });
    const back = await request(`${address}?via=success&${feedback(site, order, 'pay')}`);
    expect([back.status, back.headers.get('location')]).toEqual([303, 'https://website-demo.com/ok?x=1']);
    expect(await site.client.transaction('own')).toMatchObject({ postfinance_status: '9' });
  });

  it('of another bank, which signs no return, sends nobody to the OK address before money is known', async () => {
    const site = await website({}, 'ecommpay');
    await admin('PUT', `/accounts/${site.account}`, {
      provider: 'ecommpay',
      environment: 'sandbox',
      currencies: ['CHF'],
      settings: { project_id: 112 },
    });
    const [, { url }] = await site.client.start('500', 'elsewhere');
    await request(url);
    const back = await request(`/return/${site.account}/${idOf(url)}?via=success`);
    expect([back.status, back.headers.get('location')]).toEqual([303, 'https://website-demo.com/error']);
  });

  it('takes no return that is forged, unsigned, early or about nothing, and notes none of them', async () => {
    const site = await website();
    const [, { url }] = await site.client.start('500', 'back');
    expect((await request(`/paiements/return?orderID=${idOf(url)}01&STATUS=9&SHASIGN=AA`)).status).toBe(404);
    const order = await atBank(site, url);
    for (const query of [
      feedback(site, order, 'pay', 'bad-signature'),
      feedback(site, order, 'pay', 'unknown-key'),
      feedback(site, order, 'pay').replace(/&SHASIGN=\w+/, ''),
      `orderID=${order.order}`,
      'orderID=nothing',
      'orderID=other-1',
      'orderID=polybanking-999999',
    ]) {
      const back = await request(`/paiements/return?${query}`);
      expect([query, back.status, back.headers.get('location')]).toEqual([query, 404, null]);
    }
    expect(await site.client.transaction('back')).toMatchObject({
      internal_status: 'fw',
      last_user_back_from_postfinance_date: '',
    });
    expect((await site.client.logs('back')).map((line) => line.log_type)).toEqual([
      'userForwarded',
      'created',
    ]);
    const events = await v1<{ data: { type: string }[] }>(site, `/payments/${idOf(url)}/events`);
    expect(events.data.map(({ type }) => type)).toEqual(['created', 'forwarded']);
  });
});
