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
 * @throws Problem misconfigured when one is not on the public internet.
 */
export async function requirePublicAddresses(service: Service, account: Account): Promise<void> {
  if (service.config.local) return;
  for (const { path, address } of calledAddresses(account)) {
    const problem = addressProblem(address, service.config);
    if (problem) throw new Problem('misconfigured', `${path} of the account ${account.id} ${problem}`);
    if (await service.names.isPrivate(new URL(address).hostname, service.fetch))
      throw new Problem('misconfigured', `${path} of the account ${account.id} leads into a private network`);
  }
}

/** What a call is for: an attempt that begins with it, or anything else. */
type CallPurpose = 'attempt' | 'call';

/**
 * fetch for the calls of an account, whose answers and failures are noted. It fails before a call to an address that an operator has
 * entered where that is not public.
 */
export function fetchFor(service: Service, account: Account, purpose: CallPurpose = 'call'): typeof fetch {
  return noting(service, account, guarded(service, account), purpose);
}

function guarded(service: Service, account: Account): typeof fetch {
  if (service.config.local) return service.fetch;
  const origins = new Set(
    calledAddresses(account).map(({ address }) => (URL.canParse(address) ? new URL(address).origin : '')),
  );
  if (origins.size === 0) return service.fetch;
  return async (input, init) => {
    const { origin } = new URL(input instanceof Request ? input.url : String(input));
    if (origins.has(origin)) await requirePublicAddresses(service, account);
    return service.fetch(input, init);
  };
}

/** What the provider answers, an error of our own included, is an answer; no answer, and a fault of its own, is a failure. */
function noting(service: Service, account: Account, call: typeof fetch, purpose: CallPurpose): typeof fetch {
  // Where an attempt begins with a call, only such calls say whether attempts can begin.
  const saysReached = account.fallback !== null && isDeferred(account) === (purpose === 'attempt');
  const note = (failure: string | null) => {
    service.later(service.directory.noteCall(account.id, failure));
    if (saysReached) service.later(service.directory.noteReached(account, failure));
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
