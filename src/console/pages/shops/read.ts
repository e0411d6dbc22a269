/** Shops as the API has them, and where their pages are. */
import type { OperatorAnswer } from '../../api.ts';
import type { ConsoleContext } from '../../context.ts';

export type ShownShop = OperatorAnswer<'shop'>;
export type ShownConnection = OperatorAnswer<'connection'>;
export type ShownTimes = ShownConnection['keys']['apiKey'];

export const SHOPS = '/console/shops';

/** The page of a shop, or a part of it: `shopPath('demo', 'keys', 'apiKey')`. */
export function shopPath(id: string, ...parts: readonly string[]): string {
  return [SHOPS, id, ...parts]
    .map((part, index) => (index === 0 ? part : encodeURIComponent(part)))
    .join('/');
}

/** The same in the operator's API. */
export function shopApi(id: string, ...parts: readonly string[]): string {
  return shopPath(id, ...parts).slice('/console'.length);
}

export async function readShops(c: ConsoleContext): Promise<readonly ShownShop[]> {
  return (await c.get('api').get<OperatorAnswer<'shopList'>>('/shops')).data;
}

/** The shop of the address. @throws ApiProblem not_found */
export function readShop(c: ConsoleContext): Promise<ShownShop> {
  return c.get('api').get<ShownShop>(shopApi(c.req.param('id') ?? ''));
}

export function readConnection(c: ConsoleContext, { id }: Pick<ShownShop, 'id'>): Promise<ShownConnection> {
  return c.get('api').get<ShownConnection>(shopApi(id, 'connection'));
}
