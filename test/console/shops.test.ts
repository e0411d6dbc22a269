/**
 * Shops in the console. Ruled out: a key that is shown twice, or made twice by two presses; a form that loses a member, or overwrites what
 * somebody else has changed meanwhile; a list of accounts that forgets one; a shop that is switched off or deleted without a question; a
 * change by who may only read, by who sees other shops, or after the session ended; a preview that changes something.
 */
import { exports } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin, journey, makeAccount, makeShop, network, runAlarms, unique } from '../support/harness.ts';
import { type Browser, CONSOLE, formOf, signedIn } from './support.ts';

let net: ReturnType<typeof network>;
/** What the website answers to webhooks. */
let hookStatus = 204;
beforeEach(() => {
  hookStatus = 204;
  net = network(() => new Response(null, { status: hookStatus }));
});
afterEach(() => net.restore());

const SHOPS = '/console/shops';
const NEW = `${SHOPS}/new`;

interface Shop {
  readonly name: string;
  readonly group: string | null;
  readonly active: boolean;
  readonly accounts: readonly string[];
  readonly returnUrl: { readonly success: string | null };
  readonly webhook: { readonly url: string | null; readonly dialect: string };
  readonly updatedAt: string;
}

interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly active: boolean;
}

async function read(id: string): Promise<Shop> {
  return (await admin<Shop>('GET', `/shops/${id}`)).body;
}

async function endpointsOf(id: string): Promise<readonly Endpoint[]> {
  return (await admin<{ data: readonly Endpoint[] }>('GET', `/shops/${id}/endpoints`)).body.data;
}

/** How many values of a key live. */
async function live(id: string, kind: string): Promise<number> {
  const { body } = await admin<{ keys: Record<string, unknown[]> }>('GET', `/shops/${id}/connection`);
  return body.keys[kind]?.length ?? 0;
}

/** The texts that stand beside a copy button. */
function copied(text: string): readonly string[] {
  return [...text.matchAll(/data-copy="([^"]*)"/g)].map(([, value = '']) => value);
}

const plain = (text: string) =>
  text
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ');

const typed = (id = `new-${unique()}`) => ({
  id,
  name: 'Zoé & Söhne',
  group: 'theatres',
  'returnUrl.success': 'https://shop-demo.com/thanks',
  'returnUrl.failure': 'https://shop-demo.com/sorry',
  'webhook.url': 'https://hooks.shop-demo.com/new',
});

