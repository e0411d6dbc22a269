/**
 * The means of payment that an account offers. The failures ruled out: a list that somebody gets who cannot sign; one that is not of the
 * account's own restriction; something that is switched off; a page of a proxy, or half an answer, taken for a list.
 */
import { describe, expect, it } from 'vitest';
import { MEANS_KINDS, type MeansOfPayment } from '../../src/payments/means.ts';
import type { Provider } from '../../src/providers/contract.ts';
import { provider as providerOf, providers } from '../../src/providers/registry.ts';
import { bankNetwork, currencyOf, known, merchant } from '../support/harness.ts';
import { accountOf } from './support.ts';

const LISTING = providers.filter(({ methods }) => methods);

/** Those that ask somebody. */
const ASKING = LISTING.filter(({ id }) => id !== 'monetico');

interface Asked {
  readonly settings?: Record<string, unknown>;
  readonly currency?: string;
  readonly amount?: number | null;
  readonly fetch?: typeof fetch;
}

function list(entry: Provider, asked: Asked = {}): Promise<readonly MeansOfPayment[]> {
  const account = accountOf(entry, asked.settings);
  known(merchant(entry.id, 'account', accountOf(entry).settings));
  const query = {
    account,
    currency: asked.currency ?? currencyOf(entry.id),
    amount: asked.amount ?? null,
    now: new Date('2026-11-21T09:00:00Z'),
    fetch: asked.fetch ?? bankNetwork,
  };
  return entry.methods?.(query as never) ?? Promise.reject(new Error('it lists none'));
}

function named(id: string): Provider {
  const found = providerOf(id);
  if (!found) throw new Error(`there is no provider ${id}`);
  return found;
}

/** The bank's answer, changed on its way. */
function changing(change: (answer: Response) => Response | Promise<Response>): typeof fetch {
  return (async (input, init) => change(await bankNetwork(input, init))) as typeof fetch;
}

const ids = async (means: Promise<readonly MeansOfPayment[]>) => (await means).map(({ id }) => id);

it('worldline, both editions of the Checkout platform, paynow and monetico list them', () => {
  expect(LISTING.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['worldline', 'postfinance-checkout', 'wallee', 'paynow', 'monetico']),
  );
});

describe.each(LISTING.map((entry) => [entry.id, entry] as const))('%s', (_id, entry) => {
  it('lists each once, with a name and a kind that a shop knows', async () => {
    const means = await list(entry);
    expect(means.length).toBeGreaterThan(0);
    expect(new Set(means.map(({ id }) => id)).size).toBe(means.length);
    for (const { id, name, kind } of means) {
      expect(id).toMatch(/^\S+$/);
      expect(name).not.toBe('');
      expect(MEANS_KINDS).toContain(kind);
    }
  });
});

describe.each(ASKING.map((entry) => [entry.id, entry] as const))('%s', (_id, entry) => {
  it.each([
    ['a page of a proxy', () => new Response('<html>Bad gateway</html>')],
    ['nothing', () => new Response('')],
    ['an object without a list', () => Response.json({})],
    ['a list of texts', () => Response.json(['VISA'])],
    ['a fault of its own', () => new Response('{}', { status: 500 })],
  ])('does not take %s for a list', async (_what, answer) => {
    await expect(list(entry, { fetch: changing(answer) })).rejects.toMatchObject({ code: 'provider_error' });
  });

  it('says that nobody answers', async () => {
    const cut = (() => Promise.reject(new TypeError('cut'))) as unknown as typeof fetch;
    await expect(list(entry, { fetch: cut })).rejects.toMatchObject({ code: 'provider_unreachable' });
  });
});

describe('what a call is signed with', () => {
  it.each([
    ['worldline', { api_secret: 'not the secret of the API key' }],
    ['postfinance-checkout', { application_key: btoa('f'.repeat(32)) }],
    ['postfinance-checkout', { mode: 'v2', application_key: btoa('f'.repeat(32)) }],
    ['postfinance-checkout', { space_id: '999' }],
    ['paynow', { signature_key: '00000000-0000-0000-0000-000000000000' }],
  ])('of %s decides whether it is answered: %o is not', async (id, settings) => {
    await expect(list(named(id), { settings })).rejects.toMatchObject({ code: 'provider_error' });
  });
});

