/** Published keys of Monetico. Ruled out: real money under a key that everybody has, because it is spelt otherwise than it was published. */
import { describe, expect, it } from 'vitest';
import { demoSettings, makeAccount } from '../../support/harness.ts';

const inProduction = (key: string) =>
  makeAccount('monetico', { environment: 'production', settings: { ...demoSettings('monetico'), key } });

describe('a published key', () => {
  it.each([
    '12345678901234567890123456789012345678P0',
    '1234567890123456789012345678901234567890',
    '1234567000000000000000000000000000000000',
    '123456700000000000000000000000000000000M',
    '12345670000000000000000000000000000000G0',
    '0123456789abcdef0123456789abcdef01234567',
  ])('spelt %s is for no account in production', async (key) => {
    await expect(inProduction(key)).rejects.toThrow('published key');
  });

  it('refuses none that is another', async () => {
    await expect(inProduction('123456700000000000000000000000000000001M')).resolves.toContain('monetico');
  });
});
