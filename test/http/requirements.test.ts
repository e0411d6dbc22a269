/** What a provider requires of a payment: refused when it is created, told beforehand, and nobody is offered an account that lacks it. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAttempt } from '../../src/gateway/start-attempt.ts';
import { derivePaymentId } from '../../src/payments/id.ts';
import type { Minor } from '../../src/payments/money.ts';
import type { PaymentRequest } from '../../src/payments/types.ts';
import type { Provider } from '../../src/providers/contract.ts';
import type { Requirement } from '../../src/providers/kit/requirements.ts';
import { providers } from '../../src/providers/registry.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { accountOf } from '../providers/support.ts';
import {
  BANK_API,
  CUSTOMER,
  currencyOf,
  demoSettings,
  makeAccount,
  makeShop,
  merchant,
  network,
  type Payment,
  type Problem,
  request,
  shopperAtBank,
  unique,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const SHOPPER = { headers: { 'cf-connecting-ip': '203.0.113.9' } };

type Settings = Record<string, unknown>;

/** Settings under which conditional requirements hold, beside the demo's own. One that holds under none of them fails the suite. */
const OTHER_SETTINGS: Readonly<Record<string, readonly Settings[]>> = {
  paybox: [
    Object.fromEntries(
      Object.keys(demoSettings('paybox'))
        .filter((name) => /^billing_(?!phone)/.test(name))
        .map((name) => [name, undefined]),
    ),
    { billing_phone: undefined },
  ],
  tipi: [{ mode: 'url' }],
  tpay: [{ mode: 'classic' }],
  przelewy24: [{ mode: 'legacy' }],
  payu: [
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
  assist: [
    {
      mode: 'legacy',
      buyer_data: 'shop',
      salt: undefined,
      sendresult_secret: 'demo-sendresult',
    },
  ],
  systempay: [{ payment_config: 'MULTI:first=999;count=2;period=30' }],
  payzen: [{ payment_config: 'MULTI:first=999;count=2;period=30' }],
};

const GOOD: PaymentRequest = {
  reference: 'good',
  amount: 1999 as Minor,
  currency: 'EUR',
  description: 'Two tickets',
  capture: null,
  customer: CUSTOMER,
  returnUrl: {},
  extraData: null,
  providerFields: {},
};

/** An address in a country that has states. */
const IN_US = { line1: '1 Main St', postalCode: '94105', city: 'San Francisco', country: 'US' };

/** Parts that the payment says, and that a field of the form says as well. */
const IN_PARTS_TWICE = {
  meets: { installments: { count: 3, periodDays: 30 } },
  fails: {
    installments: { count: 3, periodDays: 30 },
    providerFields: { vads_payment_config: 'SINGLE' },
  },
} as const;

/** Where a requirement depends on the payment: payments that meet it and that do not, by provider and field, as changes of a request. */
const OTHER_PAYMENTS: Readonly<
  Record<string, { readonly meets: Partial<PaymentRequest>; readonly fails: Partial<PaymentRequest> }>
> = {
  'monetico customer.address.state': {
    meets: { customer: { ...CUSTOMER, address: { ...IN_US, state: 'CA' } } },
    fails: { customer: { ...CUSTOMER, address: IN_US } },
  },
  'payzen providerFields.vads_payment_config': IN_PARTS_TWICE,
  'systempay providerFields.vads_payment_config': IN_PARTS_TWICE,
  'paybox customer.phone': { meets: {}, fails: { customer: { ...CUSTOMER, phone: '12' } } },
};

type AnyRequirement = Requirement<Settings>;

/** A payment that meets everything but one requirement, as changes of a request. */
function without({ field, problemOf }: AnyRequirement, settings: Settings): Record<string, unknown> {
  if (field === 'currency') return { currency: 'USD' };
  if (field === 'amount') {
    const amount = [1, 99, 1_000_000, 10_000_000, 99_999_999].find(
      (value) => problemOf?.(String(value), settings, { ...GOOD, amount: value as Minor }) != null,
    );
    return { amount };
  }
  const [, ...names] = field.split('.');
  const customer = structuredClone(CUSTOMER) as Record<string, unknown>;
  const last = names.pop() ?? '';
  const parent = names.reduce((part, name) => part[name] as Record<string, unknown>, customer);
  delete parent[last];
  return { customer };
}

const CODES: Readonly<Record<string, readonly [status: number, code: string]>> = {
  amount: [422, 'amount_out_of_range'],
  currency: [422, 'unsupported_currency'],
};

interface Case {
  readonly entry: Provider;
  readonly settings: Settings;
  readonly requirement: AnyRequirement;
}

/** Each requirement of the registry, under settings under which it holds. */
const CASES = providers.flatMap((entry) =>
  (entry.requires as readonly AnyRequirement[]).map((requirement): Case => {
    const found = [{}, ...(OTHER_SETTINGS[entry.id] ?? [])].find(
      (changes) =>
        requirement.applies?.(accountOf(entry, changes).settings, {
          ...GOOD,
          currency: currencyOf(entry.id),
          ...OTHER_PAYMENTS[`${entry.id} ${requirement.field}`]?.fails,
        }) ?? true,
    );
    if (!found) throw new Error(`${entry.id}: no settings here under which ${requirement.field} is required`);
    return { entry, settings: found, requirement };
  }),
);

describe.each(
  CASES.map((one) => [one.entry.id, one.requirement.field, one.requirement.when ?? 'always', one] as const),
)('%s requires %s (%s)', (id, field, _when, { entry, settings, requirement }) => {
  it('at create, burns no reference without it, and pays with it', async () => {
    const currencies = [currencyOf(id), ...(field === 'currency' ? ['USD'] : [])];
    const account = await makeAccount(id, {
      settings: { ...demoSettings(id), ...settings },
      endpoints: { api: BANK_API },
      currencies: currencies.filter((code) => entry.currencies.includes(code)),
    });
    const shop = await makeShop([account]);
    const other = OTHER_PAYMENTS[`${id} ${field}`];
    const good = { reference: `order-${unique()}`, currency: currencyOf(id), ...other?.meets };
    const refused = await shop.pay({
      ...good,
      ...(other?.fails ?? without(requirement, accountOf(entry, settings).settings)),
    });
    const [status, code] = CODES[field] ?? [400, 'invalid_request'];
    expect(refused.body).toMatchObject({ status, code });
    expect((refused.body as unknown as Problem).errors?.map(({ path }) => path)).toEqual([field]);
    expect(net.calls.filter((url) => url.startsWith(BANK_API))).toEqual([]);
    const created = await shop.pay(good);
    expect(created.status).toBe(201);
    const order = await shopperAtBank(id, created.body.redirect, merchant(id, account, settings));
    expect(order.amount).toBe(1999);
  });

  it('is told to whoever asks', async () => {
    const answer = await (await request(`/v1/providers/${id}`)).json<{ requires: readonly unknown[] }>();
    expect(answer.requires).toContainEqual({
      field,
      maxLength: requirement.maxLength ?? null,
      when: requirement.when ?? null,
    });
  });
});

const LIMITED = CASES.filter(({ requirement }) => requirement.maxLength !== undefined);

describe.each(LIMITED.map((one) => [one.entry.id, one.requirement.maxLength ?? 0, one] as const))(
  '%s takes %d characters',
  (id, most, { settings, requirement: { field } }) => {
    it('of an e-mail address, and refuses a longer one', async () => {
      expect(field).toBe('customer.email');
      const account = await makeAccount(id, { settings: { ...demoSettings(id), ...settings } });
      const shop = await makeShop([account]);
      const end = '@example.com';
      const labels = 'a'.repeat(60);
      const email = (length: number) =>
        `${`${labels}.${labels}.${labels}`.slice(0, length - end.length - 1)}z${end}`;
      const pay = (length: number) =>
        shop.pay({ currency: currencyOf(id), customer: { ...CUSTOMER, email: email(length) } });
      expect((await pay(most)).status).toBe(201);
      expect((await pay(most + 1)).body).toMatchObject({ status: 400, errors: [{ path: field }] });
    });
  },
);

describe('an order that is registered when its shopper comes', () => {
  const deferred = providers.filter((entry) => entry.deferred?.(accountOf(entry).settings as never));

  it.each(deferred.map(({ id }) => id))(
    'is built at create: an address that cannot be sent is found then (%s)',
    async (id) => {
      const made = await makeAccount(id, { settings: demoSettings(id), endpoints: { api: BANK_API } });
      const service = serviceOf(env as unknown as Env);
      const account = await service.directory.account(made);
      if (!account) throw new Error('no account');
      const options = {
        account,
        id: derivePaymentId(new Uint8Array(32), 'shop', unique()),
        attempt: 1,
        request: { ...GOOD, currency: currencyOf(id) },
        amount: GOOD.amount,
      };
      const long =
        `https://${'x'.repeat(60)}.${'x'.repeat(60)}.${'x'.repeat(60)}.${'x'.repeat(60)}.example`.padEnd(
          2100,
          '/x',
        );
      await expect(startAttempt(service, { ...options, origin: long })).rejects.toMatchObject({
        code: 'misconfigured',
      });
      expect(await startAttempt(service, { ...options, origin: 'https://pay.test' })).toMatchObject({
        redirect: null,
      });
      expect(net.calls).toEqual([]);
    },
  );
});

describe('a payment that leaves the account open', () => {
  const open = { account: undefined, currency: 'PLN' };

  async function polish(...ids: readonly string[]) {
    const accounts: string[] = [];
    for (const id of ids)
      accounts.push(
        await makeAccount(id, { caption: id, settings: demoSettings(id), endpoints: { api: BANK_API } }),
      );
    return { accounts, shop: await makeShop(accounts) };
  }

  const offeredAt = async ({ checkoutUrl }: Payment) => {
    const page = await (await request(checkoutUrl, SHOPPER)).text();
    return [...page.matchAll(/name="account" value="([^"]+)"/g)].map(([, id]) => id);
  };

  it('begins at the first that can take it, and is offered no other', async () => {
    const { shop, accounts } = await polish('tpay', 'dotpay', 'przelewy24', 'payu');
    const [tpay, dotpay, p24, payu] = accounts;
    const bare = await shop.pay({ ...open, customer: {} });
    expect([bare.status, bare.body.account]).toEqual([201, dotpay]);
    expect(await offeredAt(bare.body)).toEqual([dotpay, payu]);
    const pick = (account = '') =>
      request(bare.body.checkoutUrl, { ...SHOPPER, method: 'POST', body: new URLSearchParams({ account }) });
    expect((await pick(tpay)).status).toBe(404);
    const known = await shop.pay(open);
    expect(known.body.account).toBe(tpay);
    expect(await offeredAt(known.body)).toEqual([tpay, dotpay, p24, payu]);
  });

  it('needs no choice where one alone can take it', async () => {
    const { shop, accounts } = await polish('tpay', 'dotpay');
    const { body } = await shop.pay({ ...open, customer: {} });
    expect(body.account).toBe(accounts[1]);
    expect(await offeredAt(body)).toEqual([]);
  });

  it('is refused for the reason of the first where none can, and its reference stays free', async () => {
    const { shop } = await polish('tpay', 'przelewy24');
    const reference = `order-${unique()}`;
    const refused = await shop.pay({ ...open, reference, customer: {} });
    expect(refused.body).toMatchObject({ status: 400, errors: [{ path: 'customer.email' }] });
    expect((refused.body as unknown as Problem).detail).toContain('Tpay');
    expect((await shop.pay({ ...open, reference })).status).toBe(201);
  });

  it('goes to the first of a named provider that can take it', async () => {
    const url = await makeAccount('tipi', { settings: { ...demoSettings('tipi'), mode: 'url' } });
    const web = await makeAccount('tipi', { settings: demoSettings('tipi') });
    const shop = await makeShop([url, web]);
    const at = async (amount: number) =>
      (await shop.pay({ account: undefined, provider: 'tipi', amount })).body.account;
    expect([await at(1999), await at(1_000_000), await at(99)]).toEqual([url, web, url]);
  });

  it('is not offered an account whose limits it is beyond', async () => {
    const accounts = [
      await makeAccount('tipi', { settings: demoSettings('tipi') }),
      await makeAccount('ogone'),
      await makeAccount('payzen'),
    ];
    const shop = await makeShop(accounts);
    const offered = async (amount: number) =>
      offeredAt((await shop.pay({ account: undefined, amount })).body);
    expect(await offered(1999)).toEqual(accounts);
    expect(await offered(10_000_000)).toEqual(accounts.slice(1));
    expect(await offered(99)).toEqual(accounts.slice(1));
  });
});