describe('worldline', () => {
  const entry = named('worldline');

  it('lists those of the country of the account, of its language, and of France for cawl', async () => {
    const french = { locale: 'fr_FR' };
    expect(await ids(list(entry, { currency: 'EUR', settings: french }))).toEqual(
      expect.arrayContaining(['130', '5402']),
    );
    expect(await ids(list(entry, { currency: 'EUR', settings: { country: 'NL', ...french } }))).toEqual(
      expect.arrayContaining(['809']),
    );
    expect(await ids(list(entry, { currency: 'EUR', settings: { country: 'NL' } }))).not.toContain('130');
    const brand = { brand: 'cawl' };
    expect(await ids(list(entry, { currency: 'EUR', settings: brand }))).toContain('130');
    expect(await ids(list(entry, { currency: 'USD', settings: brand }))).not.toContain('130');
  });

  it('knows what they are, and leaves out what the account does not offer', async () => {
    const settings = { country: 'FR', product_ids: [1, 302, 840, 5402] };
    expect(await list(entry, { currency: 'EUR', amount: 1999, settings })).toEqual([
      { id: '1', name: 'VISA', kind: 'card' },
      { id: '302', name: 'APPLEPAY', kind: 'wallet' },
      { id: '840', name: 'PAYPAL', kind: 'wallet' },
      { id: '5402', name: 'MEALVOUCHERS', kind: 'other' },
    ]);
  });
});

describe('postfinance-checkout', () => {
  const entry = named('postfinance-checkout');

  it.each(['v1', 'v2'])('lists what is active, in the order of the space (%s)', async (mode) => {
    const shown = [
      { id: '8102', name: 'TWINT', kind: 'wallet' },
      { id: '8101', name: 'Credit / Debit Card', kind: 'card' },
      { id: '8104', name: 'PostFinance Pay', kind: 'bank' },
    ];
    expect(await list(entry, { settings: { mode } })).toEqual(shown);
    const [twint] = await list(entry, { settings: { mode, language: 'de-CH' } });
    expect(twint?.name).toBe('TWINT (DE)');
    const settings = { mode, payment_method_configurations: '8101,8103' };
    expect(await ids(list(entry, { settings }))).toEqual(['8101']);
  });

  it('leaves out what is switched off, although the platform lists it', async () => {
    const other = changing(async (answer) => {
      const [first, ...rest] = (await answer.json()) as Record<string, unknown>[];
      return Response.json([{ ...first, state: 'INACTIVE' }, ...rest]);
    });
    expect(await ids(list(entry, { settings: { mode: 'v1' }, fetch: other }))).toEqual(['8102', '8104']);
  });
});

describe('paynow', () => {
  const entry = named('paynow');

  it('lists what is up, by currency and amount, in what a payment takes', async () => {
    expect(await list(entry, { currency: 'PLN', amount: 1000 })).toEqual([
      { id: '2007', name: 'BLIK', kind: 'blik' },
      { id: '1000', name: 'mTransfer', kind: 'bank' },
      { id: '2032', name: 'Płać z ING', kind: 'bank' },
      { id: '2002', name: 'Karta płatnicza', kind: 'card' },
      { id: '2004', name: 'Google Pay', kind: 'wallet' },
      { id: '3000', name: 'PayPo', kind: 'instalments' },
    ]);
    expect(await ids(list(entry, { currency: 'PLN', amount: 999 }))).not.toContain('3000');
    expect(await ids(list(entry, { currency: 'EUR' }))).toEqual(['2002']);
  });
});

it('monetico lists cards, and in euros what a contract may include', async () => {
  const entry = named('monetico');
  expect(await ids(list(entry, { currency: 'EUR' }))).toEqual([
    'CB',
    'paypal',
    'lyfpay',
    '1euro',
    '3xcb',
    '4xcb',
  ]);
  expect(await ids(list(entry, { currency: 'CAD' }))).toEqual(['CB']);
});
