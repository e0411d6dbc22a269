/**
 * Accounts in the console. Ruled out: a secret that is shown; a form that loses a setting or takes a stored secret away; a new account that
 * overwrites one; a secret that two presses rotate twice; a risk that is accepted and unseen; a change by who may only read.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin, makeAccount, makeShop, network, unique } from '../support/harness.ts';
import { formOf, signedIn } from './support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

interface Read {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, readonly { readonly notAfter: string | null }[]>>;
  readonly caption: string;
  readonly environment: string;
}

const NEW = '/console/accounts/new?provider=ogone';
const IN = 'the passphrase of the way in';
const OUT = 'the passphrase of the way out';

const typed = () => ({
  ...{
    id: `ogone-${unique()}`,
    caption: 'Ogone of the tests',
    environment: 'sandbox',
    currencies: 'EUR CHF',
  },
  ...{ 'settings.pspid': 'MyShop', 'settings.sha_in': IN, 'settings.sha_out': OUT },
});

async function read(id: string) {
  return (await admin<Read>('GET', `/accounts/${id}`)).body;
}

describe('an account', () => {
  it('is made from the schema of its provider, and says what to enter there and what is proven', async () => {
    const browser = await signedIn({ role: 'configure' });
    expect((await browser.open('/console/accounts/new')).text).toContain('value="ogone"');
    const form = await browser.open(NEW);
    for (const text of ['SHA-IN passphrase', 'As chosen in Global security parameters.', 'value="sha512"'])
      expect(form.text).toContain(text);
    const values = typed();
    const page = await browser.submit(form, NEW, values);
    expect(page.path, page.text).toBe(`/console/accounts/${values.id}`);
    expect(page.text).toContain(`/callback/${values.id}`);
    expect(page.text).toContain('Messages are signed with your own key.');
    for (const secret of [IN, OUT]) expect(page.text).not.toContain(secret);
    expect(await read(values.id)).toMatchObject({
      ...{ caption: 'Ogone of the tests', environment: 'sandbox', currencies: ['EUR', 'CHF'] },
      settings: { pspid: 'MyShop', sha_in: '********' },
    });
    expect((await browser.open('/console/accounts')).text).toContain(`/console/accounts/${values.id}"`);
  });

  it.each([
    [{ id: '' }, 'Id: takes letters'],
    [{ id: 'a/b' }, 'Id: takes letters'],
    [{ 'settings.pspid': '' }, 'PSPID'],
    [{ 'settings.sha_in': 'short' }, 'a passphrase has 16 to 32 characters'],
    [{ currencies: 'EUR XXQ' }, 'XXQ'],
    [{ expireAfterHours: 'soon' }, 'is a number of hours'],
    [{ allowedIps: '300.1.1.1' }, '300.1.1.1 is neither an IP address nor a CIDR block'],
    [{ fallback: 'nobody' }, 'nobody'],
    [{ environment: 'moon' }, 'is test, production or sandbox'],
    [{ kind: 'shell' }, 'is card, bank, wallet or cash'],
  ])('is not made where a field is wrong (%j), and no secret comes back', async (wrong, words) => {
    const browser = await signedIn({ role: 'configure' });
    const values = { ...typed(), ...wrong };
    const page = await browser.submit(await browser.open(NEW), NEW, values);
    expect(page.status).toBe(422);
    expect(page.text).toContain(words);
    expect(page.text).toContain('value="Ogone of the tests"');
    expect(page.text).not.toContain(OUT);
  });

  it('is not overwritten by a new one of its id', async () => {
    const id = await makeAccount('ogone', { caption: 'The first' });
    const browser = await signedIn();
    const page = await browser.submit(await browser.open(NEW), NEW, { ...typed(), id });
    expect(page.text).toContain('an account has this id already');
    expect((await read(id)).caption).toBe('The first');
  });

  it.each(['ogone', 'paybox', 'worldline', 'sips2', 'przelewy24', 'monetico', 'payu'])(
    'of %s keeps every setting and secret when it is saved as it is',
    async (provider) => {
      const id = await makeAccount(provider);
      const before = await read(id);
      const browser = await signedIn();
      const path = `/console/accounts/${id}/change`;
      const page = await browser.submit(await browser.open(path), path);
      expect(page.text).toContain('The account is saved.');
      const after = await read(id);
      expect({ ...after, updatedAt: null }).toEqual({ ...before, updatedAt: null });
      expect(Object.keys(after.secrets).length).toBeGreaterThan(0);
    },
  );

  it('shows an accepted risk in red', async () => {
    const id = await makeAccount('ogone', { trustUnprovenNotifications: true });
    const browser = await signedIn({ role: 'view' });
    const page = await browser.open(`/console/accounts/${id}`);
    expect(page.text).toContain('<p class="bad-text">Accepted risk');
    expect(page.text).not.toContain(`/console/accounts/${id}/change`);
  });

  it('is not changed by who may only read, and is not there for who sees other shops', async () => {
    const id = await makeAccount('ogone');
    const reader = await signedIn({ role: 'view' });
    const path = `/console/accounts/${id}/change`;
    const page = await reader.submit(await reader.open(path), path, { caption: 'Mine' });
    expect(page.text).not.toContain('The account is saved.');
    expect((await read(id)).caption).not.toBe('Mine');
    const { id: shop } = await makeShop([]);
    const other = await signedIn({ role: 'configure', shops: [shop] });
    expect((await other.open(`/console/accounts/${id}`)).status).toBe(404);
    expect((await other.open('/console/accounts')).text).not.toContain(id);
  });
});

describe('a secret', () => {
  it('is rotated once by two presses, never shown, and the old one counts until the grace ends', async () => {
    const id = await makeAccount('ogone');
    const browser = await signedIn();
    const path = `/console/accounts/${id}/secrets/sha_out`;
    const form = await browser.open(path);
    const secret = 'a new passphrase, the way out';
    const wrong = await browser.submit(form, path, { value: 'short' });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('href="#field-value"');
    expect((await browser.submit(form, path, { value: '' })).text).toContain('New secret: type it.');
    const fields = formOf(form.text, path);
    fields.set('value', secret);
    const [first, second] = [await browser.post(path, fields), await browser.post(path, fields)];
    expect(first.text).toContain('sha_out is rotated.');
    expect(first.text).toContain('the old one, until');
    expect(first.text).toMatch(/tomorrow|in \d+ hours/);
    expect(second.text).toContain('Nothing was done a second time');
    for (const { text } of [first, second]) expect(text).not.toContain(secret);
    const { secrets } = await read(id);
    expect(secrets.sha_out?.map(({ notAfter }) => notAfter !== null).sort()).toEqual([false, true]);
  });
});

describe('the check', () => {
  it('asks first, then says what the provider answered', async () => {
    const id = await makeAccount('ogone');
    const browser = await signedIn({ role: 'configure' });
    const path = `/console/accounts/${id}/check`;
    const page = await browser.submit(await browser.open(path), path);
    expect(page.status).toBe(200);
    expect(page.text).toMatch(/The keys are taken|The keys were not taken|no call to check keys/);
  });
});
