/**
 * Messages that prove nothing and name what anybody can name. Ruled out: made-up ones that keep a genuine one out, or have the provider
 * asked for each of them.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hintAbout } from '../../src/gateway/hints.ts';
import { provider, providers } from '../../src/providers/registry.ts';
import {
  BANK_API,
  bankOf,
  deliver,
  type Journey,
  journey,
  ledgerOf,
  network,
  runAlarms,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const asked = () => net.calls.filter((url) => url.startsWith(BANK_API)).length;

/** Posts that name documents which there are not, as anybody can send them. */
async function bogus(attempt: Journey, id: string, count: number): Promise<Set<number>> {
  const message = bankOf(id).notification(attempt.order, attempt.merchant, 'pay', 'none');
  const statuses = new Set<number>();
  for (let index = 0; index < count; index++) {
    const body = String(message.body)
      .replace(/cod_moip=\d+/, `cod_moip=77${index}`)
      .replace(/"tran_\w+"/, `"tran_madeUp${index}"`);
    statuses.add((await deliver({ ...message, body })).status);
  }
  return statuses;
}

describe.each(['moip', 'paymill'])('what anybody posts as %s', (id) => {
  const options = id === 'moip' ? { fields: { currency: 'BRL' } } : {};

  it('does not keep the genuine one out, before or after it', async () => {
    const attempt = await journey(id, options);
    expect(await bogus(attempt, id, 40)).toEqual(new Set([200]));
    expect((await attempt.notify('pay')).status).toBe(200);
    expect(await bogus(attempt, id, 40)).toEqual(new Set([200]));
    await runAlarms(attempt.payment.id);
    expect((await attempt.shop.payment(attempt.payment.id)).amounts.paid).toBe(1999);
  });

  it('has the provider asked once for all of it', async () => {
    const attempt = await journey(id, options);
    const before = asked();
    await bogus(attempt, id, 30);
    await runAlarms(attempt.payment.id);
    // The deferred registration of moip is over: one query, and one more where a post came while it ran.
    expect(asked() - before).toBeLessThanOrEqual(2);
  });
});

describe('a hint of its own query', () => {
  it('is asked about without what it names where too many wait, and is not turned away', async () => {
    const attempt = await journey('paybox');
    const ledger = ledgerOf(attempt.payment.id);
    const take = (numtrans: string, alone?: true) =>
      ledger.takeHint({ attempt: 1, account: attempt.account, hint: { numtrans }, ...(alone && { alone }) });
    for (let n = 0; n < 16; n++) expect(await take(String(n))).toBe('taken');
    expect(await take('16')).toBe('taken');
    // Nothing could be asked without it.
    expect(await take('17', true)).toBe('busy');
    // A repeat of one that waits is the same query.
    expect(await take('3', true)).toBe('taken');
  });

  it.each(providers.map((entry) => [entry.id, entry] as const))(
    'of %s names no more than its provider needs',
    (_id, entry) => {
      const opened = { provider: entry, variants: [{ account: { settings: {} } }] } as never;
      const about = {
        madeUp: 'x',
        ...Object.fromEntries((entry.hintMembers ?? []).map((name) => [name, '1'])),
      };
      expect(Object.keys(hintAbout(opened, about).hint)).toEqual([...(entry.hintMembers ?? [])]);
    },
  );

  it('is declared by nobody whose messages anybody can make, unless nothing can be asked without it', () => {
    const unsigned = providers.filter(({ capabilities }) => !capabilities.signedNotification);
    // The token of the shopper's own form, which is charged once.
    expect(unsigned.flatMap(({ hintMembers = [] }) => hintMembers)).toEqual(['token']);
    expect(provider('sips')?.queriesOnlyHints?.({})).toBe(true);
  });
});
