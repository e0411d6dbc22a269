/** The main job, from the signed redirect to exactly one result, for every provider in the registry. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isProof } from '../../src/gateway/proof.ts';
import { Refusal } from '../../src/payments/errors.ts';
import { provider } from '../../src/providers/registry.ts';
import { accountOf } from '../providers/support.ts';
import {
  bankOf,
  journey,
  type network as Network,
  network,
  PROVIDER_IDS,
  request,
  runAlarms,
} from '../support/harness.ts';

let net: ReturnType<typeof Network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

/** Whether its messages are hints, after which the provider is queried. */
function isHinted(providerId: string): boolean {
  const entry = provider(providerId);
  return Boolean(entry?.queryStatus && !entry.testOnly && !entry.capabilities.signedNotification);
}

/** Providers whose messages are signed, and never more than a reason to ask all the same. */
const ALWAYS_ASKED: readonly string[] = ['paynow', 'postfinance-checkout', 'wallee'];

/** Whether what it says is proven: by its signature, or because the provider was queried. */
function isProven(providerId: string): boolean {
  const entry = provider(providerId);
  if (!entry) return false;
  if (isHinted(providerId) || ALWAYS_ASKED.includes(providerId)) return true;
  return isProof(entry.proof(accountOf(entry).settings, 'notification'));
}

describe.each(PROVIDER_IDS)('%s', (providerId) => {
  it('is paid once, however often it is notified', async () => {
    const attempt = await journey(providerId);
    expect(attempt.payment.status).toBe('created');
    const first = await attempt.notify('pay');
    const again = await attempt.notify('pay');
    expect(first.status).toBe(200);
    expect([again.status, await again.text()]).toEqual([first.status, await first.text()]);
    // Hints of one moment share a status query, a second later.
    vi.setSystemTime(Date.now() + 2000);
    await runAlarms(attempt.payment.id);
    await attempt.notify('pay');
    await runAlarms(attempt.payment.id);
    const paid = await attempt.shop.payment(attempt.payment.id);
    expect(paid.status).toBe('paid');
    expect(paid.amounts).toEqual({ authorized: 0, paid: 1999, refunded: 0 });
    expect(paid.signed).toBe(isProven(providerId));
    // A bank may say that money has come before it says that it is the shop's.
    const before = new Set(['payment.forwarded', 'payment.pending']);
    const types = net.webhooks.map(({ body }) => body.type).filter((type) => !before.has(type));
    expect(types).toEqual(['payment.paid']);
  });

  it('refuses a bad signature and moves nothing', async () => {
    const attempt = await journey(providerId);
    const before = await attempt.shop.payment(attempt.payment.id);
    const answer = await attempt.notify('pay', 'bad-signature');
    const refusal = new Refusal('signature_mismatch', 'it does not fit');
    const entry = provider(providerId);
    const own = entry?.refused?.(refusal, accountOf(entry).settings as never).status ?? 403;
    expect(answer.status).toBe(isHinted(providerId) ? 200 : own);
    // The protocol has no other status, and says it in the body.
    if (own === 200) expect(await answer.text()).toBe('version=2\ncdr=1\n');
    for (let count = 0; count < 3; count++) await runAlarms(attempt.payment.id);
    const after = await attempt.shop.payment(attempt.payment.id);
    expect([after.status, after.amounts]).toEqual([before.status, before.amounts]);
    const types = (await attempt.shop.events(attempt.payment.id)).map(({ type }) => type);
    expect(types.filter((type) => type.startsWith('notification.'))).toEqual([]);
  });

  it('takes the shopper there and back', async () => {
    const attempt = await journey(providerId);
    const hop = await request(attempt.payment.checkoutUrl, {
      headers: { 'cf-connecting-ip': '203.0.113.9' },
    });
    expect([200, 303]).toContain(hop.status);
    await attempt.notify('pay');
    const back = await request(bankOf(providerId).back(attempt.order, attempt.merchant, 'pay'));
    expect(back.status).toBe(303);
    const target = new URL(back.headers.get('location') ?? '');
    expect(target.origin + target.pathname).toBe('https://shop-demo.com/thanks');
    expect(target.searchParams.get('status')).toBe('paid');
    expect(target.searchParams.get('reference')).toBe(attempt.payment.reference);
    expect((await request(attempt.payment.checkoutUrl)).headers.get('location')).toContain(
      'shop-demo.com/thanks',
    );
  });
});
