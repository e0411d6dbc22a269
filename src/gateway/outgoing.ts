/** Calls to an endpoint that an operator has put in place of a provider's own: looked up before they are made, as a webhook's are. */
import type { Account } from '../directory/types.ts';
import { Problem } from '../payments/errors.ts';
import { addressProblem } from '../webhooks/address.ts';
import type { Service } from './service.ts';

/**
 * Whether the account's own endpoint may be called. Ahead of an operation, what fails here has certainly not been sent.
 * @throws Problem misconfigured when it is not on the public internet.
 */
export async function requirePublicEndpoint(
  service: Service,
  { id, endpoints: { api } }: Account,
): Promise<void> {
  if (!api || service.config.local) return;
  const problem = addressProblem(api, service.config);
  if (problem) throw new Problem('misconfigured', `endpoints.api of the account ${id} ${problem}`);
  if (await service.names.isPrivate(new URL(api).hostname, service.fetch))
    throw new Problem('misconfigured', `endpoints.api of the account ${id} leads into a private network`);
}

/** fetch for the calls of an account. It fails before a call to the account's own endpoint where that is not public. */
export function fetchFor(service: Service, account: Account): typeof fetch {
  const { api } = account.endpoints;
  if (!api || service.config.local) return service.fetch;
  return async (input, init) => {
    const { origin } = new URL(input instanceof Request ? input.url : String(input));
    if (origin === api) await requirePublicEndpoint(service, account);
    return service.fetch(input, init);
  };
}
