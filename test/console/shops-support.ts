/** What the tests of shops in the console share: what a shop is, by the operator's API, and what a page says. */
import { admin, unique } from '../support/harness.ts';

export const SHOPS = '/console/shops';
export const NEW = `${SHOPS}/new`;

interface Shop {
  readonly name: string;
  readonly group: string | null;
  readonly active: boolean;
  readonly accounts: readonly string[];
  readonly returnUrl: { readonly success: string | null };
  readonly webhook: { readonly url: string | null; readonly dialect: string };
  readonly updatedAt: string;
}

interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly active: boolean;
}

/** A shop, by the operator’s API. */
export async function read(id: string): Promise<Shop> {
  return (await admin<Shop>('GET', `/shops/${id}`)).body;
}

/** The endpoints of a shop, by the operator’s API. */
export async function endpointsOf(id: string): Promise<readonly Endpoint[]> {
  return (await admin<{ data: readonly Endpoint[] }>('GET', `/shops/${id}/endpoints`)).body.data;
}

/** How many values of a key live. */
export async function live(id: string, kind: string): Promise<number> {
  const { body } = await admin<{ keys: Record<string, unknown[]> }>('GET', `/shops/${id}/connection`);
  return body.keys[kind]?.length ?? 0;
}

/** The texts that stand beside a copy button. */
export function copied(text: string): readonly string[] {
  return [...text.matchAll(/data-copy="([^"]*)"/g)].map(([, value = '']) => value);
}

/** What a page says, without its markup. */
export const plain = (text: string) =>
  text
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ');

/** What an operator types into the form of a new shop. */
export const typed = (id = `new-${unique()}`) => ({
  id,
  name: 'Zoé & Söhne',
  group: 'theatres',
  'returnUrl.success': 'https://shop-demo.com/thanks',
  'returnUrl.failure': 'https://shop-demo.com/sorry',
  'webhook.url': 'https://hooks.shop-demo.com/new',
});
