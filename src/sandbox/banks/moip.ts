/** A simulated Moip v1: instructions, the page, NASP, and the query. */
import { type Bank, BankError, type Decision, type Memory } from '../kit/bank.ts';
import { addressedOf } from '../kit/receive.ts';

const TIPO: Record<Decision, readonly [tipo: string, name: string]> = {
  pay: ['1', 'Autorizado'],
  decline: ['5', 'Cancelado'],
  cancel: ['5', 'Cancelado'],
  wait: ['6', 'EmAnalise'],
};

/** An instruction as the bank's memory holds it. */
type StoredInstruction = {
  order: string;
  amount: number;
  razao: string;
  retorno: string;
  notificacao: string;
  account: string;
  /** What was paid in, where the bank has decided; an instruction itself names none. */
  currency?: string;
  /** The decision of each payment that the shopper has tried, by its CodigoMoIP. */
  tries: Record<string, string>;
};

const memoryKey = (token: string) => `moip/${token}`;
const codeOf = (id: string, decision: Decision) =>
  `${Number.parseInt(id.slice(-6).replace(/\W/g, ''), 36) % 90_000}${decision === 'pay' ? 1 : 2}`;

function inner(body: string, name: string): string {
  const [, value = ''] = new RegExp(`<${name}[^>]*>([^<]*)</${name}>`).exec(body) ?? [];
  return value.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

async function stored(memory: Memory, token: string): Promise<StoredInstruction | null> {
  const text = await memory.get(memoryKey(token));
  return text ? (JSON.parse(text) as StoredInstruction) : null;
}

function xml(body: string, status = 200): Response {
  return new Response(body, { status, headers: { 'content-type': 'text/xml' } });
}

export const moipBank: Bank = {
  providers: ['moip'],
  caption: 'Moip',
  pages: [{ method: 'GET', path: '/sandbox/Instrucao.do' }],
  decisions: ['pay', 'cancel', 'wait'],
  api: [
    { method: 'POST', path: '/sandbox/ws/alpha/EnviarInstrucao/Unica' },
    { method: 'GET', path: '/sandbox/ws/alpha/ConsultarInstrucao/:token' },
    // As production has it, without the sandbox's folder.
    { method: 'POST', path: '/ws/alpha/EnviarInstrucao/Unica' },
    { method: 'GET', path: '/ws/alpha/ConsultarInstrucao/:token' },
  ],

  async answer({ method, path, headers, body }, merchants, memory) {
    const users = merchants.filter(
      ({ settings }) =>
        headers.get('authorization') === `Basic ${btoa(`${String(settings.token)}:${String(settings.key)}`)}`,
    );
    const merchant = addressedOf(users, inner(body, 'URLNotificacao'));
    if (!merchant) return xml('', 401);
    if (method === 'GET') {
      const found = await stored(memory, path.split('/').at(-1) ?? '');
      if (!found)
        return xml(
          '<ns1:ConsultarTokenResponse xmlns:ns1="m"><RespostaConsultar><Status>Falha</Status><Erro Codigo="1">x</Erro></RespostaConsultar></ns1:ConsultarTokenResponse>',
        );
      const payments = Object.entries(found.tries)
        .map(([code, decision]) => {
          const [tipo, name] = TIPO[decision as Decision];
          return `<Pagamento><TotalPago Moeda="${found.currency ?? 'BRL'}">${(found.amount / 100).toFixed(2)}</TotalPago><FormaPagamento>CartaoDeCredito</FormaPagamento><Status Tipo="${tipo}">\n${name}\n</Status><CodigoMoIP>0000.${code.padStart(8, '0').replace(/(....)(....)/, '$1.$2')}</CodigoMoIP></Pagamento>`;
        })
        .join('');
      return xml(
        `<ns1:ConsultarTokenResponse xmlns:ns1="m"><RespostaConsultar><ID>1</ID><Status>Sucesso</Status>${payments && `<Autorizacao>${payments}</Autorizacao>`}</RespostaConsultar></ns1:ConsultarTokenResponse>`,
      );
    }
    const order = inner(body, 'IdProprio');
    const valor = inner(body, 'Valor');
    const token = `T${order}`.padEnd(60, '0');
    const error = (await stored(memory, token))
      ? '102'
      : !/^\d+\.\d\d$/.test(valor) || !inner(body, 'Razao')
        ? '2'
        : null;
    if (error)
      return xml(
        `<ns1:EnviarInstrucaoUnicaResponse xmlns:ns1="m"><Resposta><ID>1</ID><Status>Falha</Status><Erro Codigo="${error}">erro</Erro></Resposta></ns1:EnviarInstrucaoUnicaResponse>`,
      );
    const instruction: StoredInstruction = {
      order,
      amount: Math.round(Number(valor) * 100),
      razao: inner(body, 'Razao'),
      retorno: inner(body, 'URLRetorno'),
      notificacao: inner(body, 'URLNotificacao'),
      account: merchant.account,
      tries: {},
    };
    await memory.put(memoryKey(token), JSON.stringify(instruction));
    return xml(
      `<ns1:EnviarInstrucaoUnicaResponse xmlns:ns1="m"><Resposta><ID>1</ID><Status>Sucesso</Status><Token>${token}</Token></Resposta></ns1:EnviarInstrucaoUnicaResponse>`,
    );
  },

  async receive({ query }, _merchants, memory) {
    const token = new URLSearchParams(query).get('token') ?? '';
    const found = await stored(memory, token);
    if (!found) throw new BankError('token', 'is not known');
    return {
      account: found.account,
      order: found.order,
      amount: found.amount,
      currency: 'BRL',
      manual: false,
      shown: [['Razão', found.razao]],
      data: { token, retorno: found.retorno, notificacao: found.notificacao },
    };
  },

  async decide(order, _merchant, decision, memory) {
    const found = await stored(memory, order.data.token ?? '');
    if (!found) return;
    const tries = { ...found.tries, [codeOf(order.id, decision)]: decision };
    await memory.put(
      memoryKey(order.data.token ?? ''),
      JSON.stringify({ ...found, amount: order.amount, currency: order.currency, tries }),
    );
  },

  notification(order, _merchant, decision, spoiling) {
    const code = codeOf(order.id, decision);
    const values = {
      id_transacao: order.order,
      valor: String(order.amount),
      status_pagamento: TIPO[decision][0],
      cod_moip: spoiling === 'bad-signature' ? '99999999' : code,
      forma_pagamento: '3',
      tipo_pagamento: 'CartaoDeCredito',
      email_consumidor: 'teste@labs.moip.com.br',
    };
    return {
      method: 'POST',
      url: order.data.notificacao ?? '',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(values).toString(),
    };
  },

  back: (order) => order.data.retorno ?? '',
};
