/** The shopper's way back to the shop. */
import type { Service } from '../gateway/service.ts';
import { GOOD, NOTHING_TO_PAY, type Status } from '../payments/statuses.ts';
import type { PaymentView, WayBack } from '../payments/types.ts';
import { isGoodForWebsite } from '../webhooks/polybanking.ts';
import { messagePage } from './pages.tsx';
import { page } from './shopper-pages.ts';

/** A payment whose shopper goes back. */
export interface Returning {
  readonly shop: string;
  readonly view: PaymentView;
  readonly wayBack: WayBack;
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

/** One of the shop's two addresses, with what it may want to show; null: it has none. */
export async function shopAddress(
  service: Service,
  { shop, view, wayBack }: Returning,
  kind: 'success' | 'failure',
): Promise<string | null> {
  const target = wayBack.returnUrl[kind] ?? (await service.directory.shop(shop))?.returnUrl[kind];
  if (!target) return null;
  // Websites of PolyBanking know their two addresses exactly as they gave them.
  if (wayBack.dialect === 'polybanking') return target;
  const url = new URL(target);
  url.searchParams.set('payment', view.id);
  url.searchParams.set('reference', view.reference);
  url.searchParams.set('status', view.status);
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

/** What a shopper is told of a payment, after its reference. */
const BECAME: Readonly<Record<Status, string>> = {
  created: 'is not paid yet, as far as we know. If you have paid, do not pay again: the bank tells the shop.',
  forwarded:
    'is not paid yet, as far as we know. If you have paid, do not pay again: the bank tells the shop.',
  pending: 'is being checked. It does not have to be paid again.',
  authorized: 'is accepted. It does not have to be paid again.',
  partially_paid: 'is paid in part.',
  paid: 'is paid.',
  denied: 'was declined by the bank. Nothing was charged.',
  cancelled: 'was cancelled. Nothing was charged.',
  expired: 'was not made in time. Nothing was charged.',
  error: 'could not be made. Nothing was charged.',
  partially_refunded: 'was paid back in part.',
  refunded: 'was paid back.',
  charged_back: 'was taken back by the bank.',
};

/** Our page for a shop without return addresses. @param refresh where it goes by itself while a result is on its way */
export function ownReturnPage(service: Service, { view }: Returning, refresh?: string): Response {
  return page(service, 200, (nonce) =>
    messagePage(
      {
        title: 'Back from the payment',
        text: `The payment ${view.reference} ${BECAME[view.status]}`,
        ...(refresh !== undefined && { refresh }),
      },
      nonce,
    ),
  );
}

/** Back to the shop; a plain page for a shop without return addresses. */
export async function toShop(service: Service, returning: Returning, via?: string): Promise<Response> {
  const target = await addressBack(service, returning, via);
  return target === null ? ownReturnPage(service, returning) : seeOther(target);
}
