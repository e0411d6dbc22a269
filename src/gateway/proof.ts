/**
 * Where a provider's message counts. A signature proves only what it covers, for whom its key speaks: what else a message says
 * is a reason to ask. This is the one place that decides it, from what each provider says of its signature (`Provider.proof`).
 *
 * | the message | counts as |
 * |---|---|
 * | the merchant's key covers all that decides, and the text can be read in one way only | `proof` |
 * | anything less, and the account can ask the provider | `query`: money counts after the answer |
 * | a notification of a platform whose addresses the sheet accepts, where the account cannot ask | `addresses` |
 * | anything less, where nobody can be asked | `person`: pending until a person or a report decides |
 */
import type { Account } from '../directory/types.ts';
import { Problem } from '../payments/errors.ts';
import { MONEY_OUTCOMES } from '../payments/statuses.ts';
import type { Channel, Provider, ProviderUpdate } from '../providers/contract.ts';
import { canQuery, countsAs, queryLack } from '../providers/kit/counts-as.ts';
import { type OpenedAccount, open } from './accounts.ts';
import { isAllowed } from './allowed-ips.ts';

export {
  COUNTS_AS,
  type CountsAs,
  canQuery,
  countsAs,
  isOnlyHinted,
  isProof,
  queryLack,
} from '../providers/kit/counts-as.ts';

type Settings = Readonly<Record<string, unknown>>;

/** What is said to operators and storefronts about the messages of an account, or of a provider by its usual settings. */
export function describeProof(provider: Provider, settings: Settings) {
  const { keyOf, covered, notCovered, bordersCovered, environmentMark } = provider.proof(
    settings,
    'notification',
  );
  const counts = (channel: Channel) => countsAs(provider, settings, channel);
  return {
    keyOf,
    covered,
    notCovered,
    bordersCovered,
    environmentMark,
    countsAt: { notification: counts('notification'), return: counts('return') },
  };
}

/** What is done with a message that was verified. */
export type Standing =
  /** It counts. `proven` says whether as proof, or because somebody has accepted the risk. */
  | { readonly kind: 'counts'; readonly proven: boolean }
  /** The provider is asked. */
  | { readonly kind: 'query' }
  /** The payment waits for proof. */
  | { readonly kind: 'person' };

/** Whether nobody can be asked about an attempt, whatever a message names. */
export function isNobodyAsked({ provider, variants }: OpenedAccount): boolean {
  return queryLack(provider, variants[0].account.settings, true) !== null;
}

/** The addresses that an account takes notifications from: its own list, else the platform's where they are what counts. */
export function allowedAddresses({ account, provider, variants }: OpenedAccount): readonly string[] {
  if (account.allowedIps.length > 0 || account.environment !== 'production') return account.allowedIps;
  const { settings } = variants[0].account;
  return countsAs(provider, settings, 'notification') === 'addresses'
    ? (provider.notificationAddresses ?? [])
    : [];
}

/** Whether the operator has accepted that notifications count which prove nothing. */
export function trustsUnproven({ account, variants }: OpenedAccount): boolean {
  // The second is TIPI's own name for it, from before there was one for all.
  return (
    account.trustUnprovenNotifications || variants[0].account.settings.trust_unsigned_notification === true
  );
}

/**
 * What is shown of it wherever an account is: what its messages prove (null where its settings are not complete any more), and
 * whether the operator has accepted that they count all the same.
 */
export function shownProof(account: Account) {
  try {
    const opened = open(account);
    return {
      proof: describeProof(opened.provider, opened.variants[0].account.settings),
      trustUnprovenNotifications: trustsUnproven(opened),
    };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { proof: null, trustUnprovenNotifications: account.trustUnprovenNotifications };
  }
}

/** Whether a message says that money came or is held, and not how much. */
function isClaimWithoutAmount({
  outcome,
  amount,
}: Partial<Pick<ProviderUpdate, 'outcome' | 'amount'>>): boolean {
  return (outcome === 'accepted' || outcome === 'paid' || outcome === 'authorized') && amount === null;
}

/**
 * How a verified message stands.
 * @param ip the sender's address; undefined: not known.
 * @param message what it says, and says of its own proof.
 */
export function standingOf(
  opened: OpenedAccount,
  channel: Channel,
  ip: string | undefined,
  message: Partial<Pick<ProviderUpdate, 'unproven' | 'outcome' | 'amount'>> = {},
): Standing {
  const { account, provider, variants } = opened;
  const counts = countsAs(provider, variants[0].account.settings, channel);
  const { unproven } = message;
  const isFromAllowed = isAllowed(allowedAddresses(opened), ip);
  // An account that names addresses takes nothing else as it stands, a shopper's return included, in test neither.
  if (!isFromAllowed)
    return canQuery(provider, variants[0].account.settings) ? { kind: 'query' } : { kind: 'person' };
  // How much came, only a person can find out.
  if (
    account.environment === 'production' &&
    isClaimWithoutAmount(message) &&
    !canQuery(provider, variants[0].account.settings)
  )
    return { kind: 'person' };
  if (counts === 'proof' && !unproven) return { kind: 'counts', proven: true };
  // The message alone leaves something open: the provider knows it, in test too.
  if (unproven && canQuery(provider, variants[0].account.settings)) return { kind: 'query' };
  // No money is real here: what is not proven counts, and is marked.
  if (account.environment !== 'production') return { kind: 'counts', proven: false };
  if (channel === 'notification' && trustsUnproven(opened)) return { kind: 'counts', proven: false };
  if (counts === 'addresses' && !unproven) return { kind: 'counts', proven: true };
  return counts === 'query' ? { kind: 'query' } : { kind: 'person' };
}

/**
 * Whether a message claims money, does not say how much, and the provider can be asked: that it was the amount asked for is never
 * taken for granted.
 */
export function mustAskForAmount(
  { provider, variants }: OpenedAccount,
  { outcome, amount }: Pick<ProviderUpdate, 'outcome' | 'amount'>,
): boolean {
  const isOfMoney = outcome === 'accepted' || MONEY_OUTCOMES.has(outcome);
  return isOfMoney && amount === null && canQuery(provider, variants[0].account.settings);
}
