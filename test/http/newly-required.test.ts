/**
 * A move to an account that requires more of a payment. The failures ruled out: an operator who moves and is not told that open payments
 * may lack something; and a shopper of such a payment who is left at a page that says neither whom to ask nor how to get back, or who is
 * not offered the other ways to pay.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  admin,
  BANK_API,
  hopFailures,
  makeAccount,
  makeShop,
  network,
  type Payment,
  request,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

interface Moved {
  readonly succession: { readonly by: string; readonly requires: readonly string[] } | null;
}

const euros = (provider: string) =>
  makeAccount(provider, { currencies: ['EUR'], endpoints: { api: BANK_API } });
const move = async (from: string, to: string) =>
  (await admin<Moved>('POST', `/accounts/${from}/succeed`, { account: to })).body.succession;

/** What is shown to a shopper of whom nothing is known. */
async function pageOf({ checkoutUrl }: Payment, account?: string) {
  const method = account === undefined ? 'GET' : 'POST';
  const answer = await request(checkoutUrl, {
    method,
    ...(account !== undefined && { body: new URLSearchParams({ account }) }),
  });
  return { status: answer.status, html: await answer.text() };
}

const customer = { language: 'en' };

describe('what an account requires that the one before it did not', () => {
  it('is named in the answer to the move, and as long as it lasts', async () => {
    const [old, next] = [await euros('worldline'), await euros('monetico')];
    const succession = await move(old, next);
    expect(succession?.requires).toContain('customer.email');
    expect(new Set(succession?.requires).size).toBe(succession?.requires.length);
    const { body } = await admin<Moved>('GET', `/accounts/${old}`);
    expect(body.succession).toEqual(succession);
  });

  it('is that of the last account of a chain', async () => {
    const [first, second, third] = [await euros('worldline'), await euros('ogone'), await euros('monetico')];
    expect((await move(first, second))?.requires).toEqual([]);
    await move(second, third);
    const { body } = await admin<Moved>('GET', `/accounts/${first}`);
    expect(body.succession).toMatchObject({
      by: second,
      requires: expect.arrayContaining(['customer.email']),
    });
  });

  it('is nothing on the way back', async () => {
    const [old, next] = [await euros('worldline'), await euros('monetico')];
    await move(old, next);
    expect((await move(next, old))?.requires).toEqual([]);
  });
});

describe('an open payment without it', () => {
  it('has a page that says to ask the shop, with the way back', async () => {
    const [old, next] = [await euros('worldline'), await euros('monetico')];
    const shop = await makeShop([old]);
    const { body } = await shop.pay({ customer });
    await move(old, next);
    const { status, html } = await pageOf(body);
    expect(status).toBe(400);
    expect(html).toContain('This payment cannot be made this way');
    expect(html).toContain('Ask the shop how you can pay.');
    expect(html).toContain(body.reference);
    expect(html).toMatch(/<a [^>]*href="https:\/\/shop-demo\.com\/sorry\?/);
    expect(await hopFailures(body.id)).toMatchObject([
      { detail: { account: next, code: 'invalid_request' } },
    ]);
  });

  it('is paid another way where its shop has left the choice open', async () => {
    const [old, next, other] = [await euros('worldline'), await euros('monetico'), await euros('ogone')];
    const shop = await makeShop([old, other]);
    const { body } = await shop.pay({ customer, account: undefined });
    expect((await pageOf(body)).html).toContain(`value="${old}"`);
    await move(old, next);
    const chooser = await pageOf(body);
    expect(chooser.status).toBe(200);
    expect(chooser.html).toContain(`value="${other}"`);
    expect(chooser.html).not.toContain(`value="${next}"`);
    // Chosen on a page of before the move.
    const tooLate = await pageOf(body, old);
    expect(tooLate.html).toContain('Pay another way');
    expect(tooLate.html).not.toContain('Ask the shop how you can pay.');
    expect((await pageOf(body, other)).html).toContain('PSPID');
  });
});
