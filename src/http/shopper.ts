/** The shopper's way: to the provider, and back to the shop. What the routes for shoppers share. */
import type { Context } from 'hono';
import { accountsToChoose, nextHop } from '../gateway/checkout.ts';
import type { Service } from '../gateway/service.ts';
import { originOf } from '../gateway/start-attempt.ts';
import type { HopResult } from '../ledger/commands.ts';
import { Problem } from '../payments/errors.ts';
import type { PaymentId } from '../payments/id.ts';
import { display } from '../payments/money.ts';
import { GOOD, NOTHING_TO_PAY } from '../payments/statuses.ts';
import type { PaymentRequest, PaymentView, Redirect } from '../payments/types.ts';
import { base64url } from '../signing/bytes.ts';
import { isGoodForWebsite } from '../webhooks/polybanking.ts';
import type { AppEnv } from './app-env.ts';
import { policyOfPage } from './page-policy.ts';
import { choicePage, formPage, messagePage, ownPolicy, pageHeaders, waitPage } from './pages.tsx';

function nonceOf(service: Service): string {
  const bytes = new Uint8Array(16);
  service.random(bytes);
  return base64url(bytes);
}

function page(service: Service, status: number, make: (nonce: string) => string): Response {
  const nonce = nonceOf(service);
  return new Response(make(nonce), { status, headers: pageHeaders(ownPolicy(nonce)) });
}

export function unknownPayment(service: Service): Response {
  return page(service, 404, (nonce) =>
    messagePage('No such payment', 'This address leads to no payment. Please go back to the shop.', nonce),
  );
}

/** A return that proves nothing, of a payment whose shop is sent proven ones alone. */
export function unprovenReturn(service: Service): Response {
  return page(service, 404, (nonce) =>
    messagePage(
      'Nothing is known of this payment yet',
      'The bank has not said here what became of it, and tells the shop itself. Please go back to the shop.',
      nonce,
    ),
  );
}

/** Where shoppers come with their browsers. */
const SHOPPERS_WAY = /^\/(?:pay|return|paiements\/(?:go|return))(?=\/|$)/;

/** What a shopper sees of a problem that is over by itself; null: it is none of those, or nobody looks at a page here. */
export function tryLater(service: Service, path: string, problem: Problem): Response | null {
  if (problem.status !== 429 && problem.status !== 503) return null;
  if (!SHOPPERS_WAY.test(path)) return null;
  const answer = page(service, problem.status, (nonce) =>
    messagePage(
      'Please try again in a moment',
      'We cannot answer just now. Nothing is lost: if you have paid, the bank tells the shop itself. Please load this page again in a minute.',
      nonce,
    ),
  );
  if (problem.retryAfter !== null) answer.headers.set('retry-after', String(problem.retryAfter));
  return answer;
}

/** What a program gets that shows people what is behind a link. */
export function previewed(service: Service): Response {
  return page(service, 200, (nonce) => messagePage('Payment', 'Open this link to pay.', nonce));
}

/** The shop is live, and the attempt leads to a test platform; or the other way round. */
function notOffered(service: Service): Response {
  return page(service, 409, (nonce) =>
    messagePage(
      'This cannot be paid here',
      'The shop does not take this means of payment any more. Nothing was charged. Please go back to the shop.',
      nonce,
    ),
  );
}

const OVER = {
  called_off: {
    title: 'This payment was called off',
    text: 'The shop has called this payment off. Nothing was charged. Please go back to the shop.',
  },
  expired: {
    title: 'This payment has expired',
    text: 'The time for this payment is up. Nothing was charged. Please go back to the shop and order again.',
  },
} as const;

/** Nothing can be paid any more, and nothing was. */
function over(service: Service, { reason }: Extract<HopResult, { kind: 'over' }>): Response {
  const { title, text } = OVER[reason];
  return page(service, 410, (nonce) => messagePage(title, text, nonce));
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
      return new Response(redirect.html, { headers: pageHeaders(policyOfPage(redirect.html)) });
  }
}