describe('a new shop', () => {
  it('is made with its accounts, shows its keys once, and two presses make one', async () => {
    const account = await makeAccount('paybox');
    const browser = await signedIn({ role: 'configure' });
    const fields = formOf((await browser.open(NEW)).text, NEW);
    const values = typed();
    for (const [name, value] of Object.entries(values)) fields.set(name, value);
    fields.set('accounts', account);
    const made = await browser.post(NEW, fields);
    expect(made.status, made.text).toBe(200);
    const keys = copied(made.text);
    expect(keys).toHaveLength(4);
    expect(keys[0]).toMatch(/^cs_/);
    expect(keys[1]).toMatch(/^whsec_/);
    expect(await read(values.id)).toMatchObject({
      ...{ name: 'Zoé & Söhne', group: 'theatres', accounts: [account], testMode: true },
      returnUrl: { success: 'https://shop-demo.com/thanks', failure: 'https://shop-demo.com/sorry' },
      webhook: { url: 'https://hooks.shop-demo.com/new', dialect: 'standard' },
    });
    const second = await browser.post(NEW, fields);
    expect(second.path).toBe(`${SHOPS}/${values.id}`);
    expect(second.text).toContain('Nothing was done a second time');
    for (const key of keys) expect(second.text).not.toContain(key);
    expect((await browser.open(SHOPS)).text).toContain(`${SHOPS}/${values.id}"`);
    const code = await browser.open(`${SHOPS}/${values.id}/code`);
    for (const text of [`The shop ${values.id}.`, 'https://pay.countersign.dev/v1/payments'])
      expect(code.text).toContain(text);
  });

  it('takes over the keys that its website has', async () => {
    const browser = await signedIn({ role: 'owner' });
    const values = typed();
    const requestKey = 'ab'.repeat(64);
    const made = await browser.submit(await browser.open(NEW), NEW, {
      ...values,
      'keys.requestKey': requestKey,
      'webhook.dialect': 'polybanking',
    });
    expect(copied(made.text)).toContain(requestKey);
  });

  it.each([
    [{ id: '' }, 'Id: takes letters'],
    [{ id: 'a/b' }, 'Id: takes letters'],
    [{ name: '' }, 'Name: type a name.'],
    [{ name: 'x'.repeat(101) }, '1 to 100'],
    [{ group: 'x'.repeat(101) }, '0 to 100'],
    [{ 'returnUrl.success': 'nowhere' }, 'returnUrl-success'],
    [{ 'returnUrl.failure': 'javascript:1' }, 'returnUrl-failure'],
    [{ 'webhook.url': 'http://10.0.0.1/' }, 'webhook-url'],
    [{ 'webhook.dialect': 'morse' }, 'webhook-dialect'],
    [{ expireAfterMinutes: 'soon' }, 'expireAfterMinutes'],
    [{ 'rateLimit.perMinute': '0' }, 'rateLimit-perMinute'],
    [{ 'rateLimit.burst': '5' }, 'Requests a minute: type a number'],
    [{ 'rateLimit.perMinute': '5', 'rateLimit.burst': 'x' }, 'rateLimit-burst'],
    [{ region: 'moon' }, 'field-region-problem'],
    [{ accounts: 'nobodys-account' }, 'there is no account nobodys-account'],
    [{ 'keys.requestKey': 'short' }, 'takes at least 32 characters'],
    [{ 'keys.apiKey': 'a b' }, 'keys-apiKey-problem'],
    [{ 'keys.ipnKey': 'short' }, 'keys-ipnKey-problem'],
    [{ 'keys.webhookSecret': 'whsec_AAAA' }, 'keys-webhookSecret-problem'],
  ])(
    'is not made where a field is wrong (%j); what was typed stays, and no key comes back',
    async (wrong, words) => {
      const browser = await signedIn({ role: 'configure' });
      const values = { ...typed(), ...wrong };
      const page = await browser.submit(await browser.open(NEW), NEW, values);
      expect(page.status).toBe(422);
      expect(page.text).toContain(words);
      if (!('returnUrl.success' in wrong))
        expect(page.text).toContain('value="https://shop-demo.com/thanks"');
      for (const [name, value] of Object.entries(wrong)) {
        if (name.startsWith('keys.')) expect(page.text).not.toContain(`value="${value}"`);
      }
      if (values.id && !values.id.includes('/'))
        expect((await admin('GET', `/shops/${values.id}`)).status).toBe(404);
    },
  );

  it('does not overwrite one of its id, and stays in the groups of who makes it', async () => {
    const { id } = await makeShop([]);
    const browser = await signedIn();
    const taken = await browser.submit(await browser.open(NEW), NEW, typed(id));
    expect(taken.text).toContain('a shop has this id already');
    expect((await read(id)).name).toBe(id);

    const limited = await signedIn({ role: 'configure', groups: ['operas'] });
    const form = await limited.open(NEW);
    expect(form.text).toContain('<option value="operas"');
    expect((await limited.submit(form, NEW, { ...typed(), group: 'theatres' })).status).toBe(422);
    const values = typed();
    const made = await limited.submit(await limited.open(NEW), NEW, { ...values, group: 'operas' });
    expect(made.status, made.text).toBe(200);
    const onlyOne = await signedIn({ role: 'configure', shops: [id] });
    expect((await onlyOne.open(NEW)).text).toContain('Ask an owner');
  });
});

