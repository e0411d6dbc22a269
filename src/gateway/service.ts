/** What the gateway works with: configuration, directory, ledgers, the clock, randomness and the network. */

import type { Directory } from '../directory/directory.ts';
import type { Config } from '../env.ts';
import type { PaymentLedger } from '../ledger/ledger.ts';
import type { PaymentId } from '../payments/id.ts';
import type { ReconciliationClient } from '../payments/reconciled.ts';
import type { DayZone } from '../providers/contract.ts';
import type { Documents } from './documents.ts';
import type { NameLookups } from './look-up.ts';
import type { Remote } from './reached.ts';
import type { ShopLimits } from './shop-limits.ts';

/** A ledger as its callers see it: each call is one round trip to its Durable Object. */
export type LedgerClient = Remote<PaymentLedger<unknown>>;

/** A rate limit of the platform. */
interface PlatformLimit {
  limit(options: { readonly key: string }): Promise<{ readonly success: boolean }>;
}

export interface Service {
  readonly config: Config;
  readonly directory: Directory;
  readonly shopLimits: ShopLimits;
  /** What the build has made for people to read. */
  readonly documents: Documents;
  /** Of requests from one address; null: none is bound. */
  readonly addressLimit: PlatformLimit | null;
  /** The ledger of a payment; a new one is made near `region`. */
  ledger(id: PaymentId, region?: string | null): LedgerClient;
  /** The ledger of an object id (hexadecimal), for the rebuild of the searchable copy; null for a foreign id. */
  ledgerByObject(objectId: string): LedgerClient | null;
  /** The object of one reconciliation; null: the Worker that has them is not bound. */
  reconciliation(id: string): ReconciliationClient | null;
  readonly now: () => number;
  readonly random: (bytes: Uint8Array) => void;
  readonly fetch: typeof fetch;
  /** Has something done beside the answer, which does not wait for it. What it throws is logged. */
  readonly later: (work: Promise<void>) => void;
  /** What the name service said of hosts that others have given. */
  readonly names: NameLookups;
  /** A number from 0 that nobody else gets for this name on this day (`YYYY-MM-DD`). */
  daily(name: string, day: string): Promise<number>;
}

/** Making one costs much more than asking it. */
const DAYS = new Map<DayZone, Intl.DateTimeFormat>();

/** What writes the day of a time in a zone as `YYYY-MM-DD`. */
function daysIn(zone: DayZone): Intl.DateTimeFormat {
  const known = DAYS.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
  DAYS.set(zone, known);
  return known;
}

/**
 * A number that no other order or status query of a provider's contract gets on this day.
 * @param zone where the day is counted; left out: UTC. Then consecutive days have even and odd numbers: an order may be made just
 *   before midnight and arrive after it.
 */
export async function dailyNumber(
  service: Service,
  provider: string,
  contract: string,
  zone?: DayZone,
): Promise<number> {
  const now = new Date(service.now());
  const day = zone ? daysIn(zone).format(now) : now.toISOString().slice(0, 'YYYY-MM-DD'.length);
  const count = await service.daily(`${provider}/${contract}`, day);
  return zone ? 2 * count + (Math.floor(Date.parse(day) / DAY_MS) % 2) : count;
}

const DAY_MS = 86_400_000;
