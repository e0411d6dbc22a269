/** Addresses of calls among the settings of an account. */
import type { Account } from '../directory/types.ts';
import { calledNames } from '../providers/kit/settings.ts';
import { provider } from '../providers/registry.ts';
import { type AddressRules, addressProblem } from '../webhooks/address.ts';

/** An address that an operator has entered in place of a provider's own. */
export interface EnteredAddress {
  /** Where it stands in the account, as the API names it. */
  readonly path: string;
  readonly address: string;
}

/** The addresses of calls among the settings that an operator has entered. */
export function enteredSettings({
  provider: id,
  settings,
}: Pick<Account, 'provider' | 'settings'>): EnteredAddress[] {
  const found = provider(id);
  if (!found) return [];
  return calledNames(found.settings).flatMap((name) => {
    const address = settings[name];
    return typeof address === 'string' && address !== '' ? [{ path: `settings.${name}`, address }] : [];
  });
}

/** What is wrong with an address of calls in the settings, by its text; null: nothing. */
export function calledSettingProblem(
  account: Pick<Account, 'provider' | 'settings'>,
  rules: AddressRules,
): { readonly path: string; readonly problem: string } | null {
  for (const { path, address } of enteredSettings(account)) {
    const problem = addressProblem(address, rules);
    if (problem) return { path, problem };
  }
  return null;
}
