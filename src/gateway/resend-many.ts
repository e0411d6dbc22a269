/** The newest webhooks of a shop's payments of some time, sent again: after its address was down, or its database restored. */
import type { Actor, Shop } from '../directory/types.ts';
import { invalidField } from '../payments/errors.ts';
import { paymentId } from '../payments/id.ts';
import type { Service } from './service.ts';

/** Payments of one call. */
const PAGE = 100;

/** Ledgers that are called at the same time. */
const AT_ONCE = 20;

interface Span {
  /** RFC 3339, inclusive. */
  readonly from: string;
  /** RFC 3339, exclusive. */
  readonly to: string;
  readonly cursor: string | null | undefined;
  readonly by: Actor;
}

/** Where a page starts: the change and the id of the last payment of the page before. */
function cursorOf(
  text: string | null | undefined,
): { readonly updatedAt: string; readonly id: string } | null {
  if (!text) return null;
  const [updatedAt = '', id = '', ...rest] = text.split('|');
  if (rest.length > 0 || paymentId(id) === null || Number.isNaN(Date.parse(updatedAt)))
    throw invalidField('cursor', 'is not a cursor');
  return { updatedAt, id };
}

/**
 * Sends the newest webhook of each payment of a page again, to every endpoint that wants it now.
 * @throws Problem invalid_request for a cursor that is none.
 */
export async function resendMany(service: Service, shop: Shop, { from, to, cursor, by }: Span) {
  const { directory } = service;
  const [since, until] = [from, to].map((time) => new Date(time).toISOString()) as [string, string];
  const page = { shop: shop.id, from: since, to: until, after: cursorOf(cursor), limit: PAGE };
  const payments = await directory.changedPayments(page);
  const isPolybanking = shop.webhook.dialect === 'polybanking';
  let queued = 0;
  for (let start = 0; start < payments.length; start += AT_ONCE) {
    const sent = await Promise.all(
      payments.slice(start, start + AT_ONCE).map(({ id: text }) => {
        const id = paymentId(text);
        return id ? service.ledger(id).resend(isPolybanking, 'operator') : false;
      }),
    );
    queued += sent.filter(Boolean).length;
  }
  const last = payments.length === PAGE ? payments.at(-1) : undefined;
  const skipped = payments.length - queued;
  await directory.noteAudit({
    by,
    action: 'deliveries.resent',
    subject: shop.id,
    shop: shop.id,
    detail: { from: since, to: until, queued, skipped },
  });
  return { queued, skipped, nextCursor: last ? `${last.updatedAt}|${last.id}` : null };
}
