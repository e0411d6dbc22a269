/**
 * Amounts that cannot be, at every provider: cents that are sent as units, and more than twice what was asked for. Ruled out: that one
 * counts, and that money which may be there is seen by nobody.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { providers } from '../../src/providers/registry.ts';
import { answering } from '../support/bank-office.ts';
import { bankOf, deliver, journey, network, runAlarms } from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

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
    const log = await shop.events(payment.id);
    const conflict = log.find(({ type }) => type === 'notification.conflict');
    // Where no amount of a message counts, the provider is asked, and answers with what it has.
    if (!conflict) return expect(log.map(({ type }) => type)).toContain('confirm.requested');
    expect(conflict.detail.reason).toBe(times === 100 ? 'amount_scaled' : 'amount_implausible');
    expect([status, pendingReason]).toEqual(['pending', 'person_needed']);
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
