/** A provider's message at our door: checked over its raw bytes with every live secret, then made a command. */
import type { Context } from 'hono';
import type { NotifyCommand } from '../ledger/commands.ts';
import { Refusal } from '../payments/errors.ts';
import { fromOrderNumber, type PaymentId } from '../payments/id.ts';
import type { Acknowledgement, Channel, Fact, Provider, ProviderRequest } from '../providers/contract.ts';
import { explain, triedKeys } from '../providers/why.ts';
import { readable } from '../signing/bytes.ts';
import type { OpenedAccount } from './accounts.ts';
import { rawBody, rawQuery } from './body.ts';
import type { AppEnv } from './service.ts';

/** The request as it came. */
export async function providerRequest(c: Context<AppEnv>): Promise<ProviderRequest> {
  const type = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  return {
    method: c.req.method === 'POST' ? 'POST' : 'GET',
    query: rawQuery(c.req.raw.url),
    body: c.req.method === 'POST' ? await rawBody(c.req.raw) : new Uint8Array(),
    contentType: type || null,
  };
}

interface Checked {
  readonly message: Fact | Acknowledgement;
  readonly signedBy: string;
}

/** A wrong signature may be right under an earlier secret; anything else is wrong under all of them. */
const WORTH_ANOTHER_SECRET = new Set(['signature_mismatch']);

/**
 * Checks a message with the account's secrets, the current ones first.
 * @throws Refusal of the current secrets when none fits.
 */
export async function check(
  { provider, variants }: OpenedAccount,
  request: ProviderRequest,
  channel: Channel,
  now: number,
): Promise<Checked> {
  let refusal: Refusal | null = null;
  for (const { account, signedBy, until } of variants) {
    if (until !== null && until <= now) continue;
    try {
      return { message: await provider.notification(request, account, channel), signedBy };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal ??= error;
      if (!WORTH_ANOTHER_SECRET.has(error.reason)) break;
    }
  }
  throw refusal ?? new Refusal('signature_mismatch', 'no live secret fits');
}

/** A fact as the ledger takes it, with the payment it is about; null when its order number is none of ours. */
export function commandOf(
  fact: Fact,
  options: {
    readonly provider: Provider;
    readonly account: string;
    readonly channel: Channel;
    readonly signedBy: string;
  },
): { readonly id: PaymentId; readonly command: NotifyCommand } | null {
  const order = fromOrderNumber(fact.order);
  if (!order) return null;
  const { kind: _kind, order: _order, reply, ...news } = fact;
  const { provider, ...rest } = options;
  return {
    id: order.id,
    command: {
      ...news,
      ...rest,
      attempt: order.attempt,
      replies: {
        accepted: reply ?? provider.reply('accepted'),
        conflict: reply ?? provider.reply('conflict'),
      },
    },
  };
}

/** How many refusals of one account an isolate explains and stores in a minute; the log line is always written. */
const EXPLAINED_PER_MINUTE = 30;
const MINUTE_MS = 60_000;

/** By account: how many were stored since when. Noise at a door must not become load on the directory. */
const stored = new Map<string, { since: number; count: number }>();

function mayStore(account: string, now: number): boolean {
  const entry = stored.get(account);
  if (!entry || now - entry.since > MINUTE_MS) {
    if (stored.size > 1000) stored.clear();
    stored.set(account, { since: now, count: 1 });
    return true;
  }
  entry.count += 1;
  return entry.count <= EXPLAINED_PER_MINUTE;
}

/** What a message would be checked as, and its text. */
function checkedAs(provider: Provider, request: ProviderRequest, channel: Channel) {
  const what = `${channel}-signature`;
  const known = what in provider.signatures ? what : 'notification-signature';
  return { what: known, raw: readable(request.method === 'POST' ? request.body : request.query) };
}

/**
 * Logs a refusal, and keeps it with what explains it for the operator. The base string may hold a passphrase and is
 * not written to the log; in the directory it is masked.
 */
export async function keepRefusal(
  c: Context<AppEnv>,
  opened: OpenedAccount,
  request: ProviderRequest,
  channel: Channel,
  refusal: Refusal,
): Promise<void> {
  const service = c.get('service');
  const account = opened.account.id;
  const requestId = c.get('requestId');
  console.warn({
    event: 'notification.refused',
    requestId,
    account,
    channel,
    reason: refusal.reason,
    detail: refusal.message,
  });
  if (!mayStore(account, service.now())) return;
  try {
    const { provider, variants } = opened;
    const [current] = variants;
    const explanation = await explain({
      provider,
      settings: current.account.settings,
      ...checkedAs(provider, request, channel),
      refusal,
      keysTried: variants.flatMap((variant) =>
        triedKeys(provider, variant.account.settings, variant.signedBy),
      ),
      masked: true,
    });
    const ip = c.req.header('cf-connecting-ip') ?? null;
    await service.directory.recordRefusal({
      account,
      channel,
      reason: refusal.reason,
      requestId,
      ip,
      explanation,
    });
  } catch (error) {
    // The provider still gets its answer.
    console.error({ event: 'refusal.not_stored', requestId, account, error: String(error) });
  }
}
