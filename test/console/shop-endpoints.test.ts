/**
 * The endpoints of a shop in the console. Ruled out: a secret that is shown twice, an endpoint that is made, rotated or deleted twice by
 * two presses, or overwritten unseen; a test of one that says nothing.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { journey, makeShop, network, runAlarms } from '../support/harness.ts';
import { copied, endpointsOf, plain, SHOPS } from './shops-support.ts';
import { formOf, signedIn } from './support.ts';

let net: ReturnType<typeof network>;
/** What the website answers to webhooks. */
let hookStatus = 204;
beforeEach(() => {
  hookStatus = 204;
  net = network(() => new Response(null, { status: hookStatus }));
});
afterEach(() => net.restore());

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
