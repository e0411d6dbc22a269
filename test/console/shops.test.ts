/**
 * Shops in the console. Ruled out: a key that is shown twice, or made twice by two presses; a form that loses a member, or overwrites
 * what somebody else has changed meanwhile; a shop that is switched off or deleted without a question; a change by who may only read, by
 * who sees other shops, or after the session ended.
 */
import { exports } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin, journey, makeAccount, makeShop, network, runAlarms } from '../support/harness.ts';
import { copied, live, NEW, plain, read, SHOPS, typed } from './shops-support.ts';
import { formOf, signedIn } from './support.ts';

let net: ReturnType<typeof network>;
/** What the website answers to webhooks. */
let hookStatus = 204;
beforeEach(() => {
  hookStatus = 204;
  net = network(() => new Response(null, { status: hookStatus }));
});
afterEach(() => net.restore());

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
