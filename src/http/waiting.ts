/**
 * The page that waits for a result: the shopper is back from the bank, and the bank has not told us yet. It comes back by itself every
 * three seconds, without a script, for a minute at most. It reads the ledger and changes nothing.
 */
import type { Context } from 'hono';
import type { Service } from '../gateway/service.ts';
import { originOf } from '../gateway/start-attempt.ts';
import { type PaymentId, paymentId } from '../payments/id.ts';
import { UNFINISHED } from '../payments/statuses.ts';
import type { PaymentView } from '../payments/types.ts';
import { VIA } from '../providers/kit/addresses.ts';
import { isLinkToken, linkToken } from '../signing/checkout-token.ts';
import type { AppEnv } from './app-env.ts';
import { shownOrder } from './checkout/content.tsx';
import { inChosenLanguage, inLanguage, wearOf } from './checkout/wear.ts';
import { messagePage, previewed, unknownPayment } from './shopper-pages.ts';
import { addressBack, ownReturnPage, type Returning, seeOther } from './to-shop.ts';

/** How long a shopper waits at most. */
const LONGEST_MS = 60_000;

/** The parameter that says until when, in seconds since 1970. */
const UNTIL = 'until';

/** Whether a result may come by itself: what waits for a person takes longer than anybody waits at a page. */
function isOnItsWay({ status, pendingReason }: PaymentView): boolean {
  return UNFINISHED.has(status) && (pendingReason === null || pendingReason === 'processing');
}

/**
 * The address of a payment's waiting page, without its origin.
 * @param via as at our return address.
 * @param until milliseconds since 1970; left out: as long as a shopper waits at most.
 */
export function waitingAddress(
  service: Service,
  id: PaymentId,
  via?: string,
  until = service.now() + LONGEST_MS,
): string {
  const query = new URLSearchParams({ [UNTIL]: String(Math.ceil(until / 1000)) });
  if (via !== undefined) query.set(VIA, via);
  return `/pay/${id}/${linkToken(service.config.waitingKey, id)}/wait?${query}`;
}

/** Until when this shopper waits, in milliseconds since 1970: never longer than a minute from now, whatever the address says. */
function untilOf(c: Context<AppEnv>, now: number): number {
  const given = c.req.query(UNTIL) ?? '';
  return /^\d{1,12}$/.test(given) ? Math.min(Number(given) * 1000, now + LONGEST_MS) : now + LONGEST_MS;
}

/** What an address says of the way that the shopper came by; other words are none. */
function viaOf(c: Context<AppEnv>): string | undefined {
  const via = c.req.query(VIA);
  return /^(?:success|pending|failure|cancel)$/.test(via ?? '') ? via : undefined;
}

/** Seconds after which a page that waits for a result looks again. */
const LOOK_AGAIN = 3;

/** The content of a refresh that goes on by itself to an address, in the shopper's language. */
function onwards(c: Context<AppEnv>, address: string): string {
  return `${LOOK_AGAIN}; url=${inChosenLanguage(c, address)}`;
}

/** Back to the shop; a page of ours for a shop without return addresses. */
export async function toShop(c: Context<AppEnv>, returning: Returning, via?: string): Promise<Response> {
  const service = c.get('service');
  const target = await addressBack(service, returning, via);
  if (target !== null) return seeOther(target);
  return ownReturnPage(c, returning, { here: waitingAddress(service, returning.view.id, via, 0) });
}

/**
 * A shopper who is back from a bank: to the shop, or to the page that waits while a result is on its way.
 * @param isUnanswered the bank could not be asked just now: unless the way back says how it went, it is taken for a payment in process.
 */
export async function afterReturn(
  c: Context<AppEnv>,
  returning: Returning,
  isUnanswered = false,
): Promise<Response> {
  const service = c.get('service');
  const { view, wayBack } = returning;
  const via = viaOf(c) ?? (isUnanswered ? 'pending' : undefined);
  // Of one who gave up at the bank nothing comes. PolyBanking's websites know no waiting.
  const isDone = !isOnItsWay(view) || via === 'cancel' || wayBack.dialect === 'polybanking';
  if (isDone) return toShop(c, returning, via);
  const address = waitingAddress(service, view.id, via);
  const target = await addressBack(service, returning, via);
  return target === null
    ? ownReturnPage(c, returning, { here: address, refresh: onwards(c, address) })
    : seeOther(originOf(service, c.req.url) + address);
}

/** `GET /pay/:id/:token/wait`. Whoever may pay may wait as well: the checkout's token opens it too. */
export async function wait(c: Context<AppEnv>): Promise<Response> {
  const service = c.get('service');
  const { waitingKey, checkoutKey } = service.config;
  const id = paymentId(c.req.param('id') ?? '');
  const token = c.req.param('token') ?? '';
  if (!id || ![waitingKey, checkoutKey].some((key) => isLinkToken(key, id, token))) return unknownPayment(c);
  if (c.req.method === 'HEAD') return previewed(c);
  const found = await service.ledger(id).read();
  if (!found) return unknownPayment(c);
  const returning = { ...found, isShopper: isLinkToken(checkoutKey, id, token) };
  const via = viaOf(c);
  const now = service.now();
  const until = untilOf(c, now);
  if (now >= until || !isOnItsWay(found.view)) return toShop(c, returning, via);
  const again = waitingAddress(service, id, via, until);
  const { shop, view } = found;
  const back = waitingAddress(service, id, via, 0);
  const { language } = view.customer;
  const wear = await wearOf(c, { shop, language, test: view.test, back, inLanguage: inLanguage(again) });
  const { waiting, waitingText } = wear.texts;
  // Whoever knows a payment's id can come here: what it is for is for who has the link.
  const order = returning.isShopper ? shownOrder(wear.language, view) : null;
  return messagePage(
    wear,
    { icon: 'clock', title: waiting, sentences: [waitingText], order },
    { status: 200, refresh: onwards(c, again) },
  );
}
