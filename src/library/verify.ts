/**
 * Reads a provider's message. What it is worth stands in `standing`, and only what is proven has a result: a message that proves less is
 * a reason to ask, and says nothing that a program could take for money.
 */

import { Refusal } from '../payments/errors.ts';
import type { Outcome } from '../payments/statuses.ts';
import { MONEY_OUTCOMES } from '../payments/statuses.ts';
import type {
  Channel,
  DeclaredProvider,
  ProviderRequest,
  ProviderUpdate,
  Reply,
} from '../providers/contract.ts';
import { canQuery, countsAs, queryLack } from '../providers/kit/counts-as.ts';
import type { SettingsSchema } from '../providers/kit/settings.ts';
import { utf8 } from '../signing/bytes.ts';
import type { LibraryAccount } from './account.ts';
import type { LibraryAttempt, World } from './attempt.ts';
import { worldOf } from './attempt.ts';

/** A message as it came: its body before anything has parsed it. */
export interface ReceivedMessage {
  readonly method: 'GET' | 'POST';
  /** Whole, or from the path on. */
  readonly url: string;
  /** By name, in any case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Left out of a GET. */
  readonly rawBody?: string | Uint8Array;
}

/** What a provider says of an attempt, proven: by a signature over all that decides, or by its own answer. */
export interface ProvenResult {
  /** What became of the attempt. `none`: nothing that moves it. */
  readonly outcome: Outcome;
  /** In minor units; null: the message names no amount. */
  readonly amount: number | null;
  /** ISO 4217; null: the message names none. */
  readonly currency: string | null;
  /** Whether it is money in the attempt's own currency, and at least what was asked for: goods may go. */
  readonly isEnough: boolean;
  /**
   * What is booked once. Store it under a unique constraint, in the transaction in which you book this result; where it is there
   * already, do nothing. Notification and return, and every repeat of them, have the same. Money that is held and then taken are two.
   */
  readonly onlyOnce: string;
  /**
   * What goods are given for once: the same for every result of an order that is enough, held or taken. Store it under the same
   * constraint, in the transaction in which goods go; where it is there already, none go. Null: it is not enough.
   */
  readonly goodsOnce: string | null;
  /** What goes over the `providerState` that you keep with the attempt. */
  readonly providerState: Readonly<Record<string, string>>;
  /** Everything else that the provider says. */
  readonly update: ProviderUpdate;
}

/** What a message is worth. Send `reply` to the provider, after you have stored what you do; on a return it is of no use. */
export type VerifiedMessage =
  /** It counts: act on each of `results` once. */
  | {
      readonly standing: 'proven';
      readonly attempt: LibraryAttempt;
      readonly results: readonly ProvenResult[];
      readonly reply: Reply;
    }
  /** It is genuine or not: ask the provider (`query`, with `about` as its hint), and act on the answer alone. */
  | {
      readonly standing: 'ask';
      readonly attempt: LibraryAttempt;
      readonly about: Readonly<Record<string, string>>;
      readonly reply: Reply;
    }
  /** It proves nothing, and the provider cannot be asked: a person looks into its back office. */
  | { readonly standing: 'person'; readonly attempt: LibraryAttempt; readonly reply: Reply }
  /** It is about no attempt of yours. */
  | { readonly standing: 'unknown'; readonly order: string | null; readonly reply: Reply }
  /** It is about no payment, and is only answered. */
  | { readonly standing: 'nothing'; readonly reply: Reply };

/** How a message is read. */
export interface VerifyContext extends World {
  /** What you have kept of the attempt with this order number; null: you have none. */
  readonly attemptOf: (order: string) => Promise<LibraryAttempt | null> | LibraryAttempt | null;
  /** Of a return: the order number that is in your own address, for messages that name none. */
  readonly order?: string;
}

function requestOf({ method, url, headers, rawBody = '' }: ReceivedMessage): ProviderRequest {
  const byName = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const [beforeHash = ''] = url.split('#', 1);
  const at = beforeHash.indexOf('?');
  return {
    method,
    query: utf8(at < 0 ? '' : beforeHash.slice(at + 1)),
    body: typeof rawBody === 'string' ? utf8(rawBody) : rawBody,
    headers: byName,
    contentType: byName['content-type']?.split(';', 1)[0]?.trim().toLowerCase() || null,
  };
}

