/** What a provider's message counts as by its signature alone: the service and the library decide it by the same rules. */
import type { Channel, Proof, Provider } from '../contract.ts';

export const COUNTS_AS = ['proof', 'query', 'addresses', 'person'] as const;
export type CountsAs = (typeof COUNTS_AS)[number];

type Settings = Readonly<Record<string, unknown>>;

/** Whether a signature proves everything that decides about money. */
export function isProof({ keyOf, undecided, bordersCovered, uniqueReading }: Proof): boolean {
  return keyOf === 'merchant' && undecided.length === 0 && (bordersCovered || uniqueReading !== null);
}

/** Whether accounts with these settings have no status query but those of hints. */
export function isOnlyHinted({ queriesOnlyHints }: Provider, settings: Settings): boolean {
  return queriesOnlyHints === true || (queriesOnlyHints?.(settings) ?? false);
}

/** Why a provider cannot be asked about an attempt, by the settings of an account; null: it can. */
export function queryLack(provider: Provider, settings: Settings, isHinted: boolean): string | null {
  if (!provider.queryStatus || (isOnlyHinted(provider, settings) && !isHinted))
    return `${provider.caption} cannot be asked about payments`;
  return provider.cannotQueryStatus?.(settings) ?? null;
}

/** Whether a provider can be asked about an attempt without a hint. */
export function canQuery(provider: Provider, settings: Settings): boolean {
  return queryLack(provider, settings, false) === null;
}

/** What a message counts as that came this way, on an account whose money is real. */
export function countsAs(provider: Provider, settings: Settings, channel: Channel): CountsAs {
  if (isProof(provider.proof(settings, channel))) return 'proof';
  if (canQuery(provider, settings)) return 'query';
  return channel === 'notification' && provider.notificationAddresses ? 'addresses' : 'person';
}
