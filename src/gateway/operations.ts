/**
 * Executes an operation at its provider, and asks what became of one whose answer was lost. A provider's code is given two
 * functions: `fetch` for calls that change nothing, and `send` for the one call that executes the operation. A failure
 * before `send` means that nothing happened. After it the outcome is unknown, unless the provider declined explicitly.
 */
import type { LookedUp, OperationOutcome, OperationRequest } from '../ledger/operation-commands.ts';
import { operationReference } from '../ledger/record.ts';
import { Declined, Problem, Refusal } from '../payments/errors.ts';
import { orderNumber } from '../payments/id.ts';
import { acceptedBefore, type OperationProblem } from '../payments/operations.ts';
import {
  type OperationCall,
  type OperationResult,
  type ProviderOperation,
  SETTLES_AFTER_SECONDS,
} from '../providers/contract.ts';
import { open } from './accounts.ts';
import { requirePublicAddresses } from './outgoing.ts';
import { dailyNumber, type Service } from './service.ts';

/** How long an operation may take, all its calls together. */
const TIMEOUT_MS = 10_000;

interface Prepared {
  readonly operation: ProviderOperation<Record<string, unknown>>;
  readonly call: OperationCall<Record<string, unknown>>;
  readonly providerId: string;
}

async function prepared(service: Service, request: OperationRequest): Promise<Prepared> {
  const { id, operation: recorded, account: accountId, origin } = request;
  const account = await service.directory.account(accountId);
  if (!account) throw new Problem('misconfigured', `the account ${accountId} is not there any more`);
  await requirePublicAddresses(service, account);
  const { provider, variants } = open(account);
  const operation = provider[recorded.kind] as ProviderOperation<Record<string, unknown>> | undefined;
  if (!operation) throw new Problem('unsupported_operation', `${provider.caption} has no ${recorded.kind}`);
  const order = request.order ?? orderNumber(id, recorded.attempt);
  const now = new Date(service.now());
  return {
    operation,
    providerId: provider.id,
    call: {
      order,
      kind: recorded.kind,
      fundsSource: recorded.fundsSource,
      amount: recorded.amount,
      asked: request.asked,
      whole: recorded.whole,
      before: recorded.before,
      accepted: acceptedBefore(recorded),
      currency: request.currency,
      capture: request.capture,
      providerState: request.providerState,
      notMade: request.notMade ?? [],
      operationReference: operationReference(order, recorded),
      providerReference: recorded.providerReference,
      account: variants[0].account,
      urls: { callback: `${origin}/callback/${encodeURIComponent(account.id)}` },
      startedAt: new Date(request.startedAt),
      now,
      fetch: service.fetch,
      daily: (contract, zone) => dailyNumber(service, provider.id, contract, zone),
    },
  };
}

/** Ends every call at one time, however many there are. */
function within(fetcher: typeof fetch, deadline: AbortSignal): typeof fetch {
  return (input, init) =>
    fetcher(input, {
      ...init,
      signal: init?.signal ? AbortSignal.any([init.signal, deadline]) : deadline,
    });
}

/** What went wrong, in words for the shop. */
function problemOf(error: unknown, isSent: boolean): OperationProblem {
  const lost = isSent ? '; it is not known whether it was executed' : '';
  if (error instanceof Problem) {
    const { code, message, provider } = error;
    return { code, detail: `${message}${lost}`, ...(provider && { provider }) };
  }
  if (error instanceof Refusal) {
    return {
      code: 'provider_error',
      detail: `the provider's answer is not to be believed: ${error.message}${lost}`,
    };
  }
  return { code: 'internal_error', detail: `something failed on our side${lost}` };
}

function outcomeOf({ state, ...members }: OperationResult): OperationOutcome {
  return { result: state, ...members };
}

/** Logs what went wrong. The provider's answer is in the cause, which is for the log alone. */
function logged(event: string, request: OperationRequest, error: unknown): void {
  const { id, account, operation } = request;
  const cause = error instanceof Error ? (error.cause ?? error.stack) : undefined;
  console.warn({
    event,
    payment: id,
    account,
    operation: operation.number,
    kind: operation.kind,
    error: String(error),
    cause: cause instanceof Error ? String(cause) : cause,
  });
}

/** Executes an operation, once. Never throws: a failure is an outcome. */
export async function executeOperation(
  service: Service,
  request: OperationRequest,
): Promise<OperationOutcome> {
  let isSent = false;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    const { operation, call } = await prepared(service, request);
    const limited = within(service.fetch, abort.signal);
    const send: typeof fetch = async (input, init) => {
      if (isSent) throw new Error('an operation is sent once');
      // The time is over, and nothing was sent.
      abort.signal.throwIfAborted();
      isSent = true;
      const response = await limited(input, init);
      // The provider did not accept our credentials, so nothing was done: with a new token it may be sent again.
      if (response.status === 401) isSent = false;
      return response;
    };
    return outcomeOf(await operation.execute({ ...call, fetch: limited, send }));
  } catch (error) {
    logged('operation.not_done', request, error);
    const isUnknown = isSent && !(error instanceof Declined);
    return { result: isUnknown ? 'unknown' : 'failed', problem: problemOf(error, isUnknown) };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks what the provider has of the operations of this kind of an attempt; null: it has no such query.
 * @throws Problem or Refusal when there is no answer to believe.
 */
export async function lookUpOperation(service: Service, request: OperationRequest): Promise<LookedUp | null> {
  const { operation, call } = await prepared(service, request);
  if (!operation.lookUp) return null;
  try {
    const bookings = await operation.lookUp(call);
    return (
      bookings && {
        bookings,
        settlesAfterMs: (operation.settlesAfterSeconds ?? SETTLES_AFTER_SECONDS) * 1000,
      }
    );
  } catch (error) {
    logged('operation.not_reconciled', request, error);
    throw error;
  }
}
