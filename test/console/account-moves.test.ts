/**
 * Moving, retiring and deleting an account in the console. Ruled out: progress that says nothing is open while something is; a button that
 * leads to a no; a move that is done twice, undone for somebody else's, or done by who may only read; a refusal that nobody can read; and
 * secrets of an account that leaves the sandbox with the sandbox's addresses.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notify } from '../ledger/support.ts';
import {
  admin,
  BANK_API,
  ledgerOf,
  makeAccount,
  makeShop,
  network,
  request,
  runAlarms,
} from '../support/harness.ts';
import { type Browser, formOf, signedIn } from './support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

interface Read {
  readonly retiredAt: string | null;
  readonly environment: string;
  readonly endpoints: { page?: string; api?: string };
  readonly succession: { by: string; open: Record<string, number> } | null;
}

const read = async (id: string) => (await admin<Read>('GET', `/accounts/${id}`)).body;
const at = (id: string, page: string) => `/console/accounts/${id}/${page}`;
const euros = (changes: Record<string, unknown> = {}) =>
  makeAccount('ogone', { currencies: ['EUR'], ...changes });

/** Opens a page, fills in its form and sends it. */
async function press(browser: Browser, path: string, typed: Readonly<Record<string, string>> = {}) {
  return browser.submit(await browser.open(path), path, typed);
}

const words = (html: string) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

