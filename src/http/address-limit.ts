/**
 * How many requests one address may make at what is open to everybody, by the platform's rate limit where one is bound
 * (`ADDRESS_LIMIT` in wrangler.toml; `npm start` and the bench have none). The platform counts in the machine that answers, for each of
 * its locations. Six thousand a minute leave room for a provider that repeats a day's notifications, and for a hall of shoppers behind one
 * address; they keep one machine from being the whole load.
 */
import type { Context } from 'hono';
import { convertIPv4BinaryToString } from 'hono/utils/ipaddr';
import { Problem } from '../payments/errors.ts';
import { ipAddress } from '../webhooks/ip-block.ts';
import type { AppEnv } from './app-env.ts';

/** The period of the binding, in seconds: afterwards the address is counted anew. */
const PERIOD_SECONDS = 60;

/** Bits of an IPv6 address within the smallest network that is given to anybody: who has one address of it has all. */
const CUSTOMER_BITS = 64n;

function customerOf(ip: string): string {
  const address = ipAddress(ip);
  if (!address) return ip;
  if (address.width === 32) return convertIPv4BinaryToString(address.value);
  return `${(address.value >> CUSTOMER_BITS).toString(16)}/64`;
}

/**
 * Counts a request of an address.
 * @param door what it is counted at: a flood at one does not close the others.
 * @throws Problem rate_limited
 */
export async function countAddress(c: Context<AppEnv>, door: string): Promise<void> {
  const { addressLimit } = c.get('service');
  const ip = c.req.header('cf-connecting-ip');
  if (!addressLimit || !ip) return;
  const isAllowed = await addressLimit.limit({ key: `${door}/${customerOf(ip)}` }).then(
    ({ success }) => success,
    (error: unknown) => {
      // A limit that does not work must not close the door.
      console.error({ event: 'address_limit.failed', error: String(error) });
      return true;
    },
  );
  if (!isAllowed) {
    const retryAfter = PERIOD_SECONDS;
    throw new Problem('rate_limited', 'too many requests from this address: try again later', { retryAfter });
  }
}

/** The first part of a path, for those that have routes. */
const DOOR = /^\/(pay|return|callback|paiements|api)(?=\/|$)/;

/** Where a request is counted that needs no key; null: its route has a key. A key that is none is counted where it is refused. */
export function openDoor(path: string): string | null {
  return path.startsWith('/v1/') ? null : (DOOR.exec(path)?.[1] ?? 'page');
}
