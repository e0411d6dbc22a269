/** The operator's search for payments: the shops that it may show, what goes together, and what its ledger answers instead of the copy. */
import {
  type FoundPayment,
  type PaymentSearch,
  SEARCH_ORDERS,
  type SearchCursor,
  searchOrderOf,
} from '../directory/search.ts';
import type { Scope } from '../directory/types.ts';
import type { PaymentRead } from '../ledger/commands.ts';
import { invalidField, Problem } from '../payments/errors.ts';
import { derivePaymentId, fromOrderNumber, type PaymentId, paymentId } from '../payments/id.ts';
import { base64url, fromBase64url, fromUtf8, utf8 } from '../signing/bytes.ts';
import { requireShopInScope, scopedShop, scopedShops } from './scoped.ts';
import type { Service } from './service.ts';

/** A search as an operator asks for it. */
export interface SearchRequest extends Omit<PaymentSearch, 'shops' | 'cursor'> {
  readonly id?: string | undefined;
  readonly shop?: string | undefined;
  readonly group?: string | undefined;
  readonly cursor?: string | undefined;
}

const RANGES = ['amount', 'created', 'updated', 'paid'] as const;

/** @throws Problem invalid_request when a range ends before it begins. */
function requireRanges(request: SearchRequest): void {
  for (const name of RANGES) {
    const { from, to } = request[name];
    if (from !== undefined && to !== undefined && to < from)
      throw invalidField(`${name}To`, `comes before ${name}From`);
  }
}

/** Where the next page begins, as a text. */
function searchCursorText({ by, at, id }: SearchCursor): string {
  return base64url(utf8(`${by} ${at} ${id}`));
}

const CURSOR = new RegExp(`^(${SEARCH_ORDERS.join('|')}) (\\d{4}-\\d\\d-\\d\\dT[\\d:.]{8,15}Z) (\\S{1,40})$`);

/** @throws Problem invalid_request for a text that is no cursor, or one of a list in another order. */
function cursorOf(text: string, order: SearchCursor['by']): SearchCursor {
  const bytes = fromBase64url(text);
  const [, by, at, id] = CURSOR.exec((bytes && fromUtf8(bytes)) ?? '') ?? [];
  if (by !== order || at === undefined || id === undefined || paymentId(id) === null)
    throw invalidField('cursor', 'is not a cursor of this list');
  return { by: order, at, id };
}

/** The shops that a search is about; null: all. */
export async function searchedShops(
  service: Service,
  scope: Scope,
  { shop, group }: Pick<SearchRequest, 'shop' | 'group'>,
): Promise<readonly string[] | null> {
  if (shop !== undefined) {
    const found = await scopedShop(service, scope, shop);
    return group === undefined || found.group === group ? [found.id] : [];
  }
  if (scope.all && group === undefined) return null;
  const shops = await scopedShops(service, scope);
  return shops.filter((one) => group === undefined || one.group === group).map(({ id }) => id);
}

function isAlone(request: SearchRequest, but: readonly (keyof SearchRequest)[]): boolean {
  const { limit: _limit, status, amount, created, updated, paid, ...rest } = request;
  const ranges = [amount, created, updated, paid].flatMap((range) => [range.from, range.to]);
  const others = Object.entries(rest).filter(([name]) => !but.some((one) => one === name));
  return (
    status.length === 0 &&
    [...ranges, ...others.map(([, value]) => value)].every((value) => value === undefined)
  );
}

async function fromLedger(service: Service, scope: Scope, id: PaymentId): Promise<FoundPayment[]> {
  const read: PaymentRead | null = await service.ledger(id).read();
  if (!read) return [];
  try {
    await requireShopInScope(service, scope, read.shop, '');
  } catch (error) {
    if (error instanceof Problem && error.code === 'not_found') return [];
    throw error;
  }
  return [{ shop: read.shop, view: read.view }];
}

/** The one payment that a search names, if it names one: its ledger answers. */
async function namedPayment(request: SearchRequest, service: Service): Promise<PaymentId | 'none' | null> {
  const { id, shop, reference, providerReference } = request;
  if (id !== undefined) {
    if (!isAlone(request, ['id']))
      throw invalidField('id', 'goes without other filters: it finds one payment');
    return paymentId(id) ?? 'none';
  }
  if (shop !== undefined && reference !== undefined && isAlone(request, ['shop', 'reference']))
    return derivePaymentId(service.config.idKey, shop, reference);
  // What the provider's pages show as the merchant's number of the order.
  const order = providerReference !== undefined && isAlone(request, ['providerReference']);
  return order ? (fromOrderNumber(providerReference)?.id ?? null) : null;
}

/**
 * A page of payments of the operator's shops.
 * @throws Problem invalid_request for what does not go together; not_found for a shop outside of the scope.
 */
export async function findPayments(
  service: Service,
  scope: Scope,
  request: SearchRequest,
): Promise<{ readonly data: readonly FoundPayment[]; readonly nextCursor: string | null }> {
  requireRanges(request);
  const named = await namedPayment(request, service);
  if (named === 'none') return { data: [], nextCursor: null };
  const { id: _id, shop, group: _group, cursor, ...search } = request;
  if (named !== null) {
    if (shop !== undefined) await scopedShop(service, scope, shop);
    const data = await fromLedger(service, scope, named);
    // A provider's own number may look like one of ours.
    if (data.length > 0 || search.providerReference === undefined) return { data, nextCursor: null };
  }
  const whole: PaymentSearch = { ...search, shops: await searchedShops(service, scope, request) };
  const { data, next } = await service.directory.search({
    ...whole,
    cursor: cursor === undefined ? undefined : cursorOf(cursor, searchOrderOf(whole)),
  });
  return { data, nextCursor: next && searchCursorText(next) };
}
