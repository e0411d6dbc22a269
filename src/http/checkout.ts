/** The shopper's door: the hop to the provider, and the way back. */
import { type Context, Hono } from 'hono';
import { open } from '../gateway/accounts.ts';
import { providerRequest, type Returned, returnedFact } from '../gateway/notifications.ts';
import type { AppEnv, Service } from '../gateway/service.ts';
import { askProvider } from '../gateway/status-query.ts';
import type { HintCommand, NotifyCommand } from '../ledger/commands.ts';
import { Problem, Refusal } from '../payments/errors.ts';
import { type PaymentId, paymentId } from '../payments/id.ts';
import { VIA } from '../providers/kit/addresses.ts';
import { readable } from '../signing/bytes.ts';
import { rawBody } from './body.ts';
import { operation } from './openapi.ts';
import { hop, isChoice, shopperIp, toShop, unknownPayment } from './shopper.ts';

async function pay(c: Context<AppEnv>): Promise<Response> {
  const service = c.get('service');
  const id = paymentId(c.req.param('id') ?? '');
  if (!id) return unknownPayment(service);
  // A preview of the link is not a shopper on the way.
  if (c.req.method === 'HEAD') return new Response(null, { status: 200 });
  return hop(c, id);
}

/** The shopper has chosen a means of payment. */
async function choose(c: Context<AppEnv>): Promise<Response> {
  const service = c.get('service');
  const id = paymentId(c.req.param('id') ?? '');
  const body = await rawBody(c.req.raw);
  const account = new URLSearchParams(readable(body)).get('account') ?? '';
  if (!id || !(await isChoice(service, id, account))) return unknownPayment(service);
  return hop(c, id, account);
}

/** The shopper waits for the result: where the protocol has us ask, we ask now, and leave it to the ledger if that fails. */
async function answerNow(
  service: Service,
  id: PaymentId,
  account: string,
  { fact, hint }: Returned,
): Promise<{ readonly fact: NotifyCommand | null; readonly hint: HintCommand | null }> {
  if (!hint) return { fact, hint: null };
  const inquiry = await service.ledger(id).inquiry(account, hint.attempt);
  if (!inquiry) return { fact: null, hint: null };
  const later = { fact: null, hint: { attempt: inquiry.attempt, account, hint: hint.about } };
  try {
    const [answer, ...more] = await askProvider(service, { ...inquiry, hint: hint.about });
    for (const command of more) await service.ledger(id).notify(command);
    return answer ? { fact: answer, hint: null } : later;
  } catch (error) {
    if (!(error instanceof Problem || error instanceof Refusal)) throw error;
    console.warn({ event: 'return.not_asked', payment: id, account, detail: error.message });
    return later;
  }
}

async function back(c: Context<AppEnv>): Promise<Response> {
  const service = c.get('service');
  const id = paymentId(c.req.param('id') ?? '');
  const account = id && (await service.directory.account(c.req.param('account') ?? ''));
  if (!id || !account) return unknownPayment(service);
  const came = await returnedFact(c, open(account), await providerRequest(c), id);
  const { fact, hint } = await answerNow(service, id, account.id, came);
  const result = await service
    .ledger(id)
    .returned({ account: account.id, fact, hint, refused: came.refused, ip: shopperIp(c) });
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
  routes.post(
    '/pay/:id',
    operation({
      summary: 'The choice of a means of payment, from the page that the hop showed',
      auth: null,
      success: { 200: 'A page with a form that submits itself.', 303: 'The provider, or the shop.' },
      errors: ['not_found', 'invalid_state', 'payload_too_large'],
      example: { path: { id: '$PAYMENT' }, form: { account: 'ecommpay-sandbox' } },
    }),
    choose,
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
