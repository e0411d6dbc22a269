/** Messages that are not believed: each has a log line, and is stored with its diagnosis for the operator. */
import type { Refusal } from '../payments/errors.ts';
import type { Channel, Provider, ProviderRequest } from '../providers/contract.ts';
import { diagnose } from '../providers/kit/diagnosis.ts';
import { readable } from '../signing/bytes.ts';
import type { AccountVariant, OpenedAccount } from './accounts.ts';
import type { Service } from './service.ts';

/** Who sent a message, as far as the platform knows. */
export interface Sender {
  readonly requestId: string;
  readonly ip: string | null;
}

/** How many refusals of one account an isolate diagnoses and stores in a minute; the log line is always written. */
const STORED_PER_MINUTE = 30;
const MINUTE_MS = 60_000;

/** Accounts that are counted at one time; beyond it all counts begin anew. */
const MOST_ACCOUNTS = 1000;

/** By account: how many were stored since when. Noise at a route must not become load on the directory. */
const stored = new Map<string, { since: number; count: number }>();

function mayStore(account: string, now: number): boolean {
  const entry = stored.get(account);
  if (!entry || now - entry.since > MINUTE_MS) {
    if (stored.size > MOST_ACCOUNTS) stored.clear();
    stored.set(account, { since: now, count: 1 });
    return true;
  }
  entry.count += 1;
  return entry.count <= STORED_PER_MINUTE;
}

/** The recipe that a message is checked with, and its text. */
function checkedAs(provider: Provider, request: ProviderRequest, channel: Channel) {
  const what = `${channel}-signature`;
  const known = what in provider.signatures ? what : 'notification-signature';
  return { what: known, raw: readable(request.method === 'POST' ? request.body : request.query) };
}

/**
 * Logs a refusal, and stores it with its diagnosis. The base string may hold a passphrase: it is never logged, and it is
 * masked in the directory.
 */
export async function logRefusal(
  service: Service,
  opened: OpenedAccount,
  message: { readonly request: ProviderRequest; readonly channel: Channel; readonly sender: Sender },
  refusal: Refusal,
): Promise<void> {
  const { request, channel, sender } = message;
  const { requestId, ip } = sender;
  const account = opened.account.id;
  const { reason, problem } = refusal;
  console.warn({
    event: 'notification.refused',
    requestId,
    account,
    channel,
    reason,
    ...(problem !== reason && { problem }),
    detail: refusal.message,
  });
  if (!mayStore(account, service.now())) return;
  try {
    const { provider, variants } = opened;
    const [current, ...earlier] = variants;
    const trial = ({ account: { settings }, signedBy }: AccountVariant) => ({ settings, which: signedBy });
    const explanation = await diagnose({
      provider,
      trials: [trial(current), ...earlier.map(trial)],
      ...checkedAs(provider, request, channel),
      refusal,
      masked: true,
    });
    await service.directory.recordRefusal({ account, channel, reason, requestId, ip, explanation });
  } catch (error) {
    // The provider still gets its answer.
    console.error({ event: 'refusal.not_stored', requestId, account, error: String(error) });
  }
}
