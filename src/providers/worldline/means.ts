/** The means of payment of a contract: `GET products`, for one country. Facts: SHEET.md, "Means of payment". */
import * as v from 'valibot';
import type { MeansKind, MeansOfPayment } from '../../payments/means.ts';
import type { MeansQuery } from '../contract.ts';
import { readAnswer, worldlineProblem } from './answers.ts';
import { callWorldline } from './api.ts';
import type { WorldlineSettings } from './settings.ts';

const PRODUCTS = v.object({
  paymentProducts: v.pipe(
    v.array(
      v.object({
        id: v.pipe(v.number(), v.integer(), v.minValue(1)),
        paymentMethod: v.nullish(v.string()),
        displayHints: v.nullish(v.object({ label: v.nullish(v.string()) })),
      }),
    ),
    v.maxLength(500),
  ),
});

/** Products by what they are to a shopper. Cards say so themselves (`paymentMethod`). */
const KINDS: readonly (readonly [kind: MeansKind, ids: readonly number[]])[] = [
  // Apple Pay, Google Pay, PayPal, Bizum, WeChat Pay, Alipay+.
  ['wallet', [302, 320, 840, 5001, 5404, 5405]],
  // iDEAL, EPS, Multibanco.
  ['transfer', [809, 5406, 5500]],
  // PostFinance Pay.
  ['bank', [3203]],
  // Klarna, Oney.
  ['instalments', [3301, 3302, 3303, 5110, 5125]],
];

function kindOf(id: number, method: string | null | undefined): MeansKind {
  if (method === 'card') return 'card';
  const [kind] = KINDS.find(([, ids]) => ids.includes(id)) ?? [];
  return kind ?? (method === 'mobile' ? 'wallet' : 'other');
}

/** Whose means are listed: those of the language of the page, and of France for the Crédit Agricole banks. */
function countryOf({ brand, country, locale }: WorldlineSettings): string {
  return country ?? (brand === 'cawl' ? 'FR' : locale.slice(3));
}

/** @throws Problem */
export async function worldlineMeans({
  account,
  currency,
  amount,
  now,
  fetch,
}: MeansQuery<WorldlineSettings>): Promise<readonly MeansOfPayment[]> {
  const { settings } = account;
  const query = new URLSearchParams({
    countryCode: countryOf(settings),
    currencyCode: currency,
    ...(amount !== null && { amount: String(amount) }),
    locale: settings.locale,
    hide: 'fields',
  });
  const path = `/products?${query}`;
  const { status, text } = await callWorldline({ account, now, fetch, method: 'GET', path });
  if (status !== 200) throw worldlineProblem('was asked for its products', status, text);
  const { product_ids: offered } = settings;
  return readAnswer(PRODUCTS, text)
    .paymentProducts.filter(({ id }) => !offered || offered.includes(id))
    .map(({ id, paymentMethod, displayHints }) => ({
      id: String(id),
      name: displayHints?.label || `product ${id}`,
      kind: kindOf(id, paymentMethod),
    }));
}
