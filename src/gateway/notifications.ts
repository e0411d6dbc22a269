/** A provider's message: verified over its raw bytes with every live secret, then taken to the ledger of its payment. */
import type { HintResult } from '../ledger/commands.ts';
import { Problem, Refusal } from '../payments/errors.ts';
import type {
  Acknowledgement,
  Channel,
  Hint,
  Provider,
  ProviderRequest,
  ProviderUpdate,
  Reply,
} from '../providers/contract.ts';
import { providerUpdate } from '../providers/kit/update.ts';
import { type OpenedAccount, open } from './accounts.ts';
import { isAllowed } from './allowed-ips.ts';
import { unfamiliarIn } from './drift.ts';
import { hintAbout } from './hints.ts';
import { accountOfOrder, attemptOfOrder } from './order-numbers.ts';
import { fetchFor } from './outgoing.ts';
import { allowedAddresses, canQuery, isNobodyAsked, mustAskForAmount, standingOf } from './proof.ts';
import { logRefusal, type Sender } from './refusals.ts';
import type { Service } from './service.ts';
import { updateCommand } from './update-command.ts';

/** A message that was believed. */
interface Verified {
  readonly message: ProviderUpdate | Acknowledgement | Hint;
  /** Which of the live secrets fitted. */
  readonly signedBy: string;
}

/** What became of a notification: the reply of its provider's protocol; or why it is refused, where the protocol has no reply to that. */
export type TakenNotification = Reply | Refusal;

/** A message about no attempt of the account that it came to: what it said, for the log. */
interface Stray extends Partial<Pick<ProviderUpdate, 'outcome' | 'amount'>>, Pick<Hint, 'mayBeForeign'> {
  readonly stray: string | null;
}

/**
 * Checks a message with the account's secrets, the current ones first. This is where what a provider's code throws becomes a result.
 * @returns the Refusal of the current secrets when none fits.
 */
export async function verifyMessage(
  service: Service,
  { account: stored, provider, variants }: OpenedAccount,
  request: ProviderRequest,
  channel: Channel,
): Promise<Verified | Refusal> {
  const now = service.now();
  const context = { now: new Date(now), fetch: fetchFor(service, stored) };
  let refusal: Refusal | null = null;
  for (const { account, signedBy, until } of variants) {
    if (until !== null && until <= now) continue;
    try {
      return { message: await provider.notification(request, account, channel, context), signedBy };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal ??= error;
      // A wrong signature may be right under an earlier secret; anything else is wrong under all of them.
      if (error.reason !== 'signature_mismatch') break;
    }
  }
  return refusal ?? new Refusal('no_secret', 'no live secret fits');
}

/**
 * Takes a notification to the ledger of its payment.
 * @returns the reply that the provider's protocol wants; to a repeat the same as the first time. A Refusal is logged and stored already.
 * @throws Problem not_found when it is about no payment of ours; rate_limited, so that the provider repeats it.
 */
export async function takeNotification(
  service: Service,
  opened: OpenedAccount,
  request: ProviderRequest,
  sender: Sender,
): Promise<TakenNotification> {
  const believed = await takeBelieved(service, opened, request, sender);
  const taken = 'stray' in believed ? await takeStray(service, opened, request, sender, believed) : believed;
  if (!(taken instanceof Refusal)) return taken;
  await logRefusal(service, opened, { request, channel: 'notification', sender }, taken);
  const { provider, variants } = opened;
  return provider.refused ? provider.refused(taken, variants[0].account.settings) : taken;
}

/**
 * A message that came to the address of another account than its attempt's: some banks have one address for all accounts of a contract.
 * It is taken as if it had come to the right address, where anybody may send it, so that it counts only as far as that account's own
 * secrets, addresses and environment let it. Where they do not, it is logged and stored as refused.
 * @throws Problem not_found when it is about no payment of ours, or not that account's to tell of.
 */
async function takeStray(
  service: Service,
  opened: OpenedAccount,
  request: ProviderRequest,
  sender: Sender,
  { stray: order, mayBeForeign, ...told }: Stray,
): Promise<Reply> {
  const { account, provider, variants } = opened;
  const line = { requestId: sender.requestId, account: account.id, order, ...told };
  const owner = order === null ? null : await accountOfOrder(service, order);
  if (owner !== null && owner !== account.id) {
    const own = await service.directory.account(owner);
    const isLike = own?.provider === account.provider && own.environment === account.environment;
    const taken = isLike ? await takeBelieved(service, open(own), request, sender) : null;
    if (taken && !(taken instanceof Refusal) && !('stray' in taken)) {
      console.warn({ event: 'notification.other_account', owner, ...line });
      return taken;
    }
    // Whoever has one account learns nothing of the orders of others: the answer is that of an order that is not there.
    const refusal = new Refusal('wrong_account', `it is about an attempt of the account ${owner}`);
    await logRefusal(service, opened, { request, channel: 'notification', sender }, refusal);
  }
  if (mayBeForeign) {
    console.warn({ event: 'notification.foreign', ...line });
    return provider.reply;
  }
  console.warn({ event: 'notification.unknown_payment', ...line });
  if (provider.refused) return provider.refused(null, variants[0].account.settings);
  throw new Problem('not_found', 'there is no such payment');
}

