/** A provider update as the command that its payment's ledger takes. */
import type { Account } from '../directory/types.ts';
import type { ApplyUpdateCommand } from '../ledger/commands.ts';
import { fromOrderNumber, type PaymentId } from '../payments/id.ts';
import type { Channel, Provider, ProviderUpdate } from '../providers/contract.ts';
import { declineReasonOf } from '../providers/kit/decline-reasons.ts';
import { statusText } from '../providers/kit/statuses.ts';
import { unfamiliarCode } from './drift.ts';
import type { NamedAttempt } from './order-numbers.ts';
import type { Standing } from './proof.ts';
import { isReal } from './shop-mode.ts';

/**
 * The command, and the payment that it is for; null when its order number is none of ours.
 * @param options.about the attempt that its order number names; left out: the number is one of ours.
 * @param options.signedBy which of the account's live secrets fitted;
 *   `asked`, the log's word, for the answer to a status query or a report.
 */
export function updateCommand(
  update: ProviderUpdate,
  options: {
    readonly provider: Provider;
    readonly account: Pick<Account, 'id' | 'environment'>;
    readonly channel: Channel | 'status';
    readonly signedBy: string;
    readonly about?: NamedAttempt | null;
    /** The address of whoever brought it, where it is known. */
    readonly ip?: string | null;
    /** How the message stands; the answer to a status query counts. */
    readonly standing?: Exclude<Standing, { kind: 'query' }>;
  },
): { readonly id: PaymentId; readonly command: ApplyUpdateCommand } | null {
  const { provider, account, standing = { kind: 'counts', proven: true }, about, ip, ...rest } = options;
  const order = about === undefined ? fromOrderNumber(update.order) : about;
  if (!order) return null;
  const {
    kind: _kind,
    order: _order,
    also: _also,
    ask: _ask,
    unproven: _unproven,
    reply,
    ...members
  } = update;
  const providerStatusText = statusText(provider.statuses, update.providerStatus);
  const declineReason = declineReasonOf(update, providerStatusText);
  const noticed = unfamiliarCode(provider, update);
  return {
    id: order.id,
    command: {
      ...members,
      ...rest,
      account: account.id,
      test: !isReal(account),
      attempt: order.attempt,
      ...(ip && { ip }),
      providerStatusText,
      ...(declineReason && { declineReason }),
      ...(noticed.length > 0 && { noticed }),
      proven: standing.kind === 'counts' && standing.proven,
      ...(standing.kind === 'person' && { proofMissing: true as const }),
      reply: reply ?? provider.reply,
    },
  };
}
