/** Moip's answer to a query is compared with what was asked. Ruled out: money in another currency, an answer that says a thing twice. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answering, read, refreshed } from '../../support/bank-office.ts';
import { bankOf, type Journey, journey, memory, network } from '../../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

/** A payment that the shopper has paid, of which nothing is known yet. */
async function unheard(): Promise<Journey> {
  const attempt = await journey('moip', { fields: { currency: 'BRL' } });
  await bankOf('moip').decide?.(attempt.order, attempt.merchant, 'pay', memory);
  return attempt;
}

/** Changes the text of the answers to queries. */
const changing = (change: (text: string) => string) =>
  answering(
    ({ url }) => url.includes('/ConsultarInstrucao/'),
    async (answer) => new Response(change(await answer.text())),
  );

describe('the answer to a query', () => {
  it('in another currency is a conflict and no payment', async () => {
    const attempt = await unheard();
    const restore = changing((text) => text.replace('Moeda="BRL"', 'Moeda="USD"'));
    const now = await refreshed(attempt);
    expect([now.status, now.amounts.paid]).toEqual(['forwarded', 0]);
    const events = await attempt.shop.events(attempt.payment.id);
    expect(events.find(({ type }) => type === 'notification.conflict')?.detail).toMatchObject({
      reason: 'currency',
      currency: 'USD',
    });
    restore();
    expect((await refreshed(attempt)).amounts.paid).toBe(1999);
  });

  it.each([
    [
      'a second status',
      (text: string) => text.replace('<Status Tipo', '<Status Tipo="5">x</Status><Status Tipo'),
    ],
    ['a second Tipo', (text: string) => text.replace('Tipo="1"', 'Tipo="5" Tipo="1"')],
    [
      'a second amount',
      (text: string) => text.replace('<TotalPago', '<TotalPago>1.00</TotalPago><TotalPago'),
    ],
    [
      'a second code',
      (text: string) => text.replace('<CodigoMoIP', '<CodigoMoIP>0000.0000.0001</CodigoMoIP><CodigoMoIP'),
    ],
  ])('that says a thing twice is none: %s', async (_what, change) => {
    const attempt = await unheard();
    const restore = changing(change);
    await refreshed(attempt);
    expect((await read(attempt)).amounts.paid).toBe(0);
    restore();
    expect((await refreshed(attempt)).status).toBe('paid');
  });

  it('about money that was returned tells that it was paid', async () => {
    const attempt = await unheard();
    const restore = changing((text) => text.replace('Tipo="1"', 'Tipo="9"'));
    const now = await refreshed(attempt);
    expect([now.status, now.amounts.paid, now.amounts.refunded]).toEqual(['refunded', 1999, 1999]);
    restore();
  });
});
