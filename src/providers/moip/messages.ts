/** The XML of v1: the instruction, its answer, and the answer to a query. Members are read by name, never by position. */
import { providerError } from '../kit/provider-error.ts';
import { readXml } from '../kit/xml.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (value: string) => value.replace(/[&<>]/g, (character) => ESCAPES[character] ?? '');

function element(name: string, value: string | undefined): string {
  return value === undefined || value === '' ? '' : `<${name}>${escaped(value)}</${name}>`;
}

/** The instruction, from fields by their names in it; members that are not given are left out. */
export function instructionXml(fields: Readonly<Record<string, string | undefined>>): string {
  const payer = element('Nome', fields.Nome) + element('Email', fields.Email);
  const receiver = fields.LoginMoIP ? `<Recebedor>${element('LoginMoIP', fields.LoginMoIP)}</Recebedor>` : '';
  return `<EnviarInstrucao><InstrucaoUnica>${element('Razao', fields.Razao)}<Valores><Valor moeda="BRL">${fields.Valor ?? ''}</Valor></Valores>${element('IdProprio', fields.IdProprio)}${receiver}${payer && `<Pagador>${payer}</Pagador>`}${element('URLRetorno', fields.URLRetorno)}${element('URLNotificacao', fields.URLNotificacao)}</InstrucaoUnica></EnviarInstrucao>`;
}

type Node = Readonly<Record<string, unknown>>;

/** What a text that is no XML amounts to: one with an attribute twice, too. */
function tree(body: string): Node {
  try {
    return readXml(body, { attribute: '@', lists: ['Pagamento', 'Autorizacao'] });
  } catch {
    return {};
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const inner = (value as Node | undefined)?.['#text'];
  return typeof inner === 'string' ? inner : '';
}

/** The answer to an instruction: its token, or the code of the error. */
export function readInstructionAnswer(body: string): {
  readonly id: string;
  readonly token: string;
  readonly error: string | null;
} {
  const { EnviarInstrucaoUnicaResponse: outer } = tree(body) as {
    EnviarInstrucaoUnicaResponse?: { Resposta?: Node };
  };
  const answer = outer?.Resposta ?? {};
  const ok = textOf(answer.Status) === 'Sucesso';
  const token = textOf(answer.Token);
  const error = (answer.Erro as Node | undefined)?.['@Codigo'];
  return { id: textOf(answer.ID), token: ok ? token : '', error: ok && token ? null : String(error ?? '') };
}

/** A `Pagamento`: one try of the payer to pay an instruction. */
export interface Pagamento {
  /** CodigoMoIP as written: `0000.0005.3227`. */
  readonly codigoMoip: string;
  /** The code of its status. */
  readonly tipo: string;
  /** Decimal text. */
  readonly totalPago: string;
  /** ISO 4217 alpha; empty: it names none. */
  readonly moeda: string;
  /** What an operator may want to see. */
  readonly detail: Readonly<Record<string, string>>;
}

const SHOWN = ['Data', 'FormaPagamento', 'InstituicaoPagamento', 'Classificacao'];

/** What the answer to a query says. */
interface QueryAnswer {
  /** None while nobody has tried to pay. */
  readonly payments: readonly Pagamento[];
  /** Moip's verdict that it does not know the instruction, in its words; null: it does. */
  readonly unknown: string | null;
}

/**
 * The payments of an instruction, from the answer to a query.
 * @throws Problem provider_error when it is no answer to a query, or says a thing twice.
 */
export function readQueryAnswer(body: string): QueryAnswer {
  const { ConsultarTokenResponse: outer } = tree(body) as {
    ConsultarTokenResponse?: { RespostaConsultar?: Node };
  };
  const answer = outer?.RespostaConsultar;
  // This Status is that of the query; each payment has one of its own.
  const status = textOf(answer?.Status);
  if (status === 'Falha') {
    const code = (answer?.Erro as Node | undefined)?.['@Codigo'];
    return { payments: [], unknown: [code, textOf(answer?.Erro)].filter(Boolean).join(' ') || status };
  }
  if (!answer || status !== 'Sucesso') throw providerError('Moip answered something else than asked', body);
  const payments = ((answer.Autorizacao ?? []) as Node[]).flatMap(
    (entry) => (entry.Pagamento ?? []) as Node[],
  );
  if (payments.some((payment) => Object.values(payment).some(Array.isArray)))
    throw providerError('Moip said something of a payment twice', body);
  const read = payments.map((payment) => ({
    codigoMoip: textOf(payment.CodigoMoIP),
    tipo: String((payment.Status as Node | undefined)?.['@Tipo'] ?? ''),
    totalPago: textOf(payment.TotalPago),
    moeda: String((payment.TotalPago as Node | undefined)?.['@Moeda'] ?? ''),
    detail: Object.fromEntries(
      SHOWN.flatMap((name) => {
        const value = textOf(payment[name]);
        return value ? [[name, value]] : [];
      }),
    ),
  }));
  return { payments: read, unknown: null };
}

/** `0000.0005.3227` and `53227` are one number: the latter. */
export function plainCode(code: string): string {
  return code.replace(/\D/g, '').replace(/^0+/, '');
}