describe('a shop', () => {
  it('keeps every member when it is saved as it is', async () => {
    const { id } = await makeShop([await makeAccount('paybox')], {
      ...{
        group: 'theatres',
        region: 'weur',
        expireAfterMinutes: 90,
        rateLimit: { perMinute: 50, burst: 7 },
      },
      webhook: { url: 'https://hooks.shop-demo.com/a', dialect: 'polybanking', newPayments: true },
    });
    const before = await read(id);
    const browser = await signedIn({ role: 'configure' });
    const path = `${SHOPS}/${id}/change`;
    const page = await browser.submit(await browser.open(path), path);
    expect(page.text).toContain('The shop is saved.');
    expect({ ...(await read(id)), updatedAt: '' }).toEqual({ ...before, updatedAt: '' });
  });

  it.each([
    [{ name: '' }, 'Name: type a name.'],
    [{ 'returnUrl.success': 'nowhere' }, 'returnUrl-success-problem'],
    [{ 'webhook.url': 'ftp://x' }, 'webhook-url-problem'],
    [{ region: 'moon' }, 'field-region-problem'],
    [{ expireAfterMinutes: '-1' }, 'expireAfterMinutes-problem'],
  ])('is not changed where a field is wrong (%j)', async (wrong, words) => {
    const { id } = await makeShop([]);
    const before = await read(id);
    const browser = await signedIn();
    const path = `${SHOPS}/${id}/change`;
    const page = await browser.submit(await browser.open(path), path, { group: 'operas', ...wrong });
    expect([page.status, page.text.includes(words)]).toEqual([422, true]);
    expect(page.text).toContain('value="operas"');
    expect(await read(id)).toEqual(before);
  });

  it('that somebody changed meanwhile is not overwritten unseen', async () => {
    const { id } = await makeShop([]);
    const browser = await signedIn();
    const path = `${SHOPS}/${id}/change`;
    const [early, late] = [await browser.open(path), await browser.open(path)];
    await browser.submit(early, path, { name: 'Early' });
    const stale = await browser.submit(late, path, { name: 'Late' });
    expect(stale.status).toBe(422);
    expect(stale.text).toContain('Somebody changed this since you opened it');
    expect(stale.text).toContain('value="Late"');
    expect((await read(id)).name).toBe('Early');
    await browser.submit(stale, path);
    expect((await read(id)).name).toBe('Late');
  });

  it('is switched off after a question, once, and says so; a stale page turns it no other way', async () => {
    const { id } = await makeShop([]);
    const browser = await signedIn({ role: 'configure' });
    for (const name of ['active', 'adminEnabled'] as const) {
      const path = `${SHOPS}/${id}/switches/${name}`;
      const [ask, other] = [await browser.open(path), await browser.open(path)];
      expect(ask.text).toContain(id);
      const done = await browser.submit(ask, path);
      expect(done.text).toContain('This shop is off');
      expect(await read(id)).toMatchObject({ [name]: false });
      await browser.submit(other, path);
      expect(await read(id)).toMatchObject({ [name]: false });
      await browser.submit(await browser.open(path), path);
      expect(await read(id)).toMatchObject({ [name]: true });
    }
    expect((await browser.open(`${SHOPS}/${id}/switches/everything`)).status).toBe(404);
  });

  it('says why its money cannot be changed while accounts stand in the way, and which it does not offer', async () => {
    const live = await makeAccount('paybox', { environment: 'production' });
    const { id } = await makeShop([live]);
    const browser = await signedIn();
    const path = `${SHOPS}/${id}/switches/testMode`;
    const page = await browser.submit(await browser.open(path), path);
    expect([page.status, page.text.includes('does not fit the mode of the shop')]).toEqual([422, true]);
    expect(await read(id)).toMatchObject({ testMode: false });

    const test = await makeShop([await makeAccount('paybox')]);
    const other = `${SHOPS}/${test.id}/switches/testMode`;
    expect((await browser.submit(await browser.open(other), other)).text).toContain(
      'The shop uses live money.',
    );
    expect((await browser.open(`${SHOPS}/${test.id}/accounts`)).text).toContain('Not offered');
  });

  it('is deleted after a question, once; one with payments is switched off instead', async () => {
    const { id } = await makeShop([]);
    const browser = await signedIn();
    const path = `${SHOPS}/${id}/delete`;
    const ask = await browser.open(path);
    const done = await browser.submit(ask, path);
    expect([done.path, done.text.includes(`The shop ${id} is deleted.`)]).toEqual([SHOPS, true]);
    expect((await browser.submit(ask, path)).text).toContain('Nothing was done a second time');
    expect((await browser.open(`${SHOPS}/${id}`)).status).toBe(404);

    const one = await journey('ecommpay', {});
    await one.notify('pay');
    await runAlarms(one.payment.id);
    const other = `${SHOPS}/${one.shop.id}/delete`;
    const kept = await browser.submit(await browser.open(other), other);
    expect(kept.text).toContain('The shop has payments, so it stays.');
    expect((await read(one.shop.id)).active).toBe(false);
  });

  it('is shown to who may read, changed by nobody but who may, and not there for who sees others', async () => {
    const shop = await makeShop([]);
    const at = `${SHOPS}/${shop.id}`;
    const before = await read(shop.id);
    const endpoint = `${at}/endpoints/first`;
    const forms = [
      ...[NEW, `${at}/change`, `${at}/switches/active`, `${at}/delete`, `${at}/keys/apiKey`],
      ...[`${at}/branding/logo`, `${at}/branding/logo/remove`, `${at}/endpoints/new`],
      ...['change', 'test', 'rotate', 'delete'].map((name) => `${endpoint}/${name}`),
    ];
    const owner = await signedIn();
    for (const role of ['view', 'refund']) {
      const reader = await signedIn({ role });
      for (const part of ['', '/accounts', '/keys', '/endpoints', '/endpoints/first', '/branding', '/code']) {
        const seen = await reader.open(at + part);
        expect([part, seen.status]).toEqual([part, 200]);
        for (const form of forms) expect(seen.text).not.toContain(`"${form}"`);
      }
      const fields = formOf((await reader.open('/console/me')).text, '/console/me');
      for (const form of [...forms, `${at}/accounts`, `${at}/branding`]) {
        if (forms.includes(form)) expect([form, (await reader.open(form)).status]).toEqual([form, 403]);
        expect([form, (await reader.post(form, fields)).status]).toEqual([form, 403]);
      }
    }
    const stranger = await signedIn({ role: 'owner', shops: [(await makeShop([])).id] });
    const mine = await stranger.open('/console/me');
    for (const form of forms.slice(1)) {
      expect([form, (await stranger.open(form)).status]).toEqual([form, 404]);
      const answer = await stranger.post(form, formOf(mine.text, '/console/me'));
      expect([form, answer.status]).not.toEqual([form, 200]);
    }
    expect((await stranger.open(`${at}/branding/preview`)).status).toBe(404);
    expect((await stranger.open(SHOPS)).text).not.toContain(shop.id);
    expect(await read(shop.id)).toEqual(before);
    expect((await owner.open(at)).text).toContain(`"${at}/change"`);
  });

  it('is not changed by a form of a session that ended', async () => {
    const { id } = await makeShop([]);
    const browser = await signedIn();
    const path = `${SHOPS}/${id}/keys/apiKey`;
    const page = await browser.open(path);
    await exports.OperatorApi.endSessions(browser.user);
    const ended = await browser.submit(page, path);
    expect([ended.status, ended.text.includes('Nothing was sent and nothing was done')]).toEqual([401, true]);
    expect(await live(id, 'apiKey')).toBe(1);
  });
});

