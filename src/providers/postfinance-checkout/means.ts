/** The means of payment of a space: its payment method configurations that are active. Facts: SHEET.md, "Means of payment". */
import * as v from 'valibot';
import type { MeansKind, MeansOfPayment } from '../../payments/means.ts';
import type { MeansQuery } from '../contract.ts';
import { callCheckout, goodBody, unexpectedAnswer } from './api.ts';
import type { CheckoutSettings } from './settings.ts';

const NUMBER = v.pipe(v.number(), v.integer(), v.minValue(1));

const CONFIGURATION = v.object({
  id: NUMBER,
  name: v.nullish(v.string()),
  state: v.nullish(v.string()),
  sortOrder: v.nullish(v.number()),
  resolvedTitle: v.nullish(v.record(v.string(), v.string())),
  // v1 has the number of the method, v2 the method.
  paymentMethod: v.nullish(v.union([NUMBER, v.object({ id: NUMBER })])),
});

const LIST = v.pipe(v.array(CONFIGURATION), v.maxLength(200));

/** Methods of the platform, the same in every space. */
const KINDS: readonly (readonly [kind: MeansKind, ids: readonly number[]])[] = [
  // Credit and debit cards.
  ['card', [1457546097597]],
  // TWINT, PayPal, Alipay, Skrill, Tenpay, Masterpass, Paylib, Wero.
  [
    'wallet',
    [
      1457546097639, 1457546097613, 1457546097615, 1457546097614, 1477574502344, 1457546097621, 1476259715349,
      1754840745162,
    ],
  ],
  // PostFinance Pay.
  ['bank', [1689233132073]],
  // Bank transfer, EPS, iDEAL, giropay, SOFORT, online banking, Przelewy24, Trustly, paydirekt.
  [
    'transfer',
    [
      1457546097602, 1457546097609, 1461674005576, 1457546097610, 1457546097603, 1460954915005, 1457546097617,
      1457546097619, 1457546097640,
    ],
  ],
  // Invoice, Klarna pay later, Klarna slice it.
  ['instalments', [1457546097598, 1864086284619, 1864086284016]],
];

function kindOf(method: number | null): MeansKind {
  const [kind] = KINDS.find(([, ids]) => method !== null && ids.includes(method)) ?? [];
  return kind ?? 'other';
}

/** The title in the language of the page, or else in English, or the name that the merchant has given it. */
function titleOf(
  { id, name, resolvedTitle }: v.InferOutput<typeof CONFIGURATION>,
  language: string | undefined,
): string {
  const titles = resolvedTitle ?? {};
  return [titles[language ?? 'en-US'], titles['en-US'], name].find(Boolean) ?? `configuration ${id}`;
}

const ACTIVE = { filter: { type: 'LEAF', operator: 'EQUALS', fieldName: 'state', value: 'ACTIVE' } };

/** Of any currency and amount: which of them a transaction may use is decided when there is one. @throws Problem */
export async function checkoutMeans({
  account,
  now,
  fetch,
}: MeansQuery<CheckoutSettings>): Promise<readonly MeansOfPayment[]> {
  const { mode, language, payment_method_configurations: chosen } = account.settings;
  const isV1 = mode === 'v1';
  const answer = await callCheckout(
    { account, now, fetch },
    'means',
    isV1 ? { body: { ...ACTIVE, numberOfEntities: 100 } } : {},
  );
  const body = goodBody('was asked for its payment methods', answer);
  const read = v.safeParse(LIST, isV1 ? body : (body as { readonly data?: unknown } | null)?.data);
  if (!read.success) throw unexpectedAnswer('answered no list of payment methods', answer);
  const offered = chosen?.split(',');
  return read.output
    .filter(({ id, state }) => state === 'ACTIVE' && (!offered || offered.includes(String(id))))
    .toSorted((a, b) => (a.sortOrder ?? 0) - (b.sortOrder ?? 0))
    .map((one) => ({
      id: String(one.id),
      name: titleOf(one, language),
      kind: kindOf(
        typeof one.paymentMethod === 'object' ? (one.paymentMethod?.id ?? null) : (one.paymentMethod ?? null),
      ),
    }));
}
