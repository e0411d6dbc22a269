/**
 * Users, tokens and the audit log in the console. Ruled out: a limit that names nothing and becomes everything; a token that is shown twice
 * or made twice; a page for who is no owner; a user who is deleted or a token that is revoked without a question; a filter that is forgotten.
 */
import { describe, expect, it } from 'vitest';
import { admin, makeShop, unique } from '../support/harness.ts';
import { Browser, formOf, PASSWORD, signedIn } from './support.ts';

const USERS = '/console/users';
const TOKENS = '/console/tokens';

interface Listed {
  readonly data: readonly {
    readonly id: string;
    readonly name: string;
    readonly role: string;
    readonly shops: readonly string[] | null;
    readonly revokedAt?: string | null;
    readonly active?: boolean;
  }[];
}

async function tokensNamed(name: string) {
  const { body } = await admin<Listed>('GET', '/tokens');
  return body.data.filter((token) => token.name === name);
}

async function usersNamed(name: string) {
  const { body } = await admin<Listed>('GET', '/users');
  return body.data.filter((user) => user.name === name);
}

/** The text of the id with a copy button: what is shown once. */
function shownOnce(text: string): string {
  return /<span class="id">([^<]+)<\/span>/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
}

describe('a user', () => {
  it('is made with a link by which it sets its password, is changed, and is deleted', async () => {
    const owner = await signedIn();
    const name = `Łucja ${unique()}`;
    const email = `${unique()}@example.com`;
    const made = await owner.submit(await owner.open(`${USERS}/new`), `${USERS}/new`, {
      name,
      email,
      role: 'refund',
      reach: 'all',
    });
    expect(made.status, made.text).toBe(200);
    const link = new URL(shownOnce(made.text));
    const [user] = await usersNamed(name);
    const path = `${USERS}/${user?.id}`;

    const browser = new Browser();
    const page = await browser.open(link.pathname);
    await browser.submit(page, link.pathname, { password: PASSWORD, repeat: PASSWORD });
    expect((await browser.signIn(email)).status).toBe(200);
    expect((await browser.open(USERS)).status).toBe(403);
    expect((await browser.open(TOKENS)).status).toBe(403);
    expect((await browser.open('/console')).text).not.toContain(`href="${USERS}"`);

    const { id: shop } = await makeShop([]);
    const changing = await owner.open(path);
    const fields = formOf(changing.text, path);
    fields.set('role', 'view');
    fields.set('reach', 'some');
    fields.set('shops', shop);
    fields.delete('active');
    const changed = await owner.post(path, fields);
    expect(changed.text).toContain('The user is saved.');
    expect(await usersNamed(name)).toMatchObject([{ role: 'view', shops: [shop], active: false }]);

    const ending = await owner.open(`${path}/delete`);
    expect(ending.text).toContain(email);
    const [first, second] = [
      await owner.submit(ending, `${path}/delete`),
      await owner.submit(ending, `${path}/delete`),
    ];
    expect(first.path).toBe(USERS);
    expect(second.text).toContain('Nothing was done a second time');
    expect(await usersNamed(name)).toEqual([]);
    expect((await owner.open(path)).status).toBe(404);
  });

  it.each([
    [{ name: '' }, 'Name: type a name.'],
    [{ email: 'nobody' }, 'is not an e-mail address'],
    [{ reach: '' }, 'May see: choose one.'],
    [{ reach: 'some' }, 'Shops: choose a shop or a group.'],
    [{ role: '' }, 'Role: choose one.'],
    [{ role: 'king' }, 'is one of view, refund, configure, owner'],
    [{ reach: 'some', shops: 'nobodys-shop' }, 'there is no shop nobodys-shop'],
  ])('is not made where a field is wrong (%j), and what was typed stays', async (wrong, words) => {
    const owner = await signedIn();
    const name = `Ola ${unique()}`;
    const typed = { name, email: `${unique()}@example.com`, role: 'view', reach: 'all', ...wrong };
    const page = await owner.submit(await owner.open(`${USERS}/new`), `${USERS}/new`, typed);
    expect(page.status).toBe(422);
    expect(page.text).toContain(words);
    if (typed.name) expect(page.text).toContain(`value="${name}"`);
    expect(await usersNamed(name)).toEqual([]);
  });

  it('who has more than a limited owner is not there for it, and gets no link by it', async () => {
    const { id: shop } = await makeShop([]);
    const limited = await signedIn({ role: 'owner', shops: [shop] });
    const other = await signedIn({ role: 'owner' });
    expect((await limited.open(`${USERS}/${other.user}`)).status).toBe(404);
    const own = await limited.open(`${USERS}/${limited.user}/invitation`);
    const fields = formOf(own.text, `${USERS}/${limited.user}/invitation`);
    expect((await limited.post(`${USERS}/${other.user}/invitation`, fields)).status).toBe(404);
    expect((await limited.open(`${USERS}/new`)).text).not.toContain('value="all"');
  });
});

