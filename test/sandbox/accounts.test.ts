/** Several accounts with one contract number at a simulated bank do not disturb each other. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationView } from '../../src/payments/types.ts';
import { secretNames } from '../../src/providers/kit/settings.ts';
import { providers } from '../../src/providers/registry.ts';
import { isAddressed } from '../../src/sandbox/kit/receive.ts';
import {
  demoSettings,
  journey,
  merchant,
  network,
  type Payment,
  type Place,
  placeAt,
  runAlarms,
  turned,
  unique,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeAll(() => {
  net = network();
});
afterAll(() => net.restore());

type Read = Payment & { readonly operations: readonly OperationView[] };

describe.each(providers.map((entry) => [entry.id, entry] as const))('the bank of %s', (id, entry) => {
  it('takes no order of one account for an order of another with the same number', async () => {
    const own = demoSettings(id);
    const secrets = new Set(secretNames(entry.settings));
    const other = Object.fromEntries(
      Object.entries(own).map(([name, value]) => [name, secrets.has(name) ? turned(String(value)) : value]),
    );
    const settings = [own, other, own];
    const places: Place[] = [];
    for (const given of settings) places.push(await placeAt(id, given));
    const merchants = places.map(({ account }, at) => merchant(id, account, settings[at]));
    for (const [at, place] of places.entries()) {
      const others = merchants.filter((_, index) => index !== at);
      const paid = await journey(id, { place, settings: settings[at] ?? {}, others });
      expect(paid.order.account).toBe(place.account);
      expect((await paid.notify('pay')).status, 'the notification').toBe(200);
      await runAlarms(paid.payment.id);
      const read = async () => (await place.shop.call<Read>('GET', `/payments/${paid.payment.id}`)).body;
      expect((await read()).status).toBe('paid');
      if (entry.capabilities.status) {
        const asked = await place.shop.call<{ code?: string }>(
          'POST',
          `/payments/${paid.payment.id}/refresh`,
          {},
        );
        if (asked.body.code !== 'unsupported_operation') expect(asked.status).toBe(200);
      }
      if (!entry.capabilities.refund) continue;
      const refunded = await place.shop.call<Read & { code?: string }>(
        'POST',
        `/payments/${paid.payment.id}/refund`,
        {},
        { 'idempotency-key': unique() },
      );
      if (refunded.body.code === 'unsupported_operation') continue;
      expect(refunded.status, JSON.stringify(refunded.body)).toBeLessThan(300);
      expect(['succeeded', 'accepted']).toContain(refunded.body.operations[0]?.state);
    }
  });
});

describe('an address', () => {
  it('is not that of an account whose name it only begins with', () => {
    const account = (name: string) => ({ account: name });
    const text = JSON.stringify({ url: 'https://pay.example.com/callback/shop-2?x=1' });
    expect(isAddressed(text, account('shop-2'))).toBe(true);
    expect(isAddressed(text, account('shop'))).toBe(false);
    expect(isAddressed('https%3A%2F%2Fpay.example.com%2Freturn%2Fshop%2FMF1', account('shop'))).toBe(true);
  });
});
