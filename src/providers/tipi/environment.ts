/** `saisie`, PayFiP's mark of test or live. */
import { Refusal } from '../../payments/errors.ts';
import type { Environment } from '../../payments/types.ts';
import type { ProviderAccount } from '../contract.ts';
import type { TipiSettings } from './settings.ts';

/** Whether a payment is one of test. */
function isTestSaisie(saisie: string): boolean {
  return /^[TX]$/i.test(saisie);
}

/** The setting of an account, where all its payments would be of the other environment. */
export function wrongSaisie(saisie: string, environment: Environment) {
  if (isTestSaisie(saisie) !== (environment === 'production')) return null;
  const problem =
    environment === 'production'
      ? `is ${saisie}, a test, of which none counts in production: W by web service, A or M by URL form`
      : `is ${saisie}, which takes real money, and the account is for tests: T or X`;
  return { setting: 'saisie', problem };
}

/**
 * Requires that a payment was made in the account's environment: T and X are tests, any other saisie is real money.
 * @throws Refusal wrong_environment
 */
export function requireSaisie({ environment }: ProviderAccount<TipiSettings>, saisie: string): void {
  const isTest = isTestSaisie(saisie);
  if (environment === 'production' && isTest)
    throw new Refusal('wrong_environment', 'it was paid as a test, and the account is in production');
  if (environment !== 'production' && !isTest && saisie !== '')
    throw new Refusal('wrong_environment', `it was paid with saisie ${saisie}, and the account is for tests`);
}
