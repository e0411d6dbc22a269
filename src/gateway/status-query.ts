/** Status queries: what the return, the ledger's alarm and the shop's refresh share. */
import type { ApplyUpdateCommand, PaymentRead, StatusQueryRequest } from '../ledger/commands.ts';
import { Problem, Refusal } from '../payments/errors.ts';
import { orderNumber, type PaymentId } from '../payments/id.ts';
import { MESSAGE_PAUSES, pauseAfter, spread } from '../payments/retries.ts';
import type { ProviderUpdate } from '../providers/contract.ts';
import { open } from './accounts.ts';
import { untilAskedLater } from './asked-later.ts';
import { fetchFor } from './outgoing.ts';
import { isOnlyHinted, queryLack } from './proof.ts';
import { dailyNumber, type Service } from './service.ts';
import { updateCommand } from './update-command.ts';

/** How many of a payment's attempts one refresh queries, the newest first. */
const QUERIED_AT_ONCE = 5;

/**
 * Queries a provider about an attempt.
 * @returns its updates as commands; null: it has no result yet.
 * @throws Problem when it cannot be queried, or wants to be asked later; Refusal when its answer is not to be believed.
 */
export async function queryStatus(
  service: Service,
  request: StatusQueryRequest,
): Promise<readonly ApplyUpdateCommand[] | null> {
  const account = await service.directory.account(request.account);
  if (!account) throw new Problem('misconfigured', `the account ${request.account} is not there any more`);
  const { provider, variants } = open(account);
  const [{ account: current }] = variants;
  const lack = queryLack(provider, current.settings, Object.keys(request.hint).length > 0);
  const { queryStatus: query } = provider;
  if (!query || lack !== null) throw new Problem('unsupported_operation', lack ?? '');
  const { id, attempt } = request;
  const order = request.order ?? orderNumber(id, attempt);
  const answer = await untilAskedLater(fetchFor(service, account), service.now, (call) =>
    query({
      order,
      account: current,
      amount: request.amount,
      currency: request.currency,
      capture: request.capture,
      providerState: request.providerState,
      startedAt: new Date(request.startedAt),
      hint: request.hint,
      ...(request.known && { known: request.known }),
      ...(request.spends && { maySpend: true as const }),
      now: new Date(service.now()),
      fetch: call,
      daily: (contract, zone) => dailyNumber(service, provider.id, contract, zone),
    }),
  );
  return (
    updatesOf(answer)?.map((update) => {
      const made = updateCommand(update, {
        provider,
        account,
        channel: 'status',
        signedBy: 'asked',
        ...(update.order === order && { about: { id, attempt } }),
      });
      if (made?.id !== request.id) throw new Refusal('wrong_account', 'the answer is about another payment');
      return made.command;
    }) ?? null
  );
}

/** Whether the answer to a query depends on nothing but its hint. */
export async function isAboutHintAlone(service: Service, request: StatusQueryRequest): Promise<boolean> {
  const account = await service.directory.account(request.account);
  if (!account) return false;
  const { provider, variants } = open(account);
  return isOnlyHinted(provider, variants[0].account.settings);
}

function updatesOf(
  answer: ProviderUpdate | readonly ProviderUpdate[] | null,
): readonly ProviderUpdate[] | null {
  return answer && 'kind' in answer ? [answer] : answer;
}

/** Whether an answer is a result. That an attempt is in process is none: the provider is asked again. */
export function hasResult(commands: readonly ApplyUpdateCommand[]): boolean {
  const isInProcess = commands.some(({ outcome }) => outcome === 'pending');
  return commands.some(({ outcome }) => outcome !== 'pending' && (outcome !== 'none' || !isInProcess));
}

/** Milliseconds until the next status query after so many; null: no more. */
export async function queryPause(
  service: Service,
  request: StatusQueryRequest,
  queried: number,
): Promise<number | null> {
  const account = await service.directory.account(request.account);
  const pauses = account && open(account).provider.queryPauses;
  if (!pauses) return pauseAfter(MESSAGE_PAUSES, queried, service.random);
  const seconds = pauses[queried - 1];
  return seconds === undefined ? null : spread(seconds * 1000, service.random);
}

/**
 * Queries the providers of a payment's newest attempts, and reconciles its operations that have no result.
 * @returns how many questions that were.
 * @throws Problem of the first attempt, when none could be queried.
 */
export async function refresh(
  service: Service,
  id: PaymentId,
  { attempts, view }: PaymentRead,
): Promise<number> {
  const ledger = service.ledger(id);
  let isAnswered = false;
  let questions = 0;
  let failure: Problem | null = null;
  for (const { attempt, account } of attempts.toReversed().slice(0, QUERIED_AT_ONCE)) {
    const request = await ledger.statusQuery(account, attempt);
    if (!request) continue;
    questions += 1;
    try {
      for (const command of (await queryStatus(service, request)) ?? []) await ledger.applyUpdate(command);
      isAnswered = true;
    } catch (error) {
      failure ??= asProblem(error);
    }
  }
  if (view.operations.some(({ state }) => state !== 'succeeded' && state !== 'failed')) {
    await ledger.reconcileOperations();
    questions += 1;
    isAnswered ||= failure?.code === 'unsupported_operation';
  }
  if (failure && !isAnswered) throw failure;
  return questions;
}

/** @throws what is a mistake of ours. */
function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!(error instanceof Refusal)) throw error;
  return new Problem('provider_error', `the provider's answer is not to be believed: ${error.message}`);
}
