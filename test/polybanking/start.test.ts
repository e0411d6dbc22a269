/**
 * How a client of PolyBanking starts a transaction. The failures ruled out: a start that PolyBanking would refuse and that makes a
 * payment; a refusal in other words than its; a go page or an address of before that leads nowhere; a reference that belongs to two
 * payments.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin, network, request, runAlarms } from '../support/harness.ts';
import { PolyBankingClient, sign } from './client.ts';
import { v1, website } from './website.ts';

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

describe('start rejects', () => {
  it.each(['active', 'adminEnabled'])('a config that is not %s', async (name) => {
    const site = await website({ [name]: false });
    expect(await site.client.start('500', 'a')).toEqual([400, { status: 'CONFIG_ERROR', url: '' }]);
    // What it has, it can go on reading.
    expect(await site.client.transactions()).toEqual([]);
  });

  it('a config that is not there, before all else', async () => {
    const nobody = new PolyBankingClient('999999', { request: 'k', ipn: 'k', api: 'k' }, (path, init) =>
      request(path, init),
    );
    expect(await nobody.start('x', '')).toEqual([400, { status: 'CONFIG_ERROR', url: '' }]);
  });

  it('another key, altered data, and a signature in upper case', async () => {
    const site = await website();
    const good = site.client.fields('500', 'signed', 'x');
    const wrong = { status: 'KEY_ERROR', url: '' };
    for (const change of [
      { amount: '5' },
      { reference: 'other' },
      { extra_data: '' },
      { sign: '' },
      { sign: good.sign?.toUpperCase() ?? '' },
      {
        sign: sign(
          { amount: '500', reference: 'signed', extra_data: 'x', config_id: site.shop.id },
          site.keys.ipn,
        ),
      },
    ]) {
      expect(await site.client.post({ ...good, ...change })).toEqual([400, wrong]);
    }
    expect((await site.client.post(good))[1].status).toBe('OK');
  });

  it.each([
    '0',
    '-5',
    '10.5',
    '1e3',
    '',
    'ten',
    '1_000',
    '0x10',
    '10L',
    '+ 5',
    '\u00a05',
    '٥',
    '9007199254740992',
    '99999999999999999999',
  ])('the amount %j', async (amount) => {
    const site = await website();
    expect(await site.client.start(amount, 'a')).toEqual([400, { status: 'AMOUNT_ERROR', url: '' }]);
  });

  it('a reference that was used, whatever else is the same', async () => {
    const site = await website();
    const [first] = await site.client.start('500', 'once');
    expect(first).toBe(200);
    for (const amount of ['500', '600']) {
      expect(await site.client.start(amount, 'once')).toEqual([400, { status: 'REFERENCE_ERROR', url: '' }]);
    }
    // One that is missing, and one that no row can hold.
    const { reference: _reference, ...without } = site.client.fields('500', '');
    expect((await site.client.post(without))[1].status).toBe('REFERENCE_ERROR');
    expect((await site.client.start('500', 'x'.repeat(2001)))[1].status).toBe('REFERENCE_ERROR');
  });

  it('one of two that come at once', async () => {
    const site = await website();
    const both = await Promise.all([site.client.start('500', 'twin'), site.client.start('500', 'twin')]);
    expect(both.map(([status]) => status).sort()).toEqual([200, 400]);
  });

  it('other methods, and says ERROR when no account takes francs', async () => {
    const site = await website();
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const response = await request('/paiements/start/', { method });
      expect([response.status, await response.json()]).toEqual([
        405,
        { status: 'BAD_REQUEST_TYPE', url: '' },
      ]);
    }
    await admin('PUT', `/shops/${site.shop.id}`, { accounts: [] });
    expect(await site.client.start('500', 'nowhere')).toEqual([400, { status: 'ERROR', url: '' }]);
  });

  it('nothing of a form that a PHP client posts, or that leaves extra_data out', async () => {
    const site = await website();
    expect((await site.client.post(site.client.fields('500', 'Zürich №1', 'é;='), true))[1].status).toBe(
      'OK',
    );
    expect((await site.client.start('500', 'no extra', null))[1].status).toBe('OK');
    const body = 'config_id=1&=&&&%zz';
    const broken = await request('/paiements/start/', { method: 'POST', body });
    expect([broken.status, await broken.json()]).toEqual([400, { status: 'CONFIG_ERROR', url: '' }]);
    const cut = await request('/paiements/start/', {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x\r\nnonsense',
    });
    expect(((await cut.json()) as { status: string }).status).toBe('CONFIG_ERROR');
  });
});

describe('a go page', () => {
  it.each(['active', 'adminEnabled'])(
    'of a config that is not %s any more sends nobody off',
    async (name) => {
      const site = await website();
      const [, { url }] = await site.client.start('500', 'off');
      await admin('PUT', `/shops/${site.shop.id}`, { [name]: false });
      expect((await request(url)).status).toBe(404);
      expect(await site.client.transaction('off')).toMatchObject({ internal_status: 'cr' });
      await admin('PUT', `/shops/${site.shop.id}`, { [name]: true });
      expect((await request(url)).status).toBe(200);
    },
  );

  it('posts the fields of the original and our own addresses, and no other', async () => {
    const site = await website();
    const [, { url }] = await site.client.start('500', 'fields');
    const html = await (await request(url)).text();
    expect([...html.matchAll(/type="hidden" name="([^"]*)"/g)].map(([, name]) => name).sort()).toEqual(
      [
        ...['AMOUNT', 'CURRENCY', 'ORDERID', 'PSPID', 'SHASIGN'],
        ...['LANGUAGE', 'ACCEPTURL', 'CANCELURL', 'DECLINEURL', 'EXCEPTIONURL'],
      ].sort(),
    );
  });
});

describe('an address of the API without its last slash', () => {
  it('is answered as with it: details, log and list', async () => {
    const site = await website();
    await site.client.start('500', 'a/b');
    const read = async (path: string) => {
      const body = new URLSearchParams({ config_id: site.shop.id, secret: site.keys.api });
      const response = await request(`/api/transactions${path}`, { method: 'POST', body });
      return [response.status, await response.json()];
    };
    for (const path of ['/a/b', '/a/b/logs', '']) {
      expect(await read(path)).toEqual(await read(`${path}/`));
      expect((await read(path))[0]).toBe(200);
    }
    expect(await read('/a/b/logs')).toMatchObject([200, { data: [{ log_type: 'created' }] }]);
    for (const path of ['', '/']) {
      const other = await request(`/api/transactions${path}`);
      expect([other.status, other.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });
});

describe('references', () => {
  it.each([
    'a/b/c',
    'a..b.c',
    '50%',
    '100%25',
    'Заказ №1',
    'trailing/logs',
    'space and+plus',
    'ж'.repeat(255),
  ])('such as %j lead back to their transaction', async (reference) => {
    const site = await website();
    expect((await site.client.start('500', reference))[1].status).toBe('OK');
    expect(await site.client.logs(reference)).toMatchObject([{ log_type: 'created' }]);
    if (!reference.endsWith('/logs')) {
      expect(await site.client.transaction(reference)).toMatchObject({ reference, amount: '500' });
    }
    await expect(site.client.transaction(`${reference}x`)).rejects.toThrow('404');
  });

  it.each(['', ' ', 'a\nb', 'a\tb', 'a\u0000b', '\u2028', '\u0001'.repeat(2000)])(
    'are taken as they are, whatever they hold: %j',
    async (reference) => {
      const site = await website();
      expect((await site.client.start('500', reference))[1].status).toBe('OK');
      expect((await site.client.start('500', reference))[1].status).toBe('REFERENCE_ERROR');
      expect(await site.client.transaction(reference)).toMatchObject({ reference, amount: '500' });
      const [found] = (
        await v1<{ data: { id: string; reference: string }[] }>(
          site,
          `/payments?reference=${encodeURIComponent(reference)}`,
        )
      ).data;
      expect(found?.reference).toBe(reference);
      await runAlarms(found?.id ?? '');
      expect(await site.client.transactions()).toEqual([{ reference }]);
    },
  );

  it('and extra data as large as a form may be come back as they were', async () => {
    const site = await website();
    const extra = '\u0001'.repeat(125_000);
    expect((await site.client.post(site.client.fields('500', 'large', extra), true))[1].status).toBe('OK');
    const { id } = (await v1<{ data: { id: string }[] }>(site, '/payments?reference=large')).data[0] ?? {};
    await runAlarms(id ?? '');
    expect((await site.client.transaction('large')).extra_data).toBe(extra);
    expect(await site.client.transactions()).toEqual([{ reference: 'large' }]);
    const larger = site.client.fields('500', 'larger', '\u0001'.repeat(140_000));
    expect((await site.client.post(larger, true))[0]).toBe(413);
  });

  it('belong to their config', async () => {
    const [one, other] = [await website(), await website()];
    await one.client.start('500', 'mine');
    await expect(other.client.transaction('mine')).rejects.toThrow('404');
    const stolen = new PolyBankingClient(one.shop.id, other.keys, (path, init) => request(path, init));
    await expect(stolen.transactions()).rejects.toThrow('404');
    await expect(stolen.transaction('mine')).rejects.toThrow('404');
  });
});
