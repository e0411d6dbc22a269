/** Calls to addresses that an operator has entered in place of a provider's own: looked up before they are made, as a webhook's are. */
import type { Account } from '../directory/types.ts';
import { Problem } from '../payments/errors.ts';
import { addressProblem } from '../webhooks/address.ts';
import { isDeferred } from './accounts.ts';
import { type EnteredAddress, enteredSettings } from './entered-addresses.ts';
import type { Service } from './service.ts';

/** The addresses that the calls of an account go to: `endpoints.api` replaces those of the settings. */
function calledAddresses(account: Account): readonly EnteredAddress[] {
  const { api } = account.endpoints;
  return api ? [{ path: 'endpoints.api', address: api }] : enteredSettings(account);
}

/**
 * Whether the addresses that an operator has entered may be called. Ahead of an operation, what fails here has certainly not been sent.
 * @throws Problem misconfigured when one is not on the public internet; unavailable when its name cannot be looked up.
 */
export async function requirePublicAddresses(service: Service, account: Account): Promise<void> {
  if (service.config.local) return;
  for (const { path, address } of calledAddresses(account)) {
    const problem = addressProblem(address, service.config);
    if (problem) throw new Problem('misconfigured', `${path} of the account ${account.id} ${problem}`);
    const { hostname } = new URL(address);
    const isPrivate = await service.names.isPrivate(hostname, service.fetch).catch((cause: unknown) => {
      // Not its provider's fault: nobody has called it.
      throw new Problem('unavailable', `${path} of the account ${account.id} was not called: ${cause}`, {
        cause,
      });
    });
    if (isPrivate)
      throw new Problem('misconfigured', `${path} of the account ${account.id} leads into a private network`);
  }
}

/**
 * fetch for the calls of an account, whose answers and failures are noted. It fails before a call to an address that an operator has
 * entered where that is not public.
 */
export function fetchFor(service: Service, account: Account): typeof fetch {
  // Where an attempt begins with a call, only such calls say whether attempts can begin.
  const saysReached = account.fallback !== null && !isDeferred(account);
  return noting(service, account, guarded(service, account), (failure) => {
    if (saysReached) service.later(service.directory.noteReached(account, failure));
  });
}

/** The calls with which an attempt begins. */
interface AttemptCalls {
  readonly fetch: typeof fetch;
  /** They are over. @param hasBegun whether the attempt has begun. */
  ended(hasBegun: boolean): void;
}

/**
 * The calls with which one attempt registers its order. Together they say whether attempts can begin: a provider that answers the first
 * of two and not the second cannot be used.
 */
export function attemptCalls(service: Service, account: Account): AttemptCalls {
  let [made, answered] = [0, 0];
  let failed: string | null = null;
  const call = guarded(service, account);
  const toItsEnd: typeof fetch = async (input, init) => whole(await call(input, init));
  const noted = noting(service, account, toItsEnd, (failure) => {
    if (failure === null) answered += 1;
    else failed ??= failure;
  });
  return {
    fetch: (input, init) => {
      made += 1;
      return noted(input, init);
    },
    ended(hasBegun) {
      if (made === 0 || account.fallback === null) return;
      const failure = failed ?? (answered < made ? 'no answer' : null);
      service.later(service.directory.noteReached(account, hasBegun ? null : failure));
    },
  };
}

function guarded(service: Service, account: Account): typeof fetch {
  const origins = new Set(calledAddresses(account).map(({ address }) => URL.parse(address)?.origin));
  return async (input, init) => {
    const { origin } = new URL(input instanceof Request ? input.url : String(input));
    if (origins.has(origin)) await requirePublicAddresses(service, account);
    return service.fetch(input, init);
  };
}

/** Statuses whose answers have no body. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/** An answer that was read to its end: one that begins and does not end is none. */
async function whole(answer: Response): Promise<Response> {
  const { status, statusText, headers } = answer;
  const bytes = await answer.arrayBuffer();
  return new Response(WITHOUT_BODY.has(status) ? null : bytes, { status, statusText, headers });
}

/**
 * What the provider answers, an error of our own included, is an answer; no answer, and a fault of its own, is a failure.
 * @param said is told of each call: null for an answer, else why there was none.
 */
function noting(
  service: Service,
  account: Account,
  call: typeof fetch,
  said: (failure: string | null) => void,
): typeof fetch {
  const note = (failure: string | null) => {
    service.later(service.directory.noteCall(account.id, failure));
    said(failure);
  };
  return async (input, init) => {
    try {
      const response = await call(input, init);
      note(response.status >= 500 ? `it answered ${response.status}` : null);
      return response;
    } catch (error) {
      note(error instanceof Problem ? error.message : 'no answer');
      throw error;
    }
  };
}
