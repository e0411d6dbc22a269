/** The Worker in production: its routes, its Durable Objects and its cron. */
import { everyTenMinutes } from './gateway/scheduled.ts';
import { createApp } from './http/app.ts';
import { operatorEntrypoint } from './http/operator-api.ts';
import { sandboxEntrypoint } from './http/sandbox-api.ts';
import { type Env, serviceOf } from './worker.ts';

export { Ledger, Sequence, Standby, VaultSwitch } from './worker.ts';

let app: ReturnType<typeof createApp> | null = null;

/** The routes: put together with the first request. A ledger that only an alarm wakes needs none. */
function routes() {
  app ??= createApp((bindings) => serviceOf(bindings as Env));
  return app;
}

const entrypoint = operatorEntrypoint<Env>(routes, serviceOf);
const forBanks = sandboxEntrypoint<Env>(routes, serviceOf);

/** For the console's Worker, and for that of the simulated banks, where there is one. */
export { entrypoint as OperatorApi, forBanks as SandboxApi };

export default {
  fetch: (request, env, context) => routes().fetch(request, env, context),
  scheduled: (_event, env) => everyTenMinutes(serviceOf(env)),
} satisfies ExportedHandler<Env>;
