/** The routes of the simulated banks: their pages at the paths of the sheets, and an API for scripts. */
import { type Context, Hono } from 'hono';
import { hex } from '../signing/bytes.ts';
import { dummyBank, registeredId } from './banks/dummy.ts';
import { BRIDGE } from './banks/paymill.ts';
import { BANKS, bankOf } from './banks/registry.ts';
import {
  type Bank,
  BankError,
  type BankOrder,
  type Decision,
  type Merchant,
  merchantOf,
  TROUBLES,
  type Trouble,
} from './kit/bank.ts';
import { decided as recordDecision } from './kit/bank-ledger.ts';
import {
  DISORDER_STEPS,
  DISORDERS,
  type Disorder,
  orderInMessage,
  requestOf,
  runSteps,
  type Step,
  type StepResult,
} from './kit/disorder.ts';
import { bankErrorPage, orderPage, sentPage } from './kit/pages.tsx';
import { RejectedByBank, toBank } from './kit/shopper.ts';
import { answerCall, makeTrouble } from './kit/trouble.ts';
import type { Sandbox } from './sandbox.ts';

/** The merchants of a bank: every account of its providers that is not real. */
async function merchantsOf(
  sandbox: Sandbox,
  bank: Bank,
): Promise<Map<string, Merchant & { provider: string }>> {
  const accounts = await sandbox.directory.accounts.list();
  return new Map(
    accounts
      .filter(
        ({ provider, environment }) => bank.providers.includes(provider) && environment !== 'production',
      )
      .map((account) => [account.id, { ...merchantOf(account, sandbox.origin), provider: account.provider }]),
  );
}

async function receive(c: Context, sandbox: Sandbox, bank: Bank): Promise<Response> {
  const wantsJson = c.req.header('accept')?.includes('application/json') ?? false;
  try {
    const merchants = await merchantsOf(sandbox, bank);
    const url = new URL(c.req.url);
    const received = await bank.receive(
      {
        method: c.req.method === 'POST' ? 'POST' : 'GET',
        path: url.pathname,
        query: url.search.slice(1),
        body: new Uint8Array(await c.req.arrayBuffer()),
      },
      [...merchants.values()],
      sandbox.store,
    );
    const id = hex(crypto.getRandomValues(new Uint8Array(8)));
    const order: BankOrder = { ...received, id, bank: merchants.get(received.account)?.provider ?? '' };
    await sandbox.store.saveOrder(order);
    return wantsJson ? c.json(order) : c.html(orderPage(bank, order));
  } catch (error) {
    if (!(error instanceof BankError)) throw error;
    return wantsJson
      ? c.json({ field: error.field, message: error.message }, 422)
      : c.html(bankErrorPage(bank.caption, error.field, error.message), 422);
  }
}

async function answer(c: Context, sandbox: Sandbox, bank: Bank): Promise<Response> {
  const merchants = await merchantsOf(sandbox, bank);
  const url = new URL(c.req.url);
  const call = {
    method: c.req.method,
    path: url.pathname,
    query: url.search.slice(1),
    headers: c.req.raw.headers,
    body: await c.req.text(),
    origin: url.origin,
  };
  const answered = await answerCall(bank, call, [...merchants.values()], sandbox.store);
  return answered ?? c.text('no such call', 404);
}

/** Runs steps for an order, each as a request to the merchant. */
async function play(sandbox: Sandbox, order: BankOrder, steps: readonly Step[], concurrently: boolean) {
  const bank = bankOf(order.bank);
  const merchant = (await merchantsOf(sandbox, bank)).get(order.account);
  if (!merchant) throw new Error(`the account ${order.account} is gone`);
  const run = async (step: Step): Promise<StepResult> => {
    if (step.do === 'return' || isDecision(step.disorder)) {
      const decided = step.do === 'return' ? order : orderInMessage(order, step.disorder);
      await recordDecision(sandbox.store, decided, step.decision);
      await bank.decide?.(decided, merchant, step.decision, sandbox.store);
    }
    const request = requestOf(bank, order, merchant, step);
    const shown = `${request.method} ${request.url}`;
    const body = await request.clone().text();
    const response = await sandbox.fetch(request);
    return {
      step,
      request: body ? `${shown}\n${body}` : shown,
      status: response.status,
      body: await response.text(),
      location: response.headers.get('location'),
    };
  };
  return { bank, merchant, results: await runSteps(steps, concurrently, run) };
}

/** Whether a step is the bank's own decision, which a status query would confirm. Other messages are forged. */
function isDecision(disorder: Disorder): boolean {
  return ['none', 'other-amount', 'other-currency', 'wrong-charset'].includes(disorder);
}

const DECISIONS: readonly Decision[] = ['pay', 'decline', 'cancel', 'wait'];

