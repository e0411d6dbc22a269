/**
 * The choice of a means of payment is an address. The failures ruled out: who comes back to it from the bank has the browser's warning in
 * place of a page; coming back or reloading begins another order where the bank takes the first one again; the choice or the language is
 * lost on the way; a program that looks at the address has an order made.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  BANK_API,
  journey,
  makeAccount,
  makeShop,
  network,
  request,
  type TestShop,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

/** Where an answer leads, without what is signed anew each time. */
const placeOf = (answer: Response) =>
  (answer.headers.get('location') ?? '').replace(/expires=\d+&signature=[\w-]+/, '');

/** A payment whose shopper chooses between two banks. */
async function open() {
  const account = (provider: string) =>
    makeAccount(provider, { currencies: ['EUR'], endpoints: { api: BANK_API } });
  const [ogone, other] = [await account('ogone'), await account('ecommpay')];
  const shop = await makeShop([other, ogone]);
  const { body } = await shop.pay({ account: undefined });
  return { shop, ogone, other, id: body.id, path: new URL(body.checkoutUrl).pathname };
}

const attemptsOf = async (shop: TestShop, id: string) =>
  (await shop.call<{ attempts: { account: string; status: string }[] }>('GET', `/payments/${id}`)).body
    .attempts;

/** The form of a page: its address and fields as a browser sends them by GET. */
function address(html: string, account: string): string {
  const [, action, fields = ''] = /<form method="get" action="([^"]+)">(.*?)<\/form>/s.exec(html) ?? [];
  const hidden = [...fields.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]+)"/g)];
  const all = [...hidden.map(([, name = '', value = '']) => [name, value]), ['account', account]];
  return `${action}?${new URLSearchParams(all)}`;
}

it('leads to the same order each time that it is opened, without a POST', async () => {
  const { shop, ogone, other, id, path } = await open();
  const chosen = address(await (await request(path)).text(), ogone);
  const orders: (string | undefined)[] = [];
  for (let visit = 0; visit < 3; visit += 1) {
    const page = await request(chosen);
    expect(page.status).toBe(200);
    orders.push(/name="ORDERID" value="(\w+)"/.exec(await page.text())?.[1]);
  }
  expect(new Set(orders).size).toBe(1);
  expect(orders[0]).toMatch(/./);
  expect(await attemptsOf(shop, id)).toMatchObject([
    { account: other, status: 'created' },
    { account: ogone, status: 'forwarded' },
  ]);
});

it('keeps the language that the shopper has chosen', async () => {
  const { ogone, path } = await open();
  const chosen = address(await (await request(`${path}?lang=pl`)).text(), ogone);
  expect(new URL(chosen, 'https://x').searchParams.get('lang')).toBe('pl');
  const page = await (await request(chosen)).text();
  expect(page).toContain('<html lang="pl"');
  expect(page).toContain('name="ORDERID"');
});

it('is refused as a posted one is', async () => {
  const { shop, id, path } = await open();
  expect((await request(`${path}?account=nobody`)).status).toBe(404);
  expect((await request(`${path}?account=`)).status).toBe(200);
  expect(await attemptsOf(shop, id)).toHaveLength(1);
});

it('makes nothing when a program looks at it, and takes a person on who is taken for one', async () => {
  const { shop, ogone, id, path } = await open();
  const agent = { 'user-agent': 'Some Preview Browser' };
  const html = await (await request(`${path}?account=${ogone}`, { headers: agent })).text();
  expect((await shop.payment(id)).status).toBe('created');
  const [, onward = ''] = /<form method="post" action="([^"]+)"/.exec(html) ?? [];
  const form = { ...agent, 'content-type': 'application/x-www-form-urlencoded' };
  const page = await request(onward, { method: 'POST', headers: form, body: 'account=' });
  expect(await page.text()).toContain('name="ORDERID"');
  expect((await shop.payment(id)).status).toBe('forwarded');
});

describe('an address whose account cannot be chosen any more', () => {
  const PATH_OF_NOBODY = '?account=nobody';

  it('does not tell a shopper who has paid that nothing was charged', async () => {
    const attempt = await journey('ogone', { fields: { account: undefined } });
    await attempt.notify('pay');
    const { checkoutUrl } = await attempt.shop.payment(attempt.payment.id);
    const path = new URL(checkoutUrl).pathname;
    const plain = await request(path);
    const named = await request(path + PATH_OF_NOBODY);
    expect([named.status, placeOf(named)]).toEqual([303, placeOf(plain)]);
    expect(placeOf(named)).toContain('status=paid');
  });

  it('says of a payment that was called off what its plain address says', async () => {
    const { shop, id, path } = await open();
    expect((await shop.call('POST', `/payments/${id}/cancel`, {})).status).toBe(200);
    const [plain, named] = [await request(path), await request(path + PATH_OF_NOBODY)];
    expect([plain.status, named.status]).toEqual([410, 410]);
  });

  it('is refused while there is something to choose for', async () => {
    const { path } = await open();
    expect((await request(path + PATH_OF_NOBODY)).status).toBe(404);
  });
});
