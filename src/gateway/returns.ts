/** The shopper comes back. What the return carries counts like a notification if it verifies. */
import type { ApplyUpdateCommand, ReturnCommand, ReturnResult } from '../ledger/commands.ts';
import { Problem, Refusal } from '../payments/errors.ts';
import type { PaymentId } from '../payments/id.ts';
import type { ProviderRequest, ProviderUpdate } from '../providers/contract.ts';
import { VIA } from '../providers/kit/addresses.ts';
import { parseForm } from '../signing/form.ts';
import type { OpenedAccount } from './accounts.ts';
import { hintAbout } from './hints.ts';
import { hintOf, verifyMessage } from './notifications.ts';
import { attemptOfOrder } from './order-numbers.ts';
import { isNobodyAsked, mustAskForAmount, standingOf } from './proof.ts';
import { logRefusal, type Sender } from './refusals.ts';
import type { Service } from './service.ts';
import { hasResult, queryStatus } from './status-query.ts';
import { whileShopperWaits } from './time-limit.ts';
import { updateCommand } from './update-command.ts';

/** What a return carries. */
interface Returned {
  readonly update: ApplyUpdateCommand | null;
  /** What the same message says of other transactions. */
  readonly also?: readonly ApplyUpdateCommand[];
  /** A reason for a status query, and the attempt that it is about; null: the newest one. */
  readonly hint?: {
    readonly attempt: number | null;
    readonly about: Readonly<Record<string, string>>;
  };
}

/** Whether a return carries more than our own return address does. */
function carriesMessage({ query, body }: ProviderRequest): boolean {
  return body.length > 0 || (parseForm(query) ?? []).some(({ name }) => name !== VIA);
}

/** The payment that a shopper comes back from, and who that is. */
interface AboutReturn {
  readonly id: PaymentId;
  readonly sender: Sender;
  readonly shopperIp: string | null;
}

/** What a return carries, if it verifies; why not, if it does not. */
async function returnedUpdate(
  service: Service,
  opened: OpenedAccount,
  request: ProviderRequest,
  about: AboutReturn,
): Promise<Returned | Refusal> {
  const { provider } = opened;
  const isRead = provider.capabilities.signedReturn || provider.queryStatus;
  if (!carriesMessage(request) || !isRead) return { update: null };
  const { account } = opened;
  const verified = await verifyMessage(service, opened, request, 'return');
  if (verified instanceof Refusal) return verified;
  const { message, signedBy } = verified;
  if (message.kind === 'acknowledgement') return { update: null };
  if (message.kind === 'hint') {
    // Where nobody can be asked, a return proves nothing and moves nothing.
    if (isNobodyAsked(opened)) return { update: null };
    const order = message.order === null ? null : await attemptOfOrder(service, message.order);
    return { update: null, hint: { attempt: order?.attempt ?? null, about: message.about } };
  }
  const standing = standingOf(opened, 'return', about.sender.ip ?? undefined, message);
  const order = await attemptOfOrder(service, message.order);
  const isAsked = standing.kind === 'query' || mustAskForAmount(opened, message);
  const commandOf = (one: ProviderUpdate) =>
    standing.kind === 'counts' && !isAsked
      ? updateCommand(one, {
          provider,
          account,
          channel: 'return',
          signedBy,
          about: order,
          ip: about.shopperIp,
          standing,
        })
      : null;
  const update = commandOf(message);
  if (order?.id !== about.id) return new Refusal('wrong_account', 'what came along is about another payment');
  const also = (message.also ?? []).flatMap((one) => commandOf(one)?.command ?? []);
  const { attempt } = order;
  if (update) {
    const { ask } = message;
    return {
      update: update.command,
      also,
      ...(ask && !isNobodyAsked(opened) && { hint: { attempt, about: ask } }),
    };
  }
  const hint = { attempt, about: hintOf(message, provider).about };
  // Where nobody can be asked, a return proves nothing and moves nothing.
  return { update: null, ...(isAsked && { hint }) };
}

/** What a return leads to at the ledger. */
interface Asked extends Pick<ReturnCommand, 'update' | 'hint' | 'spent'> {
  /** The provider was to be asked, and gave no answer: whether the shopper has paid is not known. */
  readonly isUnanswered?: true;
}

