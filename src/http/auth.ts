/** Who is calling: a shop by its API key. Operators are in operator.ts. */
import type { Context } from 'hono';
import type { Shop } from '../directory/types.ts';
import { Problem } from '../payments/errors.ts';
import { countAddress } from './address-limit.ts';
import type { AppEnv } from './app-env.ts';

/** How long an old key or secret works after a rotation by default: a day. */
export const DEFAULT_GRACE_SECONDS = 86_400;

/** The key or token of a request's Authorization header. */
export function bearer(c: Context<AppEnv>): string {
  const match = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '');
  if (!match?.[1]) {
    throw new Problem('unauthorized', 'send the header "Authorization: Bearer <key>"');
  }
  return match[1];
}

/**
 * The shop of the request's API key.
 * @throws Problem unauthorized for an unknown key, rate_limited, forbidden for a shop that is switched off.
 */
export async function authenticatedShop(c: Context<AppEnv>): Promise<Shop> {
  const found = await c.get('service').directory.shopByKey(bearer(c));
  if (!found) {
    await countAddress(c, 'guess');
    throw new Problem('unauthorized', 'this API key is not known, or its grace has ended');
  }
  const { shop, hash } = found;
  c.set('caller', `shop:${shop.id}`);
  c.get('service').shopLimits.take(hash, shop.rateLimit);
  if (!shop.active || !shop.adminEnabled) throw new Problem('forbidden', 'this shop is switched off');
  return shop;
}
