/** The named recipes. PayFiP signs nothing: they are addresses, SOAP bodies, answers and the form of texts. */
import { utf8 } from '../../signing/bytes.ts';
import type { Json, Recipe, RecipeInput } from '../contract.ts';
import { textFields } from '../kit/form-message.ts';
import { normalisedObjet } from './debt.ts';
import { centsOf, lowerCaseParameters } from './parameters.ts';
import { PAYFIP_PAGE, type TipiSettings } from './settings.ts';
import { payfipEnvelope, readPayfipAnswer } from './soap.ts';
import { outcomeOfFault, outcomeOfResult } from './statuses.ts';
import { claimedOutcome, urlFormAddress } from './url-form.ts';
import { type ExpectedDetail, idopPage, mismatchOf } from './web-service.ts';

/** An answer of the web service, as a vector describes it. */
function answerCase(settings: Partial<TipiSettings>, input: RecipeInput): Readonly<Record<string, Json>> {
  const answer = readPayfipAnswer(input.raw ?? '');
  const operation = String(input.rest?.operation ?? '');
  if (answer.kind === 'fault') {
    const status = outcomeOfFault(operation, answer, Number(input.rest?.idop_age_minutes ?? 0));
    return { valid: false, fields: { code: answer.code, fault: answer.fault }, ...(status && { status }) };
  }
  const { values } = answer;
  if (operation === 'creerPaiementSecurise') {
    const redirect = idopPage(settings.service_url ?? PAYFIP_PAGE, values.idOp ?? '');
    return { valid: Boolean(values.idOp), fields: { ...values, redirect } };
  }
  const expected = input.rest?.expect as (ExpectedDetail & { readonly montant: string }) | undefined;
  if (!expected) return { valid: true, fields: values };
  if (mismatchOf(values, expected)) return { valid: false, fields: values };
  const outcome = outcomeOfResult(values.resultrans ?? '');
  const less = outcome === 'paid' && (centsOf(values.montant) ?? 0) < Number(expected.montant);
  return { valid: true, fields: values, status: less ? 'partially_paid' : outcome };
}

export const tipiSignatures: Record<string, Recipe<TipiSettings>> = {
  'request-url': {
    kind: 'address',
    address: (settings, input) => urlFormAddress(settings.service_url ?? PAYFIP_PAGE, textFields(input)),
  },
  'notification-unsigned': {
    kind: 'case',
    answer: (_settings, input) => {
      const values = lowerCaseParameters(utf8(input.raw ?? ''));
      return { valid: false, claims: claimedOutcome(values), fields: Object.fromEntries(values) };
    },
  },
  'api-request': {
    kind: 'body',
    body: (_settings, input) => payfipEnvelope(String(input.rest?.operation ?? ''), textFields(input)),
  },
  'api-response': { kind: 'case', answer: answerCase },
  'api-fault': { kind: 'case', answer: answerCase },
  'text-normalisation': {
    kind: 'case',
    answer: (_settings, input) => {
      const { in: given = '' } = (input.fields ?? {}) as { readonly in?: string };
      return { fields: { in: given, out: normalisedObjet(given) } };
    },
  },
};
