/**
 * Means of payment: what a provider lists for a contract, and what a shop asks for with a payment. The failures ruled out: a list of
 * another amount or shop, a provider that is down and looks as if it had none, a bank that is told other means than the shop has said.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MeansOfPayment } from '../../src/payments/means.ts';
import {
  admin,
  BANK_API,
  bankOutage,
  currencyOf,
  journey,
  makeAccount,
  makeShop,
  merchant,
  network,
  PROVIDER_IDS,
  type Problem,
  placeAt,
  shopperAtBank,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.restoreAllMocks();
  net.restore();
});

const BROKERS = ['przelewy24', 'payu', 'tpay', 'dotpay'];

type Listed = { readonly data: readonly MeansOfPayment[] } & Problem;

async function list(provider: string, query = 'currency=PLN') {
  const { shop, account } = await placeAt(provider);
  return { shop, account, ...(await shop.call<Listed>('GET', `/accounts/${account}/methods?${query}`)) };
}

describe.each(BROKERS)('the list of %s', (provider) => {
  it('has what is offered, each with its kind, and leaves out what is switched off', async () => {
    const { status, body } = await list(provider);
    expect(status).toBe(200);
    const kinds = new Map(body.data.map(({ name, kind }) => [name, kind]));
    expect(kinds.get('BLIK')).toBe('blik');
    expect([...kinds.values()].filter((kind) => kind === 'bank').length).toBeGreaterThanOrEqual(2);
    expect([...kinds.values()]).toContain('card');
    expect([...kinds.values()]).toContain('wallet');
    expect([...kinds.keys()].join()).not.toMatch(/Citi|iPKO$|BNP|testowa/);
  });

  it('is kept for ten minutes, and asked for again after that', async () => {
    const { shop, account } = await list(provider);
    const asked = () =>
      net.calls.filter((url) => url.includes('bank-demo.com') && /methods|channels/.test(url)).length;
    const before = asked();
    const read = () => shop.call<Listed>('GET', `/accounts/${account}/methods?currency=PLN`);
    await read();
    expect(asked()).toBe(before);
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(now + 601_000);
    await read();
    expect(asked()).toBe(before + 1);
    vi.useRealTimers();
  });

  it('is 502 while the provider is down, and not an empty list', async () => {
    const { shop, account } = await placeAt(provider);
    await bankOutage(provider, 'down');
    const { status, body } = await shop.call<Listed>('GET', `/accounts/${account}/methods?currency=PLN`);
    await bankOutage(provider, null);
    expect([status, body.code]).toEqual([502, 'provider_error']);
    // And it is not kept: the list is there as soon as the provider is.
    const after = await shop.call<Listed>('GET', `/accounts/${account}/methods?currency=PLN`);
    expect([after.status, after.body.data.length > 0]).toEqual([200, true]);
  });

  it('leads to the bank that a shop names, by an id of it', async () => {
    const { body } = await list(provider);
    const bank = body.data.find(({ kind }) => kind === 'bank');
    const { payment, order } = await journey(provider, {
      fields: { method: { kind: 'bank', id: bank?.id } },
    });
    expect(payment.method).toEqual({ kind: 'bank', id: bank?.id });
    expect(order.order).toContain(payment.id);
  });

  it('and a bank that is not offered is refused by the bank', async () => {
    const { shop, account } = await placeAt(provider);
    const created = await shop.pay({
      account,
      currency: 'PLN',
      method: { kind: 'bank', id: provider === 'payu' ? 'zzz' : '9999' },
    });
    expect(created.status).toBe(201);
    await expect(
      shopperAtBank(provider, created.body.redirect, merchant(provider, account)),
    ).rejects.toThrow();
  });
});

describe('the list', () => {
  it('is of an amount: what takes more only is left out', async () => {
    for (const provider of ['przelewy24', 'payu', 'tpay']) {
      const small = await list(provider, 'currency=PLN&amount=1000');
      const large = await list(provider, 'currency=PLN&amount=50000');
      const kinds = ({ body }: typeof small) => body.data.map(({ kind }) => kind);
      expect(kinds(small)).not.toContain('instalments');
      expect(kinds(large)).toContain('instalments');
    }
  });

  it('is 502 where the provider is silent, and not an empty list', async () => {
    const { shop, account } = await placeAt('przelewy24');
    await bankOutage('przelewy24', 'silent');
    const { status, body } = await shop.call<Listed>('GET', `/accounts/${account}/methods?currency=PLN`);
    await bankOutage('przelewy24', null);
    expect([status, body.code]).toEqual([502, 'provider_error']);
  });

  it('that is kept is not taken for that of another amount or currency, or for that of the account before it was changed', async () => {
    const { shop, account } = await placeAt('przelewy24');
    const read = async (query: string) => {
      const before = net.calls.length;
      const { body } = await shop.call<Listed>('GET', `/accounts/${account}/methods?${query}`);
      const asked = net.calls.slice(before).filter((url) => /methods/.test(url));
      return {
        kinds: body.data.map(({ kind }) => kind),
        asked: asked.map((url) => new URL(url).searchParams),
      };
    };
    expect((await read('currency=PLN&amount=50000')).kinds).toContain('instalments');
    expect((await read('currency=PLN&amount=1000')).kinds).not.toContain('instalments');
    const [euros] = (await read('currency=EUR&amount=1000')).asked;
    expect(euros?.get('currency')).toBe('EUR');
    expect((await read('currency=EUR&amount=1000')).asked).toEqual([]);
    const settings = merchant('przelewy24', account).settings;
    // The clock of a test stands still, and a change has a later time.
    vi.setSystemTime(Date.now() + 1000);
    const changed = await admin<Problem>('PUT', `/accounts/${account}`, {
      ...{ provider: 'przelewy24', environment: 'sandbox', currencies: ['PLN', 'EUR'], settings },
      ...{ endpoints: { api: BANK_API }, caption: 'another contract' },
    });
    expect(changed.status).toBe(200);
    expect((await read('currency=EUR&amount=1000')).asked).toHaveLength(1);
  });

  it('is for accounts of the shop alone, in their currencies, and says who has none', async () => {
    const { shop, account } = await placeAt('przelewy24');
    const other = await makeShop([await makeAccount('ogone')]);
    const code = async (who: typeof shop, id: string, query = '') =>
      (await who.call<Problem>('GET', `/accounts/${id}/methods${query}`)).body.code;
    expect(await code(other, account)).toBe('not_found');
    expect(await code(shop, account, '?currency=JPY')).toBe('unsupported_currency');
    expect(await code(shop, account, '?currency=PLN&amount=0')).toBe('invalid_request');
    const ogone = await placeAt('ogone');
    expect(await code(ogone.shop, ogone.account, '?currency=EUR')).toBe('unsupported_operation');
  });
});

describe('a means of payment that a shop names', () => {
  const refusing = PROVIDER_IDS.filter((id) => !BROKERS.includes(id));

  it.each(refusing)('is refused by name at %s, or taken', async (provider) => {
    const shop = await makeShop([await makeAccount(provider)]);
    const { status, body } = await shop.pay({ currency: currencyOf(provider), method: { kind: 'card' } });
    if (status === 201) return;
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'unsupported_operation', errors: [{ path: 'method' }] });
  });

  it('is refused where its form is wrong', async () => {
    const { shop } = await placeAt('przelewy24');
    const pathOf = async (method: unknown) =>
      (await shop.call<Problem>('POST', '/payments', { reference: 'x', amount: 1, currency: 'PLN', method }))
        .body.errors?.[0]?.path;
    expect(await pathOf({ kind: 'blik', code: '12345' })).toBe('method.code');
    expect(await pathOf({ kind: 'blik' })).toBe('method.code');
    expect(await pathOf({ kind: 'card', code: '123456' })).toBe('method.code');
    expect(await pathOf({ kind: 'bank' })).toBe('method.id');
    expect(await pathOf({ kind: 'cash' })).toBe('method.kind');
  });

  it('goes to the account that takes it, where the shop has named none', async () => {
    const [ogone, p24] = [await makeAccount('ogone'), (await placeAt('przelewy24')).account];
    const shop = await makeShop([ogone, p24]);
    const { body } = await shop.pay({ account: undefined, currency: 'PLN', method: { kind: 'transfer' } });
    expect(body.account).toBe(p24);
  });
});
