/** Asking a provider what became of an attempt: what the way back, the outbox and the operator share. */
import type { Inquiry, NotifyCommand } from '../ledger/commands.ts';
import { Problem, Refusal } from '../payments/errors.ts';
import { orderNumber } from '../payments/id.ts';
import { open } from './accounts.ts';
import { commandOf } from './messages.ts';
import type { Service } from './service.ts';

/**
 * The provider's answer as a command; null: it does not know yet.
 * @throws Problem when it cannot be asked, Refusal when its answer is not to be believed.
 */
export async function askProvider(service: Service, inquiry: Inquiry): Promise<NotifyCommand | null> {
  const account = await service.directory.account(inquiry.account);
  if (!account) throw new Problem('misconfigured', `the account ${inquiry.account} is not there any more`);
  const { provider, variants } = open(account);
  if (!provider.ask) throw new Problem('unsupported_operation', `${provider.caption} cannot be asked`);
  const fact = await provider.ask({
    order: orderNumber(inquiry.id, inquiry.attempt),
    account: variants[0].account,
    amount: inquiry.amount,
    currency: inquiry.currency,
    capture: inquiry.capture,
    memo: inquiry.memo,
    startedAt: new Date(inquiry.startedAt),
    hint: inquiry.hint,
    now: new Date(service.now()),
    fetch: service.fetch,
  });
  if (!fact) return null;
  const told = commandOf(fact, { provider, account: account.id, channel: 'status', signedBy: 'asked' });
  if (told?.id !== inquiry.id) throw new Refusal('wrong_account', 'the answer is about another payment');
  return told.command;
}

/** Milliseconds until a provider is asked again after so many questions; null: not any more. */
export async function askPause(
  service: Service,
  inquiry: Inquiry,
  asked: number,
  usual: (asked: number) => number | null,
): Promise<number | null> {
  const account = await service.directory.account(inquiry.account);
  const pauses = account && open(account).provider.askPauses;
  if (!pauses) return usual(asked);
  const seconds = pauses[asked - 1];
  return seconds === undefined ? null : seconds * 1000;
}
