/** The way back of a move that would lose something. Ruled out: an operator who is told that a currency is not taken, and not why that matters. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { admin, makeAccount, makeShop, network, type Problem, runAlarms } from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const taking = (...currencies: string[]) => makeAccount('ogone', { currencies });
const move = (from: string, to: string) =>
  admin<Problem>('POST', `/accounts/${from}/succeed`, { account: to });

it('says that a payment is open in the currency', async () => {
  const [old, next] = [await taking('EUR'), await taking('EUR', 'GBP', 'CHF')];
  const shop = await makeShop([old]);
  await move(old, next);
  await runAlarms((await shop.pay({ currency: 'GBP' })).body.id);
  const { status, body } = await move(next, old);
  expect([status, body.detail]).toEqual([
    409,
    `the account ${old} does not take GBP, in which payments are open at ${next}`,
  ]);
});

it('says that shops name the account', async () => {
  const [old, next] = [await taking('EUR'), await taking('EUR', 'GBP')];
  await makeShop([old, next]);
  await move(old, next);
  const { status, body } = await move(next, old);
  expect([status, body.detail]).toEqual([
    409,
    `the account ${old} does not take GBP, which shops have that name ${next}`,
  ]);
});

it('says for which further account the currency is taken', async () => {
  const [old, third, next] = [await taking('EUR'), await taking('GBP'), await taking('EUR', 'GBP')];
  await move(old, next);
  await move(third, next);
  const { status, body } = await move(next, old);
  expect([status, body.detail]).toEqual([
    409,
    `the account ${old} does not take GBP, which ${next} takes for ${third}`,
  ]);
});
