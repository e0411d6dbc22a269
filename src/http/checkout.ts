/** The shopper's door: the hop to the provider, and the way back. */
import { type Context, Hono } from 'hono';
import type { HopResult, NotifyCommand } from '../ledger/commands.ts';
import { Problem, Refusal } from '../payments/errors.ts';
import { type PaymentId, paymentId } from '../payments/id.ts';
import { GOOD, SETTLED } from '../payments/statuses.ts';
import type { PaymentRequest, PaymentView, Redirect } from '../payments/types.ts';
import { VIA } from '../providers/protocol.ts';
import { base64url } from '../signing/bytes.ts';
import { type OpenedAccount, open } from './accounts.ts';
import { check, commandOf, keepRefusal, providerRequest } from './messages.ts';
import { operation } from './openapi.ts';
import { formPage, messagePage, pageHeaders } from './pages.tsx';
import type { AppEnv, LedgerClient, Service } from './service.ts';
import { buildTrip, originOf } from './trips.ts';

function nonceOf(service: Service): string {
  const bytes = new Uint8Array(16);
  service.random(bytes);
  return base64url(bytes);
}

function page(service: Service, status: number, make: (nonce: string) => string): Response {
  const nonce = nonceOf(service);
  return new Response(make(nonce), { status, headers: pageHeaders(nonce) });
}

function unknownPayment(service: Service): Response {
  return page(service, 404, (nonce) =>
    messagePage('No such payment', 'This address leads to no payment. Please go back to the shop.', nonce),
  );
}

function seeOther(url: string): Response {
  return new Response(null, {
    status: 303,
    headers: { location: url, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
  });
}

/** Sends a shopper off. A bank's own page is passed on as it came. */
function go(service: Service, redirect: Redirect): Response {
  switch (redirect.kind) {
    case 'url':
      return seeOther(redirect.url);
    case 'form':
      return page(service, 200, (nonce) => formPage(redirect, nonce));
    case 'html':
      return new Response(redirect.html, {
        headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
      });
  }
}

/**
 * Which of the shop's two addresses: by the status; while nothing is known yet, by the address that the shopper
 * came by, which is a hint for the page to show and no result (the status in the query is the truth).
 */
function isGood(view: PaymentView, via: string | undefined): boolean {
  if (view.status !== 'created' && view.status !== 'forwarded')
    return GOOD.has(view.status) || SETTLED.has(view.status);
  return via === 'success' || via === 'pending';
}

/** Back to the shop, with what it may want to show; a plain page for a shop without return addresses. */
async function toShop(
  service: Service,
  shopId: string,
  view: PaymentView,
  request: PaymentRequest,
  via?: string,
): Promise<Response> {
  const shop = await service.directory.shop(shopId);
  const kind = isGood(view, via) ? 'success' : 'failure';
  const target = request.returnUrl[kind] ?? shop?.returnUrl[kind];
  if (!target) {
    return page(service, 200, (nonce) =>
      messagePage(
        'Back from the payment',
        `The payment ${view.reference} is ${view.status.replace('_', ' ')}.`,
        nonce,
      ),
    );
  }
  const url = new URL(target);
  url.searchParams.set('payment', view.id);
  url.searchParams.set('reference', view.reference);
  url.searchParams.set('status', view.status);
  return seeOther(url.href);
}

async function newAttempt(
  service: Service,
  ledger: LedgerClient,
  hop: Extract<HopResult, { kind: 'start' }>,
  origin: string,
): Promise<HopResult> {
  const account = await service.directory.account(hop.account);
  if (!account) throw new Problem('misconfigured', `the account ${hop.account} is not there any more`);
  const { id, attempt, request, amount } = hop;
  return ledger.start(attempt, await buildTrip(service, { account, id, attempt, request, amount, origin }));
}

async function pay(c: Context<AppEnv>): Promise<Response> {
  const service = c.get('service');
  const id = paymentId(c.req.param('id') ?? '');
  if (!id) return unknownPayment(service);
  // A preview of the link is not a shopper on the way.
  if (c.req.method === 'HEAD') return new Response(null, { status: 200 });
  const ledger = service.ledger(id);
  let hop = await ledger.hop();
  if (hop.kind === 'start') hop = await newAttempt(service, ledger, hop, originOf(service, c.req.url));
  switch (hop.kind) {
    case 'go':
      return go(service, hop.redirect);
    case 'finished':
      return toShop(service, hop.shop, hop.view, hop.request);
    case 'unknown':
      return unknownPayment(service);
    case 'start':
      // Two clicks at once on a payment that keeps moving: the next one will do.
      throw new Problem('invalid_state', 'the payment is changing, please try again');
  }
}

/** What a return carries, if it verifies; why not, if it does not. */
async function returnedFact(
  c: Context<AppEnv>,
  opened: OpenedAccount,
  id: PaymentId,
): Promise<{ readonly fact: NotifyCommand | null; readonly refused: string | null }> {
  const service = c.get('service');
  const request = await providerRequest(c);
  const carries =
    [...new URLSearchParams(c.req.query())].some(([name]) => name !== VIA) || request.body.length > 0;
  if (!carries || !opened.provider.capabilities.signedReturn) return { fact: null, refused: null };
  const account = opened.account.id;
  try {
    const { message, signedBy } = await check(opened, request, 'return', service.now());
    if (message.kind === 'acknowledgement') return { fact: null, refused: null };
    const told = commandOf(message, { provider: opened.provider, account, channel: 'return', signedBy });
    if (told?.id !== id) throw new Refusal('wrong_account', 'what came along is about another payment');
    return { fact: told.command, refused: null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    await keepRefusal(c, opened, request, 'return', error);
    return { fact: null, refused: error.reason };
  }
}

async function back(c: Context<AppEnv>): Promise<Response> {
  const service = c.get('service');
  const id = paymentId(c.req.param('id') ?? '');
  const account = id && (await service.directory.account(c.req.param('account') ?? ''));
  if (!id || !account) return unknownPayment(service);
  const { fact, refused } = await returnedFact(c, open(account), id);
  const result = await service.ledger(id).returned({ account: account.id, fact, refused });
  if (result.kind === 'unknown') return unknownPayment(service);
  return toShop(service, result.shop, result.view, result.request, c.req.query(VIA));
}

export function checkoutRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get(
    '/pay/:id',
    operation({
      summary: 'The hop: takes the shopper to the provider, or back to the shop when nothing is left to pay',
      auth: null,
      success: { 200: 'A page with a form that submits itself.', 303: 'The provider, or the shop.' },
      errors: ['not_found', 'invalid_state'],
      example: { path: { id: '$PAYMENT' } },
    }),
    pay,
  );
  routes.on(
    ['GET', 'POST'],
    '/return/:account/:id',
    operation({
      summary: 'The way back: a signed return counts like a notification',
      auth: null,
      success: { 200: 'A page, for a shop without return addresses.', 303: 'The shop.' },
      errors: ['not_found', 'payload_too_large'],
    }),
    back,
  );
  return routes;
}