/**
 * Which of the shop's two addresses: by the status; while nothing is known yet, by the address that the shopper
 * came by, which is a hint for the page to show and no result (the status in the query is the truth).
 */
function isGood(view: PaymentView, via: string | undefined): boolean {
  if (view.status !== 'created' && view.status !== 'forwarded')
    return GOOD.has(view.status) || NOTHING_TO_PAY.has(view.status);
  return via === 'success' || via === 'pending';
}

/** Back to the shop, with what it may want to show; a plain page for a shop without return addresses. */
export async function toShop(
  service: Service,
  shopId: string,
  view: PaymentView,
  request: PaymentRequest,
  via?: string,
): Promise<Response> {
  const classic = request.dialect === 'polybanking';
  // Its websites take the OK address for a payment: an address that anybody can open proves none.
  const good = classic ? isGoodForWebsite(view) : isGood(view, via);
  const kind = good ? 'success' : 'failure';
  const target = request.returnUrl[kind] ?? (await service.directory.shop(shopId))?.returnUrl[kind];
  if (!target) {
    return page(service, 200, (nonce) =>
      messagePage(
        'Back from the payment',
        view.status === 'pending'
          ? `The payment ${view.reference} is being checked. It does not have to be paid again.`
          : `The payment ${view.reference} is ${view.status.replace('_', ' ')}.`,
        nonce,
      ),
    );
  }
  // Websites of PolyBanking know their two addresses exactly as they gave them.
  if (classic) return seeOther(target);
  const url = new URL(target);
  url.searchParams.set('payment', view.id);
  url.searchParams.set('reference', view.reference);
  url.searchParams.set('status', view.status);
  return seeOther(url.href);
}

/**
 * The page on which the shopper chooses; a shop that has only one way left needs none.
 * @param action where the choice is posted: the link that the shopper has. A bare one must not give away the token.
 */
async function chooser(
  service: Service,
  action: string,
  { shop: shopId, view, request }: Extract<HopResult, { kind: 'choose' }>,
): Promise<Response> {
  const accounts = await accountsToChoose(service, shopId, request, view.test);
  if (accounts.length === 0) return notOffered(service);
  const amount = display(request.amount, request.currency);
  return page(service, 200, (nonce) =>
    choicePage(
      {
        action,
        title: `Pay ${amount}`,
        text: request.description ?? view.reference,
        choices: accounts.map((account) => ({ id: account.id, caption: account.caption })),
      },
      nonce,
    ),
  );
}

/** The shopper's address as the platform saw it. On a laptop, where no platform does, the laptop's own. */
export function shopperIp(c: Context<AppEnv>): string | null {
  return c.req.header('cf-connecting-ip') ?? (c.get('service').config.local ? '127.0.0.1' : null);
}

/** Takes the shopper of a payment to its provider, or back to the shop when nothing is left to pay. */
export async function hop(
  c: Context<AppEnv>,
  id: PaymentId,
  chosen: string | null = null,
): Promise<Response> {
  const service = c.get('service');
  const origin = originOf(service, c.req.url);
  const result = await nextHop(service, id, { ip: shopperIp(c), chosen, origin });
  switch (result.kind) {
    case 'go':
      return go(service, result.redirect);
    case 'choose':
      return chooser(service, c.req.path, result);
    case 'busy':
      return page(service, 200, (nonce) => waitPage(nonce));
    case 'finished':
      return toShop(service, result.shop, result.view, result.request);
    case 'over':
      return over(service, result);
    case 'unknown':
      return unknownPayment(service);
    case 'not_offered':
      return notOffered(service);
    case 'start':
      // Two clicks at once, and the payment moved between them: the next click will succeed.
      throw new Problem('invalid_state', 'the payment is changing, please try again');
  }
}
