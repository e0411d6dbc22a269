/**
 * Amounts that cannot be, at every provider: cents that are sent as units, and more than twice what was asked for. Ruled out: that one
 * counts, and that money which may be there is seen by nobody.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { provider as providerOf, providers } from '../../src/providers/registry.ts';
import { answering } from '../support/bank-office.ts';
import { bankOf, deliver, journey, network, runAlarms } from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

/** Their messages say no amount that counts: they are asked, and answer with what they have. */
const ASKED = new Set(['moip', 'paymill', 'przelewy24', 'tipi']);

describe.each(providers.map(({ id }) => id))('%s', (id) => {
  it.each([100, 3])('a message about %d times the amount pays nothing, and is seen', async (times) => {
    const attempt = await journey(id);
    const { order, merchant, payment, shop } = attempt;
    const told = (amount: number) =>
      deliver(bankOf(id).notification({ ...order, amount }, merchant, 'pay', 'none'));
    expect((await told(order.amount * times)).status).toBe(200);
    await runAlarms(payment.id);
    const { status, pendingReason, amounts } = await shop.payment(payment.id);
    expect([amounts.paid, amounts.authorized]).toEqual([0, 0]);
    if (ASKED.has(id)) return;
    expect([status, pendingReason]).toEqual(['pending', 'person_needed']);
    const reasons = (await shop.events(payment.id)).map(({ detail }) => detail.reason).filter(Boolean);
    expect(reasons).toContain(times === 100 ? 'amount_scaled' : 'amount_implausible');
    expect(net.webhooks.map(({ body }) => body.type)).toContain('payment.conflict');
    await told(order.amount);
    expect((await shop.payment(payment.id)).amounts.paid).toBe(order.amount);
  });
});

it.each(['1999.00', '50.00'])('an answer about it waits for a person too (%s)', async (total) => {
  const attempt = await journey('moip', { fields: { currency: 'BRL' } });
  const payment = `<Pagamento><TotalPago Moeda="BRL">${total}</TotalPago><Status Tipo="4">x</Status><CodigoMoIP>1.2.3</CodigoMoIP></Pagamento>`;
  answering(
    ({ url }) => url.includes('/ConsultarInstrucao/'),
    () =>
      new Response(
        `<ns1:ConsultarTokenResponse xmlns:ns1="m"><RespostaConsultar><ID>1</ID><Status>Sucesso</Status><Autorizacao>${payment}</Autorizacao></RespostaConsultar></ns1:ConsultarTokenResponse>`,
      ),
  );
  await attempt.shop.call('POST', `/payments/${attempt.payment.id}/refresh`);
  expect(await attempt.shop.payment(attempt.payment.id)).toMatchObject({
    status: 'pending',
    pendingReason: 'person_needed',
    amounts: { paid: 0 },
  });
});

it('every provider that is only asked can be asked', () => {
  for (const id of ASKED) expect(providerOf(id)?.queryStatus, id).toBeDefined();
});
