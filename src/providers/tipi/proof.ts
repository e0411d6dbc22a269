/** What PayFiP's messages prove: nothing, because nobody signs them. Facts: SHEET.md. */
import type { Proof } from '../contract.ts';
import { unsignedProof } from '../kit/proof.ts';
import type { TipiSettings } from './settings.ts';

const URL_FORM: Proof = {
  ...unsignedProof(['numcli', 'refdet', 'montant', 'saisie', 'resultrans', 'numauto', 'o']),
  // No currency: euros are meant.
  undecided: ['outcome', 'order', 'amount'],
  environmentMark: 'saisie',
};

const WEB_SERVICE: Proof = {
  ...unsignedProof(['idop', 'o']),
  undecided: ['order'],
  environmentMark: 'saisie',
};

export function tipiProof(mode: TipiSettings['mode']): Proof {
  return mode === 'url' ? URL_FORM : WEB_SERVICE;
}
