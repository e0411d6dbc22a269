/** Drift at every provider: what the simulated banks send, as the sheets say it, is new to nobody. The failure ruled out: a false alarm. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decided } from '../../src/sandbox/kit/bank-ledger.ts';
import {
  admin,
  bankOf,
  journey,
  memory,
  network,
  PROVIDER_IDS,
  request,
  runAlarms,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

interface Entry {
  readonly account: string;
  readonly detail: { readonly what: string; readonly value: string };
}

describe('a code that the sheet has', () => {
  it.each(PROVIDER_IDS)('of %s needs nobody, in a return, an answer or a notification', async (id) => {
    const bank = bankOf(id);
    for (const decision of bank.decisions) {
      const { order, merchant, payment, account, shop, notify } = await journey(id);
      await decided(memory, order, decision);
      await bank.decide?.(order, merchant, decision, memory);
      const back = new URL(bank.back(order, merchant, decision));
      await request(back.pathname + back.search);
      await shop.call('POST', `/payments/${payment.id}/refresh`, {});
      await notify(decision);
      await runAlarms(payment.id);
      const { data } = (await admin<{ data: Entry[] }>('GET', '/attention?kind=drift&limit=100')).body;
      const codes = data.filter((entry) => entry.account === account && entry.detail.what === 'code');
      expect(codes, decision).toEqual([]);
    }
  });
});