describe('the accounts of a shop', () => {
  async function place() {
    const accounts = [await makeAccount('paybox'), await makeAccount('ogone'), await makeAccount('payu')];
    const { id } = await makeShop(accounts);
    const browser: Browser = await signedIn({ role: 'configure' });
    const path = `${SHOPS}/${id}/accounts`;
    const press = async (name: string, value: string, page = browser.open(path)) => {
      const fields = formOf((await page).text, path);
      fields.set(name, value);
      return browser.post(path, fields);
    };
    return { id, accounts, browser, path, press, now: async () => (await read(id)).accounts };
  }

  it('are moved by one, taken out and put in again by buttons, and none is lost', async () => {
    const { accounts, press, now, browser, path, id } = await place();
    const [a = '', b = '', c = ''] = accounts;
    await press('move', `down:${a}`);
    expect(await now()).toEqual([b, a, c]);
    const moved = await press('move', `up:${c}`);
    expect(await now()).toEqual([b, c, a]);
    // The button that was pressed has the focus again; that of a row that cannot go on, the other one.
    expect(moved.text).toMatch(new RegExp(`value="up:${c}"[^>]*data-focus`));
    expect((await press('move', `up:${c}`)).text).toMatch(new RegExp(`value="down:${c}"[^>]*data-focus`));
    await press('move', `remove:${b}`);
    expect(await now()).toEqual([c, a]);
    const add = await browser.open(path);
    expect(add.text).toContain(`<option value="${b}"`);
    const form = new URLSearchParams(formOf(add.text, path));
    form.delete('order');
    form.set('add', b);
    await browser.post(path, form);
    expect(await now()).toEqual([c, a, b]);
    expect((await browser.open(`${SHOPS}/${id}`)).status).toBe(200);
  });

  it('are dragged into another order, which is taken only whole', async () => {
    const { accounts, press, now } = await place();
    const [a = '', b = '', c = ''] = accounts;
    await press('order', `${c} ${a} ${b}`);
    expect(await now()).toEqual([c, a, b]);
    for (const order of [`${c} ${a}`, `${c} ${a} ${b} ${b}`, '', `${c} ${a} nobody`]) {
      const wrong = await press('order', order);
      expect([order, wrong.status]).toEqual([order, 422]);
      expect(wrong.text).toContain('Somebody changed this since you opened it');
    }
    expect(await now()).toEqual([c, a, b]);
  });

  it('are moved once by two presses, and not by a page that shows one that is gone', async () => {
    const { accounts, browser, path, press, now } = await place();
    const [a = '', b = '', c = ''] = accounts;
    const page = await browser.open(path);
    const fields = formOf(page.text, path);
    fields.set('move', `up:${c}`);
    await Promise.all([browser.post(path, fields), browser.post(path, fields)]);
    expect(await now()).toEqual([a, c, b]);
    const stale = browser.open(path);
    await stale;
    await press('move', `remove:${b}`);
    expect((await press('move', `up:${b}`, stale)).status).toBe(422);
    expect((await press('move', `up:${a}`)).status).toBe(422);
    expect((await press('move', 'sideways')).status).toBe(422);
    expect(await now()).toEqual([a, c]);
  });

  it('are not added without a choice, nor where money does not fit', async () => {
    const { browser, path, now, accounts } = await place();
    const live = await makeAccount('paybox', { environment: 'production' });
    const page = await browser.open(path);
    expect(page.text).not.toContain(`<option value="${live}"`);
    for (const [add, words] of [
      ['', 'Account: choose one.'],
      [live, 'does not fit the mode of the shop'],
      ['nobody', 'there is no account nobody'],
    ] as const) {
      const form = new URLSearchParams(formOf((await browser.open(path)).text, path));
      form.delete('order');
      form.set('add', add);
      const wrong = await browser.post(path, form);
      expect([add, wrong.status, plain(wrong.text).includes(words)]).toEqual([add, 422, true]);
    }
    expect(await now()).toEqual(accounts);
  });
});

