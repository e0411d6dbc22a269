/**
 * The failures ruled out: a message without its signature, or with another one, is believed; the reason says that a signature is wrong
 * where there is none, or the other way round. By the messages of every vectors.json that are valid and hold their signature as text.
 */
import { describe, expect, it } from 'vitest';
import { recipesOf, type Vector, type VectorFile } from '../../src/cli/vectors.ts';
import type { RecipeInput } from '../../src/providers/contract.ts';

const files = Object.values(
  import.meta.glob<VectorFile>('./*/vectors.json', { eager: true, import: 'default' }),
);

/** The input of a vector with another text in the place of its signature; null where its signature is not in it. */
function inputWith({ raw, fields, ...rest }: Vector, signature: string, other: string): RecipeInput | null {
  const spellings = [signature, encodeURIComponent(signature)];
  const text = JSON.stringify({ raw: raw ?? undefined, fields, rest });
  if (!spellings.some((one) => JSON.stringify({ raw, fields }).includes(one))) return null;
  const changed = spellings.reduce((all, one) => all.replaceAll(one, other), text);
  return JSON.parse(changed) as RecipeInput;
}

/** A signature whose first letter is another: as long, and of the same alphabet. */
const altered = (signature: string) => (signature.startsWith('0') ? '1' : '0') + signature.slice(1);

const cases = files.flatMap(({ provider, vectors }) =>
  vectors.flatMap((vector) => {
    const recipe = recipesOf(provider)?.[vector.what];
    const { signature } = vector;
    if (recipe?.kind !== 'verify' || !vector.valid || !signature) return [];
    const [without, wrong] = ['', altered(signature)].map((other) => inputWith(vector, signature, other));
    return without && wrong ? [{ provider, name: vector.name, vector, recipe, without, wrong }] : [];
  }),
);

describe('a message that was valid', () => {
  it('is there of every provider whose signature is a text of the message', () => {
    expect([...new Set(cases.map(({ provider }) => provider))].sort().join(' ')).toBe(
      'assist dotpay ecommpay epaydk monetico ogone paybox paynow payu payzen postfinance postfinance-checkout ' +
        'przelewy24 sips2 spplus systempay tpay wallee worldline',
    );
  });

  it.each(cases)(
    '$provider, $name: is not without its signature, nor with another, and says which',
    async ({ recipe, vector, without, wrong }) => {
      const missing = await recipe.verify(vector.settings, without);
      const mismatch = await recipe.verify(vector.settings, wrong);
      expect([missing.valid, mismatch.valid]).toEqual([false, false]);
      expect(missing.problem).not.toBe(mismatch.problem);
      expect(missing.problem).not.toContain('does not fit');
    },
  );
});
