/** What the signatures of the Ogone platform prove (SHEET.md, "What its signature proves"). */
import type { Proof } from '../contract.ts';
import { merchantProof } from '../kit/proof.ts';
import { MAIN_OUT } from './hashed-text.ts';
import type { OgoneSettings } from './settings.ts';

/** What is read besides the main parameters. "Main parameters only" does not hash it, so it is not read there. */
const OTHERS = ['PAYIDSUB', 'CN', 'IP', 'ECI', 'TRXDATE'];

const EACH_PARAMETER: Proof = merchantProof([...MAIN_OUT, ...OTHERS], {
  requestIsNoAnswer:
    'the signed text of a request names PSPID, which no answer names, also where an account has one passphrase for both',
});

const MAIN_PARAMETERS_ONLY: Proof = merchantProof(MAIN_OUT, {
  notCovered: OTHERS,
  bordersCovered: false,
  requestIsNoAnswer:
    'another passphrase; where an account has one for both, a digit of AMOUNT follows the order number in a request, and a letter ' +
    'of CURRENCY, which may not be missing, in an answer',
});

/** The same for both ways: a return is signed like a notification. */
export function ogoneProof({ sha_mode }: Pick<OgoneSettings, 'sha_mode'>): Proof {
  return sha_mode === 'main-parameters-only' ? MAIN_PARAMETERS_ONLY : EACH_PARAMETER;
}
