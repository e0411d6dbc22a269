/**
 * The number of the authorisation (aut) in answers to captures and refunds. Ruled out: a capture or refund that is done and counts as
 * unknown, because one of the same authorisation has answered the same number before.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { network } from '../../support/harness.ts';
import { call, changeAnswer, outcome, paid } from '../operations-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const sameNumber = (service: string) => changeAnswer(service, (text) => text.replace(/aut=.*/, 'aut=777002'));

it('of two captures, two refunds and the payment may be the same', async () => {
  const attempt = await paid('monetico', { held: true, settings: { capture: 'manual' } });
  for (const [kind, amount] of [
    ['capture', 2500],
    ['capture', 500],
    ['refund', 1000],
    ['refund', 2000],
  ] as const) {
    sameNumber(kind === 'capture' ? '/capture_paiement.cgi' : '/recredit_paiement.cgi');
    expect((await call(attempt, kind, { amount })).status).toBe(200);
  }
  expect(await outcome(attempt)).toEqual({
    states: ['succeeded', 'succeeded', 'succeeded', 'succeeded'],
    paid: 3000,
    refunded: 3000,
  });
});
