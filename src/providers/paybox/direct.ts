/**
 * Paybox Direct (PPPS), the server calls of Paybox: capture, cancel, refund, and the inquiry. Facts: SHEET.md, "After payment".
 *
 * Safe readings:
 * - There is one capture: whether a second one of the rest works is unverified.
 * - A cancel takes back the whole, with 00005 as the vendor's kits send it.
 * - A transaction is ours when Direct itself finds it by our reference, amount and currency. A number that a message names may be
 *   that of another order of the same site.
 * - What the inquiry says without an amount (Remboursé, or Capturé after a later capture) moves nothing by itself. Where no capture of
 *   ours explains it, a person says how much it was.
 * - An operation that waits for the means of payment (99999) is inquired about by its own number.
 */
import { Declined, Problem } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import type { OperationCall, ProviderOperation, ProviderUpdate, StatusQuery } from '../contract.ts';
import { stateIn } from '../kit/operation-table.ts';
import { meaningOf } from '../kit/statuses.ts';
import { providerUpdate } from '../kit/update.ts';
import type { DirectAnswer } from './direct-answer.ts';
import {
  callDirect,
  directFailure,
  findTransaction,
  inquire,
  inquirePayment,
  sameNumber,
  type TransactionNumbers,
} from './direct-call.ts';
import type { PayboxSettings } from './settings.ts';
import { PAYBOX_INQUIRY_STATUSES, PAYBOX_OPERATIONS } from './statuses.ts';

/** What STATUS says of the payment once an operation is done. */
const DONE: Readonly<Record<OperationKind, string>> = {
  capture: 'Capturé',
  cancel: 'Annulé',
  refund: 'Remboursé',
};

/** What STATUS says of the payment while an operation is not done. A cancel comes before the remittance, a refund after it. */
const NOT_DONE: Readonly<Record<OperationKind, readonly string[]>> = {
  capture: ['Autorisé'],
  cancel: ['Autorisé', 'Capturé', 'Remboursé'],
  refund: ['Capturé', 'Annulé'],
};

/** Why an account cannot use Direct; null: it can. */
export function lacksPayboxDirect({ pbx_retour, direct }: PayboxSettings): string | null {
  if (!direct) return 'the contract does not include Paybox Direct (setting direct)';
  return ['S', 'T'].every((letter) => pbx_retour.includes(`:${letter};`))
    ? null
    : 'pbx_retour must hold the letters S and T: Direct names a transaction by them';
}

// --- Later operations -------------------------------------------------------------------------------------

/** @throws Problem invalid_state when the numbers of the payment are not known. */
function numbersOf({
  providerState: { numtrans, numappel },
}: OperationCall<PayboxSettings>): TransactionNumbers {
  if (!numtrans || !numappel)
    throw new Problem('invalid_state', 'the transaction numbers of this payment are not known');
  return { numtrans, numappel };
}

/** The number that an operation got; null: none, or that of the payment, which is no number of its own. */
function ownNumber({ numtrans }: DirectAnswer, payment: TransactionNumbers): string | null {
  return Number(numtrans) > 0 && !sameNumber(numtrans, payment.numtrans) ? numtrans : null;
}

function operation(
  kind: OperationKind,
  rule: ProviderOperation<PayboxSettings>['rule'],
): ProviderOperation<PayboxSettings> {
  return {
    rule,
    lacks: lacksPayboxDirect,

    async execute(order) {
      const payment = numbersOf(order);
      const answer = await callDirect(order.send, kind, order, payment);
      const state = stateIn(PAYBOX_OPERATIONS.CODEREPONSE, answer.code);
      if (state === 'unknown') throw directFailure(answer);
      if (state === 'failed') throw new Declined(answer.code, answer.comment);
      return { state, status: answer.code, providerReference: ownNumber(answer, payment) };
    },

    async lookUp(call) {
      const payment = numbersOf(call);
      const { providerReference: own } = call;
      const answer = own && (await inquire(call.fetch, call, { numtrans: own, numappel: null }));
      if (answer) {
        const { status } = answer;
        const state = stateIn(PAYBOX_OPERATIONS[kind], status);
        return {
          entries: [{ providerReference: own, amount: null, state, status }],
          complete: false,
          status,
        };
      }
      const { status } = await inquirePayment(call.fetch, call, payment);
      // STATUS says that there was such an operation, not how many.
      const isDone = status === DONE[kind];
      return {
        entries: isDone ? [{ amount: null, state: 'succeeded', status }] : [],
        complete: NOT_DONE[kind].includes(status),
        status,
      };
    },
  };
}

/** 00002. */
export const payboxCapture = operation('capture', { parts: 'one', fundsSources: ['held'] });

/** 00005: before the daily remittance to the bank. */
export const payboxCancel = operation('cancel', { parts: 'whole', fundsSources: ['held', 'paid'] });

/** 00014: after the remittance. */
export const payboxRefund = operation('refund', { parts: 'many', fundsSources: ['paid'] });

/**
 * 00017, the inquiry, about the transaction that is known, else about the one that 00011 finds by our reference. Null: there is
 * none yet.
 */
export async function queryPayboxStatus(query: StatusQuery<PayboxSettings>): Promise<ProviderUpdate | null> {
  const { providerState, order, known, capture, hint } = query;
  const { numtrans = '', numappel = '' } = providerState;
  const isKnown = numtrans !== '' && numappel !== '';
  const found = isKnown ? { numtrans, numappel } : await findTransaction(query.fetch, query);
  if (!found) return null;
  const { status } = await inquirePayment(query.fetch, query, found);
  const outcome = meaningOf(PAYBOX_INQUIRY_STATUSES, status)?.outcome ?? 'none';
  // The shopper may have tried twice, and Direct have found the first try.
  const isOtherTry = hint.numtrans !== undefined && !sameNumber(hint.numtrans, found.numtrans);
  if (outcome === 'denied' && isOtherTry) return null;
  // After a capture of ours, Capturé does not say how much was captured.
  const isWhole = capture === 'automatic' && !known?.paid;
  return providerUpdate({
    order,
    key: `inquiry/${found.numtrans}/${status}`,
    outcome: outcome === 'paid' && !isWhole ? 'none' : outcome,
    ...(outcome === 'paid' && capture === 'manual' && !known?.paid && { amountUntold: true as const }),
    amount: 'asked',
    movement: found.numtrans,
    cumulative: true,
    ...(!isKnown && { providerState: found }),
    providerReference: found.numtrans,
    providerStatus: status,
  });
}
