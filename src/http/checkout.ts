/** The shopper's routes: the hop to the provider, and the way back. */
import type { Context } from 'hono';
import { choiceOf } from '../gateway/checkout.ts';
import { originOf } from '../gateway/start-attempt.ts';
import { ID_LENGTH, type PaymentId, paymentId } from '../payments/id.ts';
import { readable } from '../signing/bytes.ts';
import { isLinkToken, isShortToken } from '../signing/checkout-token.ts';
import type { AppEnv } from './app-env.ts';
import { rawBody } from './body.ts';
import { checkoutPath } from './checkout-url.ts';
import { hopFailedPage, noChoicePage } from './hop-failed.ts';
import { documented } from './openapi.ts';
import { back } from './return.ts';
import { Routes } from './router.ts';
import { hop } from './shopper.ts';
import { otherMethodPage, previewed, unknownPayment } from './shopper-pages.ts';
import { seeOther } from './to-shop.ts';
import { wait } from './waiting.ts';

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
      : isLinkToken(service.config.checkoutKey, id, token);
  return isGood ? id : null;
}

/** The shopper's visit. @param name of the account that is chosen, as a page has shown it; null: none, it is a visit like any other. */
async function visit(c: Context<AppEnv>, id: PaymentId, name: string | null): Promise<Response> {
  if (name === null) return hop(c, id);
  try {
    const { account, isNeeded } = await choiceOf(c.get('service'), id, name);
    return account === null && isNeeded ? await noChoicePage(c, id, name) : await hop(c, id, account);
  } catch (error) {
    return hopFailedPage(c, id, error, name);
  }
}

async function pay(c: Context<AppEnv>): Promise<Response> {
  const id = await linkedPayment(c);
  if (!id) return unknownPayment(c);
  // A preview of the link is not a shopper on the way.
  if (c.req.method === 'HEAD') return previewed(c);
  // Whoever is taken for a program and is none can go on by a button, which programs do not press.
  const name = c.req.query('account') || null;
  if (isPreview(c))
    return previewed(c, name === null ? c.req.path : `${c.req.path}?account=${encodeURIComponent(name)}`);
  return visit(c, id, name);
}

/**
 * Programs that fetch links which people send to one another, to show what is behind them. Telegram and others name themselves in the
 * browser of their app as well, where people pay, and Cubot makes telephones: only what shows previews is named here.
 */
const PREVIEWERS =
  /(?<!\bcu)bot\b|crawler|spider|preview|facebookexternalhit|whatsapp\/|embedly|iframely|mastodon\/|google-inspectiontool|existence discovery|ms-office|kakaotalk-scrap|line-poker|vkshare/i;

/** Whether a link is fetched and nobody follows it: by a browser in advance, or by a program that shows what is behind it. */
function isPreview(c: Context<AppEnv>): boolean {
  const purpose = [c.req.header('sec-purpose'), c.req.header('purpose'), c.req.header('x-moz')].join(' ');
  return /prefetch|preview|prerender/i.test(purpose) || PREVIEWERS.test(c.req.header('user-agent') ?? '');
}

/** The same, posted: by a program, and by the buttons of pages that take nobody on by themselves. */
async function choose(c: Context<AppEnv>): Promise<Response> {
  const id = await linkedPayment(c);
  if (!id) return unknownPayment(c);
  try {
    const posted = new URLSearchParams(readable(await rawBody(c.req.raw))).get('account');
    return await visit(c, id, posted || c.req.query('account') || null);
  } catch (error) {
    return hopFailedPage(c, id, error, null);
  }
}

/** A link without a token, of a payment that was made before there were any: no document names it. */
async function bareLink(c: Context<AppEnv>): Promise<Response> {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return pay(c);
  if (c.req.method === 'POST') return choose(c);
  return otherMethodPage(c, 'GET, POST, HEAD');
}

/** `/p/:code`, a payment's short address. The ledger is not asked: the checkout that it leads to does that. */
function shortAddress(c: Context<AppEnv>): Response {
  const service = c.get('service');
  const code = (c.req.param('code') ?? '').toUpperCase();
  const id = paymentId(code.slice(0, ID_LENGTH));
  const isGood = id !== null && isShortToken(service.config.checkoutKey, id, code.slice(ID_LENGTH));
  if (!isGood) return unknownPayment(c);
  if (c.req.method === 'HEAD') return previewed(c);
  return seeOther(originOf(service, c.req.url) + checkoutPath(service, id));
}

