/** The local Worker: the same routes as in production, and beside them the simulated banks and the demo shop. */
import { type Context, Hono } from 'hono';
import { requireLoopback } from './env.ts';
import { accountsToChoose } from './gateway/checkout.ts';
import { everyTenMinutes } from './gateway/scheduled.ts';
import { createApp } from './http/app.ts';
import { checkoutUrl } from './http/checkout-url.ts';
import { operatorEntrypoint } from './http/operator-api.ts';
import { Problem } from './payments/errors.ts';
import { paymentId } from './payments/id.ts';
import { DEMO_KEYS, seed } from './sandbox/demo.ts';
import { SandboxStore } from './sandbox/kit/store.ts';
import { bankRoutes } from './sandbox/routes.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import { sandboxSection } from './sandbox/section.ts';
import { demoShopRoutes } from './sandbox/shop.ts';
import { type Env, serviceOf } from './worker.ts';

export { Ledger, Sequence, Standby, VaultSwitch } from './worker.ts';

/** What the reference page's examples need under `npm start`. */
const NOTE = {
  keys: `SHOP_KEY=${DEMO_KEYS.apiKey} REQUEST_KEY=${DEMO_KEYS.requestKey} ADMIN_TOKEN=local-admin-token`,
  section: sandboxSection,
};

const app = createApp((bindings) => serviceOf(bindings as Env), NOTE);

const entrypoint = operatorEntrypoint<Env>(app, serviceOf);

/** For the console's Worker. */
export { entrypoint as OperatorApi };

let store: SandboxStore | null = null;

function sandboxOf(c: Context): Sandbox {
  const env = c.env as Env;
  const { origin } = new URL(c.req.url);
  store ??= new SandboxStore(env.DIRECTORY);
  const service = serviceOf(env);
  return {
    directory: service.directory,
    store,
    origin,
    origins: [origin, ...(service.config.publicUrl ? [new URL(service.config.publicUrl).origin] : [])],
    payment: async (text) => {
      const id = paymentId(text);
      const found = id && (await service.ledger(id).read());
      if (!id || !found) return null;
      const { view, isOpen, isOver, request } = found;
      const choices = isOpen ? await accountsToChoose(service, found.shop, request, view.test) : null;
      return {
        status: view.status,
        checkoutUrl: checkoutUrl(service, origin, id),
        isOver,
        account: view.account,
        choices: choices?.map((account) => account.id) ?? null,
      };
    },
    fetch: (request) =>
      new URL(request.url).origin === origin
        ? Promise.resolve(local.fetch(request, env, c.executionCtx))
        : fetch(request),
  };
}

const local = new Hono();
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
      seededFor = origin;
    }
    return local.fetch(request, env, context);
  },
  scheduled: (_event, env) => everyTenMinutes(serviceOf(env)),
} satisfies ExportedHandler<Env>;
