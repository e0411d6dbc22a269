/** Captures, cancels, refunds and status queries, without a service that keeps them: what is stored, and when, is the caller's. */
import { Declined, Problem, Refusal } from '../payments/errors.ts';
import type { Minor } from '../payments/money.ts';
import type { FundsSource, OperationKind } from '../payments/operations.ts';
import type {
  DeclaredProvider,
  OperationResult,
  Provider,
  ProviderOperation,
  ProviderUpdate,
} from '../providers/contract.ts';
import { queryLack } from '../providers/kit/counts-as.ts';
import type { SettingsSchema } from '../providers/kit/settings.ts';
import type { LibraryAccount } from './account.ts';
import { type LibraryAttempt, type World, worldOf } from './attempt.ts';
import { type ProvenResult, provenResult } from './verify.ts';

/** What has moved of an attempt so far, in minor units. */
export interface MovedMoney {
  /** Held, and not taken or released. */
  readonly authorized: number;
  readonly paid: number;
  /** With the refunds that were `accepted` and whose result is still to come. */
  readonly refunded: number;
  /** What the bank has taken back and was not won again: it is not given back once more. Left out: nothing. */
  readonly chargedBack?: number;
}

/** What of it can still be given back. */
function refundableOf({ paid, refunded, chargedBack = 0 }: MovedMoney): number {
  return paid - refunded - chargedBack;
}

/** An operation that is to be carried out. */
export interface LibraryOperation {
  /**
   * From 1, in its attempt, and never used again: store the operation under it before you call, so that a program that ends in the middle
   * does not carry it out twice.
   */
  readonly number: number;
  /** In minor units; left out: the whole. */
  readonly amount?: number;
  readonly money: MovedMoney;
  /** Where the provider sends what becomes of it. */
  readonly callbackUrl: string;
}

/** What an operation came to. */
export type OperationOutcomeOf =
  /** `accepted`: the result comes later, as a message or by `query`. */
  | ({ readonly result: 'done' } & OperationResult)
  /** It was certainly not carried out. */
  | { readonly result: 'failed'; readonly error: Error }
  /** Its answer was lost: it may have been carried out. Never call it again: look it up at the provider. */
  | { readonly result: 'unknown'; readonly error: Error };

function sourceOf(sources: readonly FundsSource[], money: MovedMoney): FundsSource | null {
  const { authorized, paid } = money;
  const has: Record<FundsSource, boolean> = {
    held: authorized > 0,
    paid: refundableOf(money) > 0,
    open: authorized === 0 && paid === 0,
  };
  return sources.find((source) => has[source]) ?? null;
}

function availableOf(source: FundsSource, attempt: LibraryAttempt, money: MovedMoney): number {
  if (source === 'held') return money.authorized;
  return source === 'paid' ? refundableOf(money) : attempt.amount;
}

/**
 * Carries out an operation, with one call that moves money.
 * @throws Problem before anything is sent: the provider, the account or the money do not allow it.
 */
export async function carryOutOperation<Schema extends SettingsSchema>(
  provider: DeclaredProvider<Schema>,
  kind: OperationKind,
  account: LibraryAccount<Schema>,
  attempt: LibraryAttempt,
  { number, amount: wanted, money, callbackUrl }: LibraryOperation,
  given: World,
): Promise<OperationOutcomeOf> {
  const operation = (provider as Provider)[kind] as ProviderOperation<Record<string, unknown>> | undefined;
  const settings = account.settings as Record<string, unknown>;
  const lack = operation ? (operation.lacks?.(settings) ?? null) : `${provider.caption} has no ${kind}`;
  if (!operation || lack !== null) throw new Problem('unsupported_operation', lack ?? '');
  const source = sourceOf(operation.rule.fundsSources, money);
  if (source === null) throw new Problem('invalid_state', `there is no money that a ${kind} could take`);
  const available = availableOf(source, attempt, money);
  const amount = wanted ?? available;
  if (!Number.isSafeInteger(amount) || amount < 1 || amount > available)
    throw new Problem('amount_out_of_range', `amount: is a whole number from 1 to ${available}`);
  // Providers give back all that was paid where they are asked for the whole, also what was charged back.
  const isRest = source === 'paid' && (money.chargedBack ?? 0) > 0;
  if ((amount < available || isRest) && operation.rule.parts === 'whole')
    throw new Problem('amount_out_of_range', `a ${kind} at ${provider.caption} is of the whole amount`);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Problem('invalid_request', 'number: is counted from 1');
  const world = worldOf(given);
  let isSent = false;
  const send: typeof fetch = async (input, init) => {
    if (isSent) throw new Error('an operation is sent once');
    isSent = true;
    const response = await world.fetch(input, init);
    // The provider did not take our credentials, so nothing was done.
    if (response.status === 401) isSent = false;
    return response;
  };
  try {
    const done = await operation.execute({
      ...callOf(account, attempt),
      ...world,
      kind,
      fundsSource: source,
      amount,
      asked: attempt.amount,
      whole: amount === available && !isRest,
      before: {
        authorized: (money.authorized + money.paid) as Minor,
        released: 0 as Minor,
        paid: money.paid as Minor,
        refunded: money.refunded as Minor,
        chargedBack: (money.chargedBack ?? 0) as Minor,
      },
      // The caller counts them as given back (`MovedMoney`).
      accepted: 0,
      operationReference: `${attempt.order}${kind.charAt(0).toUpperCase()}${number}`,
      providerReference: null,
      urls: { callback: callbackUrl },
      send,
    });
    return { result: 'done', ...done };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const isKnown = error instanceof Declined || !isSent;
    return { result: isKnown ? 'failed' : 'unknown', error };
  }
}

function callOf<Schema extends SettingsSchema>(account: LibraryAccount<Schema>, attempt: LibraryAttempt) {
  return {
    order: attempt.order,
    account: account as LibraryAccount as never,
    currency: attempt.currency,
    capture: attempt.capture,
    providerState: attempt.providerState,
    startedAt: new Date(attempt.startedAt),
  };
}

/**
 * Asks the provider what became of an attempt. Its answer is proof: act on each result once. Null: it does not know yet, ask again later;
 * empty: it certainly has nothing of this attempt.
 * @param about what a message has named that made you ask.
 * @throws Problem when it cannot be asked or does not answer; Refusal when its answer is not to be believed.
 */
export async function queryProvider<Schema extends SettingsSchema>(
  provider: DeclaredProvider<Schema>,
  account: LibraryAccount<Schema>,
  attempt: LibraryAttempt,
  about: Readonly<Record<string, string>>,
  given: World,
): Promise<readonly ProvenResult[] | null> {
  const settings = account.settings as Record<string, unknown>;
  const lack = queryLack(provider, settings, Object.keys(about).length > 0);
  const query = (provider as Provider).queryStatus;
  if (!query || lack !== null) throw new Problem('unsupported_operation', lack ?? '');
  if (attempt.account !== account.id)
    throw new Problem('invalid_request', `the attempt is of the account ${attempt.account}`);
  const answer = await query.call(provider, {
    ...callOf(account, attempt),
    ...worldOf(given),
    amount: attempt.amount,
    hint: about,
  });
  const updates: readonly ProviderUpdate[] | null = answer && 'kind' in answer ? [answer] : answer;
  for (const { order } of updates ?? []) {
    if (order !== attempt.order) throw new Refusal('wrong_account', 'the answer is about another order');
  }
  return updates?.map((update) => provenResult(update, attempt)) ?? null;
}
