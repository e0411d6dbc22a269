/** A provider's message at our door: checked over its raw bytes with every live secret, then made a command. */
import type { Context } from 'hono';
import { rawBody, rawQuery } from '../http/body.ts';
import type { NotifyCommand } from '../ledger/commands.ts';
import { Problem, Refusal } from '../payments/errors.ts';
import { fromOrderNumber, type PaymentId } from '../payments/id.ts';
import type {
  Acknowledgement,
  Channel,
  Fact,
  Hint,
  Provider,
  ProviderRequest,
  Reply,
} from '../providers/contract.ts';
import { VIA } from '../providers/kit/addresses.ts';
import { explain } from '../providers/kit/diagnosis.ts';
import { readable } from '../signing/bytes.ts';
import type { AccountVariant, OpenedAccount } from './accounts.ts';
import { isAllowed } from './allowed-ips.ts';
import type { AppEnv, Service } from './service.ts';

/** The request as it came. */
export async function providerRequest(c: Context<AppEnv>): Promise<ProviderRequest> {
  const type = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  return {
    method: c.req.method === 'POST' ? 'POST' : 'GET',
    query: rawQuery(c.req.raw.url),
    body: c.req.method === 'POST' ? await rawBody(c.req.raw) : new Uint8Array(),
    // Few protocols say anything in a header.
    get headers() {
      return Object.fromEntries(c.req.raw.headers);
    },
    contentType: type || null,
  };
}

/** A notification or return, checked. */
interface Checked {
  readonly message: Fact | Acknowledgement | Hint;
  readonly signedBy: string;
}

/** A wrong signature may be right under an earlier secret; anything else is wrong under all of them. */
const WORTH_ANOTHER_SECRET = new Set(['signature_mismatch']);

/**
 * Checks a message with the account's secrets, the current ones first.
 * @throws Refusal of the current secrets when none fits.
 */
async function check(
  { provider, variants }: OpenedAccount,
  request: ProviderRequest,
  channel: Channel,
  service: Service,
): Promise<Checked> {
  const now = service.now();
  const world = { now: new Date(now), fetch: service.fetch };
  let refusal: Refusal | null = null;
  for (const { account, signedBy, until } of variants) {
    if (until !== null && until <= now) continue;
    try {
      return { message: await provider.notification(request, account, channel, world), signedBy };
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
    readonly channel: Channel | 'status';
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
      providerStatusText: provider.words?.[fact.providerStatus] ?? null,
      proven: provider.capabilities.signedNotification || rest.channel === 'status',
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
async function keepRefusal(
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
    const [current, ...earlier] = variants;
    const trial = ({ account: { settings }, signedBy }: AccountVariant) => ({ settings, which: signedBy });
    const explanation = await explain({
      provider,
      trials: [trial(current), ...earlier.map(trial)],
      ...checkedAs(provider, request, channel),
      refusal,
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

/** What came along with a returning shopper. */
export interface Returned {
  readonly fact: NotifyCommand | null;
  readonly refused: string | null;
  /** A reason to ask the provider, and about which attempt; null: the newest one. */
  readonly hint?: {
    readonly attempt: number | null;
    readonly about: Readonly<Record<string, string>>;
  };
}

/** What a return carries, if it verifies; why not, if it does not. */
export async function returnedFact(
  c: Context<AppEnv>,
  opened: OpenedAccount,
  request: ProviderRequest,
  id: PaymentId,
): Promise<Returned> {
  const service = c.get('service');
  const carries =
    [...new URLSearchParams(c.req.query())].some(([name]) => name !== VIA) || request.body.length > 0;
  const { capabilities, ask } = opened.provider;
  if (!carries || !(capabilities.signedReturn || ask)) return { fact: null, refused: null };
  const account = opened.account.id;
  try {
    const { message, signedBy } = await check(opened, request, 'return', service);
    if (message.kind === 'acknowledgement') return { fact: null, refused: null };
    if (message.kind === 'hint') {
      const order = message.order === null ? null : fromOrderNumber(message.order);
      return { fact: null, refused: null, hint: { attempt: order?.attempt ?? null, about: message.about } };
    }
    const told = commandOf(message, { provider: opened.provider, account, channel: 'return', signedBy });
    if (told?.id !== id) throw new Refusal('wrong_account', 'what came along is about another payment');
    return { fact: told.command, refused: null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    await keepRefusal(c, opened, request, 'return', error);
    return { fact: null, refused: error.reason };
  }
}

/**
 * Takes a notification to the ledger of its payment and answers as the provider wants it.
 * @throws Refusal when it is not to be believed: it is logged and kept already.
 * @throws Problem not_found when it is about no payment of ours.
 */
export async function notified(
  c: Context<AppEnv>,
  opened: OpenedAccount,
  request: ProviderRequest,
): Promise<Response> {
  const service = c.get('service');
  const { account, provider } = opened;
  try {
    if (!isAllowed(account.allowedIps, c.req.header('cf-connecting-ip'))) {
      throw new Refusal(
        'address_not_allowed',
        `the address ${c.req.header('cf-connecting-ip')} is not allowed`,
      );
    }
    const { message, signedBy } = await check(opened, request, 'notification', service);
    if (message.kind === 'acknowledgement') return respond(provider.reply('acknowledged'));
    if (message.kind === 'hint') return await hinted(c, opened, message);
    const told = commandOf(message, { provider, account: account.id, channel: 'notification', signedBy });
    const result = told ? await service.ledger(told.id).notify(told.command) : null;
    if (result?.kind === 'answer') return respond(result.answer);
    console.warn({
      event: 'notification.unknown_payment',
      requestId: c.get('requestId'),
      account: account.id,
      order: message.order,
      outcome: message.outcome,
      amount: message.amount,
    });
    if (provider.refused) return respond(provider.refused(null, opened.variants[0].account.settings));
    throw new Problem('not_found', 'there is no such payment');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    await keepRefusal(c, opened, request, 'notification', error);
    if (provider.refused) return respond(provider.refused(error, opened.variants[0].account.settings));
    throw error;
  }
}

/**
 * Has the ledger ask the provider. The answer says only that the hint came.
 * @throws Problem not_found when it is about no payment of ours; rate_limited, so that the provider repeats it.
 */
async function hinted(
  c: Context<AppEnv>,
  { account, provider }: OpenedAccount,
  hint: Hint,
): Promise<Response> {
  const order = hint.order === null ? null : fromOrderNumber(hint.order);
  const result =
    order &&
    (await c.get('service').ledger(order.id).hinted({
      attempt: order.attempt,
      account: account.id,
      hint: hint.about,
    }));
  if (result === 'busy')
    throw new Problem('rate_limited', 'the provider is being asked about others of these');
  if (result !== 'taken') throw new Problem('not_found', 'there is no such payment');
  return respond(hint.reply ?? provider.reply('acknowledged'));
}

function respond(reply: Reply): Response {
  // A status of 204 or a body of nothing must not carry a content type that hono or the runtime would guess.
  return new Response(reply.body === '' ? null : reply.body, {
    status: reply.status,
    headers: reply.headers,
  });
}
