/**
 * The accounts of a shop in the console. Ruled out: a list of accounts that forgets one, or moves one twice; one that is added without a
 * choice, or whose money does not fit.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeAccount, makeShop, network } from '../support/harness.ts';
import { plain, read, SHOPS } from './shops-support.ts';
import { type Browser, formOf, signedIn } from './support.ts';

let net: ReturnType<typeof network>;
/** What the website answers to webhooks. */
let hookStatus = 204;
beforeEach(() => {
  hookStatus = 204;
  net = network(() => new Response(null, { status: hookStatus }));
});
afterEach(() => net.restore());

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
