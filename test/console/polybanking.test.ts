/**
 * What PolyBanking's operators find in the console. Ruled out: a config without its words, its log or its allowed users; a user of the old
 * server who can sign in, or becomes one with more than it had; the users of all configs shown to who sees some.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { admin, makeAccount, makeShop, unique } from '../support/harness.ts';
import { formOf, signedIn } from './support.ts';

const PAGES = '/console/polybanking';
const id = String(7_000_000 + Math.floor(Math.random() * 900_000));
const mail = `alice-${unique()}@example.com`;
let account: string;

const plain = (text: string) => text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

beforeAll(async () => {
  account = await makeAccount('postfinance');
  const made = await admin('POST', '/imports/polybanking/shop', {
    ...{ id, name: 'Concerts', group: 'Music', accounts: [account] },
    returnUrl: {
      success: 'https://concerts.shop-demo.com/ok',
      failure: 'https://concerts.shop-demo.com/err',
    },
    webhook: { url: 'https://concerts.shop-demo.com/ipn', dialect: 'polybanking' },
    keys: { requestKey: 'ab'.repeat(64), ipnKey: 'cd'.repeat(64), apiKey: 'ef'.repeat(64) },
  });
  if (made.status !== 200) throw new Error(JSON.stringify(made.body));
  const user = { name: 'Alice Example', superuser: false, staff: true, active: true, groups: ['treasurers'] };
  await admin('POST', '/imports/polybanking/user', {
    ...{ ...user, id: `u${id}`, username: 'alice', email: mail, configs: [id] },
  });
  await admin('POST', '/imports/polybanking/user', {
    ...{ ...user, id: `v${id}`, username: 'root', name: 'Root', email: '', superuser: true, configs: [] },
  });
  await admin('POST', '/imports/polybanking/change', {
    ...{
      id: Number(id),
      config: id,
      at: '2015-10-26T19:50:00Z',
      user: `u${id}`,
      text: 'Name=Concerts (was Tickets)',
    },
  });
});

describe('a config', () => {
  it('is the shop in the words of PolyBanking, with allowed users, the changes here and the old ones', async () => {
    const browser = await signedIn();
    await admin('PUT', `/shops/${id}`, { name: 'Concerts & more' });
    expect((await browser.open(PAGES)).text).toContain(`${PAGES}/configs/${id}"`);
    const page = await browser.open(`${PAGES}/configs/${id}`);
    const words = plain(page.text);
    for (const field of [
      ...['config_id', 'url_ipn', 'url_back_ok', 'url_back_err', 'key_request', 'key_ipn', 'key_api'],
      ...[
        'active',
        'admin_enable',
        'test_mode',
        'group',
        'https://concerts.shop-demo.com/ipn',
        'Alice Example (alice)',
      ],
      ...['Name=Concerts (was Tickets)', 'Concerts → Concerts &amp; more', '/paiements/start/', 'Music'],
    ])
      expect(words).toContain(field);
    for (const key of ['ab'.repeat(64), 'cd'.repeat(64), 'ef'.repeat(64)])
      expect(page.text).not.toContain(key);
    expect(page.text).toContain(`/console/shops/${id}/keys/requestKey"`);
    expect(page.text).toContain(`/console/transactions?config=${id}"`);
    expect((await browser.open(`${PAGES}/configs/nobody`)).status).toBe(404);
  });

  it('is there with its old log for who sees this shop alone; users and other configs are not', async () => {
    const limited = await signedIn({ role: 'view', shops: [id] });
    const page = await limited.open(`${PAGES}/configs/${id}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain('Name=Concerts (was Tickets)');
    expect(page.text).not.toContain('Alice Example');
    expect(page.text).not.toContain('/keys/requestKey"');
    expect((await limited.open(PAGES)).text).not.toContain(`${PAGES}/users`);
    const stranger = await signedIn({ role: 'view', shops: [(await makeShop([])).id] });
    expect((await stranger.open(`${PAGES}/configs/${id}`)).status).toBe(404);
  });
});

describe('a user of the old server', () => {
  it('is a name, of which an owner makes a user with what it had, and no more', async () => {
    const owner = await signedIn();
    const list = await owner.open(`${PAGES}/users`);
    const links = [...list.text.matchAll(/href="(\/console\/users\/new\?[^"]*)"/g)].map(([, href = '']) =>
      href.replaceAll('&amp;', '&'),
    );
    const alice = links.find((href) => href.includes('Alice')) ?? '';
    const form = await owner.open(alice);
    const fields = formOf(form.text, '/console/users/new');
    expect(Object.fromEntries(fields)).toMatchObject({
      ...{ name: 'Alice Example', email: mail, role: 'configure', reach: 'some', shops: id },
    });
    expect(fields.getAll('shops')).toEqual([id]);
    const root = formOf(
      (await owner.open(links.find((href) => href.includes('Root')) ?? '')).text,
      '/console/users/new',
    );
    expect([root.get('role'), root.get('reach')]).toEqual(['owner', 'all']);
    expect((await owner.post('/console/users/new', fields)).status).toBe(200);
    expect(plain((await owner.open(`${PAGES}/users`)).text)).toContain('Is a user');
  });

  it('is made a user by owners alone, and not shown to who sees some shops', async () => {
    const reader = await signedIn({ role: 'configure' });
    const list = await reader.open(`${PAGES}/users`);
    expect(list.text).toContain('Alice Example');
    expect(list.text).not.toContain('/console/users/');
    const limited = await signedIn({ role: 'owner', shops: [id] });
    expect((await limited.open(`${PAGES}/users`)).text).not.toContain('Alice Example');
  });
});
