/**
 * Providers that have ended, and where their merchants go on. The failures ruled out: a shop that is sent to a provider which is not
 * there, or to a brand which that one does not have; an end that its caption does not tell.
 */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { provider, providers } from '../../src/providers/registry.ts';
import { demoSettings, request } from '../support/harness.ts';

interface Listed {
  readonly id: string;
  readonly caption: string;
  readonly ended: string | null;
  readonly successor: readonly { readonly provider: string; readonly brand: string | null }[];
}

async function listed(): Promise<readonly Listed[]> {
  const answer = await request('/v1/providers');
  return (await answer.json<{ data: Listed[] }>()).data;
}

/** As the sheets have it. */
const EXPECTED: Readonly<Record<string, Pick<Listed, 'ended' | 'successor'>>> = {
  ogone: { ended: '2025-12-31', successor: [{ provider: 'worldline', brand: 'worldline' }] },
  postfinance: {
    ended: '2025-12-31',
    successor: [
      { provider: 'postfinance-checkout', brand: null },
      { provider: 'worldline', brand: 'worldline' },
    ],
  },
  paybox: { ended: null, successor: [{ provider: 'worldline', brand: 'cawl' }] },
  dotpay: { ended: null, successor: [{ provider: 'przelewy24', brand: null }] },
  spplus: { ended: '2011-12-31', successor: [{ provider: 'systempay', brand: 'systempay' }] },
  sips: { ended: null, successor: [{ provider: 'sips2', brand: null }] },
  moip: { ended: '2022-12-31', successor: [] },
  paymill: { ended: '2019-07-25', successor: [] },
};

describe('the list of providers', () => {
  it('says which have ended and who follows them, and nothing of the others', async () => {
    for (const { id, ended, successor } of await listed())
      expect([id, { ended, successor }]).toEqual([id, EXPECTED[id] ?? { ended: null, successor: [] }]);
  });

  it('says the same of one provider', async () => {
    for (const [id, expected] of Object.entries(EXPECTED)) {
      const answer = await request(`/v1/providers/${id}`);
      expect(await answer.json<Listed>()).toMatchObject(expected);
    }
  });

  it('tells people in its captions what has ended', async () => {
    for (const { caption, ended } of await listed())
      if (ended !== null) expect(caption).toMatch(new RegExp(`ended .*${ended.slice(0, 4)}`));
  });
});

describe('a successor', () => {
  const named = providers.flatMap(({ id, successor = [] }) => successor.map((one) => [id, one] as const));

  it.each(named)('of %s is there, in use, and has its brand: %o', (_id, { provider: name, brand }) => {
    const found = provider(name);
    if (!found) throw new Error(`there is no provider ${name}`);
    expect(found.ended).toBeUndefined();
    if (brand === null) return;
    expect(v.safeParse(found.settings, { ...demoSettings(name), brand }).success).toBe(true);
  });
});

it.each(providers.filter(({ ended }) => ended !== undefined))('the end of $id is a day', ({ ended = '' }) => {
  expect(new Date(`${ended}T00:00:00Z`).toISOString().slice(0, 10)).toBe(ended);
});
