/** What the calls of every mode need of an account: its host and its shop number. */
import type { ProviderAccount } from '../contract.ts';
import type { P24Settings } from './settings.ts';

/** The origin of pages and API; the sandbox has accounts, CRCs and API keys of its own. */
export function p24Host({ environment }: ProviderAccount<P24Settings>): string {
  return environment === 'production' ? 'https://secure.przelewy24.pl' : 'https://sandbox.przelewy24.pl';
}

/** The shop number (posId): the merchant's own unless the account has another. */
export function p24PosId({ settings }: ProviderAccount<P24Settings>): string {
  return settings.pos_id ?? settings.merchant_id;
}
