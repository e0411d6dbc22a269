/**
 * Moip v1 (Brazil), retired: bought by Wirecard and PagSeguro, switched off in December 2022. An XML instruction, a redirect with its token, and
 * notifications (NASP) that nobody signs: the instruction is queried, and only the answer counts.
 *
 * Facts: moiplabs/moip-php; Irio/mymoip and its fixtures; the Moip gateway of an ActiveMerchant fork; django-getpaid 1.7. Safe readings of what is
 * unverified: 8 and unknown codes move nothing; what is returned (9) is the whole; answers that are not UTF-8 are read as windows-1252.
 */

import { XMLParser } from 'fast-xml-parser';
import * as v from 'valibot';
import { invalidField, Problem, Refusal } from '../../payments/errors.ts';
import type { Minor } from '../../payments/money.ts';
import { decimal, fromDecimal } from '../../payments/money.ts';
import type { Outcome } from '../../payments/statuses.ts';
import { base64, readable, utf8 } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import {
  defineProvider,
  type Hint,
  type Json,
  type ProviderAccount,
  type ProviderRequest,
  type ProviderUpdate,
  type Recipe,
  type Signed,
  type StartedAttempt,
  type StartRequest,
  type StatusQuery,
} from '../contract.ts';
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { type ApiAnswer, callApi } from '../kit/api-call.ts';
import { formBytes, formFields, inputFields } from '../kit/form-message.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { pattern, secret, shown, text } from '../kit/settings.ts';
import { legacyTable } from '../kit/statuses.ts';
import { cut, fullName, ifFits } from '../kit/text.ts';

const settings = v.object({
  token: v.pipe(
    pattern(/^[A-Z0-9]{32}$/, 'has 32 capital letters and digits'),
    secret({ title: 'API token' }),
  ),
  key: v.pipe(pattern(/^[A-Z0-9]{40}$/, 'has 40 capital letters and digits'), secret({ title: 'API key' })),
  receiver: v.optional(
    v.pipe(text(0, 65), shown({ title: 'Receiving account (LoginMoIP)', description: 'Empty: your own.' })),
    '',
  ),
});

type Settings = v.InferOutput<typeof settings>;

// --- XML --------------------------------------------------------------------------------------------------

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (value: string) => value.replace(/[&<>]/g, (character) => ESCAPES[character] ?? '');

function element(name: string, value: string | undefined): string {
  return value === undefined || value === '' ? '' : `<${name}>${escaped(value)}</${name}>`;
}

/** The instruction; members that are not given are left out. */
function instruction(fields: Readonly<Record<string, string | undefined>>): string {
  const payer = element('Nome', fields.Nome) + element('Email', fields.Email);
  const receiver = fields.LoginMoIP ? `<Recebedor>${element('LoginMoIP', fields.LoginMoIP)}</Recebedor>` : '';
  return `<EnviarInstrucao><InstrucaoUnica>${element('Razao', fields.Razao)}<Valores><Valor moeda="BRL">${fields.Valor ?? ''}</Valor></Valores>${element('IdProprio', fields.IdProprio)}${receiver}${payer && `<Pagador>${payer}</Pagador>`}${element('URLRetorno', fields.URLRetorno)}${element('URLNotificacao', fields.URLNotificacao)}</InstrucaoUnica></EnviarInstrucao>`;
}

const xml = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
  isArray: (name) => name === 'Pagamento' || name === 'Autorizacao',
});

function tree(body: string): Record<string, unknown> {
  if (body.includes('<!DOCTYPE')) return {};
  try {
    return xml.parse(body) as Record<string, unknown>;
  } catch {
    return {};
  }
}

type Node = Readonly<Record<string, unknown>>;

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const inner = (value as Node | undefined)?.['#text'];
  return typeof inner === 'string' ? inner : '';
}

