/** The Worker in production: its routes, its Durable Objects and its cron. */

import { everyTenMinutes } from './gateway/scheduled.ts';
import { createApp } from './http/app.ts';
import { operatorEntrypoint } from './http/operator-api.ts';
import { type Env, serviceOf } from './worker.ts';

export { Ledger, Sequence, Standby, VaultSwitch } from './worker.ts';

const app = createApp((bindings) => serviceOf(bindings as Env));

const entrypoint = operatorEntrypoint<Env>(app, serviceOf);

/** For the console's Worker. */
export { entrypoint as OperatorApi };

export default {
  fetch: (request, env, context) => app.fetch(request, env, context),
  scheduled: (_event, env) => everyTenMinutes(serviceOf(env)),
} satisfies ExportedHandler<Env>;
