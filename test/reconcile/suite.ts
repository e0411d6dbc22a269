/**
 * The ledger's money ends equal to the bank's, for every provider with operations, whatever is cut, delayed, rejected later, told
 * twice or never, or done in the back office. `npm run reconcile-model` has more runs.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { providers } from '../../src/providers/registry.ts';
import { network, placeAt } from '../support/harness.ts';
import { differences, play, type Result, scriptOf } from './model.ts';

const { runs, seed, only } = inject('reconcileModel');

/**
 * Where what became of an operation may stay unknown, because the provider shows too little: a person settles it. Nowhere may it
 * be wrong.
 */
const MAY_WAIT: Readonly<Record<string, (result: Result) => boolean>> = {
  // A search that finds nothing proves nothing.
  dotpay: () => true,
  // A total tells ours from the back office's only where nothing else explains it.
  epaydk: ({ panel }) => panel.length > 0,
  // Nothing can be asked: an answer that was lost is for a person.
  monetico: ({ requested }) => requested.some(({ status }) => status >= 500),
  // The inquiry says that there was a refund, not how many.
  paybox: ({ entry }) => entry.done.some(({ kind }) => kind === 'refund'),
  // There is no list: without the number that an answer gives, nothing shows an operation.
  paynow: ({ requested }) => requested.some(({ status }) => status >= 500),
  // A status tells of the whole alone, and not that what was accepted was declined after all.
  sips2: ({ entry, requested }) =>
    requested.length > 1 ||
    requested.some(({ body }) => Object.keys(body).length > 0) ||
    entry.done.some(({ state }) => state === 'rejected'),
};

/** Where a refund of the back office cannot be told from ours at all, or is told of by nothing. */
const NO_PANEL: readonly string[] = ['monetico', 'paybox', 'paynow'];

const able = providers.filter(
  ({ id, capture, cancel, refund }) => id !== 'dummy' && (capture || cancel || refund),
);
const chosen = able.filter(({ id }) => only.length === 0 || only.includes(id));

/** Plays the scripts of a quarter of the providers. Each quarter is a file, so that they run side by side: one alone waits half of its time. */
export function playQuarter(quarter: 0 | 1 | 2 | 3): void {
  let net: ReturnType<typeof network>;
  beforeAll(() => {
    net = network();
  });
  afterAll(() => net.restore());
  const mine = chosen.filter((_, index) => index % 4 === quarter);
  // Every file has a test, also where one provider alone is chosen.
  if (mine.length === 0) it('has none of the chosen providers', () => expect(mine).toEqual([]));
  describe.each(mine.map((provider) => [provider.id, provider] as const))('%s', (id, provider) => {
    it('ends as the bank has it', { timeout: 60_000 + runs * 2000 }, async () => {
      // Nothing that the shop is told is compared.
      const place = await placeAt(id, {}, { webhook: { url: null } });
      await fc.assert(
        fc.asyncProperty(scriptOf(provider, { panel: !NO_PANEL.includes(id) }), async (script) => {
          const result = await play(provider, script, { place });
          expect(differences(result, MAY_WAIT[id]?.(result) ?? false)).toEqual([]);
        }),
        { numRuns: runs, seed },
      );
    });
  });
}
