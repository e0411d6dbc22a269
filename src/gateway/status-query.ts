/** Asking a provider what became of an attempt: what the way back, the outbox and the operator share. */
import type { Inquiry, NotifyCommand } from '../ledger/commands.ts';
import { Problem, Refusal } from '../payments/errors.ts';
import { orderNumber } from '../payments/id.ts';
import type { Fact } from '../providers/contract.ts';
import { open } from './accounts.ts';
import { commandOf } from './notifications.ts';
import { dailyNumber, type Service } from './service.ts';

/**
 * The provider's answer as commands; none: it does not know yet.
 * @throws Problem when it cannot be asked, Refusal when its answer is not to be believed.
 */
export async function askProvider(service: Service, inquiry: Inquiry): Promise<readonly NotifyCommand[]> {
  const account = await service.directory.account(inquiry.account);
  if (!account) throw new Problem('misconfigured', `the account ${inquiry.account} is not there any more`);
  const { provider, variants } = open(account);
  const { account: opened } = variants[0];
  const isHinted = Object.keys(inquiry.hint).length > 0;
  const lack =
    provider.ask && (isHinted || !provider.asksOnlyHints)
      ? isHinted
        ? null
        : (provider.askLacks?.(opened.settings) ?? null)
      : `${provider.caption} cannot be asked about payments`;
  if (!provider.ask || lack !== null) throw new Problem('unsupported_operation', lack ?? '');
  const told = await provider.ask({
    order: orderNumber(inquiry.id, inquiry.attempt),
    account: opened,
    amount: inquiry.amount,
    currency: inquiry.currency,
    capture: inquiry.capture,
    memo: inquiry.memo,
    startedAt: new Date(inquiry.startedAt),
    hint: inquiry.hint,
    ...(inquiry.known && { known: inquiry.known }),
    now: new Date(service.now()),
    fetch: service.fetch,
    daily: (contract) => dailyNumber(service, provider.id, contract),
  });
  return factsOf(told).map((fact) => {
    const about = commandOf(fact, { provider, account: account.id, channel: 'status', signedBy: 'asked' });
    if (about?.id !== inquiry.id) throw new Refusal('wrong_account', 'the answer is about another payment');
    return about.command;
  });
}

function factsOf(told: Fact | readonly Fact[] | null): readonly Fact[] {
  if (told === null) return [];
  return 'kind' in told ? [told] : told;
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
