/** Between HTTP and the gateway: a provider's request as it came, and our reply as a response. */
import type { Context } from 'hono';
import type { Sender } from '../gateway/refusals.ts';
import type { ProviderRequest, Reply } from '../providers/contract.ts';
import type { AppEnv } from './app-env.ts';
import { rawBody, rawQuery } from './body.ts';

/** The request as it came. @throws Problem payload_too_large */
export async function providerRequest(c: Context<AppEnv>): Promise<ProviderRequest> {
  const type = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  return {
    method: c.req.method === 'POST' ? 'POST' : 'GET',
    query: rawQuery(c.req.raw.url),
    body: c.req.method === 'POST' ? await rawBody(c.req.raw) : new Uint8Array(),
    // Few protocols say anything in a header.
    get headers() {
      return Object.fromEntries(c.req.raw.headers);
    },
    contentType: type || null,
  };
}

/** Who sent the request. */
export function senderOf(c: Context<AppEnv>): Sender {
  return { requestId: c.get('requestId'), ip: c.req.header('cf-connecting-ip') ?? null };
}

/** A reply as the provider gets it. */
export function respond({ status, headers, body }: Reply): Response {
  // A status of 204 or a body of nothing must not carry a content type that hono or the runtime would guess.
  return new Response(body === '' ? null : body, { status, headers });
}