describe('the keys of a shop', () => {
  it('are shown once when they are made, count down beside the old one, and two presses make one', async () => {
    const { id } = await makeShop([]);
    const browser = await signedIn({ role: 'configure' });
    const path = `${SHOPS}/${id}/keys/apiKey`;
    const ask = await browser.open(path);
    const made = await browser.submit(ask, path, { graceSeconds: '86400' });
    const [key = ''] = copied(made.text);
    expect(key).toMatch(/^cs_/);
    const again = await browser.submit(ask, path, { graceSeconds: '86400' });
    expect(again.path).toBe(`${SHOPS}/${id}/keys`);
    expect(again.text).not.toContain(key);
    expect(await live(id, 'apiKey')).toBe(2);
    expect(plain(again.text)).toMatch(/the old one works until .*\((?:in 23 hours|tomorrow)\)/);
    const none = `${SHOPS}/${id}/keys/ipnKey`;
    await browser.submit(await browser.open(none), none, { graceSeconds: '0' });
    expect(await live(id, 'ipnKey')).toBe(1);
  });

  it.each(['soon', '-5', '99999999999'])('are not made with a grace of %s', async (graceSeconds) => {
    const { id } = await makeShop([]);
    const browser = await signedIn();
    const path = `${SHOPS}/${id}/keys/webhookSecret`;
    const wrong = await browser.submit(await browser.open(path), path, { graceSeconds });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('field-graceSeconds-problem');
    expect(await live(id, 'webhookSecret')).toBe(1);
    expect((await browser.open(`${SHOPS}/${id}/keys/masterKey`)).status).toBe(404);
  });
});