/** The answer to an instruction: its token, or the code of the error; never by position. */
function readInstruction(body: string): {
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

/** One try to pay, in the answer to a query. */
interface Attempt {
  readonly code: string;
  readonly tipo: string;
  readonly total: string;
  readonly detail: Readonly<Record<string, string>>;
}

/** The tries of an instruction. @throws Problem provider_error when the query itself failed. */
function readQuery(body: string): readonly Attempt[] {
  const { ConsultarTokenResponse: outer } = tree(body) as {
    ConsultarTokenResponse?: { RespostaConsultar?: Node };
  };
  const answer = outer?.RespostaConsultar;
  // This Status is that of the query; each payment has one of its own.
  if (!answer || textOf(answer.Status) !== 'Sucesso') {
    throw new Problem('provider_error', 'Moip does not know the instruction', { cause: body });
  }
  return ((answer.Autorizacao ?? []) as Node[])
    .flatMap((entry) => (entry.Pagamento ?? []) as Node[])
    .map((payment) => ({
      code: textOf(payment.CodigoMoIP),
      tipo: String((payment.Status as Node | undefined)?.['@Tipo'] ?? ''),
      total: textOf(payment.TotalPago),
      detail: Object.fromEntries(
        ['Data', 'FormaPagamento', 'InstituicaoPagamento', 'Classificacao'].flatMap((name) => {
          const value = textOf(payment[name]);
          return value ? [[name, value]] : [];
        }),
      ),
    }));
}

/** `0000.0005.3227` and `53227` are one number. */
function plainCode(code: string): string {
  return code.replace(/\D/g, '').replace(/^0+/, '');
}

// --- Statuses ---------------------------------------------------------------------------------------------

const CODES: Readonly<Record<string, Outcome>> = {
  1: 'paid',
  2: 'pending',
  3: 'pending',
  4: 'paid',
  5: 'cancelled',
  6: 'pending',
  7: 'charged_back',
  8: 'none',
  9: 'refunded',
};

function outcomeOf(tipo: string): Outcome {
  return CODES[tipo] ?? 'none';
}

// --- Recipes ----------------------------------------------------------------------------------------------

function basic({ token = '', key = '' }: Partial<Settings>): Signed {
  const base = utf8(`${token}:${key}`);
  return { base, algorithm: 'HTTP Basic', signature: `Basic ${base64(base)}` };
}

function responseCase(raw: string): Readonly<Record<string, Json>> {
  if (raw.includes('EnviarInstrucao')) {
    const { id, token, error } = readInstruction(raw);
    if (error !== null) return { valid: false, fields: { error_code: error } };
    return {
      valid: true,
      fields: { Token: token, ID: id },
      redirect: paymentPage('https://www.moip.com.br', token),
    };
  }
  const [attempt] = readQuery(raw);
  if (!attempt) return { valid: true, status: 'forwarded' };
  return {
    valid: true,
    status: outcomeOf(attempt.tipo),
    fields: { Tipo: attempt.tipo, CodigoMoIP: attempt.code, TotalPago: attempt.total },
  };
}

/** A post together with what the query says: the query counts, and both must name the same money. */
function notificationCase(raw: string, confirmation: string): Readonly<Record<string, Json>> {
  const values = new Map(inputFields({ raw }).map(({ name, value }) => [readable(name), readable(value)]));
  const claimed = values.get('status_pagamento') ?? '';
  const attempt = readQuery(confirmation).find(
    ({ code }) => plainCode(code) === plainCode(values.get('cod_moip') ?? ''),
  );
  const same = attempt?.tipo === claimed && String(fromDecimal(attempt.total, 2)) === values.get('valor');
  return { valid: same, claimed: outcomeOf(claimed), ...(same && { status: outcomeOf(claimed) }) };
}

const recipes: Record<string, Recipe<Settings>> = {
  'authorization-header': { kind: 'sign', sign: basic },
  'request-body': {
    kind: 'body',
    body: (_given, input) => instruction((input.fields ?? {}) as Record<string, string>),
  },
  'api-response': { kind: 'case', answer: (_given, input) => responseCase(input.raw ?? '') },
  notification: {
    kind: 'case',
    answer: (_given, input) =>
      notificationCase(input.raw ?? '', String(input.rest?.confirmation_response ?? '')),
  },
};

// --- Calls ------------------------------------------------------------------------------------------------

function host(account: ProviderAccount<Settings>): string {
  return account.environment === 'production'
    ? 'https://www.moip.com.br'
    : 'https://desenvolvedor.moip.com.br/sandbox';
}

function paymentPage(at: string, token: string): string {
  return `${at}/Instrucao.do?token=${encodeURIComponent(token)}`;
}

function call(
  account: ProviderAccount<Settings>,
  fetcher: typeof fetch,
  path: string,
  body?: string,
): Promise<ApiAnswer> {
  return callApi(fetcher, atOrigin(`${host(account)}/ws/alpha/${path}`, account.endpoints.api), {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: basic(account.settings).signature,
      ...(body !== undefined && { 'content-type': 'application/xml; charset=utf-8' }),
    },
    ...(body !== undefined && { body }),
  });
}

