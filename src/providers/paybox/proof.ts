/** What the signature of a Paybox message proves. Facts: SHEET.md, "What its signature proves". */
import { Refusal } from '../../payments/errors.ts';
import type { Environment } from '../../payments/types.ts';
import type { Proof, ProviderUpdate } from '../contract.ts';
import { retourNames } from './retour.ts';
import type { PayboxSettings } from './settings.ts';

/** Letters of PBX_RETOUR that the code reads. */
const READ = ['M', 'R', 'E', 'S', 'T', 'A', 'C', 'P', 'I', 'Y', 'D', 'G'];

/** The same for a notification and a return: one key signs both, for every merchant. */
export function payboxProof(settings: Partial<PayboxSettings>): Proof {
  const names = retourNames(settings);
  return {
    keyOf: 'platform',
    covered: READ.filter((letter) => names.has(letter)),
    notCovered: [],
    undecided: [],
    bordersCovered: true,
    uniqueReading: null,
    environmentMark: names.has('A') ? 'A' : null,
    requestIsNoAnswer:
      "a request carries an HMAC under the account's key, a message an RSA signature that only the platform can make",
  };
}

/** The platform's production addresses. */
export const PAYBOX_NOTIFICATION_ADDRESSES: readonly string[] = ['194.2.122.190', '195.25.67.22'];

/**
 * Checks what says test or live: the authorization number (letter A), which is XXXXXX in test.
 * @throws Refusal wrong_environment when it is not that of the account. A message without the number says nothing.
 */
export function checkPayboxEnvironment({ outcome, detail }: ProviderUpdate, environment: Environment): void {
  const number = detail.authorization ?? '';
  if (number === '') return;
  const isTest = /^X+$/i.test(number);
  if (isTest && environment === 'production')
    throw new Refusal('wrong_environment', `the authorization number ${number} is that of a test`);
  if (!isTest && environment !== 'production' && outcome === 'accepted')
    throw new Refusal('wrong_environment', `the authorization number ${number} is not that of a test`);
}
