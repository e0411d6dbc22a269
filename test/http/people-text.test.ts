/** Text for people never stops a payment, at any provider; what identifies goes out as it came or not at all. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { providers } from '../../src/providers/registry.ts';
import { accountOf, request } from '../providers/support.ts';
import {
  BANK_API,
  CUSTOMER,
  currencyOf,
  demoSettings,
  makeAccount,
  makeShop,
  merchant,
  network,
  PROVIDER_IDS,
  placeAt,
  shopperAtBank,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

/** What the API takes as printable: Unicode without control characters, line separators and halves of surrogate pairs. */
const PRINTABLE = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u;

const text = (maxLength: number) =>
  fc
    .oneof(
      fc.string({ unit: 'binary', maxLength }),
      fc.string({ unit: 'grapheme', maxLength }),
      // What protocols give a meaning to, and what charsets lack.
      fc.string({
        unit: fc.constantFrom(
          ...Array.from(`|;&=+!<>"'\\%?/#$\u0085\u00a0\u200b’“–…ŁłŒœ€ßéÉñĳﬁ№™½李Жщ👩‍👩‍👧 -.,aZ09`),
        ),
        maxLength,
      }),
    )
    .filter((value) => PRINTABLE.test(value) && Array.from(value).length <= maxLength);

const texts = fc.record({
  description: text(500),
  firstName: text(100),
  lastName: text(100),
  line1: text(200),
  line2: text(200),
  city: text(100),
  state: text(100),
  postalCode: text(20),
  phone: text(40),
});

/** A Paybox account that knows nothing where the shop knows nothing. */
const NO_BILLING = Object.fromEntries(
  Object.keys(demoSettings('paybox'))
    .filter((name) => name.startsWith('billing_'))
    .map((name) => [name, undefined]),
);

/** Accounts whose charset is another one, or which send more than the demo's. */
const OTHERS: readonly (readonly [id: string, settings: Record<string, unknown>])[] = [
  ['ogone', { encoding: 'iso-8859-1' }],
  ['assist', { mode: 'legacy', salt: undefined, sendresult_secret: 'demo-sendresult', buyer_data: 'shop' }],
  ['tpay', { mode: 'classic' }],
  ['przelewy24', { mode: '3.2' }],
  ['przelewy24', { mode: 'legacy' }],
  ['tipi', { mode: 'url' }],
  ['paybox', NO_BILLING],
  ['dotpay', { mode: 'next' }],
  ['dotpay', { mode: 'legacy' }],
  [
    'payu',
    {
      mode: 'legacy',
      pos_id: '24681',
      pos_auth_key: 'Ab12Cd3',
      key1: '0123456789abcdef0123456789abcdef',
      key2: 'fedcba9876543210fedcba9876543210',
      second_key: undefined,
      client_secret: undefined,
    },
  ],
];

const EVERY = [...PROVIDER_IDS.map((id) => [id, {}] as const), ...OTHERS];

type Texts = typeof texts extends fc.Arbitrary<infer Given> ? Given : never;

/** A payment with these texts; where the account requires one that is empty, it has a letter. */
function fieldsOf(id: string, settings: Record<string, unknown>, given: Texts) {
  const entry = providers.find((one) => one.id === id);
  if (!entry) throw new Error(`there is no ${id}`);
  const account = accountOf(entry, settings);
  const payment = { ...request(entry), customer: { phone: given.phone, address: { country: 'FR' } } };
  const needed = new Set(
    entry.requires
      .filter(({ applies }) => applies?.(account.settings as never, payment) ?? true)
      .map(({ field }) => field.split('.').at(-1)),
  );
  const filled = (values: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        needed.has(name) && value.trim() === '' ? 'a' : value,
      ]),
    );
  const { description, firstName, lastName, phone: anyPhone, ...rest } = given;
  // A postal code identifies: one that is longer than the bank takes is refused by name.
  const postalCode = id === 'monetico' ? Array.from(rest.postalCode).slice(0, 10).join('') : rest.postalCode;
  const places = { ...rest, postalCode };
  // What is no telephone number is refused by name where the bank refuses payments without one.
  const phone = needed.has('phone') ? CUSTOMER.phone : anyPhone;
  return {
    currency: currencyOf(id),
    description,
    customer: {
      ...CUSTOMER,
      ...filled({ firstName, lastName }),
      phone,
      address: { country: 'FR', ...filled(places) },
    },
  };
}