/** A step as a script gives it, or null when it is none. */
function stepOf(given: unknown): Step | null {
  const {
    do: what,
    decision: said,
    disorder = 'none',
    bare = false,
  } = (given ?? {}) as Record<string, unknown>;
  // Scripts of version 0.1.0 say refuse.
  const decision = said === 'refuse' ? 'decline' : said;
  if (!DECISIONS.includes(decision as Decision)) return null;
  if (what === 'return') return { do: 'return', decision: decision as Decision, bare: bare === true };
  if (what !== 'notify' || !DISORDERS.includes(disorder as Disorder)) return null;
  return { do: 'notify', decision: decision as Decision, disorder: disorder as Disorder };
}

/** More steps than any test of disorder needs. */
const STEP_LIMIT = 50;

async function playScript(c: Context, sandbox: Sandbox, order: BankOrder): Promise<Response> {
  const given = await c.req.json<{ steps?: unknown[]; concurrently?: boolean }>();
  const steps = (given.steps ?? []).slice(0, STEP_LIMIT).map(stepOf);
  const known = steps.filter((step) => step !== null);
  if (known.length !== steps.length)
    return c.json({ message: 'a step is notify or return, with a decision' }, 422);
  const { results } = await play(sandbox, order, known, given.concurrently === true);
  return c.json({ results });
}

export function bankRoutes(sandboxOf: (c: Context) => Sandbox): Hono {
  const routes = new Hono();
  for (const bank of BANKS) {
    for (const { method, path } of bank.pages) {
      routes.on(method, path, (c) => receive(c, sandboxOf(c), bank));
    }
    for (const { method, path } of bank.api ?? []) {
      routes.on(method, path, (c) => answer(c, sandboxOf(c), bank));
    }
  }

  // eopayment's demonstration bank stood at the root of its host.
  // PAYMILL's bridge stands at the root of its host.
  routes.get('/', (c, next) =>
    c.req.query('paymill-bridge') === undefined
      ? next()
      : c.body(BRIDGE, 200, { 'content-type': 'text/javascript' }),
  );

  routes.get('/', (c, next) =>
    c.req.query('transaction_id') === undefined ? next() : receive(c, sandboxOf(c), dummyBank),
  );

  routes.post('/paywall/fake_gateway_api/', async (c) => {
    const id = registeredId(await c.req.json<Record<string, string>>());
    return c.json({ url: `${new URL(c.req.url).origin}/paywall/fake_gateway/?pay_id=${id}` });
  });

  routes.post('/sandbox/trouble', async (c) => {
    const given = await c.req.json<{ provider?: string; trouble?: string }>();
    const trouble = TROUBLES.find((name): name is Trouble => name === given.trouble);
    const bank = BANKS.find(({ providers }) => providers.includes(given.provider ?? ''));
    if (!bank || !trouble) return c.json({ message: `trouble is one of ${TROUBLES.join(', ')}` }, 422);
    await makeTrouble(bank, trouble, sandboxOf(c).store);
    return c.json({ provider: given.provider, trouble });
  });

  // A shopper without a browser: takes a payment to its bank, and decides there.
  routes.post('/sandbox/payments/:id', async (c) => {
    const sandbox = sandboxOf(c);
    const { decision } = await c.req.json<{ decision?: string }>();
    const step = stepOf({ do: 'notify', decision });
    if (!step) return c.json({ message: `a decision is one of ${DECISIONS.join(', ')}` }, 422);
    const url = sandbox.checkoutUrl(c.req.param('id'));
    if (url === null) return c.json({ message: 'there is no such payment' }, 404);
    const fetcher = (request: Request) => sandbox.fetch(request);
    try {
      const order = await toBank({ kind: 'url', method: 'GET', url }, sandbox.origin, fetcher);
      const { results } = await play(sandbox, order, [step], false);
      return c.json({ order, results });
    } catch (error) {
      if (!(error instanceof RejectedByBank)) throw error;
      return c.json({ message: error.message }, 422);
    }
  });

  routes.post('/sandbox/orders/:id', async (c) => {
    const sandbox = sandboxOf(c);
    const order = await sandbox.store.order(c.req.param('id'));
    if (!order) return c.text('the bank knows no such order', 404);
    if (c.req.header('content-type')?.startsWith('application/json')) return playScript(c, sandbox, order);
    const { action } = await c.req.parseBody();
    const kind = DISORDER_STEPS[String(action)];
    if (!kind) return c.text('no such action', 422);
    const { bank, merchant, results } = await play(sandbox, order, kind.steps, kind.concurrently === true);
    if (kind.leave === null)
      return c.html(sentPage(bank.caption, results, order, bank.back(order, merchant, 'pay')));
    const away: Step = { do: 'return', ...kind.leave };
    return c.redirect(requestOf(bank, order, merchant, away).url, 303);
  });

  return routes;
}
