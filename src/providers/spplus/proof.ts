/** What SPPlus's hmac proves. Facts: SHEET.md. */
import type { Proof } from '../contract.ts';
import { merchantProof } from '../kit/proof.ts';

export function spplusProof(): Proof {
  return merchantProof(['siret', 'reference', 'langue', 'devise', 'montant', 'taxe', 'refsfp', 'etat'], {
    bordersCovered: false,
    uniqueReading:
      'siret is the account’s, reference, langue and devise have fixed lengths, montant and taxe end two digits after their point, ' +
      'refsfp begins with a letter, and nothing follows etat, because the request had nothing that comes back there; where ' +
      'the last digit of refsfp could belong to etat and that is another code, the message does not count as proof',
    environmentMark: 'etat',
    requestIsNoAnswer:
      'a request has a date after taxe, an answer has refsfp there, which begins with a letter',
  });
}
