/** The log as a chain: an exported log can be checked offline. */
import { describe, expect, it } from 'vitest';
import { eventHash, firstBrokenLink, GENESIS } from '../../src/ledger/chain.ts';
import type { PaymentEvent } from '../../src/payments/types.ts';
import { journey, ledgerOf, network } from '../support/harness.ts';

describe('the chain', () => {
  it('holds for a real log as the API gives it, and breaks with any change of it', async () => {
    const net = network();
    const attempt = await journey('paybox');
    await attempt.notify('decline');
    await attempt.notify('pay');
    await attempt.notify('pay');
    net.restore();
    const log = (await attempt.shop.events(attempt.payment.id)) as unknown as PaymentEvent[];
    expect(log.length).toBeGreaterThan(3);
    expect(firstBrokenLink(log)).toBeNull();
    expect(await ledgerOf(attempt.payment.id).brokenLink()).toBeNull();
    for (const [index, event] of log.entries()) {
      const changed = log.with(index, { ...event, detail: { ...event.detail, amount: 1 } });
      expect(firstBrokenLink(changed)).toBe(event.seq);
      expect(firstBrokenLink(log.toSpliced(index, 1))).toBe(
        index === log.length - 1 ? null : (log[index + 1]?.seq ?? 0),
      );
    }
  });

  it('starts from a fixed value', () => {
    const event = {
      seq: 1,
      at: '2026-11-21T09:00:00.000Z',
      type: 'created' as const,
      source: 'shop' as const,
      detail: { amount: 1999 },
    };
    expect(eventHash(GENESIS, event)).toBe(
      'a181533032a3e2c4af3101aeba7f26395297ed4ee92a8f68b36760a701ca067a',
    );
    expect(firstBrokenLink([])).toBeNull();
  });
});
