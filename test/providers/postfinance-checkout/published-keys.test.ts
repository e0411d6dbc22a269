/** Published keys of PostFinance Checkout. Ruled out: real money under a key that everybody has, because its last character is another. */
import { describe, expect, it } from 'vitest';
import { demoSettings, makeAccount } from '../../support/harness.ts';

const inProduction = (key: string) =>
  makeAccount('postfinance-checkout', {
    environment: 'production',
    settings: { ...demoSettings('postfinance-checkout'), application_key: key },
  });

describe('a published key', () => {
  it.each(['Q', 'R', 'S', 'T'])(
    'with the last character %s is for no account in production',
    async (last) => {
      const key = `FKrO76r5VwJtBrqZawBspljbBNOxp5veKQQkOnZxuc${last}=`;
      await expect(inProduction(key)).rejects.toThrow('published key');
    },
  );

  it('refuses none that is another', async () => {
    const key = 'FKrO76r5VwJtBrqZawBspljbBNOxp5veKQQkOnZxucU=';
    await expect(inProduction(key)).resolves.toContain('postfinance-checkout');
  });
});
