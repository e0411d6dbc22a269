/** The Worker in production: its doors, its Durable Objects and its clock. */
import { createApp } from './http/app.ts';
import { fetchReports } from './http/reports.ts';
import { type Env, serviceOf } from './worker.ts';

export { Ledger, Sequence } from './worker.ts';

const app = createApp((bindings) => serviceOf(bindings as Env));

export default {
  fetch: (request, env, context) => app.fetch(request, env, context),
  scheduled: (_event, env) => fetchReports(serviceOf(env)),
} satisfies ExportedHandler<Env>;