describe.each(EVERY)('%s %j', (id, settings) => {
  it('takes any printable text for people, and its bank verifies what is signed', async () => {
    const { shop, account } = await placeAt(id, settings);
    const who = merchant(id, account, settings);
    await fc.assert(
      fc.asyncProperty(texts, async (given) => {
        const created = await shop.pay(fieldsOf(id, settings, given));
        expect(created.body).toMatchObject({ status: 'created' });
        const order = await shopperAtBank(id, created.body.redirect, who);
        expect(order.amount).toBe(1999);
      }),
      { numRuns: 8 },
    );
  }, 60_000);

  it.each(["o'neil@example.ie", 'zoe+a&b@example.com', 'user@xn--mnchen-3ya.de'])(
    'has %s pay',
    async (email) => {
      const { shop, account } = await placeAt(id, settings);
      const created = await shop.pay({ currency: currencyOf(id), customer: { ...CUSTOMER, email } });
      expect(created.body).toMatchObject({ status: 'created' });
      await shopperAtBank(id, created.body.redirect, merchant(id, account, settings));
    },
  );
});

describe('what a shopper reads', () => {
  const sent = async (customer: object, description: string) => {
    const account = await makeAccount('postfinance', {
      settings: demoSettings('postfinance'),
      endpoints: { api: BANK_API },
    });
    const shop = await makeShop([account]);
    const { body } = await shop.pay({ currency: currencyOf('postfinance'), customer, description });
    if (body.redirect.kind !== 'form') throw new Error(JSON.stringify(body));
    return Object.fromEntries(body.redirect.fields.map(({ name, value }) => [name, value]));
  };

  it('is transliterated where the charset lacks it, and only there', async () => {
    const fields = await sent({ firstName: 'Zoé', lastName: 'L’Hôte' }, 'Œuvre 5 € – “Łódź” 😀');
    expect(fields).toMatchObject({ CN: "Zoé L'Hôte", COM: 'OEuvre 5 EUR - "Lódz"' });
  });

  it('is on one line', async () => {
    const address = { line1: '12 rue\nde la Paix', city: 'Paris\r\n', country: 'FR' };
    const fields = await sent({ firstName: 'Zoé\nMarie', lastName: 'Hôte', address }, 'Two\r\ntickets');
    expect(fields).toMatchObject({
      CN: 'Zoé Marie Hôte',
      COM: 'Two tickets',
      OWNERADDRESS: '12 rue de la Paix',
      OWNERTOWN: 'Paris',
    });
  });

  it('is cut at what people see as one character', async () => {
    const fields = await sent({}, `${'e\u0301'.repeat(99)}${'x'.repeat(99)}`);
    expect(fields.COM).toBe(`${'é'.repeat(99)}x`);
  });
});

describe('what identifies', () => {
  it('goes out exactly: a shop’s own field that the charset lacks is refused by its name', async () => {
    const postfinance = providers.find(({ id }) => id === 'postfinance');
    if (!postfinance) throw new Error('no postfinance');
    expect(postfinance.charset(accountOf(postfinance).settings as never).name).toBe('iso-8859-1');
    const account = await makeAccount('postfinance', { settings: demoSettings('postfinance') });
    const shop = await makeShop([account]);
    const { body } = await shop.pay({ currency: 'CHF', providerFields: { COMPLUS: 'Łódź' } });
    expect(body).toMatchObject({ status: 400, errors: [{ path: 'providerFields.COMPLUS' }] });
  });

  it('keeps the postal code and the telephone out where they cannot be sent as they are', async () => {
    const account = await makeAccount('postfinance', { settings: demoSettings('postfinance') });
    const shop = await makeShop([account]);
    const customer = { phone: '☎ 1', address: { postalCode: 'Ж1', country: 'FR' } };
    const { body } = await shop.pay({ currency: 'CHF', customer });
    if (body.redirect.kind !== 'form') throw new Error(JSON.stringify(body));
    const names = body.redirect.fields.map(({ name }) => name);
    expect(names).not.toContain('OWNERZIP');
    expect(names).not.toContain('OWNERTELNO');
  });
});