describe('moving an account', () => {
  it('leads its payments to the one that was chosen, shows what is open by status, and leads back', async () => {
    const [old, to] = [await euros(), await euros()];
    const shop = await makeShop([old]);
    const pay = async () => {
      const { body } = await shop.pay();
      await request(body.checkoutUrl, { headers: { 'cf-connecting-ip': '203.0.113.9' } });
      await runAlarms(body.id);
      return body;
    };
    const [first] = [await pay(), await pay()];
    const browser = await signedIn({ role: 'configure' });
    const asked = await browser.open(at(old, 'succeed'));
    expect(words(asked.text)).toContain('No shop changes anything');
    expect(words(asked.text)).toContain(`Shops ${shop.id}`);
    const page = await browser.submit(asked, at(old, 'succeed'), { account: to });
    expect(page.path).toBe(`/console/accounts/${old}`);
    expect(words(page.text)).toContain(`The payments go to ${to} now.`);
    expect(words(page.text)).toMatch(/Still open here 2 At the bank/);
    expect(page.text).not.toContain(at(old, 'retire'));
    expect((await read(old)).succession?.by).toBe(to);
    // One goes on at the new account, and its shopper may still pay here; then the old bank says no.
    await request(first.checkoutUrl, { headers: { 'cf-connecting-ip': '203.0.113.9' } });
    await runAlarms(first.id);
    const open = () => browser.open(`/console/accounts/${old}`).then(({ text }) => words(text));
    expect(await open()).toMatch(/Still open here 2 At the bank/);
    await ledgerOf(first.id).applyUpdate(notify({ account: old, outcome: 'denied', amount: null }));
    await runAlarms(first.id);
    expect(await open()).toMatch(/Still open here 1 At the bank/);
    expect((await browser.open('/console/accounts')).text).toContain(`Moved to ${to}`);

    // Who retires the new one sees whose payments stop.
    expect(words((await browser.open(at(to, 'retire'))).text)).toContain(`Shops ${shop.id}`);
    const back = await press(browser, at(old, 'undo'));
    expect(words(back.text)).toContain('The payments go to this account again.');
    expect((await read(old)).succession).toBeNull();
    expect((await read(to)).succession?.by).toBe(old);
  });

  it('is done once by two presses', async () => {
    const [old, to] = [await euros(), await euros()];
    const browser = await signedIn();
    const fields = formOf((await browser.open(at(old, 'succeed'))).text, at(old, 'succeed'));
    fields.set('account', to);
    const [first, second] = [
      await browser.post(at(old, 'succeed'), fields),
      await browser.post(at(old, 'succeed'), fields),
    ];
    expect(first.text).toContain(`The payments go to ${to} now.`);
    expect(second.text).toContain('Nothing was done a second time');
    const { body } = await admin<{ data: { action: string }[] }>('GET', `/audit?subject=${old}`);
    expect(body.data.filter(({ action }) => action === 'account.succeeded')).toHaveLength(1);
  });

  it('offers only those that can take its place, and says of the others why not', async () => {
    const old = await makeAccount('ogone', { currencies: ['EUR', 'CHF'] });
    const [good, less, retired] = [
      await makeAccount('ogone', { currencies: ['EUR', 'CHF', 'USD'] }),
      await euros(),
      await makeAccount('ogone', { currencies: ['EUR', 'CHF'] }),
    ];
    const elsewhere = await makeAccount('ogone', { currencies: ['EUR', 'CHF'], environment: 'test' });
    await admin('POST', `/accounts/${retired}/retire`);
    const browser = await signedIn();
    const { text } = await browser.open(at(old, 'succeed'));
    expect(text).toContain(`value="${good}"`);
    for (const id of [old, less, retired, elsewhere]) expect(text).not.toContain(`value="${id}"`);
    expect(words(text)).toContain(`${less} does not take CHF`);
    expect(words(text)).toContain(`${retired} Retired`);
  });

  it('says beside the field what is missing, and in words what the API refuses', async () => {
    const [old, to] = [await euros(), await euros()];
    const browser = await signedIn();
    const missing = await press(browser, at(old, 'succeed'), { account: '' });
    expect(missing.status).toBe(422);
    expect(missing.text).toContain('href="#field-account"');
    expect(missing.text).toContain('choose one');
    // It was retired while the page was open.
    const page = await browser.open(at(old, 'succeed'));
    await admin('POST', `/accounts/${to}/retire`);
    const refused = await browser.submit(page, at(old, 'succeed'), { account: to });
    expect(refused.status).toBe(422);
    expect(words(refused.text)).toContain(`Nothing was changed: the account ${to} is retired`);
    expect((await read(old)).succession).toBeNull();
    const nobody = await press(browser, at(old, 'succeed'), { account: 'nobody' });
    expect(nobody.text).toContain('there is no account nobody');
  });

  it('does not undo, or move again, what somebody else has done since the page was opened', async () => {
    const [old, to, third] = [await euros(), await euros(), await euros()];
    const browser = await signedIn();
    const first = await browser.open(at(old, 'succeed'));
    await admin('POST', `/accounts/${old}/succeed`, { account: third });
    const late = await browser.submit(first, at(old, 'succeed'), { account: to });
    // What the page is about now, and no form.
    expect([late.status, words(late.text)]).toEqual([
      409,
      expect.stringContaining(`Its payments go to ${third}`),
    ]);
    const undo = await browser.open(at(old, 'undo'));
    await admin('POST', `/accounts/${old}/succeed`, { account: to });
    const other = await browser.submit(undo, at(old, 'undo'));
    expect([other.status, words(other.text)]).toEqual([
      422,
      expect.stringContaining('Somebody has moved this account'),
    ]);
    expect((await read(old)).succession?.by).toBe(to);
    await press(browser, at(old, 'undo'));
    expect((await browser.open(at(old, 'undo'))).status).toBe(409);
  });

  it.each(['succeed', 'undo', 'retire', 'delete'])(
    'and %s are not for who may only read, nor for who sees other shops',
    async (action) => {
      const [id, to] = [await euros(), await euros()];
      if (action === 'undo') await admin('POST', `/accounts/${id}/succeed`, { account: to });
      const before = await read(id);
      const reader = await signedIn({ role: 'view' });
      expect((await reader.open(`/console/accounts/${id}`)).text).not.toContain(at(id, action));
      const answer = await press(reader, at(id, action), action === 'succeed' ? { account: to } : {});
      expect([answer.status, answer.text.includes('may not')]).toEqual([422, true]);
      const { id: shop } = await makeShop([]);
      const other = await signedIn({ role: 'configure', shops: [shop] });
      expect((await other.open(at(id, action))).status).toBe(404);
      expect(await read(id)).toEqual(before);
    },
  );
});

describe('retiring and deleting', () => {
  it('an account is retired once, and its page says that it is', async () => {
    const id = await euros();
    const browser = await signedIn();
    const form = await browser.open(at(id, 'retire'));
    expect(words(form.text)).toContain('cannot be taken back into use');
    expect((await browser.submit(form, at(id, 'retire'))).text).toContain('The account is retired.');
    expect((await read(id)).retiredAt).not.toBeNull();
    expect((await browser.submit(form, at(id, 'retire'))).text).toContain('Nothing was done a second time');
    expect((await browser.open(at(id, 'retire'))).status).toBe(409);
  });

  it('an account is deleted once; one that payments have gone to is kept, and the page says why', async () => {
    const [free, used] = [await euros(), await euros()];
    const shop = await makeShop([used]);
    const { body } = await shop.pay();
    await runAlarms(body.id);
    const browser = await signedIn();
    const form = await browser.open(at(free, 'delete'));
    const done = await browser.submit(form, at(free, 'delete'));
    expect([done.path, done.text.includes(`The account ${free} is deleted.`)]).toEqual([
      '/console/accounts',
      true,
    ]);
    expect((await browser.submit(form, at(free, 'delete'))).text).toContain('Nothing was done a second time');
    expect((await browser.open(at(free, 'delete'))).status).toBe(404);
    const refuse = async (why: string) => {
      const answer = await press(browser, at(used, 'delete'));
      expect([answer.status, words(answer.text)]).toEqual([422, expect.stringContaining(why)]);
      expect((await admin('GET', `/accounts/${used}`)).status).toBe(200);
    };
    await refuse(`is used by ${shop.id}`);
    await admin('PUT', `/shops/${shop.id}`, { name: 'Empty', accounts: [] });
    await refuse('payments have gone to the account');
  });
});

