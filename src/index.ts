/** The Worker in production: its doors and its Durable Object. */
import { createApp } from './http/app.ts';
import { type Env, serviceOf } from './worker.ts';

export { Ledger, Sequence } from './worker.ts';

const app = createApp((bindings) => serviceOf(bindings as Env));

export default {
  fetch: (request, env, context) => app.fetch(request, env, context),
} satisfies ExportedHandler<Env>;
