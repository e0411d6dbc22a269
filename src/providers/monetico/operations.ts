/**
 * The capture and refund services: captures with their running sums, cancels, refunds. Facts: SHEET.md, "After payment".
 *
 * Safe readings:
 * - The services keep no name of ours, and there is no status call: whatever is not certain after the call is unknown, is never repeated,
 *   and a person says what the portal shows.
 * - Answers are not signed. One that is about another reference, or says something twice, is none.
 * - A refund names the capture (date_remise, num_autorisation) where there was one; after several it is one of the whole order.
 */
import { Declined, Problem } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import { charset } from '../../signing/charsets.ts';
import { encodeForm } from '../../signing/form.ts';
import type { OperationOrder, OperationResult, ProviderOperation } from '../contract.ts';
import { callApi } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';
import { parisDay } from '../kit/paris-time.ts';
import { providerError } from '../kit/provider-error.ts';
import { MONETICO_VERSION, moneticoAddress } from './form.ts';
import { type MoneticoAnswer, moneticoAnswer } from './operation-answer.ts';
import type { MoneticoSettings } from './settings.ts';
import { signMonetico } from './signatures.ts';
import { moneticoOperationState } from './statuses.ts';
import { montant, parisTime } from './texts.ts';

type Order = OperationOrder<MoneticoSettings>;
type Fields = readonly (readonly [name: string, value: string])[];

/** What every call names. */
function subject(order: Order): Fields {
  const { account, asked, currency, providerState, now, startedAt } = order;
  return [
    ['version', MONETICO_VERSION],
    ['TPE', account.settings.tpe],
    ['date', parisTime(now)],
    ['date_commande', providerState.date_commande || parisDay(startedAt)],
    ['montant', montant(asked, currency)],
    ['reference', order.order],
    ['lgue', account.settings.lgue],
    ['societe', account.settings.societe],
  ];
}

/** The sums of a capture, of nothing for a cancel: what is taken now, what was, and what may be taken later. */
function captureFields(order: Order): Fields {
  const { kind, amount, asked, before, currency } = order;
  const taken = kind === 'capture' ? amount : 0;
  const left = kind === 'capture' ? asked - before.paid - amount : 0;
  return [
    ['montant_a_capturer', montant(taken, currency)],
    ['montant_deja_capture', montant(before.paid, currency)],
    ['montant_restant', montant(left, currency)],
  ];
}

function refundFields({ amount, before, currency, providerState }: Order): Fields {
  const { date_remise: day = '', num_autorisation: number = '' } = providerState;
  return [
    ...(day && number
      ? ([
          ['date_remise', day],
          ['num_autorisation', number],
        ] as const)
      : []),
    ['montant_recredit', montant(amount, currency)],
    ['montant_possible', montant(before.paid - before.refunded, currency)],
  ];
}

/** What later refunds name of a capture. Of several captures none is named. */
function captured({ before, now, providerState }: Order, { aut }: MoneticoAnswer): Record<string, string> {
  if (before.paid > 0) return { date_remise: '', num_autorisation: '' };
  return { date_remise: parisDay(now), num_autorisation: aut || (providerState.num_autorisation ?? '') };
}

/** @throws Problem when it is not known what the call has done; Declined when it has certainly done nothing. */
function resultOf(order: Order, status: number, text: string): OperationResult {
  const answer = moneticoAnswer(text);
  const { cdr, lib } = answer;
  if (status !== 200 || cdr === '' || answer.reference !== order.order)
    throw providerError(`the provider answered ${status} and nothing about this order`, text.slice(0, 1000));
  const state = moneticoOperationState(order.kind, answer);
  if (state === 'failed') throw new Declined(cdr, lib);
  if (state !== 'succeeded')
    throw new Problem('provider_error', `the provider answered ${lib} (${cdr})`, {
      provider: { code: cdr, text: lib },
    });
  return {
    state,
    status: cdr,
    // aut is the authorisation's number: captures and refunds of one may share it, so that it names none of them.
    providerReference: null,
    ...(order.kind === 'capture' && { providerState: captured(order, answer) }),
  };
}

function operation(
  kind: OperationKind,
  rule: ProviderOperation<MoneticoSettings>['rule'],
): ProviderOperation<MoneticoSettings> {
  return {
    rule,
    async execute(order) {
      const fields = [...subject(order), ...(kind === 'refund' ? refundFields(order) : captureFields(order))];
      const { signature } = signMonetico(order.account.settings, fields);
      const url = moneticoAddress(
        order.account,
        kind === 'refund' ? 'recredit_paiement' : 'capture_paiement',
      );
      const { status, text } = await callApi(order.send, url, {
        headers: { 'content-type': FORM },
        body: encodeForm([...fields, ['MAC', signature]], charset('utf-8')) ?? '',
      });
      return resultOf(order, status, text);
    },
  };
}

export const moneticoCapture = operation('capture', { parts: 'many', fundsSources: ['held'] });

/** Nothing is taken any more, and nothing is left. */
export const moneticoCancel = operation('cancel', {
  parts: 'whole',
  fundsSources: ['held'],
  afterPart: true,
});

export const moneticoRefund = operation('refund', { parts: 'many', fundsSources: ['paid'] });
