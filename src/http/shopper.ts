/** The shopper's way to the provider: what the routes for shoppers share. */
import type { Context } from 'hono';
import { accountsToChoose, nextHop } from '../gateway/checkout.ts';
import type { Service } from '../gateway/service.ts';
import { originOf } from '../gateway/start-attempt.ts';
import type { HopResult } from '../ledger/commands.ts';
import { Problem } from '../payments/errors.ts';
import type { PaymentId } from '../payments/id.ts';
import { display } from '../payments/money.ts';
import type { Redirect } from '../payments/types.ts';
import type { AppEnv } from './app-env.ts';
import { hopFailedPage, notOfferedPage } from './hop-failed.ts';
import { policyOfPage } from './page-policy.ts';
import { choicePage, formPage, messagePage, pageHeaders, waitPage } from './pages.tsx';
import { page, unknownPayment } from './shopper-pages.ts';
import { seeOther, shopAddress, toShop } from './to-shop.ts';

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
async function over(
  c: Context<AppEnv>,
  { reason, shop, view, request }: Extract<HopResult, { kind: 'over' }>,
): Promise<Response> {
  const service = c.get('service');
  const back = await shopAddress(service, { shop, view, wayBack: request }, 'failure');
  const ways = back === null ? [] : [{ caption: 'Back to the shop', href: back }];
  const requestId = c.get('requestId');
  return page(service, 410, (nonce) => messagePage({ ...OVER[reason], ways, requestId }, nonce));
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
 * The page on which the shopper chooses; a shop that has only one way left needs none. The choice is posted to the link that the
 * shopper has: a bare one must not give away the token.
 */
async function chooser(
  c: Context<AppEnv>,
  id: PaymentId,
  { shop: shopId, view, request }: Extract<HopResult, { kind: 'choose' }>,
): Promise<Response> {
  const service = c.get('service');
  const action = c.req.path;
  const accounts = await accountsToChoose(service, shopId, request, view.test);
  if (accounts.length === 0) return notOfferedPage(c, id, null);
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

/** @throws what `nextHop` does. */
async function tryHop(c: Context<AppEnv>, id: PaymentId, chosen: string | null): Promise<Response> {
  const service = c.get('service');
  const origin = originOf(service, c.req.url);
  const requestId = c.get('requestId');
  const result = await nextHop(service, id, { ip: shopperIp(c), chosen, origin, requestId });
  switch (result.kind) {
    case 'go':
      return go(service, result.redirect);
    case 'choose':
      return chooser(c, id, result);
    case 'busy':
      return page(service, 200, (nonce) => waitPage(nonce));
    case 'finished':
      return toShop(service, { ...result, wayBack: result.request });
    case 'over':
      return over(c, result);
    case 'unknown':
      return unknownPayment(service);
    case 'not_offered':
      return notOfferedPage(c, id, chosen);
    case 'start':
      // Two clicks at once, and the payment moved between them: the next click will succeed.
      throw new Problem('invalid_state', 'the payment is changing, please try again');
  }
}

/**
 * Takes the shopper of a payment to its provider, or back to the shop when nothing is left to pay. Where that fails, the shopper has a
 * page that says so.
 */
export async function hop(
  c: Context<AppEnv>,
  id: PaymentId,
  chosen: string | null = null,
): Promise<Response> {
  try {
    return await tryHop(c, id, chosen);
  } catch (error) {
    return hopFailedPage(c, id, error, chosen);
  }
}
