/** Builds provider updates: a provider says what its message says, and nothing of what it does not. */
import type { ProviderUpdate } from '../contract.ts';

/** What every message says, whatever its protocol. */
type Said = Pick<ProviderUpdate, 'order' | 'key' | 'outcome' | 'providerStatus'>;

/**
 * An update. Left out: it names no amount, no currency and no number of the provider's, shows nothing to operators, and its movement of
 * money is known by the message's own key.
 */
export function providerUpdate(said: Said & Partial<Omit<ProviderUpdate, 'kind'>>): ProviderUpdate {
  return {
    kind: 'update',
    amount: null,
    currency: null,
    movement: said.key,
    providerReference: null,
    detail: {},
    ...said,
  };
}
