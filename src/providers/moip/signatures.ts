/** The named recipes. Moip signs nothing: the Basic header authorises our calls, and what a NASP says has to be queried. */
import { fromDecimal } from '../../payments/money.ts';
import { base64, utf8 } from '../../signing/bytes.ts';
import type { Json, Recipe, Signed } from '../contract.ts';
import { inputFields } from '../kit/form-message.ts';
import { instructionPage, MOIP_PRODUCTION } from './hosts.ts';
import { instructionXml, plainCode, readInstructionAnswer, readQueryAnswer } from './messages.ts';
import type { MoipSettings } from './settings.ts';
import { outcomeOfTipo } from './statuses.ts';

/** The Authorization header of every call. */
export function moipAuthorization({ token = '', key = '' }: Partial<MoipSettings>): Signed {
  const base = utf8(`${token}:${key}`);
  return { base, algorithm: 'HTTP Basic', signature: `Basic ${base64(base)}` };
}

function answerCase(raw: string): Readonly<Record<string, Json>> {
  if (raw.includes('EnviarInstrucao')) {
    const { id, token, error } = readInstructionAnswer(raw);
    if (error !== null) return { valid: false, fields: { error_code: error } };
    return {
      valid: true,
      fields: { Token: token, ID: id },
      redirect: instructionPage(MOIP_PRODUCTION, token),
    };
  }
  const { payments, unknown } = readQueryAnswer(raw);
  if (unknown !== null) return { valid: true, status: 'error' };
  const [payment] = payments;
  if (!payment) return { valid: true, status: 'forwarded' };
  const { tipo, codigoMoip, totalPago } = payment;
  return {
    valid: true,
    status: outcomeOfTipo(tipo),
    fields: { Tipo: tipo, CodigoMoIP: codigoMoip, TotalPago: totalPago },
  };
}

/** A NASP together with the answer to the query: the answer counts, and both must name the same money. */
function notificationCase(raw: string, queryAnswer: string): Readonly<Record<string, Json>> {
  const values = new Map(inputFields({ raw }).map(({ name, value }) => [name, value]));
  const claimed = values.get('status_pagamento') ?? '';
  const payment = readQueryAnswer(queryAnswer).payments.find(
    ({ codigoMoip }) => plainCode(codigoMoip) === plainCode(values.get('cod_moip') ?? ''),
  );
  const same = payment?.tipo === claimed && String(fromDecimal(payment.totalPago, 2)) === values.get('valor');
  const outcome = outcomeOfTipo(claimed);
  return { valid: same, claimed: outcome, ...(same && { status: outcome }) };
}

export const moipSignatures: Record<string, Recipe<MoipSettings>> = {
  'authorization-header': { kind: 'sign', sign: moipAuthorization },
  'request-body': {
    kind: 'body',
    body: (_settings, input) => instructionXml((input.fields ?? {}) as Record<string, string>),
  },
  'api-response': { kind: 'case', answer: (_settings, input) => answerCase(input.raw ?? '') },
  notification: {
    kind: 'case',
    answer: (_settings, input) =>
      notificationCase(input.raw ?? '', String(input.rest?.confirmation_response ?? '')),
  },
};
