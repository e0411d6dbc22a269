/** The means of payment that a provider lists for an account, kept for ten minutes. */
import { BoundedMap } from '../directory/bounded-map.ts';
import type { Account, Shop } from '../directory/types.ts';
import { Problem } from '../payments/errors.ts';
import type { MeansOfPayment } from '../payments/means.ts';
import { open, takesCurrency } from './accounts.ts';
import { isOffered } from './destinations.ts';
import { fetchFor } from './outgoing.ts';
import type { Service } from './service.ts';
import { namedAccount, unknownToShop } from './start-attempt.ts';
import { whileShopperWaits } from './time-limit.ts';

/** How long a list is taken for current. */
const FRESH_FOR_MS = 600_000;

/** Lists that one isolate keeps. */
const MOST_LISTS = 500;

interface Kept {
  readonly list: readonly MeansOfPayment[];
  readonly until: number;
}

const kept = new BoundedMap<Kept>(MOST_LISTS);

/** What is asked for. */
interface Wanted {
  /** ISO 4217 alpha; null: the first one of the account. */
  readonly currency: string | null;
  /** Minor units; null: whatever it is. */
  readonly amount: number | null;
}

/** @throws Problem not_found: the shop has no account of that name. */
async function accountOf(service: Service, shop: Shop, id: string): Promise<Account> {
  const { account } = await namedAccount(service, shop, id);
  if (!isOffered(shop, account)) throw unknownToShop(id);
  return account;
}

/**
 * The means of payment of one of a shop's accounts.
 * @throws Problem not_found; unsupported_currency; unsupported_operation where its provider lists none; provider_error where the provider
 *   cannot be asked.
 */
export async function methodsOf(
  service: Service,
  shop: Shop,
  id: string,
  { currency, amount }: Wanted,
): Promise<readonly MeansOfPayment[]> {
  const account = await accountOf(service, shop, id);
  const code = currency ?? account.currencies[0] ?? 'EUR';
  if (!takesCurrency(account, code))
    throw new Problem(
      'unsupported_currency',
      `the account ${account.id} takes ${account.currencies.join(', ')}, not ${code}`,
    );
  const { provider, variants } = open(account);
  const { methods } = provider;
  if (!methods) throw new Problem('unsupported_operation', `${provider.caption} lists no means of payment`);
  const name = JSON.stringify([account.id, account.updatedAt, code, amount]);
  const known = kept.get(name);
  if (known && known.until > service.now()) return known.list;
  const list = await whileShopperWaits(fetchFor(service, account), async ({ fetch: fetcher }) =>
    methods({
      account: variants[0].account,
      currency: code,
      amount,
      now: new Date(service.now()),
      fetch: fetcher,
    }),
  ).catch((error: unknown) => {
    if (!(error instanceof Problem) || error.code !== 'provider_unreachable') throw error;
    throw new Problem('provider_error', `${provider.caption} does not answer`, { cause: error });
  });
  kept.set(name, { list, until: service.now() + FRESH_FOR_MS });
  return list;
}