async function start(request: StartRequest<Settings>): Promise<StartedAttempt> {
  const { payment, account, order, urls } = request;
  const [extra] = Object.keys(payment.providerFields);
  if (extra !== undefined) throw invalidField(`providerFields.${extra}`, 'is not a field of this provider');
  const answer = await call(
    account,
    request.fetch,
    'EnviarInstrucao/Unica',
    instruction({
      Razao: cut(payment.description, 200) ?? payment.reference,
      Valor: decimal(payment.amount, 2),
      IdProprio: order,
      LoginMoIP: account.settings.receiver,
      Nome: cut(fullName(payment), 90),
      Email: ifFits(payment.customer.email, 45),
      URLRetorno: addressWithin(250, `${urls.back}?o=${order}`),
      URLNotificacao: addressWithin(250, urls.callback),
    }),
  );
  const { token, error } = readInstruction(answer.text);
  if (answer.status !== 200 || error !== null || !token) {
    throw new Problem(
      'provider_error',
      `Moip refused the instruction: ${answer.status} ${error ?? ''}`.trim(),
      { cause: answer.text },
    );
  }
  return {
    redirect: {
      kind: 'url',
      method: 'GET',
      url: atOrigin(paymentPage(host(account), token), account.endpoints.page),
    },
    providerState: { token },
    queryAfterSeconds: 24 * 3600,
  };
}

// --- News -------------------------------------------------------------------------------------------------

function heard(request: ProviderRequest): Hint {
  const values = new Map(
    formFields(formBytes(request)).map(({ name, value }) => [readable(name), readable(value)]),
  );
  const order = values.get('id_transacao') ?? '';
  const code = values.get('cod_moip') ?? '';
  if (!order || !/^\d{1,15}$/.test(code))
    throw new Refusal('field_missing', 'id_transacao and cod_moip are both needed');
  return { kind: 'hint', order, about: { cod_moip: code } };
}

async function ask(question: StatusQuery<Settings>): Promise<ProviderUpdate | null> {
  const { account, providerState, hint, order } = question;
  if (!providerState.token) return null;
  const answer = await call(
    account,
    question.fetch,
    `ConsultarInstrucao/${encodeURIComponent(providerState.token)}`,
  );
  if (answer.status !== 200)
    throw new Problem('provider_error', `Moip answered ${answer.status}`, { cause: answer.text });
  const attempts = readQuery(answer.text);
  const wanted = attempts.find(({ code }) => plainCode(code) === plainCode(hint.cod_moip ?? ''));
  const attempt = wanted ?? attempts.find(({ tipo }) => outcomeOf(tipo) === 'paid') ?? attempts.at(-1);
  if (!attempt) return null;
  const code = plainCode(attempt.code);
  const outcome = outcomeOf(attempt.tipo);
  if (outcome === 'none') return null;
  return {
    kind: 'update',
    order,
    key: `${code}/${attempt.tipo}`,
    outcome,
    amount: fromDecimal(attempt.total, 2) as Minor | null,
    currency: 'BRL',
    movement: code,
    providerReference: code,
    providerStatus: attempt.tipo,
    detail: attempt.detail,
  };
}

export const moip = defineProvider<typeof settings>({
  id: 'moip',
  aliases: [],
  caption: 'Moip v1 (Brazil; retired, switched off in December 2022)',
  countries: ['BR'],
  currencies: ['BRL'],
  capabilities: {
    capture: false,
    cancel: false,
    refund: false,
    status: true,
    manualCapture: false,
    signedNotification: false,
    signedReturn: false,
  },
  settings,
  signatures: recipes,
  likelyCauses: [],
  statuses: legacyTable(
    Object.entries(CODES).map(([code, outcome]) => ({ code, outcome })),
    {
      1: 'Autorizado',
      2: 'Iniciado',
      3: 'BoletoImpresso',
      4: 'Concluido',
      5: 'Cancelado',
      6: 'EmAnalise',
      7: 'Estornado',
      9: 'Reembolsado',
    },
  ),
  requires: [],
  maxAmount: 999_999_999,
  testOnly: false,
  freshOrderEachTrip: true,

  charset: () => charset('utf-8'),
  captureDefault: () => 'automatic',
  deferred: () => true,
  start,
  queryStatus: ask,

  async notification(request, _account, channel) {
    if (channel === 'notification') return heard(request);
    return { kind: 'hint', order: new URLSearchParams(readable(request.query)).get('o'), about: {} };
  },

  reply: () => EMPTY_OK,

  setup: ({ callback }) => [
    { where: 'Meus Dados > Preferências > Notificação das transações (NASP)', value: callback },
  ],
});
