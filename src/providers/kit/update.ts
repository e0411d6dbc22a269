/** Builds provider updates: a provider says what its message says, and nothing of what it does not. */
import type { ProviderUpdate } from '../contract.ts';

/** What every message says, whatever its protocol. */
type Said = Pick<ProviderUpdate, 'order' | 'key' | 'outcome' | 'providerStatus'>;

/**
 * An update. Left out: it names no amount, no currency and no number of the provider's, shows nothing to operators, and its movement of
 * money is known by the message's own key.
 */
export function providerUpdate(said: Said & Partial<Omit<ProviderUpdate, 'kind'>>): ProviderUpdate {
  // What is spread first is copied at once; behind other members it is copied one by one, in four times as long.
  return {
    ...said,
    kind: 'update',
    amount: said.amount ?? null,
    currency: said.currency ?? null,
    movement: said.movement ?? said.key,
    providerReference: said.providerReference ?? null,
    detail: said.detail ?? {},
  };
}
