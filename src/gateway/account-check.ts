/** The check of an account: the harmless call of its provider, and what came of it. */

import type { ProviderHealth } from '../directory/health.ts';
import type { Account } from '../directory/types.ts';
import { Problem, Refusal } from '../payments/errors.ts';
import type { AccountCheck, Provider } from '../providers/contract.ts';
import { open } from './accounts.ts';
import { fetchFor } from './outgoing.ts';
import { dailyNumber, type Service } from './service.ts';

/** An order number of our form that no payment has: the ids of payments are derived by a keyed hash. */
const NO_ORDER = '000000000000000001';

/** What came of a check. */
export interface Checked {
  /** `none`: there is no such call; the detail says what to do. */
  readonly result: 'good' | 'failed' | 'none';
  /** What was called; null: nothing. */
  readonly call: string | null;
  readonly detail: string;
  readonly durationMs: number;
  /** What is known of calls and notifications of before; null: nothing. */
  readonly health: ProviderHealth | null;
}

/** What to do where no call shows whether the keys are right. */
function adviceFor({ caption }: Provider, lack: string | null): string {
  const why = lack ?? `${caption} has no call that changes nothing`;
  return `${why}. Make a payment of the smallest amount, and look at its log and at GET /v1/admin/accounts/:id/refusals`;
}

/**
 * Makes the provider's harmless call with the current keys of an account.
 * @throws Problem misconfigured where the account cannot be used at all.
 */
export async function checkAccount(service: Service, account: Account): Promise<Checked> {
  const { provider, variants } = open(account);
  const [{ account: current }] = variants;
  const { check } = provider;
  const lack = check?.lacks?.(current.settings) ?? null;
  const health = await service.directory.providerHealth(account.id);
  if (!check || lack !== null) {
    return { result: 'none', call: null, detail: adviceFor(provider, lack), durationMs: 0, health };
  }
  const begun = service.now();
  const said = await made(service, account, check, current);
  return { ...said, call: check.call, durationMs: service.now() - begun, health };
}

async function made(
  service: Service,
  account: Account,
  check: AccountCheck<Record<string, unknown>>,
  current: Parameters<typeof check.run>[0]['account'],
): Promise<Pick<Checked, 'result' | 'detail'>> {
  try {
    const detail = await check.run({
      account: current,
      order: NO_ORDER,
      currency: account.currencies[0] ?? 'EUR',
      now: new Date(service.now()),
      fetch: fetchFor(service, account),
      daily: (contract, zone) => dailyNumber(service, account.provider, contract, zone),
    });
    return { result: 'good', detail };
  } catch (error) {
    if (!(error instanceof Problem) && !(error instanceof Refusal)) throw error;
    return { result: 'failed', detail: error.message };
  }
}
