/** The doors of the simulated banks: their pages at the paths of the sheets, and an API for scripts. */
import { type Context, Hono } from 'hono';
import { hex } from '../signing/bytes.ts';
import {
  type Bank,
  BankError,
  type BankMessage,
  type BankOrder,
  type Decision,
  type Merchant,
  merchantOf,
  type Spoiling,
} from './bank.ts';
import { ecommpayBank } from './ecommpay.ts';
import { ogoneBank } from './ogone.ts';
import { bankErrorPage, orderPage, type SentNotification, sentPage } from './pages.tsx';
import { payboxBank } from './paybox.ts';
import type { Sandbox } from './sandbox.ts';

const BANKS: readonly Bank[] = [ecommpayBank, ogoneBank, payboxBank];

function bankOf(order: BankOrder): Bank {
  const bank = BANKS.find(({ providers }) => providers.includes(order.bank));
  if (!bank) throw new Error(`no bank plays ${order.bank}`);
  return bank;
}

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
    const received = bank.receive(
      { path: url.pathname, query: url.search.slice(1), body: new Uint8Array(await c.req.arrayBuffer()) },
      [...merchants.values()],
    );
    const id = hex(crypto.getRandomValues(new Uint8Array(8)));
    const order: BankOrder = { ...received, id, bank: merchants.get(received.account)?.provider ?? '' };
    await sandbox.store.saveOrder(order);
    return wantsJson ? c.json(order) : c.html(orderPage(bank.caption, order));
  } catch (error) {
    if (!(error instanceof BankError)) throw error;
    return wantsJson
      ? c.json({ field: error.field, message: error.message }, 422)
      : c.html(bankErrorPage(bank.caption, error.field, error.message), 422);
  }
}

async function send(sandbox: Sandbox, message: BankMessage): Promise<SentNotification> {
  const response = await sandbox.fetch(
    new Request(message.url, {
      method: message.method,
      headers: message.headers,
      ...(message.body !== null && { body: message.body }),
      redirect: 'manual',
    }),
  );
  return {
    request: `${message.method} ${message.url}${message.body === null ? '' : `\n${message.body}`}`,
    status: response.status,
    body: await response.text(),
  };
}

/** What a page or a script asks a bank to do with an order. */
interface Deed {
  readonly decision: Decision;
  /** How many notifications are sent, one after the other. */
  readonly notifications: number;
  readonly spoiling: Spoiling;
}

async function carryOut(sandbox: Sandbox, order: BankOrder, deed: Deed) {
  const bank = bankOf(order);
  const merchant = (await merchantsOf(sandbox, bank)).get(order.account);
  if (!merchant) throw new Error(`the account ${order.account} is gone`);
  const message = bank.notification(order, merchant, deed.decision, deed.spoiling);
  const sent: SentNotification[] = [];
  for (let count = 0; count < deed.notifications; count++) sent.push(await send(sandbox, message));
  return { bank, sent, back: bank.back(order, merchant, deed.decision) };
}

const PAGE_DEEDS: Readonly<Record<string, Deed>> = {
  pay: { decision: 'pay', notifications: 1, spoiling: 'none' },
  refuse: { decision: 'refuse', notifications: 1, spoiling: 'none' },
  cancel: { decision: 'cancel', notifications: 1, spoiling: 'none' },
  wait: { decision: 'wait', notifications: 1, spoiling: 'none' },
  'notify-twice': { decision: 'pay', notifications: 2, spoiling: 'none' },
  'bad-signature': { decision: 'pay', notifications: 1, spoiling: 'bad-signature' },
};

function deedOf(given: Readonly<Record<string, unknown>>): Deed | null {
  const decision = given.decision;
  if (decision !== 'pay' && decision !== 'refuse' && decision !== 'cancel' && decision !== 'wait')
    return null;
  return {
    decision,
    notifications: Math.min(Number(given.notifications ?? 1), 20),
    spoiling: given.spoiling === 'bad-signature' ? 'bad-signature' : 'none',
  };
}

export function bankRoutes(sandboxOf: (c: Context) => Sandbox): Hono {
  const routes = new Hono();
  for (const bank of BANKS) {
    routes.on(bank.page.method, bank.page.path, (c) => receive(c, sandboxOf(c), bank));
  }

  routes.post('/sandbox/orders/:id', async (c) => {
    const sandbox = sandboxOf(c);
    const order = await sandbox.store.order(c.req.param('id'));
    if (!order) return c.text('the bank knows no such order', 404);
    if (c.req.header('content-type')?.startsWith('application/json')) {
      const deed = deedOf(await c.req.json<Record<string, unknown>>());
      if (!deed) return c.json({ message: 'decision is pay, refuse, cancel or wait' }, 422);
      const { sent, back } = await carryOut(sandbox, order, deed);
      return c.json({ sent, back });
    }
    const { action } = await c.req.parseBody();
    const deed = PAGE_DEEDS[String(action)];
    if (!deed) return c.text('no such action', 422);
    const { bank, sent, back } = await carryOut(sandbox, order, deed);
    if (action === 'notify-twice') return c.html(sentPage(bank.caption, sent, back, order));
    if (action === 'bad-signature') return c.html(sentPage(bank.caption, sent, null, order));
    return c.redirect(back, 303);
  });

  return routes;
}
