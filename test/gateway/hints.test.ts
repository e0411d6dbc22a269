/**
 * Messages that prove nothing and name what anybody can name. Ruled out: made-up ones that keep a genuine one out, or have the provider
 * asked for each of them.
 */
import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hintAbout } from '../../src/gateway/hints.ts';
import { provider, providers } from '../../src/providers/registry.ts';
import type { BankMessage } from '../../src/sandbox/kit/bank.ts';
import {
  answerNextCall,
  BANK_API,
  bankOf,
  deliver,
  type Journey,
  journey,
  ledgerOf,
  network,
  objectOf,
  runAlarms,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

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

  it('that nothing can be asked without is kept out for ten seconds by made-up ones, and not for good', async () => {
    const attempt = await journey('paybox');
    const ledger = ledgerOf(attempt.payment.id);
    const take = (numtrans: string) =>
      ledger.takeHint({ attempt: 1, account: attempt.account, hint: { numtrans }, alone: true });
    vi.useFakeTimers({ toFake: ['Date'] });
    for (let n = 0; n < 16; n++) expect(await take(String(n))).toBe('taken');
    expect(await take('genuine')).toBe('busy');
    vi.setSystemTime(Date.now() + 10_000);
    expect(await take('genuine')).toBe('taken');
    // One more, and not all that come.
    expect(await take('another')).toBe('busy');
    for (let n = 17; n < 220; n++) {
      vi.setSystemTime(Date.now() + 10_000);
      expect(await take(String(n))).toBe('taken');
    }
    const { jobs } = await runInDurableObject(objectOf(attempt.payment.id), (_object, state) =>
      state.storage.sql
        .exec<{ jobs: number }>(
          "SELECT count(*) AS jobs FROM jobs WHERE kind = 'confirm' AND due_at IS NOT NULL AND id LIKE 'confirm_1_%'",
        )
        .one(),
    );
    expect(jobs).toBe(200);
  });

  it('that comes while its query runs has the provider asked again soon: that answer may be older than it', async () => {
    const attempt = await journey('paybox');
    const command = { attempt: 1, account: attempt.account, hint: { numtrans: '1' } };
    const take = () => ledgerOf(attempt.payment.id).takeHint(command);
    const before = asked();
    expect(await take()).toBe('taken');
    vi.useFakeTimers({ toFake: ['Date'] });
    answerNextCall(async () => {
      vi.setSystemTime(Date.now() + 10);
      expect(await take()).toBe('taken');
      return new Response('', { status: 503 });
    });
    await runAlarms(attempt.payment.id);
    expect(asked() - before).toBe(1);
    // Without the second hint its next try would come later.
    vi.setSystemTime(Date.now() + 1000);
    await runAlarms(attempt.payment.id);
    expect(asked() - before).toBe(2);
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
    expect(provider('sips')?.queriesOnlyHints).toBe(true);
  });
});

describe('DATA of SIPS 1 that is made up while the bridge is down', () => {
  const madeUp = (message: BankMessage, index: number) => ({ ...message, body: `DATA=madeUp${index}` });

  it('is asked about once each when the bridge is back, and does not keep the genuine one out', async () => {
    const attempt = await journey('sips');
    const message = bankOf('sips').notification(attempt.order, attempt.merchant, 'pay', 'none');
    const down = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('connection refused'));
    vi.useFakeTimers({ toFake: ['Date'] });
    for (let index = 0; index < 16; index++) expect((await deliver(madeUp(message, index))).status).toBe(200);
    const refused = await deliver(message);
    expect(refused.status).toBe(429);
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    vi.setSystemTime(Date.now() + wait * 1000);
    expect((await deliver(message)).status).toBe(200);
    down.mockRestore();
    net = network();
    vi.setSystemTime(Date.now() + 5000);
    await runAlarms(attempt.payment.id);
    expect((await attempt.shop.payment(attempt.payment.id)).amounts.paid).toBe(1999);
    const before = asked();
    vi.setSystemTime(Date.now() + 3_600_000);
    await runAlarms(attempt.payment.id);
    expect(asked() - before).toBe(0);
  });
});