/** What a message comes to at the account that it came to, before a refusal is logged. */
async function takeBelieved(
  service: Service,
  opened: OpenedAccount,
  request: ProviderRequest,
  sender: Sender,
): Promise<TakenNotification | Stray> {
  const { account, provider } = opened;
  if (!isAllowed(allowedAddresses(opened), sender.ip ?? undefined))
    return new Refusal('address_not_allowed', `the address ${sender.ip} is not allowed`);
  const verified = await verifyMessage(service, opened, request, 'notification');
  if (verified instanceof Refusal) return verified;
  const { message, signedBy } = verified;
  if (message.kind === 'acknowledgement') return message.reply ?? provider.reply;
  if (message.kind === 'hint') return takeHint(service, opened, message, sender.ip);
  const standing = standingOf(opened, 'notification', sender.ip ?? undefined, message);
  if (standing.kind === 'query' || mustAskForAmount(opened, message))
    return takeHint(service, opened, hintOf(message, provider), sender.ip);
  if (account.environment === 'production' && standing.kind === 'counts' && !standing.proven) {
    console.warn({
      event: 'notification.trusted_unproven',
      requestId: sender.requestId,
      account: account.id,
      order: message.order,
      outcome: message.outcome,
    });
  }
  const commandOf = async (one: ProviderUpdate) =>
    updateCommand(one, {
      provider,
      account,
      channel: 'notification',
      signedBy,
      about: await attemptOfOrder(service, one.order),
      ip: sender.ip,
      standing,
    });
  const update = await commandOf(message);
  let isUnclear = false;
  const noticed = [...(update?.command.noticed ?? []), ...unfamiliarIn(opened, request, sender.ip)];
  for (const other of update ? (message.also ?? []) : []) {
    const more = await commandOf(other);
    const taken = more && (await service.ledger(more.id).applyUpdate(more.command));
    isUnclear ||= taken?.kind === 'answer' && taken.isUnclear === true;
  }
  const command = update && { ...update.command, ...(noticed.length > 0 && { noticed }) };
  const result = update && command ? await service.ledger(update.id).applyUpdate(command) : null;
  if (result?.kind === 'answer') {
    isUnclear ||= result.isUnclear === true;
    const isAsked = message.ask && !isNobodyAsked(opened);
    if (isAsked || (isUnclear && canQuery(provider, opened.variants[0].account.settings)))
      await takeHint(service, opened, hintOf(message, provider), sender.ip);
    return result.answer;
  }
  if (result?.kind === 'busy')
    throw new Problem('rate_limited', 'too many messages without proof have come of this attempt', {
      retryAfter: Math.ceil(result.retryAfterMs / 1000),
    });
  // What does not fit its attempt counts for nothing. A reason to ask it may be all the same: the answer is about our own order.
  if (result?.kind === 'unbound' && message.ask && !isNobodyAsked(opened))
    return takeHint(service, opened, hintOf(message, provider), sender.ip);
  if (result?.kind === 'unbound') return unboundRefusal(result.name);
  if (result?.kind === 'not_real') return notRealRefusal();
  return { stray: message.order, outcome: message.outcome, amount: message.amount };
}

/** An update that is not proven, or says that more has to be known, as a reason to ask about its attempt. */
export function hintOf({ order, ask, providerState, reply }: ProviderUpdate, provider: Provider): Hint {
  return {
    kind: 'hint',
    order,
    about: ask ?? providerState ?? {},
    reply: reply ?? provider.reply,
  };
}

/** Why an update is not about an attempt that it names. */
export function unboundRefusal(name: string): Refusal {
  return new Refusal('wrong_attempt', `${name} is not what this attempt was started with`);
}

/** Why an update about an attempt that went to a test platform does not count for a payment that asks for real money. */
function notRealRefusal(): Refusal {
  return new Refusal(
    'wrong_environment',
    'no money of this account is real, and the payment asks for real money',
  );
}

/** A reason to ask where nobody can be asked: the payment waits for a person, who can look at the provider's back office. */
function waitingFor(order: string, reply: Reply | undefined): ProviderUpdate {
  return providerUpdate({
    order,
    key: 'hint',
    outcome: 'pending',
    movement: '',
    providerStatus: '',
    ...(reply && { reply }),
  });
}

/** What the ledger makes of a hint. */
async function hintResult(
  service: Service,
  opened: OpenedAccount,
  { order, about: named, reply }: Hint,
  ip: string | null,
): Promise<HintResult> {
  const { account, provider } = opened;
  const about = order === null ? null : await attemptOfOrder(service, order);
  if (order === null || !about) return 'unknown';
  const ledger = service.ledger(about.id);
  if (!isNobodyAsked(opened))
    return ledger.takeHint({
      attempt: about.attempt,
      account: account.id,
      ...hintAbout(opened, named),
    });
  const standing = { kind: 'person' } as const;
  const options = {
    provider,
    account,
    channel: 'notification',
    signedBy: 'nobody',
    ip,
    about,
    standing,
  } as const;
  const update = updateCommand(waitingFor(order, reply), options);
  const result = update && (await ledger.applyUpdate(update.command));
  return result?.kind === 'answer' ? 'taken' : 'unknown';
}

/**
 * Has the ledger query the provider. The reply confirms only that the hint was received.
 * @throws Problem rate_limited, so that the provider repeats it.
 */
async function takeHint(
  service: Service,
  opened: OpenedAccount,
  hint: Hint,
  ip: string | null,
): Promise<Reply | Stray> {
  const result = await hintResult(service, opened, hint, ip);
  if (result === 'busy')
    throw new Problem('rate_limited', 'the provider is being asked about others of these');
  if (result !== 'taken')
    return { stray: hint.order, ...(hint.mayBeForeign && { mayBeForeign: hint.mayBeForeign }) };
  return hint.reply ?? opened.provider.reply;
}