describe('the form of an account', () => {
  const change = (id: string) => at(id, 'change');
  const BANKS = 'https://banks.example.com';

  it('takes addresses of simulated banks for the sandbox alone, and none leaves it', async () => {
    const id = await euros({ environment: 'sandbox' });
    const browser = await signedIn();
    const typed = { 'endpoints.page': BANKS, 'endpoints.api': BANKS };
    const page = await press(browser, change(id), typed);
    expect(page.text).toContain('The account is saved.');
    expect(words(page.text)).toContain(`Origin of the calls ${BANKS}`);
    expect((await read(id)).endpoints).toEqual({ page: BANKS, api: BANKS });
    const wrong = await press(browser, change(id), { 'endpoints.api': `${BANKS}/path` });
    expect(wrong.text).toContain('href="#field-endpoints-api"');
    expect(wrong.text).toContain('must be an origin, without a path');
    const leaving = await press(browser, change(id), { environment: 'test' });
    expect(leaving.status).toBe(422);
    expect(leaving.text).toContain('href="#field-endpoints-page"');
    expect((await read(id)).environment).toBe('sandbox');
    const empty = { environment: 'test', 'endpoints.page': '', 'endpoints.api': '' };
    expect((await press(browser, change(id), empty)).text).toContain('The account is saved.');
    expect(await read(id)).toMatchObject({ environment: 'test', endpoints: {} });
    const back = await press(browser, change(id), typed);
    expect([back.status, back.text.includes('Only an account of the platform Sandbox')]).toEqual([422, true]);
  });

  it('keeps addresses of a white label, and takes a fallback of those that are in use', async () => {
    const [id, spare, retired] = [
      await euros({ endpoints: { api: BANK_API } }),
      await euros(),
      await euros(),
    ];
    await admin('POST', `/accounts/${retired}/retire`);
    const browser = await signedIn();
    const form = await browser.open(change(id));
    expect(form.text).toContain(`value="${spare}"`);
    expect(form.text).not.toContain(`value="${retired}"`);
    const page = await browser.submit(form, change(id), { fallback: spare });
    expect(page.text).toContain(`/console/accounts/${spare}"`);
    expect(await read(id)).toMatchObject({ endpoints: { api: BANK_API }, fallback: spare });
  });

  it('says of a provider that has ended where its merchants go on', async () => {
    const browser = await signedIn();
    const page = await browser.open('/console/accounts/new?provider=paymill');
    expect(words(page.text)).toContain('This provider ended on 25 Jul 2019');
    const id = await euros();
    const shown = await browser.open(`/console/accounts/${id}`);
    expect(words(shown.text)).toContain('This provider ended on 31 Dec 2025');
    expect(shown.text).toMatch(/\/console\/accounts\/new\?provider=\w+/);
  });

  it('shows that the provider cannot be reached, and where new attempts go meanwhile', async () => {
    const { env } = await import('cloudflare:workers');
    const [id, spare] = [await euros(), await euros()];
    await admin('PUT', `/accounts/${id}`, { provider: 'ogone', fallback: spare });
    const since = new Date(Date.now() - 300_000).toISOString();
    await env.DIRECTORY.prepare(
      "INSERT INTO outages (account, failures, last_error, down_since, tried_at) VALUES (?, '[]', 'no answer', ?, ?)",
    )
      .bind(id, since, since)
      .run();
    const browser = await signedIn();
    const page = words((await browser.open(`/console/accounts/${id}`)).text);
    expect(page).toContain(`New attempts go to the fallback`);
    expect(page).toMatch(new RegExp(`Fallback ${spare} Since .*5 minutes ago`));
    expect((await browser.open('/console/accounts')).text).toContain('Cannot be reached');
  });
});
