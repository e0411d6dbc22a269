/** A fallback that takes money at another time. Ruled out: a shop that counts on a capture, or on none, and gets the other. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serviceOf } from '../../src/worker.ts';
import { demoSettings, makeAccount, makeShop, network } from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

/** An account that cannot be reached, and its fallback that holds money where a payment does not say otherwise. */
async function unreached() {
  const fallback = await makeAccount('ogone', {
    currencies: ['EUR'],
    settings: { ...demoSettings('ogone'), operation: 'RES' },
  });
  const account = await makeAccount('ogone', { currencies: ['EUR'], fallback });
  const { directory } = serviceOf(env as never);
  for (let count = 0; count < 5; count++) {
    directory.changed();
    const found = await directory.account(account);
    if (found) await directory.noteReached(found, 'it answered 503');
  }
  return { account, fallback, shop: await makeShop([account]) };
}

it('takes no payment that leaves its capture to the account', async () => {
  const { account, shop } = await unreached();
  const { body } = await shop.pay();
  expect(body).toMatchObject({ account, capture: 'automatic' });
});

it('takes one that says when its money is taken', async () => {
  const { fallback, shop } = await unreached();
  expect((await shop.pay({ capture: 'automatic' })).body).toMatchObject({
    account: fallback,
    capture: 'automatic',
  });
  expect((await shop.pay({ capture: 'manual' })).body).toMatchObject({
    account: fallback,
    capture: 'manual',
  });
});
