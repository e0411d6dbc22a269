/** Accounts as providers take them: settings parsed, secrets put in, one variant per live secret. */
import type { Account, LiveSecret } from '../directory/types.ts';
import { Problem } from '../payments/errors.ts';
import type { Provider, ProviderAccount } from '../providers/contract.ts';
import { provider } from '../providers/registry.ts';
import { isPublished } from './account-problems.ts';
import { unreadableAddressRules } from './allowed-ips.ts';
import { valid } from './validation.ts';

/** An account with one choice of live secrets. */
export interface AccountVariant {
  readonly account: ProviderAccount<Record<string, unknown>>;
  /** Which secrets these are, for the log: `current`, or the settings whose earlier value is used. */
  readonly signedBy: string;
  /** When this variant stops being good (milliseconds); null: never. */
  readonly until: number | null;
}

export interface OpenedAccount {
  readonly account: Account;
  readonly provider: Provider;
  /** The current secrets first; that one signs. */
  readonly variants: readonly [AccountVariant, ...AccountVariant[]];
}

/** Parsing settings once per cached account, not once per request. */
const opened = new WeakMap<Account, OpenedAccount>();

/**
 * The account with its provider and its parsed settings.
 * @throws Problem misconfigured when the stored settings do not fit the provider's schema any more, or everybody has its secrets.
 */
export function open(account: Account): OpenedAccount {
  const known = opened.get(account);
  if (known) return known;
  const found = provider(account.provider);
  if (!found) throw new Problem('misconfigured', `the account ${account.id} is for an unknown provider`);
  if (found.testOnly && account.environment === 'production') {
    throw new Problem(
      'misconfigured',
      `the account ${account.id} is for ${found.id}, which is never for production`,
    );
  }
  const unreadable = unreadableAddressRules(account.allowedIps);
  if (unreadable.length > 0)
    console.warn({ event: 'account.unreadable_addresses', account: account.id, allowedIps: unreadable });
  requireOwnSecrets(account, found);
  const result: OpenedAccount = { account, provider: found, variants: variantsOf(account, found) };
  opened.set(account, result);
  return result;
}

/** @throws Problem misconfigured when real money would be signed for with a secret that everybody has. */
function requireOwnSecrets({ id, environment, secrets }: Account, found: Provider): void {
  if (environment !== 'production') return;
  for (const [name, live] of Object.entries(secrets)) {
    if (!live.some(({ value }) => isPublished(found, value))) continue;
    throw new Problem(
      'misconfigured',
      `the secret ${name} of the account ${id} is a published key of a test or an example, which everybody has: set your own with PUT /v1/admin/accounts/${id}`,
    );
  }
}

function variantsOf(account: Account, found: Provider): readonly [AccountVariant, ...AccountVariant[]] {
  const current: Record<string, string> = {};
  // One earlier value at a time: so many variants as there are earlier values, and not every combination of them.
  const earlier: { setting: string; secret: LiveSecret; before: number }[] = [];
  for (const [setting, [newest, ...older]] of Object.entries(account.secrets)) {
    if (newest) current[setting] = newest.value;
    for (const [index, secret] of older.entries()) earlier.push({ setting, secret, before: index + 1 });
  }
  const variant = (
    secrets: Record<string, string>,
    signedBy: string,
    until: number | null,
  ): AccountVariant => ({
    account: {
      id: account.id,
      environment: account.environment,
      endpoints: account.endpoints,
      settings: parsed(account, found, { ...account.settings, ...secrets }),
    },
    signedBy,
    until,
  });
  return [
    variant(current, 'current', null),
    ...earlier.map(({ setting, secret, before }) =>
      variant(
        { ...current, [setting]: secret.value, ...keyIdOf(found, setting, secret) },
        `${setting} (earlier${before > 1 ? ` by ${before}` : ''}, in its grace)`,
        secret.notAfter,
      ),
    ),
  ];
}

/** The key id of an earlier secret, as the setting that it was. */
function keyIdOf({ keyIds }: Provider, secret: string, { keyId }: LiveSecret): Record<string, string> {
  const setting = keyIds?.[secret];
  return setting !== undefined && keyId !== undefined ? { [setting]: keyId } : {};
}

function parsed(
  account: Account,
  found: Provider,
  settings: Record<string, unknown>,
): Record<string, unknown> {
  try {
    return valid(found.settings, settings);
  } catch (cause) {
    throw new Problem('misconfigured', `the settings of the account ${account.id} are not complete`, {
      cause,
    });
  }
}

/** Whether an account registers its orders when the shopper comes: then only such a call says whether attempts can begin. */
export function isDeferred(account: Account): boolean {
  const { provider, variants } = open(account);
  return provider.deferred?.(variants[0].account.settings) ?? false;
}

/** Whether an account takes a currency: the operator's list, within what the provider can. */
export function takesCurrency(account: Account, currency: string): boolean {
  return (
    account.currencies.includes(currency) &&
    (provider(account.provider)?.currencies.includes(currency) ?? false)
  );
}
