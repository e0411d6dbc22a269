/** Moip: what was read wrong in the field. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answering, read, refreshed } from '../../support/bank-office.ts';
import { journey, network } from '../../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const pagamento = (code: string, tipo: number, total = '19.99') =>
  `<Pagamento><TotalPago Moeda="BRL">${total}</TotalPago><Status Tipo="${tipo}">x</Status><CodigoMoIP>${code}</CodigoMoIP></Pagamento>`;

const answered = (payments: string) =>
  `<ns1:ConsultarTokenResponse xmlns:ns1="m"><RespostaConsultar><ID>1</ID><Status>Sucesso</Status><Autorizacao>${payments}</Autorizacao></RespostaConsultar></ns1:ConsultarTokenResponse>`;

const FALHA =
  '<ns1:ConsultarTokenResponse xmlns:ns1="m"><RespostaConsultar><ID>1</ID><Status>Falha</Status><Erro Codigo="2">Token inválido</Erro></RespostaConsultar></ns1:ConsultarTokenResponse>';

/** Moip answers so to queries, until it is taken back. */
const saying = (text: string) =>
  answering(
    ({ url }) => url.includes('/ConsultarInstrucao/'),
    () => new Response(text),
  );

const unheard = () => journey('moip', { fields: { currency: 'BRL' } });

describe('a query that is answered Falha', () => {
  it('was thrown, for ever: it is a verdict, and money that comes all the same counts', async () => {
    const attempt = await unheard();
    const restore = saying(FALHA);
    expect(await refreshed(attempt)).toMatchObject({ status: 'error', providerStatus: 'Falha' });
    restore();
    saying(answered(pagamento('0000.0000.0001', 1)));
    expect(await refreshed(attempt)).toMatchObject({ status: 'paid', amounts: { paid: 1999 } });
  });

  it('takes nothing back of what is paid', async () => {
    const attempt = await unheard();
    saying(answered(pagamento('0000.0000.0001', 4)));
    await refreshed(attempt);
    saying(FALHA);
    expect((await refreshed(attempt)).status).toBe('paid');
  });
});

describe('several payments of an instruction', () => {
  it('were read as one: each that was paid counts', async () => {
    const attempt = await unheard();
    saying(answered(pagamento('0000.0000.0001', 4, '10.00') + pagamento('0000.0000.0002', 1, '9.99')));
    expect(await refreshed(attempt)).toMatchObject({ status: 'paid', amounts: { paid: 1999 } });
  });

  it('are pending while one is analysed, whatever became of the others', async () => {
    const attempt = await unheard();
    saying(answered(pagamento('0000.0000.0001', 6) + pagamento('0000.0000.0002', 5)));
    expect((await refreshed(attempt)).status).toBe('pending');
  });
});

describe('5 after 1', () => {
  it('was thrown away: what was paid has gone back', async () => {
    const attempt = await unheard();
    saying(answered(pagamento('0000.0000.0001', 1)));
    expect((await refreshed(attempt)).status).toBe('paid');
    saying(answered(pagamento('0000.0000.0001', 5)));
    expect(await refreshed(attempt)).toMatchObject({
      status: 'refunded',
      amounts: { paid: 1999, refunded: 1999 },
    });
  });

  it('of another try takes nothing back', async () => {
    const attempt = await unheard();
    saying(answered(pagamento('0000.0000.0001', 1)));
    await refreshed(attempt);
    saying(answered(pagamento('0000.0000.0002', 5)));
    await refreshed(attempt);
    expect(await read(attempt)).toMatchObject({ status: 'paid', amounts: { refunded: 0 } });
  });
});
