/** The Worker in production: its doors, its Durable Objects and its clock. */

import { everyTenMinutes } from './gateway/scheduled.ts';
import { createApp } from './http/app.ts';
import { type Env, serviceOf } from './worker.ts';

export { Ledger, Sequence } from './worker.ts';

const app = createApp((bindings) => serviceOf(bindings as Env));

export default {
  fetch: (request, env, context) => app.fetch(request, env, context),
  scheduled: (_event, env) => everyTenMinutes(serviceOf(env)),
} satisfies ExportedHandler<Env>;
