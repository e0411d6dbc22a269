/** `saisie`, PayFiP's mark of test or live. */
import { Refusal } from '../../payments/errors.ts';
import type { ProviderAccount } from '../contract.ts';
import type { TipiSettings } from './settings.ts';

/**
 * Requires that a payment was made in the account's environment: T and X are tests, any other saisie is real money.
 * @throws Refusal wrong_environment
 */
export function requireSaisie({ environment }: ProviderAccount<TipiSettings>, saisie: string): void {
  const isTest = /^[TX]$/i.test(saisie);
  if (environment === 'production' && isTest)
    throw new Refusal('wrong_environment', 'it was paid as a test, and the account is in production');
  if (environment !== 'production' && !isTest && saisie !== '')
    throw new Refusal('wrong_environment', `it was paid with saisie ${saisie}, and the account is for tests`);
}
