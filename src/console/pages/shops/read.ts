/** Shops as the API has them, where their pages are, and who may change them. */
import type { OperatorAnswer } from '../../api.ts';
import type { ConsoleContext } from '../../context.ts';
import type { View } from '../../view.ts';

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

/** Whether somebody changes shops. The API decides: this only leaves out what would lead to a no. */
export function mayChangeShops({ user }: View): boolean {
  return user?.role === 'configure' || user?.role === 'owner';
}

/** A number of a field as the API takes it: null where nothing was typed, the text where it is no number. */
export function typedNumber(text: string): number | string | null {
  if (text === '') return null;
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}
