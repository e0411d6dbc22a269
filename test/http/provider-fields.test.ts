/**
 * What a shop may give to a provider. The failures ruled out: a payment that is created and cannot be paid, because its fields are
 * rejected when the shopper is there; a field that decides money, order or card; an account offered that does not take the fields.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  currencyOf,
  demoSettings,
  makeAccount,
  makeShop,
  network,
  PROVIDER_IDS,
  type Problem,
  request,
  unique,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

/** What a new shop with one account pays with. */
async function shopWith(provider: string, settings: object = {}) {
  const account = await makeAccount(provider, { settings: { ...demoSettings(provider), ...settings } });
  const shop = await makeShop([account]);
  return (fields: Record<string, string>) =>
    shop.call<Problem>('POST', '/payments', {
      reference: unique(),
      amount: 1999,
      currency: currencyOf(provider),
      customer: {
        email: 'zoe@example.com',
        firstName: 'Zoé',
        lastName: 'Müller',
        ip: '203.0.113.9',
        address: { line1: '12 rue de la Paix', postalCode: '75002', city: 'Paris', country: 'FR' },
      },
      providerFields: fields,
    });
}

const rejects = (name: string) => ({
  status: 400,
  body: { code: 'invalid_request', errors: [{ path: `providerFields.${name}` }] },
});

describe.each(PROVIDER_IDS)('%s', (provider) => {
  it('rejects a name that is none of its requests when the payment is created, not when it is paid', async () => {
    const pay = await shopWith(provider);
    for (const name of ['responseCode', 'no_such_field'])
      expect(await pay({ [name]: '00' }), name).toMatchObject(rejects(name));
  });
});

const words = (text: string) => text.trim().split(/\s+/);

const OGONE_NAMES = words(`
  AMOUNT1 TOTALAMOUNT NETAMOUNT PAIDAMOUNT SUB_AMOUNT SUB_ORDERID SUB_STATUS SUBSCRIPTION_ID WBTU_ORDERID OR_ORDERID INVORDERID
  GLOBORDERID ECOM_CONSUMERORDERID REFID PARAMPLUS PARAMVAR ECOM_PAYMENT_CARD_VERIFICATION UCAF_PAYMENT_CARD_NUMBER
  ECOM_PAYMENT_CARD_EXPDATE_YEAR CARDNO CVC ED ALIAS FLAG3D ECI_3D ITEMPRICE1 ITEMDISCOUNT1 DCC_CONVAMOUNT OPERATION PSWD
  ACCEPTANCE amount
`);

const DOTPAY_NAMES = words(`
  surcharge_amount surcharge recipient_account_number recurring_frequency pid code amount control credit_card_number
  credit_card_security_code credit_card_expiration_date_year credit_card_id blik_code gp_token
`);

describe.each([
  ['ogone', OGONE_NAMES],
  ['postfinance', OGONE_NAMES],
  ['dotpay', DOTPAY_NAMES],
  ['ecommpay', ['recurring', 'payment_amount', 'payment_id']],
])('%s', (provider, names) => {
  it('takes nothing from a shop that decides money, order, card or where the result goes', async () => {
    const pay = await shopWith(provider);
    for (const name of names) expect(await pay({ [name]: '1' }), name).toMatchObject(rejects(name));
  });
});

describe('ogone', () => {
  it('takes the choice of a means of payment, and no number in its place', async () => {
    const pay = await shopWith('ogone');
    for (const given of [
      { PM: 'CreditCard', BRAND: 'VISA' },
      { PM: 'PostFinance Card' },
      { PMLIST: 'VISA;iDEAL' },
    ])
      expect((await pay(given)).status).toBe(201);
    for (const PM of ['9', '1999', '7ZK0M3Q9T2V8XW4B01', 'VISA1999'])
      expect(await pay({ PM }), PM).toMatchObject(rejects('PM'));
  });
});

describe.each(['webservice', 'url'])('tipi by %s', (mode) => {
  it('takes no order number of another payment for a debt, and the reference of a real one', async () => {
    const pay = await shopWith('tipi', { mode });
    const other = '7ZK0M3Q9T2V8XW4B01';
    for (const [name, value] of [
      ['refdet', other],
      ['refdet', other.toLowerCase()],
      ['refdet', `AB${other}9`],
      ['objet', `facture ${other}`],
      ['refdet', 'short'],
    ] as const)
      expect(await pay({ [name]: value }), value).toMatchObject(rejects(name));
    for (const refdet of ['999900000000999999', 'PO20240115000042', 'EFEFAEFG'])
      expect((await pay({ refdet, exer: '2024', objet: 'Cantine' })).status).toBe(201);
  });
});

describe('the choice of a means of payment', () => {
  it('offers no account whose provider does not take the fields of the payment', async () => {
    const [paybox, ogone, other] = [
      await makeAccount('paybox'),
      await makeAccount('ogone'),
      await makeAccount('paybox'),
    ];
    const shop = await makeShop([paybox, ogone, other]);
    const { body } = await shop.pay({ account: undefined, providerFields: { PBX_LANGUE: 'GBR' } });
    const page = await (await request(body.checkoutUrl)).text();
    expect([paybox, ogone, other].filter((id) => page.includes(id))).toEqual([paybox, other]);
    const chosen = await request(body.checkoutUrl, { method: 'POST', body: `account=${ogone}` });
    expect([chosen.status, chosen.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    const alone = await makeShop([paybox, ogone]);
    const only = await alone.pay({ account: undefined, providerFields: { PBX_LANGUE: 'GBR' } });
    expect(only.body.redirect).toMatchObject({ kind: 'form' });
  });
});
