/**
 * The Worker that `npm run mutants` runs inside workerd: that of the tests, and beside it a route and a Durable Object whose planted mutants
 * are only active if those of routes and Durable Objects are.
 */
import type { Env as GatewayEnv } from '../../../src/worker.ts';
import gateway from '../../support/worker.ts';
import type { PlantedObject } from './object.ts';
import { isForPlanted, statusFor } from './route.ts';

export * from '../../support/worker.ts';
export { PlantedObject } from './object.ts';

interface Env extends GatewayEnv {
  readonly PLANTED: DurableObjectNamespace<PlantedObject>;
}

/** What a request says of what was planted. */
async function planted(url: URL, env: Env): Promise<Response> {
  const count = await env.PLANTED.getByName(url.search).next();
  return new Response(String(count), { status: statusFor(Number(url.searchParams.get('amount'))) });
}

export default {
  ...gateway,
  fetch: (request, env, context) => {
    const url = new URL(request.url);
    return isForPlanted(url.pathname) ? planted(url, env) : gateway.fetch(request, env, context);
  },
} satisfies ExportedHandler<Env>;
