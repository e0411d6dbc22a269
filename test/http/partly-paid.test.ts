/** A payment of which a part has come. Ruled out: an amount that is less than the lines below it, and nothing that says why. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filled, writtenAmount } from '../../src/http/checkout/languages.ts';
import { TEXTS } from '../../src/http/checkout/texts/all.ts';
import { PAGE_LANGUAGES } from '../../src/payments/page-languages.ts';
import { notify } from '../ledger/support.ts';
import { CUSTOMER, ledgerOf, makeAccount, makeShop, network, request } from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const SHOPPER = { 'cf-connecting-ip': '203.0.113.9' };

describe('a page about a payment of which a part has come', () => {
  it.each(PAGE_LANGUAGES)(
    'says how much, where its shopper chooses and where the bank comes next: %s',
    async (language) => {
      const accounts = [await makeAccount('ogone'), await makeAccount('paybox')];
      const shop = await makeShop(accounts);
      const lineItems = [
        { name: 'Tea', quantity: 1, amount: 1000 },
        { name: 'Cup', quantity: 1, amount: 999 },
      ];
      const { body } = await shop.pay({ account: undefined, lineItems, customer: { ...CUSTOMER, language } });
      await ledgerOf(body.id).applyUpdate(notify({ account: accounts[0] ?? '', amount: 500 as never }));
      const said = filled(TEXTS[language].paidBefore, { amount: writtenAmount(language, 500, 'EUR') });
      const chooser = await (await request(body.checkoutUrl, { headers: SHOPPER })).text();
      expect(chooser).toContain(writtenAmount(language, 1499, 'EUR'));
      expect(chooser).toContain(said);
      const chosen = new URLSearchParams({ account: accounts[0] ?? '' });
      const going = await request(body.checkoutUrl, { method: 'POST', headers: SHOPPER, body: chosen });
      expect(await going.text()).toContain(said);
    },
  );

  it('says nothing of it where nothing has come', async () => {
    const shop = await makeShop([await makeAccount('ogone'), await makeAccount('paybox')]);
    const { body } = await shop.pay({ account: undefined, customer: { ...CUSTOMER, language: 'en' } });
    const chooser = await (await request(body.checkoutUrl, { headers: SHOPPER })).text();
    expect(chooser).not.toContain('Paid already');
  });
});
