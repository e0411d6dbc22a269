/** The words of Monetico, by the names that SHEET.md gives their tables. */

import type { OperationKind } from '../../payments/operations.ts';
import type { BookedState } from '../../payments/reconciliation.ts';
import { reasonsAmong } from '../kit/decline-reasons.ts';
import { type OperationTable, stateIn } from '../kit/operation-table.ts';
import { statusTable } from '../kit/statuses.ts';
import type { MoneticoAnswer } from './operation-answer.ts';

/** `code-retour` of a notification. */
export const MONETICO_CODES = statusTable([
  ['paiement', 'accepted', 'accepted'],
  ['payetest', 'accepted', 'accepted, in test'],
  // Up to four attempts on one page: paiement may follow.
  ['Annulation', 'denied', 'refused'],
  ['paiement_pf2 paiement_pf3 paiement_pf4', 'none', 'a later instalment was taken'],
  ['Annulation_pf2 Annulation_pf3 Annulation_pf4', 'none', 'a later instalment was refused'],
]);

/** `motifrefus` of a refusal. */
export const MONETICO_REFUSALS = statusTable([
  ['Refus', 'denied', 'refused by the bank of the card'],
  [['Appel Phonie'], 'denied', 'the bank of the card wants a phone call'],
  ['Interdit', 'denied', 'the card is forbidden'],
  ['filtrage', 'denied', 'stopped by a filter of the shop'],
  ['scoring', 'denied', 'stopped by the scoring'],
  ['3DSecure', 'denied', 'the holder was not authenticated'],
]);

/** Why nothing was paid. */
export const MONETICO_DECLINES = reasonsAmong(MONETICO_REFUSALS, [
  ['Interdit filtrage scoring', 'fraud_suspected'],
  ['3DSecure', 'authentication_failed'],
]);

/** What `lib` says of an operation that `cdr` does not call done. What is not listed is unknown. */
const LIB: OperationTable = {
  'autorisation refusee': 'failed',
  'commande non authentifiee': 'failed',
  'commande expiree': 'failed',
  'commande grillee': 'failed',
  'signature non valide': 'failed',
  'commercant non identifie': 'failed',
  'montant errone': 'failed',
  'date erronee': 'failed',
  'la demande ne peut aboutir': 'failed',
  'traitement en cours': 'unknown',
  'autre traitement en cours': 'unknown',
  'probleme technique': 'unknown',
  // Perhaps by a call of ours whose answer was lost.
  'paiement accepte': 'unknown',
  'paiement deja accepte': 'unknown',
  'commande annulee': 'unknown',
  'la commande est deja annulee': 'unknown',
};

/** `cdr` and `lib` of the answers (SHEET.md, "Operations"). */
export const MONETICO_OPERATIONS = {
  capture: { '1': 'succeeded', '0': 'failed' },
  cancel: { '1': 'succeeded', '0': 'failed' },
  // Sources disagree about which of the two is done: with the number of an authorisation either is, without one neither.
  refund: {
    '0': 'succeeded',
    '1': 'succeeded',
    '-46': 'failed',
    '-48': 'failed',
    '-51': 'failed',
    '-52': 'failed',
  },
  lib: LIB,
} as const satisfies Readonly<Record<OperationKind | 'lib', OperationTable>>;

/** Words that agree with an operation that is done; those of a refund are not published. */
const DONE: Readonly<Record<OperationKind, string | null>> = {
  capture: 'paiement accepte',
  cancel: 'commande annulee',
  refund: null,
};

/**
 * What an answer says: a `lib` that contradicts `cdr` makes it unknown, and a refund is done where it has the number of an authorisation
 * alone, which nothing that was refused has.
 */
export function moneticoOperationState(
  kind: OperationKind,
  { cdr, lib, aut }: Pick<MoneticoAnswer, 'cdr' | 'lib' | 'aut'>,
): BookedState {
  const byCode = stateIn(MONETICO_OPERATIONS[kind], cdr);
  const isListed = Object.hasOwn(LIB, lib);
  const byWord = stateIn(LIB, lib);
  if (byCode === 'succeeded') {
    const isContradicted = isListed && lib !== DONE[kind];
    return isContradicted || (kind === 'refund' && aut === '') ? 'unknown' : 'succeeded';
  }
  if (byCode === 'failed') return isListed ? byWord : 'failed';
  return cdr.startsWith('-') ? byWord : 'unknown';
}
