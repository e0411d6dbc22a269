/** The shopper's way back to the shop. */
import type { Context } from 'hono';
import type { Service } from '../gateway/service.ts';
import { GOOD, NOTHING_TO_PAY } from '../payments/statuses.ts';
import type { PaymentView, WayBack } from '../payments/types.ts';
import { isGoodForWebsite } from '../webhooks/polybanking.ts';
import { signReturn } from '../webhooks/return-link.ts';
import type { AppEnv } from './app-env.ts';
import { shownOrder } from './checkout/content.tsx';
import { timeIn } from './checkout/languages.ts';
import { becameOf, hasFailed } from './checkout/said.ts';
import { inLanguage, wearOf } from './checkout/wear.ts';
import { checkoutPath } from './checkout-url.ts';
import { messagePage } from './shopper-pages.ts';

/** A payment whose shopper goes back. */
export interface Returning {
  readonly shop: string;
  readonly view: PaymentView;
  readonly wayBack: WayBack;
  /** As pages for the shopper say it. */
  readonly isPerhapsPaid: boolean;
  /** Who comes back has shown that it is the shopper, by a signed return or by the link: the link may be shown again. */
  readonly isShopper?: boolean;
}

/** A redirect by GET that nobody keeps, and that does not say where the shopper came from. */
export function seeOther(url: string): Response {
  return new Response(null, {
    status: 303,
    headers: { location: url, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
  });
}

/**
 * Which of the shop's two addresses: by the status; while nothing is known yet, by the address that the shopper
 * came by, which is a hint for the page to show and no result (the status in the query is the truth).
 */
function isGood(view: PaymentView, via: string | undefined): boolean {
  if (view.status !== 'created' && view.status !== 'forwarded')
    return GOOD.has(view.status) || NOTHING_TO_PAY.has(view.status);
  return via === 'success' || via === 'pending';
}

/** The shop's secret, if it can be read now: an unsigned return proves nothing, and is better than none. */
function returnSecret({ directory }: Service, shop: string): Promise<string | null> {
  return directory.returnSecret(shop).catch(() => null);
}

/** One of the shop's two addresses, with what it may want to show, signed; null: it has none. */
export async function shopAddress(
  service: Service,
  { shop, view, wayBack }: Omit<Returning, 'isPerhapsPaid'>,
  kind: 'success' | 'failure',
): Promise<string | null> {
  const target = wayBack.returnUrl[kind] ?? (await service.directory.shop(shop))?.returnUrl[kind];
  if (!target) return null;
  // Websites of PolyBanking know their two addresses exactly as they gave them.
  if (wayBack.dialect === 'polybanking') return target;
  const url = new URL(target);
  const { id: payment, reference, status } = view;
  const shown = { payment, reference, status };
  const secret = await returnSecret(service, shop);
  const signed = secret === null ? {} : signReturn(secret, shown, service.now());
  for (const [name, value] of Object.entries({ ...shown, ...signed })) url.searchParams.set(name, value);
  return url.href;
}

/**
 * The address of the shop that the shopper goes back to; null: it has none.
 * @param via the parameter of our return address that the shopper came by.
 */
export function addressBack(service: Service, returning: Returning, via?: string): Promise<string | null> {
  const { view, wayBack } = returning;
  // Its websites take the OK address for a payment: an address that anybody can open proves none.
  const good = wayBack.dialect === 'polybanking' ? isGoodForWebsite(view) : isGood(view, via);
  return shopAddress(service, returning, good ? 'success' : 'failure');
}

/**
 * Our page for a shop without return addresses; when it is paid, its receipt.
 * @param addresses.here where the page is by its address alone; `refresh`: where it goes by itself while a result is on its way.
 */
export async function ownReturnPage(
  c: Context<AppEnv>,
  { shop, view, isPerhapsPaid, isShopper = false }: Returning,
  { here, refresh }: { readonly here: string; readonly refresh?: string },
): Promise<Response> {
  const { language, test } = { language: view.customer.language, test: view.test };
  const wear = await wearOf(c, { shop, language, test, back: null, inLanguage: inLanguage(here) });
  const { texts } = wear;
  const message = becameOf(texts, view, isPerhapsPaid);
  const failed = hasFailed(view);
  const again =
    failed && isShopper ? [{ caption: texts.again, href: checkoutPath(c.get('service'), view.id) }] : [];
  const sentences = failed && !isShopper ? [...message.sentences, texts.openAgain] : message.sentences;
  const paidOn = view.paidAt === null ? null : timeIn(wear.language, view.paidAt);
  // Whoever knows a payment's id can come here: what it is for is for who has the link.
  const shown = isShopper ? view : { ...view, description: null, lineItems: [] };
  const paidBefore = view.status === 'partially_paid' ? view.amounts.paid : 0;
  const order = shownOrder(wear.language, shown, paidBefore);
  return messagePage(
    wear,
    { ...message, sentences, ways: again, order, paidOn },
    { status: 200, ...(refresh !== undefined && { refresh }) },
  );
}
