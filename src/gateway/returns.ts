/** The shopper comes back. What the return carries counts like a notification if it verifies. */
import type { ApplyUpdateCommand, HintCommand, ReturnResult } from '../ledger/commands.ts';
import { Problem, Refusal } from '../payments/errors.ts';
import { fromOrderNumber, type PaymentId } from '../payments/id.ts';
import type { ProviderRequest } from '../providers/contract.ts';
import { VIA } from '../providers/kit/addresses.ts';
import { readable } from '../signing/bytes.ts';
import { parseForm } from '../signing/form.ts';
import type { OpenedAccount } from './accounts.ts';
import { verifyMessage } from './notifications.ts';
import { standingOf } from './proof.ts';
import { logRefusal, type Sender } from './refusals.ts';
import type { Service } from './service.ts';
import { queryStatus } from './status-query.ts';
import { updateCommand } from './update-command.ts';

/** What a return carries. */
interface Returned {
  readonly update: ApplyUpdateCommand | null;
  /** Why it was not believed; null: it was, or nothing came. */
  readonly refused: string | null;
  /** A reason for a status query, and the attempt that it is about; null: the newest one. */
  readonly hint?: {
    readonly attempt: number | null;
    readonly about: Readonly<Record<string, string>>;
  };
}

/** Whether a return carries more than our own return address does. */
function carriesMessage({ query, body }: ProviderRequest): boolean {
  return body.length > 0 || (parseForm(query) ?? []).some(({ name }) => readable(name) !== VIA);
}

/** What a return carries, if it verifies; why not, if it does not. */
async function returnedUpdate(
  service: Service,
  opened: OpenedAccount,
  request: ProviderRequest,
  about: { readonly id: PaymentId; readonly sender: Sender },
): Promise<Returned> {
  const { provider } = opened;
  const isRead = provider.capabilities.signedReturn || provider.queryStatus;
  if (!carriesMessage(request) || !isRead) return { update: null, refused: null };
  const account = opened.account.id;
  try {
    const { message, signedBy } = await verifyMessage(service, opened, request, 'return');
    if (message.kind === 'acknowledgement') return { update: null, refused: null };
    if (message.kind === 'hint') {
      const order = message.order === null ? null : fromOrderNumber(message.order);
      return { update: null, refused: null, hint: { attempt: order?.attempt ?? null, about: message.about } };
    }
    const standing = standingOf(opened, 'return', about.sender.ip ?? undefined);
    const update =
      standing.kind === 'counts' &&
      updateCommand(message, { provider, account, channel: 'return', signedBy, standing });
    const order = fromOrderNumber(message.order);
    if (order?.id !== about.id)
      throw new Refusal('wrong_account', 'what came along is about another payment');
    if (update) return { update: update.command, refused: null };
    const hint = { attempt: order.attempt, about: message.providerState ?? {} };
    // Where nobody can be asked, a return proves nothing and moves nothing.
    return { update: null, refused: null, ...(standing.kind === 'query' && { hint }) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    await logRefusal(service, opened, { request, channel: 'return', sender: about.sender }, error);
    return { update: null, refused: error.reason };
  }
}

/** The shopper waits for the result: a hint leads to a status query now, which is left to the ledger if it fails. */
async function queryNow(
  service: Service,
  id: PaymentId,
  account: string,
  { update, hint }: Returned,
): Promise<{ readonly update: ApplyUpdateCommand | null; readonly hint: HintCommand | null }> {
  if (!hint) return { update, hint: null };
  const request = await service.ledger(id).statusQuery(account, hint.attempt);
  if (!request) return { update: null, hint: null };
  const later = { update: null, hint: { attempt: request.attempt, account, hint: hint.about } };
  try {
    const [first, ...more] = await queryStatus(service, { ...request, hint: hint.about });
    for (const command of more) await service.ledger(id).applyUpdate(command);
    return first ? { update: first, hint: null } : later;
  } catch (error) {
    if (!(error instanceof Problem || error instanceof Refusal)) throw error;
    console.warn({ event: 'return.not_queried', payment: id, account, detail: error.message });
    return later;
  }
}

/** Takes a return to the ledger of its payment. */
export async function takeReturn(
  service: Service,
  opened: OpenedAccount,
  request: ProviderRequest,
  about: { readonly id: PaymentId; readonly sender: Sender; readonly shopperIp: string | null },
): Promise<ReturnResult> {
  const { id } = about;
  const account = opened.account.id;
  const returned = await returnedUpdate(service, opened, request, about);
  const { update, hint } = await queryNow(service, id, account, returned);
  return service
    .ledger(id)
    .returned({ account, update, hint, refused: returned.refused, ip: about.shopperIp });
}
