/** The shopper's routes: the hop to the provider, and the way back. */
import { type Context, Hono } from 'hono';
import type { Account } from '../directory/types.ts';
import { open } from '../gateway/accounts.ts';
import { isChoice } from '../gateway/checkout.ts';
import { takeReturn } from '../gateway/returns.ts';
import type { Service } from '../gateway/service.ts';
import { Problem } from '../payments/errors.ts';
import { type PaymentId, paymentId } from '../payments/id.ts';
import { hasPostfinanceCodes } from '../payments/website-messages.ts';
import { VIA } from '../providers/kit/addresses.ts';
import { readable } from '../signing/bytes.ts';
import { isCheckoutToken } from '../signing/checkout-token.ts';
import type { AppEnv } from './app-env.ts';
import { rawBody } from './body.ts';
import { documented } from './openapi.ts';
import { problemAnswer } from './problems.ts';
import { providerRequest, senderOf } from './provider-request.ts';
import { hop, previewed, shopperIp, toShop, unknownPayment, unprovenReturn } from './shopper.ts';

/**
 * The payment of the link in the path. A wrong token is an unknown payment, and costs no call of a ledger; without one the ledger says
 * whether the payment is older than tokens are.
 */
async function linkedPayment(c: Context<AppEnv>): Promise<PaymentId | null> {
  const service = c.get('service');
  const id = paymentId(c.req.param('id') ?? '');
  if (!id) return null;
  const token = c.req.param('token');
  const isGood =
    token === undefined
      ? await service.ledger(id).hasBareLink()
      : isCheckoutToken(service.config.checkoutKey, id, token);
  return isGood ? id : null;
}

async function pay(c: Context<AppEnv>): Promise<Response> {
  const service = c.get('service');
  const id = await linkedPayment(c);
  if (!id) return unknownPayment(service);
  // A preview of the link is not a shopper on the way.
  if (c.req.method === 'HEAD' || isPreview(c)) return previewed(service);
  return hop(c, id);
}

/** Programs that fetch links which people send to one another, to show what is behind them. */
const PREVIEWERS =
  /bot\b|crawler|spider|preview|facebookexternalhit|whatsapp|skypeuripreview|embedly|mastodon|slack|discord|telegram/i;

/** Whether a link is fetched and nobody follows it: by a browser in advance, or by a program that shows what is behind it. */
function isPreview(c: Context<AppEnv>): boolean {
  const purpose = [c.req.header('sec-purpose'), c.req.header('purpose'), c.req.header('x-moz')].join(' ');
  return /prefetch|preview|prerender/i.test(purpose) || PREVIEWERS.test(c.req.header('user-agent') ?? '');
}

/** The shopper has chosen a means of payment. */
async function choose(c: Context<AppEnv>): Promise<Response> {
  const service = c.get('service');
  const id = await linkedPayment(c);
  if (!id) return unknownPayment(service);
  const body = await rawBody(c.req.raw);
  const account = new URLSearchParams(readable(body)).get('account') ?? '';
  if (!(await isChoice(service, id, account))) return unknownPayment(service);
  return hop(c, id, account);
}

/**
 * Whether a return counts as one only if it is rightly signed: websites of PolyBanking rely on that, and PostFinance signs every
 * return. Banks that sign none send their shoppers back as they do at other shops.
 */
async function isSignedOnly(service: Service, id: PaymentId, { provider }: Account): Promise<boolean> {
  if (!hasPostfinanceCodes(provider)) return false;
  return (await service.ledger(id).history())?.request.dialect === 'polybanking';
}

async function back(c: Context<AppEnv>): Promise<Response> {
  const service = c.get('service');
  if (c.req.method === 'HEAD') return previewed(service);
  const id = paymentId(c.req.param('id') ?? '');
  const account = id && (await service.directory.account(c.req.param('account') ?? ''));
  if (!id || !account) return unknownPayment(service);
  const signedOnly = await isSignedOnly(service, id, account);
  const result = await takeReturn(service, open(account), await providerRequest(c), {
    id,
    sender: senderOf(c),
    shopperIp: shopperIp(c),
    signedOnly,
  });
  if (result.kind === 'unknown') return signedOnly ? unprovenReturn(service) : unknownPayment(service);
  return toShop(service, result.shop, result.view, result.request, c.req.query(VIA));
}

/** A link without a token, of a payment that was made before there were any: no document names it. */
async function bareLink(c: Context<AppEnv>): Promise<Response> {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return pay(c);
  if (c.req.method === 'POST') return choose(c);
  const allow = 'GET, POST, HEAD';
  return problemAnswer(new Problem('method_not_allowed', `this address takes ${allow}`), { allow });
}

/** The last part of the `checkoutUrl` that an example before has kept. */
const TOKEN = '$(basename $CHECKOUT)';

export function checkoutRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get(
    '/pay/:id/:token',
    documented({
      summary: 'The hop: takes the shopper to the provider, or back to the shop when nothing is left to pay',
      description:
        'The `checkoutUrl` of a payment. With another token the answer is 404, as for a payment that does not exist. Of payments that were made before links had a token, `/pay/:id` works until they have a result, for 30 days after they were created at most.',
      auth: null,
      success: { 200: 'A page with a form that submits itself.', 303: 'The provider, or the shop.' },
      errors: ['not_found', 'invalid_state'],
      example: { path: { id: '$PAYMENT', token: TOKEN } },
    }),
    pay,
  );
  routes.post(
    '/pay/:id/:token',
    documented({
      summary: 'The choice of a means of payment, from the page that the hop showed',
      auth: null,
      success: { 200: 'A page with a form that submits itself.', 303: 'The provider, or the shop.' },
      errors: ['not_found', 'invalid_state', 'payload_too_large'],
      example: { path: { id: '$PAYMENT', token: TOKEN }, form: { account: 'ecommpay-sandbox' } },
    }),
    choose,
  );
  routes.all('/pay/:id', bareLink);
  routes.on(
    ['GET', 'POST'],
    '/return/:account/:id',
    documented({
      summary: 'The way back: a signed return counts like a notification',
      auth: null,
      success: { 200: 'A page, for a shop without return addresses.', 303: 'The shop.' },
      errors: ['not_found', 'payload_too_large'],
    }),
    back,
  );
  return routes;
}