/** The last part of the `checkoutUrl` that an example before has kept. */
const TOKEN = '$(basename $CHECKOUT)';

/** What a page says where nobody can be taken to a provider. */
const TROUBLES = {
  404: 'A page: there is no such payment, or the means of payment cannot be chosen.',
  409: 'A page: the means of payment is not offered any more.',
  410: 'A page: the payment was called off, or its time is up.',
  413: 'A page: the request is too large.',
  429: 'A page: so many attempts were made that the next one has to wait; Retry-After says how long.',
  500: 'A page: something failed on our side, or the account is out of order.',
  502: 'A page: the provider does not take the payment.',
  504: 'A page: the provider does not answer.',
};

/** The page for every answer that is not the provider or the shop, in words. */
const PAGES =
  'Whatever happens, the shopper gets a page: that nothing was charged, or that it is not known yet, how to try again or to pay another way, the way back to the shop, and the request id. What a provider said stands in the log of the payment (`forward.failed`).';

export function checkoutRoutes(): Routes {
  const routes = new Routes();
  routes.get(
    '/pay/:id/:token',
    documented({
      summary: 'The hop: takes the shopper to the provider, or back to the shop when nothing is left to pay',
      description: `The \`checkoutUrl\` of a payment. With another token the answer is 404, as for a payment that does not exist. Of payments that were made before links had a token, \`/pay/:id\` works until they have a result, for 30 days after they were created at most. The page on which the shopper chooses leads to the same address with \`?account=\`. ${PAGES}`,
      auth: null,
      success: {
        200: 'A page with a form that submits itself.',
        303: 'The provider, or the shop.',
        ...TROUBLES,
      },
      errors: [],
      example: { path: { id: '$PAYMENT', token: TOKEN } },
    }),
    pay,
  );
  routes.post(
    '/pay/:id/:token',
    documented({
      summary: 'The choice of a means of payment, posted',
      description: PAGES,
      auth: null,
      success: {
        200: 'A page with a form that submits itself.',
        303: 'The provider, or the shop.',
        ...TROUBLES,
      },
      errors: [],
      example: { path: { id: '$PAYMENT', token: TOKEN }, form: { account: 'ecommpay-sandbox' } },
    }),
    choose,
  );
  routes.get(
    '/p/:code',
    documented({
      summary: 'The short address of a payment: leads to its checkout',
      description:
        'The `shortUrl` of a payment, for QR codes at a till: in capital letters it makes a small one, and small letters are as good.',
      auth: null,
      success: { 303: 'The checkout.', 404: 'A page: there is no such payment.' },
      errors: [],
      example: { path: { code: '$(basename $SHORT)' } },
    }),
    shortAddress,
  );
  // As a QR code holds it: the same route, which the document has once.
  routes.all('/P/:code', (c) =>
    /^(?:GET|HEAD)$/.test(c.req.method) ? shortAddress(c) : otherMethodPage(c, 'GET, HEAD'),
  );
  routes.all('/pay/:id', bareLink);
  routes.get(
    '/pay/:id/:token/wait',
    documented({
      summary: 'The page that waits for a result',
      description:
        'Where `/return` leads while the result of a payment is on its way. It looks again every 3 seconds, without a script, and goes on to the shop when there is a result, after 60 seconds at the latest. Its token is another one than that of the checkout, and opens nothing else; that of the checkout opens it too.',
      auth: null,
      success: {
        200: 'A page that looks again by itself.',
        303: 'The shop.',
        404: 'A page: there is no such payment.',
      },
      errors: [],
      example: { path: { id: '$PAYMENT', token: TOKEN } },
    }),
    wait,
  );
  routes.on(
    ['GET', 'POST'],
    '/return/:account/:id',
    documented({
      summary: 'The way back: a signed return counts like a notification',
      description:
        'To the shop, or to `/pay/:id/:token/wait` while a result is on its way: the payment is created, forwarded or pending, and the shopper has not given up. What does not verify, or cannot be read, changes nothing and stands in the log (`returned`, with `refused`).',
      auth: null,
      success: {
        200: 'A page, for a shop without return addresses.',
        303: 'The shop, or the page that waits.',
        404: 'A page: there is no such payment.',
        413: 'A page: the request is too large.',
      },
      errors: [],
    }),
    back,
  );
  return routes;
}
