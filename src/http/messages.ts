/** A provider's message at our door: checked over its raw bytes with every live secret, then made a command. */
import type { Context } from 'hono';
import type { NotifyCommand } from '../ledger/commands.ts';
import { Refusal } from '../payments/errors.ts';
import { fromOrderNumber, type PaymentId } from '../payments/id.ts';
import type { Acknowledgement, Channel, Fact, Provider, ProviderRequest } from '../providers/contract.ts';
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

/** Logs a refusal. The base string may hold a passphrase and is not written here. */
export function logRefusal(c: Context<AppEnv>, account: string, channel: Channel, refusal: Refusal): void {
  console.warn({
    event: 'notification.refused',
    requestId: c.get('requestId'),
    account,
    channel,
    reason: refusal.reason,
    detail: refusal.message,
  });
}
