/**
 * Whether money was taken or is only held. A callback does not say it, and the names of the form that the shopper carries are not
 * covered by its hash: who renames `instantcapture` has his money held, and the callback is the same. So gettransaction decides.
 *
 * Facts: SHEET.md, "What its signature proves". Safe reading of what is unverified: a transaction that was to be captured at once may
 * be new for a while. It counts as held only when it is still so after half an hour.
 */
import type { ProviderUpdate, StatusQuery } from '../contract.ts';
import { queryTransactionAtEpay } from './payment-service.ts';
import type { EpaydkSettings } from './settings.ts';

const CAPTURED_WITHIN_MS = 30 * 60_000;

/**
 * The status query. Null: no result yet.
 * @throws as queryTransactionAtEpay.
 */
export async function queryCaptureAtEpay(
  query: StatusQuery<EpaydkSettings>,
): Promise<readonly ProviderUpdate[] | null> {
  const { capture, startedAt, now } = query;
  const updates = await queryTransactionAtEpay(query);
  const isHeld = updates?.every(({ outcome }) => outcome === 'authorized') ?? false;
  const isFresh = now.getTime() - startedAt.getTime() < CAPTURED_WITHIN_MS;
  if (capture === 'automatic' && isHeld && isFresh) return null;
  // Later operations need the number, and no callback of an account in production leaves it.
  return updates?.map((update) => ({ ...update, providerState: { txnid: update.movement } })) ?? null;
}

/** Why an account has no payment web service; null: it has. */
export function lacksPaymentService({ web_service }: EpaydkSettings): string | null {
  return web_service ? null : 'the account has no payment web service (web_service is off)';
}
