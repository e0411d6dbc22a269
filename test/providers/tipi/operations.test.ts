/** PayFiP's detail is compared with what was sent. Ruled out: another amount taken for paid, an answer that says a thing twice. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answering, refreshed } from '../../support/bank-office.ts';
import { bankOf, type Journey, journey, memory, network } from '../../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

/** A payment that the shopper has paid, of which nothing is known yet. */
async function unheard(): Promise<Journey> {
  const attempt = await journey('tipi', { fields: { amount: 5500 } });
  await bankOf('tipi').decide?.(attempt.order, attempt.merchant, 'pay', memory);
  return attempt;
}

const changing = (change: (text: string) => string) =>
  answering(
    ({ url }) => url.includes('/tpa/services/securite'),
    async (answer) => new Response(change(await answer.text()), { status: answer.status }),
  );

describe('a detail', () => {
  it('with more than was sent is a conflict and no payment', async () => {
    const attempt = await unheard();
    const restore = changing((text) => text.replace('<montant>5500', '<montant>5501'));
    const now = await refreshed(attempt);
    expect([now.status, now.amounts.paid]).toEqual(['forwarded', 0]);
    const events = await attempt.shop.events(attempt.payment.id);
    expect(events.find(({ type }) => type === 'notification.conflict')?.detail).toMatchObject({
      reason: 'amount_missing',
      provider: { montant: '5501' },
    });
    restore();
    expect((await refreshed(attempt)).amounts.paid).toBe(5500);
  });

  it.each([
    [
      'a second result',
      (text: string) => text.replace('<resultrans', '<resultrans>R</resultrans><resultrans'),
    ],
    ['a second amount', (text: string) => text.replace('<montant', '<montant>1</montant><montant')],
    ['a second idop', (text: string) => text.replace('<idOp', '<idOp>x</idOp><idOp')],
    ['a second return', (text: string) => text.replace('</return>', '</return><return></return>')],
    ['a fault beside it', (text: string) => text.replace('<S:Body>', '<S:Body><S:Fault></S:Fault>')],
    ['a second body', (text: string) => text.replace('</S:Body>', '</S:Body><S:Body></S:Body>')],
  ])('that says a thing twice is none: %s', async (_what, change) => {
    const attempt = await unheard();
    const restore = changing(change);
    expect((await refreshed(attempt)).status).toBe('forwarded');
    restore();
    expect((await refreshed(attempt)).status).toBe('paid');
  });
});
