/** What the MAC of a notification proves; nothing is signed on the way back. Facts: SHEET.md, "What its signature proves". */
import type { Channel, Proof } from '../contract.ts';
import { merchantProof, unsignedProof } from '../kit/proof.ts';
import type { MoneticoSettings } from './settings.ts';

/** Fields that the code reads. */
const READ = [
  ...['TPE', 'date', 'montant', 'reference', 'code-retour', 'numauto', 'montantech', 'motifrefus'],
  ...['motifrefusautorisation', 'filtragecause', 'filtrage_etat', 'modepaiement', 'originecb', 'originetr'],
  ...['brand', 'vld', 'cbmasquee', 'authentification'],
];

export function moneticoProof(_settings: MoneticoSettings, channel: Channel): Proof {
  if (channel === 'return') return unsignedProof([]);
  return merchantProof(READ, {
    bordersCovered: false,
    uniqueReading:
      'a name has letters, digits, - and _ only, and a value with an asterisk, a name and = inside is refused, so that the signed text is cut at every asterisk that a name and = follow, and nowhere else',
    environmentMark: 'code-retour',
    requestIsNoAnswer:
      'no request has code-retour, and no value of one holds an asterisk, so that none can be cut into one that has it',
  });
}
