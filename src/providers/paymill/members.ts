/** The members of PAYMILL's answers that many of them have. */
import { Refusal } from '../../payments/errors.ts';
import type { ProviderAccount } from '../contract.ts';
import type { PaymillSettings } from './settings.ts';

/** An amount, a number or digits, in minor units; null: it is none. */
export function paymillMinor(amount: unknown): number | null {
  const text = typeof amount === 'number' || typeof amount === 'string' ? String(amount) : '';
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** The id of a member that is an object with an id, or the id alone; null: it is neither. */
export function idOf(member: unknown): string | null {
  const id = typeof member === 'object' && member !== null ? (member as { id?: unknown }).id : member;
  return typeof id === 'string' && /^[a-z]+_\w+$/.test(id) ? id : null;
}

/** @throws Refusal unless the mode of an answer, `test` or `live`, is the account's. */
export function requirePaymillMode({ environment }: ProviderAccount<PaymillSettings>, mode: unknown): void {
  if (typeof mode === 'string' && (mode === 'live') !== (environment === 'production'))
    throw new Refusal('wrong_environment', `the provider answered in the mode ${mode}`);
}
