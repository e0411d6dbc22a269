/**
 * What the log of a payment keeps of an answer that registered its order and was refused. Ruled out: a token, or the address of the
 * shopper's page, that whoever may read the log can use.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  BANK_API,
  currencyOf,
  hopFailures,
  makeAccount,
  makeShop,
  network,
  PROVIDER_IDS,
  request,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

/** What nobody may read of an answer: values of members that are named so, and what stands behind the host of an address. */
function secretsOf(text: string): string[] {
  const members = [...text.matchAll(/"[\w]*(?:token|mac|ur[il])":"([^"]{8,})"/gi)].map(
    ([, value = '']) => value,
  );
  const addresses = [...text.matchAll(/https?:\/\/[^/"\s]+(\/[^"\s]{8,})/g)].map(([, value = '']) => value);
  return [...members, ...addresses];
}

/** Has the answer to one call, counted from 0, come with a status that is none of success. */
function refuse(which: number): { readonly secrets: string[] } {
  const spy = vi.mocked(globalThis.fetch);
  const real = spy.getMockImplementation() as typeof fetch;
  const seen: { secrets: string[] } = { secrets: [] };
  let count = 0;
  spy.mockImplementation(async (input, init) => {
    const answer = await real(input, init);
    count += 1;
    if (count - 1 !== which) return answer;
    const text = await answer.text();
    seen.secrets = secretsOf(text);
    return new Response(text, { status: 418, headers: answer.headers });
  });
  return seen;
}

it.each(PROVIDER_IDS)(
  'the log of a payment at %s has no token and no page of a refused answer',
  async (provider) => {
    const account = await makeAccount(provider, { endpoints: { api: BANK_API } });
    const shop = await makeShop([account]);
    for (const which of [0, 1, 2]) {
      const { body } = await shop.pay({ currency: currencyOf(provider) });
      const seen = refuse(which);
      const lines = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')];
      await request(body.checkoutUrl);
      const kept = JSON.stringify([await hopFailures(body.id), lines.map(({ mock }) => mock.calls)]);
      for (const secret of seen.secrets) expect(kept).not.toContain(secret);
      vi.restoreAllMocks();
      net.restore();
      net = network();
    }
  },
);
