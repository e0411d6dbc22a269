/** The main job, from the signed redirect to exactly one result, for every provider in the registry. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  bankOf,
  deliver,
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

describe.each(PROVIDER_IDS)('%s', (providerId) => {
  it('is paid once, however often it is notified', async () => {
    const trip = await journey(providerId);
    expect(trip.payment.status).toBe('created');
    const first = await trip.notify('pay');
    const again = await trip.notify('pay');
    expect(first.status).toBe(200);
    expect([again.status, await again.text()]).toEqual([first.status, await first.text()]);
    const paid = await trip.shop.payment(trip.payment.id);
    expect(paid.status).toBe('paid');
    expect(paid.amounts).toEqual({ authorized: 0, paid: 1999, refunded: 0 });
    await runAlarms(trip.payment.id);
    expect(net.webhooks.map(({ body }) => body.type)).toEqual(['payment.paid']);
  });

  it('refuses a bad signature and moves nothing', async () => {
    const trip = await journey(providerId);
    const answer = await trip.notify('pay', 'bad-signature');
    expect(answer.status).toBe(403);
    expect((await trip.shop.payment(trip.payment.id)).status).toBe('created');
    expect((await trip.shop.events(trip.payment.id)).map(({ type }) => type)).toEqual(['created']);
  });

  it('takes the shopper there and back', async () => {
    const trip = await journey(providerId);
    const hop = await request(trip.payment.checkoutUrl);
    expect([200, 303]).toContain(hop.status);
    await deliver(bankOf(providerId).notification(trip.order, trip.merchant, 'pay', 'none'));
    const back = await request(bankOf(providerId).back(trip.order, trip.merchant, 'pay'));
    expect(back.status).toBe(303);
    const target = new URL(back.headers.get('location') ?? '');
    expect(target.origin + target.pathname).toBe('https://shop-demo.com/thanks');
    expect(target.searchParams.get('status')).toBe('paid');
    expect(target.searchParams.get('reference')).toBe(trip.payment.reference);
    expect((await request(trip.payment.checkoutUrl)).headers.get('location')).toContain(
      'shop-demo.com/thanks',
    );
  });
});