describe('an endpoint', () => {
  const url = 'https://books.shop-demo.com/hook';

  it('is made, shows its secret once, is changed, rotated and deleted, each once', async () => {
    const { id } = await makeShop([]);
    const browser = await signedIn({ role: 'configure' });
    const form = `${SHOPS}/${id}/endpoints/new`;
    const fields = formOf((await browser.open(form)).text, form);
    fields.set('url', url);
    const made = await browser.post(form, fields);
    const [secret = ''] = copied(made.text);
    expect(secret).toMatch(/^whsec_/);
    const twice = await browser.post(form, fields);
    expect(twice.text).not.toContain(secret);
    const [, endpoint] = await endpointsOf(id);
    expect(endpoint).toMatchObject({ url, events: ['*'], active: true });
    expect(await endpointsOf(id)).toHaveLength(2);
    const at = `${SHOPS}/${id}/endpoints/${endpoint?.id}`;
    expect(twice.path).toBe(at);

    const change = formOf((await browser.open(`${at}/change`)).text, `${at}/change`);
    change.set('which', 'some');
    change.append('events', 'payment.paid');
    change.append('events', 'payment.refunded');
    change.delete('active');
    expect((await browser.post(`${at}/change`, change)).text).toContain('The endpoint is saved.');
    expect((await endpointsOf(id))[1]).toMatchObject({
      ...{ events: ['payment.paid', 'payment.refunded'], active: false },
    });
    const kept = await browser.submit(await browser.open(`${at}/change`), `${at}/change`);
    expect(kept.text).toContain('payment.paid, payment.refunded');

    // A user makes sixty calls at one time, and time stands still here.
    const other = await signedIn({ role: 'configure' });
    const rotating = await other.open(`${at}/rotate`);
    const rotated = await other.submit(rotating, `${at}/rotate`, { graceSeconds: '3600' });
    expect(copied(rotated.text)[0]).toMatch(/^whsec_/);
    await other.submit(rotating, `${at}/rotate`, { graceSeconds: '3600' });
    const page = await other.open(at);
    expect(plain(page.text).match(/the old one works until/g)).toHaveLength(1);
    expect(page.text).not.toContain(copied(rotated.text)[0]);

    const third = await signedIn({ role: 'configure' });
    const ending = await third.open(`${at}/delete`);
    expect(ending.text).toContain(url);
    expect((await third.submit(ending, `${at}/delete`)).text).toContain('The endpoint is deleted.');
    expect((await third.submit(ending, `${at}/delete`)).text).toContain('Nothing was done a second time');
    expect((await third.open(at)).status).toBe(404);
    expect(await endpointsOf(id)).toHaveLength(1);
  });

  it.each([
    [{ url: '' }, 'Address: type it.'],
    [{ url: 'http://10.0.0.1/' }, 'field-url-problem'],
    [{ dialect: 'morse' }, 'field-dialect-problem'],
    [{ which: 'none' }, 'Messages: choose one.'],
    [{ which: 'some' }, 'Chosen messages: choose at least one.'],
    [{ which: 'some', events: 'payment.sung' }, 'field-events-problem'],
  ])('is neither made nor changed where a field is wrong (%j)', async (wrong, words) => {
    const { id } = await makeShop([]);
    const browser = await signedIn();
    for (const form of [`${SHOPS}/${id}/endpoints/new`, `${SHOPS}/${id}/endpoints/first/change`]) {
      const before = await endpointsOf(id);
      const page = await browser.submit(await browser.open(form), form, { url, ...wrong });
      expect([page.status, page.text.includes(words)]).toEqual([422, true]);
      expect(await endpointsOf(id)).toEqual(before);
    }
  });

  it('that somebody changed meanwhile is not overwritten unseen', async () => {
    const { id } = await makeShop([]);
    const browser = await signedIn();
    const path = `${SHOPS}/${id}/endpoints/first/change`;
    const [early, late] = [await browser.open(path), await browser.open(path)];
    await browser.submit(early, path, { url });
    expect((await browser.submit(late, path, { url: 'https://late.shop-demo.com/' })).status).toBe(422);
    expect((await endpointsOf(id))[0]?.url).toBe(url);
  });

  it('is tried with a sample, and its log has the tries of the shop’s payments', async () => {
    const one = await journey('ecommpay', {});
    await one.notify('pay');
    await runAlarms(one.payment.id);
    const browser = await signedIn({ role: 'configure' });
    const at = `${SHOPS}/${one.shop.id}/endpoints/first`;
    const page = await browser.open(at);
    expect(page.text).toContain(one.payment.reference);
    expect(plain(page.text)).toMatch(/Delivered\s+HTTP 20\d/);
    const tested = await browser.submit(page, `${at}/test`);
    expect(plain(tested.text)).toContain('The website took the sample');
    hookStatus = 500;
    const failed = await browser.submit(await browser.open(`${at}/test`), `${at}/test`);
    expect(plain(failed.text)).toContain('The website did not take the sample');
    expect(plain(failed.text)).toContain('HTTP 500');
  });
});

