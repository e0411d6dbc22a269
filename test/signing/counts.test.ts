/** What no noise of a machine can move: how many digests a signature takes, once the keys of its account are known. */
import { afterEach, expect, it, vi } from 'vitest';
import { digests } from '../../src/signing/digests.ts';
import { weakDigests } from '../../src/signing/weak.ts';
import { recipePairs } from '../bench/recipes.ts';

afterEach(() => vi.restoreAllMocks());

/** Those that HMAC signs are not counted. ASSIST's check value is a digest of two, of which that of the secret is kept. */
const DIGESTS: Readonly<Record<string, number>> = {
  'assist sign': 2,
  'assist verify': 1,
  'dotpay sign': 1,
  'dotpay verify': 1,
  'epaydk sign': 1,
  'epaydk verify': 1,
  'ogone sign': 1,
  'ogone verify': 1,
  'payu sign': 1,
  'payu verify': 1,
  'postfinance sign': 1,
  'postfinance verify': 1,
  'przelewy24 sign': 1,
  'przelewy24 verify': 1,
  'sips2 verify': 1,
  'tpay sign': 1,
  'tpay verify': 1,
};

it('makes no digest twice, and none that only a refusal would need', async () => {
  const spies = [...Object.values(digests), ...Object.values(weakDigests)].map((one) => vi.spyOn(one, 'hex'));
  const calls = () => spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
  const counted: Record<string, number> = {};
  for (const { name, ours } of await recipePairs()) {
    await ours();
    const before = calls();
    await ours();
    if (calls() > before) counted[name] = calls() - before;
  }
  expect(counted).toEqual(DIGESTS);
});