/** What an update says, with what its attempt was started for in place of what it leaves out. */
export function provenResult(update: ProviderUpdate, attempt: LibraryAttempt): ProvenResult {
  const outcome =
    update.outcome === 'accepted' ? (attempt.capture === 'manual' ? 'authorized' : 'paid') : update.outcome;
  const amount = update.amount === 'asked' ? attempt.amount : update.amount;
  const currency = update.currency ?? (update.amount === 'asked' ? attempt.currency : null);
  const isMoney = outcome === 'paid' || outcome === 'authorized';
  const isEnough = isMoney && amount !== null && amount >= attempt.amount && currency === attempt.currency;
  return {
    outcome,
    amount,
    currency,
    isEnough,
    goodsOnce: isEnough ? `${update.order}/goods` : null,
    // A message that names no currency means the attempt's: notification and return have to agree.
    onlyOnce: [update.order, outcome, update.movement, amount ?? '', currency ?? attempt.currency].join('/'),
    providerState: update.providerState ?? {},
    update,
  };
}

/** @throws Refusal wrong_attempt */
function requireBound({ echo = {} }: ProviderUpdate, { bound }: LibraryAttempt): void {
  for (const [name, value] of Object.entries(bound)) {
    if (echo[name] !== value)
      throw new Refusal('wrong_attempt', `${name} is not what this attempt was started with`);
  }
}

/** Whether a message says that money came, and not how much. */
function isWithoutAmount({ outcome, amount }: ProviderUpdate): boolean {
  return amount === null && (outcome === 'accepted' || MONEY_OUTCOMES.has(outcome as Outcome));
}

/**
 * Checks and reads a message.
 * @throws Refusal when it is not to be believed: `reason` says why. Answer with `refusedReply`, and change nothing.
 */
export async function verifyReceived<Schema extends SettingsSchema>(
  provider: DeclaredProvider<Schema>,
  account: LibraryAccount<Schema>,
  received: ReceivedMessage,
  channel: Channel,
  context: VerifyContext,
): Promise<VerifiedMessage> {
  const { fetch, now } = worldOf(context);
  const message = await provider.notification(requestOf(received), account as never, channel, { fetch, now });
  if (message.kind === 'acknowledgement')
    return { standing: 'nothing', reply: message.reply ?? provider.reply };
  const order = message.order ?? context.order ?? null;
  const attempt = order === null ? null : await context.attemptOf(order);
  // What another account's key has signed proves nothing of this one's attempts.
  if (!attempt || attempt.account !== account.id || attempt.order !== order)
    return { standing: 'unknown', order, reply: unknownReply(provider, account) };
  const settings = account.settings as Record<string, unknown>;
  const about = message.kind === 'hint' ? message.about : (message.ask ?? message.providerState ?? {});
  const reply = message.reply ?? provider.reply;
  const unproven = (): VerifiedMessage =>
    queryLack(provider, settings, Object.keys(about).length > 0) === null
      ? { standing: 'ask', attempt, about, reply }
      : { standing: 'person', attempt, reply };
  if (message.kind === 'hint') return unproven();
  const counts = countsAs(provider, settings, channel);
  const leavesOpen = message.unproven === true || message.amountUntold === true || isWithoutAmount(message);
  if (counts !== 'proof' || leavesOpen) return unproven();
  requireBound(message, attempt);
  if (message.ask && canQuery(provider, settings)) return { standing: 'ask', attempt, about, reply };
  const results = [message, ...(message.also ?? [])]
    .filter((update) => update.order === order)
    .map((update) => provenResult(update, attempt));
  return { standing: 'proven', attempt, results, reply };
}

function unknownReply<Schema extends SettingsSchema>(
  provider: DeclaredProvider<Schema>,
  account: LibraryAccount<Schema>,
): Reply {
  const plain = { status: 404, headers: {}, body: '' };
  return provider.refused?.(null, account.settings as never) ?? plain;
}

/** The protocol's own reply to a message that is refused. */
export function refusedReplyOf<Schema extends SettingsSchema>(
  provider: DeclaredProvider<Schema>,
  account: LibraryAccount<Schema>,
  refusal: Refusal,
): Reply {
  const plain = { status: 403, headers: {}, body: '' };
  return provider.refused?.(refusal, account.settings as never) ?? plain;
}
