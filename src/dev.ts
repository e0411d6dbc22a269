/** The local Worker: the same routes as in production, and beside them the simulated banks and the demo shop. */
import { type Context, Hono } from 'hono';
import { hashPassword } from './console/passwords.ts';
import { requireLoopback } from './env.ts';
import { everyTenMinutes } from './gateway/scheduled.ts';
import { createApp } from './http/app.ts';
import { operatorEntrypoint } from './http/operator-api.ts';
import { accountsOfBanks, payableTest } from './http/sandbox-api.ts';
import { Problem } from './payments/errors.ts';
import { seed } from './sandbox/demo.ts';
import { seedOperators } from './sandbox/demo-operator.ts';
import { SandboxStore } from './sandbox/kit/store.ts';
import { bankRoutes } from './sandbox/routes.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import { demoShopRoutes } from './sandbox/shop.ts';
import { type Env, serviceOf } from './worker.ts';

export { Reconciliation } from './reconciliation/index.ts';
export { Ledger, Sequence, Standby, VaultSwitch } from './worker.ts';

const app = createApp((bindings) => serviceOf(bindings as Env));

const entrypoint = operatorEntrypoint<Env>(() => app, serviceOf);

/** For the console's Worker. */
export { entrypoint as OperatorApi };

let store: SandboxStore | null = null;

function sandboxOf(c: Context): Sandbox {
  const env = c.env as Env;
  const { origin } = new URL(c.req.url);
  store ??= new SandboxStore(env.DIRECTORY);
  const service = serviceOf(env);
  return {
    accounts: () => accountsOfBanks(service, () => true),
    store,
    origin,
    merchants: origin,
    origins: [origin, ...(service.config.publicUrl ? [new URL(service.config.publicUrl).origin] : [])],
    payment: (id) => payableTest(service, id, origin),
    fetch: (request) =>
      new URL(request.url).origin === origin
        ? Promise.resolve(local.fetch(request, env, c.executionCtx))
        : fetch(request),
  };
}

/** The local Worker's bindings: beside its own, the console's Worker. */
interface LocalEnv extends Env {
  readonly CONSOLE?: Fetcher;
}

const local = new Hono();
for (const path of ['/console', '/console/*']) {
  local.all(path, (c) => {
    const { CONSOLE } = c.env as LocalEnv;
    return CONSOLE ? CONSOLE.fetch(c.req.raw) : app.fetch(c.req.raw, c.env as Env, c.executionCtx);
  });
}
local.route('/', bankRoutes(sandboxOf));
local.route('/', demoShopRoutes(sandboxOf));
local.all('*', (c) => app.fetch(c.req.raw, c.env as Env, c.executionCtx));

/** The demo data is there before the first request is answered. */
let seededFor: string | null = null;

export default {
  async fetch(request, env, context): Promise<Response> {
    const { origin } = new URL(request.url);
    try {
      requireLoopback(serviceOf(env).config, request.url);
    } catch (error) {
      // The simulated banks are not for others either: the routes of production say what is wrong.
      if (error instanceof Problem) return app.fetch(request, env, context);
      throw error;
    }
    if (seededFor === null) {
      const { config, directory } = serviceOf(env);
      await seed(directory, config.publicUrl ?? origin);
      await seedOperators(directory, (password) =>
        hashPassword(password, (bytes) => {
          crypto.getRandomValues(bytes);
        }),
      );
      seededFor = origin;
    }
    return local.fetch(request, env, context);
  },
  scheduled: (_event, env) => everyTenMinutes(serviceOf(env)),
} satisfies ExportedHandler<Env>;