describe('a token', () => {
  it('is shown once, works, and is revoked after a question; a second press does nothing more', async () => {
    const owner = await signedIn();
    const name = `nightly ${unique()}`;
    const form = await owner.open(`${TOKENS}/new`);
    const typed = { name, role: 'view', reach: 'all', expiresAt: '2099-12-31' };
    const made = await owner.submit(form, `${TOKENS}/new`, typed);
    const token = shownOnce(made.text);
    expect(made.text).toContain('Nobody can see it again');
    const again = await owner.submit(form, `${TOKENS}/new`, typed);
    expect(again.path).toBe(TOKENS);
    expect(again.text).not.toContain(token);
    const found = await tokensNamed(name);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ expiresAt: '2100-01-01T00:00:00.000Z' });

    const path = `${TOKENS}/${found[0]?.id}/revoke`;
    const question = await owner.open(path);
    expect(question.text).toContain('This cannot be undone');
    expect((await tokensNamed(name))[0]?.revokedAt).toBeNull();
    const revoked = await owner.submit(question, path);
    expect(revoked.text).toContain(`The token ${name} is revoked.`);
    expect((await tokensNamed(name))[0]?.revokedAt).not.toBeNull();
    expect((await owner.submit(question, path)).text).toContain('Nothing was done a second time');
    expect(revoked.text).not.toContain(`href="${path}"`);
  });

  it.each([
    [{ expiresAt: '2001-01-01' }, 'is over already'],
    [{ expiresAt: '2099-02-30' }, 'Last day: this is no day.'],
    [{ name: '' }, 'Name: type a name.'],
  ])('is not made where a field is wrong (%j)', async (wrong, words) => {
    const owner = await signedIn();
    const name = `wrong ${unique()}`;
    const typed = { name, role: 'view', reach: 'all', ...wrong };
    const page = await owner.submit(await owner.open(`${TOKENS}/new`), `${TOKENS}/new`, typed);
    expect(page.status).toBe(422);
    expect(page.text).toContain(words);
    expect(await tokensNamed(name)).toEqual([]);
  });

  it('is not revoked by a form of a session that has ended', async () => {
    const owner = await signedIn();
    const name = `kept ${unique()}`;
    const { body } = await admin<{ id: string }>('POST', '/tokens', { name, role: 'view' });
    const path = `${TOKENS}/${body.id}/revoke`;
    const question = await owner.open(path);
    owner.cookies.clear();
    const page = await owner.submit(question, path);
    expect(page.text).not.toContain('is revoked');
    expect((await tokensNamed(name))[0]?.revokedAt).toBeNull();
  });
});

describe('the audit log', () => {
  it('is filtered by each of its fields, and keeps them', async () => {
    const browser = await signedIn();
    const { id: shop } = await makeShop([]);
    const name = `audited ${unique()}`;
    const { body } = await admin<{ id: string }>('POST', '/tokens', { name, role: 'view' });
    const found = await browser.open(`/console/audit?subject=${body.id}`);
    expect(found.status).toBe(200);
    expect(found.text).toContain('token.created');
    expect(found.text).toContain(`value="${body.id}"`);
    const day = new Date().toISOString().slice(0, 10);
    const both = `subject=${body.id}&action=token.created&actor=operator&from=${day}&to=${day}`;
    expect((await browser.open(`/console/audit?${both}`)).text).toContain('token.created</a>');
    for (const other of [
      'action=token.revoked',
      'actor=user:1',
      `shop=${shop}`,
      'to=2001-01-01',
      'address=::9',
    ])
      expect((await browser.open(`/console/audit?subject=${body.id}&${other}`)).text, other).toContain(
        'There are no such entries.',
      );
    expect((await browser.open(`/console/audit?shop=${shop}`)).text).toContain('shop.created');
  });

  it.each([
    ['from=2026-02-30', 'This is no day.'],
    ['from=2026-02-03&to=2026-02-01', 'is before from'],
    ['action=%07', 'action'],
  ])('says what is wrong with %s, and keeps it', async (query, words) => {
    const browser = await signedIn({ role: 'view' });
    const page = await browser.open(`/console/audit?${query}`);
    expect(page.status).toBe(422);
    expect(page.text).toContain(words);
  });

  it('of who may see one shop has nothing of another', async () => {
    const [own, other] = [await makeShop([]), await makeShop([])];
    const browser = await signedIn({ role: 'view', shops: [own.id] });
    const page = await browser.open('/console/audit');
    expect(page.text).toContain(own.id);
    expect(page.text).not.toContain(other.id);
    expect((await browser.open(`/console/audit?shop=${other.id}`)).status).toBe(422);
  });

  it('is a file of all pages, with one line of names', async () => {
    const { id: shop } = await makeShop([]);
    // A page of the API has a hundred.
    for (let count = 0; count < 104; count += 1)
      await admin('PUT', `/shops/${shop}`, { name: `name ${count}` });
    const browser = await signedIn();
    const file = await browser.request(`/console/audit/file?shop=${shop}`);
    expect(file.headers.get('content-disposition')).toContain('audit.csv');
    const lines = (await file.text()).trimEnd().split('\r\n');
    expect(lines.filter((line) => line.startsWith('id,at,actor'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes(',shop.updated,'))).toHaveLength(104);
  }, 60_000);
});