/**
 * The shopper waits for the result: a hint leads to a status query now, which is left to the ledger if it fails. One that takes
 * the shopper's money is made only with the ledger's leave, and never a second time.
 * @returns a Refusal of a return that is not the attempt's: nobody is asked because of it.
 */
async function queryNow(
  service: Service,
  id: PaymentId,
  opened: OpenedAccount,
  { update, also = [], hint }: Returned,
): Promise<Asked | Refusal> {
  const { provider } = opened;
  const account = opened.account.id;
  const ledger = service.ledger(id);
  for (const command of also) await ledger.applyUpdate(command);
  if (!hint) return { update };
  if (provider.isOwnReturn) {
    // Before the leave to ask is taken: a stranger's return may not use up the shopper's own.
    const known = await ledger.statusQuery(account, hint.attempt);
    if (!known) return { update };
    if (!provider.isOwnReturn(hint.about, known.providerState))
      return new Refusal('wrong_attempt', 'what came along is not what this attempt was sent off with');
  }
  const spends = provider.hintSpends?.(hint.about) ?? false;
  const about = { account, ...hintAbout(opened, hint.about) };
  const allowed = spends ? null : await ledger.returnQuery(account, hint.attempt);
  if (allowed?.kind === 'later') {
    const { attempt, notBefore } = allowed;
    return { update, hint: { ...about, attempt, notBefore } };
  }
  const request = spends ? await ledger.spendingQuery(account, hint.attempt) : allowed?.request;
  if (!request) return { update };
  const later = (known: ApplyUpdateCommand | null) =>
    spends ? { update: known } : { update: known, hint: { ...about, attempt: request.attempt } };
  try {
    const query = { ...request, hint: hint.about };
    // What takes money is not given up half-way.
    const commands = spends
      ? await queryStatus(service, query)
      : await whileShopperWaits(service.fetch, ({ fetch: fetcher }) =>
          queryStatus({ ...service, fetch: fetcher }, query),
        );
    const [first, ...more] = commands ?? [];
    for (const command of more) await ledger.applyUpdate(command);
    const isOver = commands !== null && (hasResult(commands) || (spends && commands.length === 0));
    if (!isOver) return later(first ?? update);
    return { update: first ?? null, ...(spends && { spent: request.attempt }) };
  } catch (error) {
    if (!(error instanceof Problem || error instanceof Refusal)) throw error;
    console.warn({ event: 'return.not_queried', payment: id, account, detail: error.message });
    return { ...later(update), isUnanswered: true };
  }
}

/** What a return has come to, for the shopper to go on. */
export type TakenReturn = ReturnResult &
  Pick<Asked, 'isUnanswered'> & {
    /** The provider has signed what came along: whoever brings it is the shopper. */
    readonly isProven?: boolean;
  };

/**
 * Takes a return to the ledger of its payment.
 * @param about.signedOnly what does not verify is none, nor is one without a message: the first is logged as refused, the ledger
 *   does not learn of either.
 */
export async function takeReturn(
  service: Service,
  opened: OpenedAccount,
  request: ProviderRequest,
  about: AboutReturn & { readonly signedOnly?: boolean },
): Promise<TakenReturn> {
  const { id } = about;
  const account = opened.account.id;
  if (about.signedOnly && !carriesMessage(request)) return { kind: 'unknown' };
  const ip = about.shopperIp;
  const ledger = service.ledger(id);
  const returned = await returnedUpdate(service, opened, request, about);
  if (returned instanceof Refusal) {
    await logRefusal(service, opened, { request, channel: 'return', sender: about.sender }, returned);
    if (about.signedOnly) return { kind: 'unknown' };
    const result = await ledger.returned({ update: null, account, refused: returned.reason, ip });
    return { ...result, isProven: false };
  }
  const asked = await queryNow(service, id, opened, returned);
  if (asked instanceof Refusal) {
    await logRefusal(service, opened, { request, channel: 'return', sender: about.sender }, asked);
    return ledger.returned({ update: null, account, refused: asked.reason, ip });
  }
  const { isUnanswered, ...more } = asked;
  const result = await ledger.returned({ ...more, account, refused: null, ip });
  return { ...result, ...(isUnanswered && { isUnanswered }), isProven: returned.update?.proven === true };
}