describe('the look of a shop', () => {
  const PNG = Uint8Array.from(
    atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
    (character) => character.charCodeAt(0),
  );

  it('is tried without a change, saved, and shown in a frame that the policy of this page alone allows', async () => {
    const { id } = await makeShop([await makeAccount('paybox')]);
    const browser = await signedIn({ role: 'configure' });
    const path = `${SHOPS}/${id}/branding`;
    const page = await browser.open(path);
    expect(page.headers.get('content-security-policy')).toContain("frame-src 'self'");
    expect((await browser.open(`${SHOPS}/${id}`)).headers.get('content-security-policy')).not.toContain(
      'frame-src',
    );
    const look = { name: 'Another <name>', color: '#123456', language: 'pl' };
    const tried = await browser.submit(page, path, { ...look, preview: 'on' });
    const [, frame = ''] = /<iframe[^>]* src="([^"]*)"/.exec(tried.text) ?? [];
    const shown = await browser.open(frame.replaceAll('&amp;', '&'));
    expect(shown.text).toContain('Another &lt;name&gt;');
    expect(shown.text).toContain('#123456');
    expect(shown.headers.get('content-security-policy')).toContain('sandbox');
    const branding = async () => (await admin('GET', `/shops/${id}/branding`)).body;
    expect(await branding()).toMatchObject({ name: null, color: null, language: null });
    const late = await browser.open(path);
    const saved = await browser.submit(tried, path, look);
    expect(saved.text).toContain('The look is saved.');
    expect(await branding()).toMatchObject(look);
    const stale = await browser.submit(late, path, { name: 'Late' });
    expect(stale.status).toBe(422);
    expect(await branding()).toMatchObject(look);
  });

  it.each([
    [{ name: 'x'.repeat(61) }, 'field-name-problem'],
    [{ color: 'red' }, 'is a colour as #rrggbb'],
    [{ language: 'xx' }, 'field-language-problem'],
  ])('is neither tried nor saved where a field is wrong (%j)', async (wrong, words) => {
    const { id } = await makeShop([]);
    const browser = await signedIn();
    const path = `${SHOPS}/${id}/branding`;
    for (const preview of [{}, { preview: 'on' }]) {
      const page = await browser.submit(await browser.open(path), path, { ...wrong, ...preview });
      expect([page.status, page.text.includes(words)]).toEqual([422, true]);
    }
    expect((await admin('GET', `/shops/${id}/branding`)).body).toMatchObject({ name: null, color: null });
  });

  it('takes a picture, says why it takes none, and gives it away after a question', async () => {
    const { id } = await makeShop([]);
    const browser = await signedIn();
    const path = `${SHOPS}/${id}/branding`;
    const send = async (file: File | null) => {
      const fields = formOf((await browser.open(path)).text, `${path}/logo`);
      const body = new FormData();
      for (const [name, value] of fields) if (name !== 'file') body.set(name, value);
      if (file) body.set('file', file);
      const answer = await browser.request(`${path}/logo`, {
        ...{ method: 'POST', body, headers: { origin: CONSOLE } },
      });
      return { status: answer.status, text: await answer.text() };
    };
    const logo = async () => (await admin<{ logo: string | null }>('GET', `/shops/${id}/branding`)).body.logo;
    expect((await send(null)).text).toContain('Picture: choose a file.');
    expect((await send(new File(['<svg/>'], 'a.svg', { type: 'image/svg+xml' }))).status).toBe(422);
    const large = await send(new File([new Uint8Array(33 * 1024)], 'a.png', { type: 'image/png' }));
    expect([large.status, large.text.includes('more than 32 KB')]).toEqual([422, true]);
    expect(await logo()).toBeNull();
    expect((await send(new File([PNG], 'a.png', { type: 'image/png' }))).status).toBe(303);
    expect(await logo()).toContain(`/logo/${id}/`);
    const remove = `${path}/logo/remove`;
    const gone = await browser.submit(await browser.open(remove), remove);
    expect(gone.text).toContain('The logo is gone.');
    expect(await logo()).toBeNull();
  });
});
