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
  type Merchant,
  merchantOf,
  OUTAGES,
  type Outage,
  TROUBLES,
  type Trouble,
} from './kit/bank.ts';
import { decided as recordDecision } from './kit/bank-ledger.ts';
import {
  DISORDER_STEPS,
  type Disorder,
  orderInMessage,
  requestOf,
  runSteps,
  type Step,
  type StepResult,
} from './kit/disorder.ts';
import { bankErrorPage, orderPage, sentPage } from './kit/pages.tsx';
import { withPart } from './kit/parts.ts';
import { receiveOrder } from './kit/receive.ts';
import { answerCall, makeOutage, makeTrouble } from './kit/trouble.ts';
import type { Sandbox } from './sandbox.ts';
import { objectOf, requireReportable, SandboxProblem, type Script, scriptOf } from './script.ts';
import { shopperToBank } from './shopper.ts';

/** The merchants of a bank: every account of its providers that is not real. */
async function merchantsOf(
  sandbox: Sandbox,
  bank: Bank,
): Promise<Map<string, Merchant & { provider: string }>> {
  const accounts = await sandbox.accounts();
  return new Map(
    accounts
      .filter(({ provider }) => bank.providers.includes(provider))
      .map((account) => [
        account.id,
        { ...merchantOf(account, sandbox.merchants), provider: account.provider },
      ]),
  );
}

async function receive(c: Context, sandbox: Sandbox, bank: Bank): Promise<Response> {
  const wantsJson = c.req.header('accept')?.includes('application/json') ?? false;
  try {
    const merchants = await merchantsOf(sandbox, bank);
    const url = new URL(c.req.url);
    const received = await receiveOrder(
      bank,
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
  try {
    const answered = await answerCall(bank, call, [...merchants.values()], sandbox.store);
    return answered ?? c.text('no such call', 404);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return c.text('the body is not of the form that this call has', 400);
  }
}

/** Runs steps for an order, each as a request to the merchant. */
async function play(sandbox: Sandbox, order: BankOrder, steps: readonly Step[], concurrently: boolean) {
  const bank = bankOf(order.bank);
  const merchant = (await merchantsOf(sandbox, bank)).get(order.account);
  if (!merchant)
    throw new SandboxProblem(
      409,
      `the account ${order.account} is no sandbox's any more: its bank cannot sign`,
    );
  const run = async (step: Step): Promise<StepResult> => {
    if (step.do === 'return' || isDecision(step.disorder)) {
      const decided =
        step.do === 'return' ? order : withPart(orderInMessage(order, step.disorder), step.part);
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

/** Answers a script, or says what it takes. */
async function answering(c: Context, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SandboxProblem)) throw error;
    return c.json({ message: error.message, ...error.more }, error.status);
  }
}

async function playScript(sandbox: Sandbox, order: BankOrder, script: Script) {
  requireReportable(bankOf(order.bank), script);
  return (await play(sandbox, order, script.steps, script.concurrently)).results;
}

function isJson(c: Context): boolean {
  return c.req.header('content-type')?.startsWith('application/json') ?? false;
}

/** What getpaid's gateway is sent to register an order: texts by name. @throws SandboxProblem */
function registrationOf(text: string): Record<string, string> {
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch {
    throw new SandboxProblem(400, 'the body is not JSON');
  }
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

  routes.post('/paywall/fake_gateway_api/', (c) =>
    answering(c, async () => {
      const id = registeredId(registrationOf(await c.req.text()));
      return c.json({ url: `${new URL(c.req.url).origin}/paywall/fake_gateway/?pay_id=${id}` });
    }),
  );

  routes.post('/sandbox/trouble', (c) =>
    answering(c, async () => {
      const example = '{"provider":"sips2","trouble":"lost"}';
      const given = objectOf(await c.req.text(), ['provider', 'trouble'], example);
      const trouble = TROUBLES.find((name): name is Trouble => name === given.trouble);
      const outage = OUTAGES.find((name): name is Outage => name === given.trouble) ?? null;
      const isEnd = given.trouble === 'over';
      const bank = BANKS.find(({ providers }) => providers.includes(String(given.provider)));
      if (!bank)
        throw new SandboxProblem(
          422,
          `provider: is one of ${BANKS.flatMap(({ providers }) => providers).join(', ')}`,
        );
      if (!trouble && !outage && !isEnd)
        throw new SandboxProblem(422, `trouble: is one of ${[...TROUBLES, ...OUTAGES, 'over'].join(', ')}`);
      const { store } = sandboxOf(c);
      if (outage || isEnd) await makeOutage(bank, outage, store);
      if (trouble || isEnd) await makeTrouble(bank, trouble ?? null, store);
      return c.json({ provider: given.provider, trouble: given.trouble });
    }),
  );

  // A shopper without a browser: takes a payment to its bank, and decides there.
  routes.post('/sandbox/payments/:id', (c) =>
    answering(c, async () => {
      const sandbox = sandboxOf(c);
      const script = scriptOf(await c.req.text());
      const payment = await sandbox.payment(c.req.param('id'));
      if (!payment)
        throw new SandboxProblem(
          404,
          'there is no such payment: POST /v1/payments makes one, and its id goes into the path',
        );
      const order = await shopperToBank(sandbox, payment, script.account);
      return c.json({ order, results: await playScript(sandbox, order, script) });
    }),
  );

  routes.post('/sandbox/orders/:id', (c) =>
    answering(c, async () => {
      const sandbox = sandboxOf(c);
      const order = await sandbox.store.order(c.req.param('id'));
      if (!order)
        throw new SandboxProblem(404, 'the bank knows no such order: POST /sandbox/payments/:id says its id');
      const text = await c.req.text();
      if (text.trimStart().startsWith('{') || isJson(c))
        return c.json({ results: await playScript(sandbox, order, scriptOf(text)) });
      const kind = DISORDER_STEPS[new URLSearchParams(text).get('action') ?? ''];
      if (!kind) throw new SandboxProblem(422, `action: is one of ${Object.keys(DISORDER_STEPS).join(', ')}`);
      const { bank, merchant, results } = await play(sandbox, order, kind.steps, kind.concurrently === true);
      if (kind.leave === null)
        return c.html(sentPage(bank.caption, results, order, bank.back(order, merchant, 'pay')));
      const away: Step = { do: 'return', ...kind.leave };
      return c.redirect(requestOf(bank, order, merchant, away).url, 303);
    }),
  );

  return routes;
}
