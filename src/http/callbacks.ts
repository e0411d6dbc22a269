/** The provider's route: notifications. */
import type { Context } from 'hono';
import { open } from '../gateway/accounts.ts';
import { takeNotification } from '../gateway/notifications.ts';
import { Problem, Refusal } from '../payments/errors.ts';
import type { AppEnv } from './app-env.ts';
import { documented } from './openapi.ts';
import { providerRequest, respond, senderOf } from './provider-request.ts';
import { Routes } from './router.ts';

/** What the outside learns of a refusal: that it was one, and its kind. */
function refused(refusal: Refusal): Problem {
  switch (refusal.reason) {
    case 'malformed':
      return new Problem('invalid_request', refusal.message, { cause: refusal });
    case 'signature_missing':
    case 'signature_mismatch':
    case 'signature_malformed':
    case 'duplicate_field':
    case 'field_missing':
    case 'wrong_account':
    case 'wrong_environment':
    case 'wrong_attempt':
    case 'address_not_allowed':
      return new Problem('forbidden', 'the notification was not accepted', { cause: refusal });
  }
}

/** Seconds after which a provider may send again what could not be verified without an answer of its own. */
const SEND_AGAIN_SECONDS = 60;

/**
 * What needed an answer of the provider to be verified (tpay's certificate), and got none, is no failure of ours, whoever has sent it: it
 * may be sent again.
 */
function notAnswered(problem: Problem): Problem {
  if (problem.code !== 'provider_unreachable' && problem.code !== 'provider_error') return problem;
  return new Problem(
    'unavailable',
    'this cannot be verified just now, because the provider does not answer',
    {
      cause: problem,
      retryAfter: SEND_AGAIN_SECONDS,
    },
  );
}

async function callback(c: Context<AppEnv>): Promise<Response> {
  // A probe of the address is no notification.
  if (c.req.method === 'HEAD') return new Response(null, { status: 200 });
  const account = await c.get('service').directory.account(c.req.param('account') ?? '');
  if (!account) throw new Problem('not_found', 'there is no such account');
  const opened = open(account);
  const request = await providerRequest(c);
  const taken = await takeNotification(c.get('service'), opened, request, senderOf(c)).catch(
    (error: unknown) => {
      throw error instanceof Problem ? notAnswered(error) : error;
    },
  );
  if (taken instanceof Refusal) throw refused(taken);
  return respond(taken);
}

export function callbackRoutes(): Routes {
  const routes = new Routes();
  routes.on(
    ['GET', 'POST'],
    '/callback/:account',
    documented({
      summary: 'A notification of a provider',
      description:
        'Answers as the protocol of the provider wants; a repeat gets the same bytes as the first one.',
      auth: null,
      success: { 200: "The provider's own reply." },
      errors: ['invalid_request', 'forbidden', 'not_found', 'payload_too_large', 'unavailable'],
    }),
    callback,
  );
  return routes;
}
