/**
 * The simulated banks as a Worker of their own, beside an installation: shops in test mode pay there without a bank. It knows the accounts
 * of the environment sandbox and no others, has a database of its own, and moves nothing but simulated money.
 */
import { type Context, Hono } from 'hono';
import type { SandboxAccount } from '../directory/sandbox-account.ts';
import { equalText } from '../signing/bytes.ts';
import { SandboxStore } from './kit/store.ts';
import { bankRoutes } from './routes.ts';
import type { Sandbox, SandboxPayment } from './sandbox.ts';

/** The bindings of its wrangler.toml. */
interface SandboxEnv {
  /** The installation: entrypoint SandboxApi (http/sandbox-api.ts). */
  readonly GATEWAY: {
    fetch(request: Request): Promise<Response>;
    accounts(): Promise<readonly SandboxAccount[]>;
    payment(id: string): Promise<SandboxPayment | null>;
  };
  readonly STORE: D1Database;
  /** The PUBLIC_URL of the installation. */
  readonly GATEWAY_URL?: string;
  /** What scripts send as a bearer token. Without it no script plays a shopper or makes trouble. */
  readonly SANDBOX_TOKEN?: string;
}

/** What decides about payments and banks of others: for scripts, and for nobody who only knows an id. */
const FOR_SCRIPTS = /^\/sandbox\/(?:payments|trouble)(?:\/|$)/;

/** Shorter ones can be guessed. */
const SHORTEST_TOKEN = 16;

/** The installation's origin; null: the variable is missing, or is no https address. */
function gatewayOrigin({ GATEWAY_URL = '' }: SandboxEnv): string | null {
  const url = URL.canParse(GATEWAY_URL) ? new URL(GATEWAY_URL) : null;
  return url?.protocol === 'https:' ? url.origin : null;
}

/** Where the shopper of a script is: an address of documentation (RFC 5737). Some banks want one, and no browser brings it here. */
const SCRIPTED_SHOPPER = '192.0.2.1';

/** A shopper's request as the platform would hand it on. */
function withAddress(request: Request): Request {
  const isShoppers = new URL(request.url).pathname.startsWith('/pay/');
  if (!isShoppers) return request;
  const sent = new Request(request);
  sent.headers.set('cf-connecting-ip', SCRIPTED_SHOPPER);
  return sent;
}

let store: SandboxStore | null = null;

function sandboxOf(c: Context): Sandbox {
  const env = c.env as SandboxEnv;
  const { origin } = new URL(c.req.url);
  const merchants = gatewayOrigin(env) ?? '';
  store ??= new SandboxStore(env.STORE);
  return {
    accounts: async () =>
      (await env.GATEWAY.accounts()).filter(({ environment }) => environment === 'sandbox'),
    store,
    origin,
    merchants,
    origins: [origin, merchants],
    payment: (id) => env.GATEWAY.payment(id),
    // The shopper's way and the messages of banks go to the installation by its binding, those between banks' pages stay here.
    fetch: async (request) => {
      const to = new URL(request.url).origin;
      if (to === merchants) return env.GATEWAY.fetch(withAddress(request));
      if (to === origin) return app.fetch(request, env, c.executionCtx);
      return new Response('the simulated banks call their own installation alone', { status: 502 });
    },
  };
}

function isScript(c: Context): boolean {
  const { SANDBOX_TOKEN = '' } = c.env as SandboxEnv;
  const given = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? '';
  return SANDBOX_TOKEN.length >= SHORTEST_TOKEN && equalText(SANDBOX_TOKEN, given);
}

const app = new Hono();

app.use(async (c, next) => {
  if (gatewayOrigin(c.env as SandboxEnv) === null)
    return c.text(
      'GATEWAY_URL is missing: set it in src/sandbox/wrangler.toml to the PUBLIC_URL of the installation',
      500,
    );
  if (FOR_SCRIPTS.test(new URL(c.req.url).pathname) && !isScript(c)) {
    const words = `send the header "Authorization: Bearer <SANDBOX_TOKEN>": a secret of this Worker, of ${SHORTEST_TOKEN} characters or more`;
    return c.json({ message: words }, 401);
  }
  await next();
});

app.get('/', (c, next) =>
  new URL(c.req.url).search === '' ? c.text('Simulated banks for tests. Nothing here moves money.') : next(),
);
app.route('/', bankRoutes(sandboxOf));

export default {
  fetch: (request, env, context) => app.fetch(request, env, context),
} satisfies ExportedHandler<SandboxEnv>;
