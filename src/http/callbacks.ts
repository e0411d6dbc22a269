/** The provider's door: notifications. */
import { type Context, Hono } from 'hono';
import { Problem, Refusal } from '../payments/errors.ts';
import type { Reply } from '../providers/contract.ts';
import { open } from './accounts.ts';
import { isAllowed } from './allowed-ips.ts';
import { check, commandOf, keepRefusal, providerRequest } from './messages.ts';
import { operation } from './openapi.ts';
import type { AppEnv } from './service.ts';

function respond(reply: Reply): Response {
  // A status of 204 or a body of nothing must not carry a content type that hono or the runtime would guess.
  return new Response(reply.body === '' ? null : reply.body, {
    status: reply.status,
    headers: reply.headers,
  });
}

/** What the outside learns of a refusal: that it was one, and its kind. */
function refused(refusal: Refusal): Problem {
  return refusal.reason === 'malformed'
    ? new Problem('invalid_request', refusal.message, { cause: refusal })
    : new Problem('forbidden', 'the notification was not accepted', { cause: refusal });
}

async function callback(c: Context<AppEnv>): Promise<Response> {
  const service = c.get('service');
  const id = c.req.param('account') ?? '';
  const account = await service.directory.account(id);
  if (!account) throw new Problem('not_found', 'there is no such account');
  const opened = open(account);
  const request = await providerRequest(c);
  try {
    if (!isAllowed(account.allowedIps, c.req.header('cf-connecting-ip'))) {
      throw new Refusal(
        'address_not_allowed',
        `the address ${c.req.header('cf-connecting-ip')} is not allowed`,
      );
    }
    const { message, signedBy } = await check(opened, request, 'notification', service.now());
    if (message.kind === 'acknowledgement') return respond(opened.provider.reply('acknowledged'));
    const told = commandOf(message, {
      provider: opened.provider,
      account: id,
      channel: 'notification',
      signedBy,
    });
    const result = told ? await service.ledger(told.id).notify(told.command) : null;
    if (result?.kind !== 'answer') {
      console.warn({
        event: 'notification.unknown_payment',
        requestId: c.get('requestId'),
        account: id,
        order: message.order,
        outcome: message.outcome,
        amount: message.amount,
      });
      throw new Problem('not_found', 'there is no such payment');
    }
    return respond(result.answer);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    await keepRefusal(c, opened, request, 'notification', error);
    throw refused(error);
  }
}

export function callbackRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.on(
    ['GET', 'POST'],
    '/callback/:account',
    operation({
      summary: 'A notification of a provider',
      description:
        'Answers as the protocol of the provider wants; a repeat gets the same bytes as the first one.',
      auth: null,
      success: { 200: "The provider's own reply." },
      errors: ['invalid_request', 'forbidden', 'not_found', 'payload_too_large'],
    }),
    callback,
  );
  return routes;
}
