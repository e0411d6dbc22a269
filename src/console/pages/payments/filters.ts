/** The filters of the list of payments: what stands in an address, and what the API is asked. */
import { currency } from '../../../payments/currencies.ts';
import type { InputProblem, Query } from '../../api.ts';
import { FormState, type FormValues } from '../../form-state.ts';
import { typedAmount } from '../../format.ts';
import { paymentsTexts } from '../../texts/payments.ts';
import type { View } from '../../view.ts';
import { afterLocalDay, fromLocalTime } from '../../zoned-times.ts';

/** Filters that go to the API as they are. */
const PLAIN = [
  'reference',
  'id',
  'providerReference',
  'email',
  'shop',
  'group',
  'account',
  'provider',
  'test',
] as const;

const RANGES = ['created', 'updated', 'paid'] as const;

/** The names of all filters, in the order of their form. */
export const FILTER_NAMES: readonly string[] = [
  ...PLAIN,
  'status',
  'currency',
  'amountFrom',
  'amountTo',
  ...RANGES.flatMap((name) => [`${name}From`, `${name}To`]),
];

interface PaymentFilters {
  readonly state: FormState;
  /** For the API; null: something is wrong with them. */
  readonly query: Query | null;
  readonly isEmpty: boolean;
}

/** The filters of an address. Amounts are typed as people write them, days are those of the viewer's zone. */
export function readFilters(
  { language, zone }: Pick<View, 'language' | 'zone'>,
  search: URLSearchParams,
): PaymentFilters {
  const t = paymentsTexts[language];
  const values: FormValues = Object.fromEntries(
    FILTER_NAMES.map((name) => [
      name,
      search
        .getAll(name)
        .map((value) => value.trim())
        .filter(Boolean),
    ]),
  );
  const one = (name: string) => values[name]?.[0] ?? '';
  const problems: InputProblem[] = [];
  const query: Record<string, string | readonly string[]> = { status: values.status ?? [] };
  for (const name of PLAIN) query[name] = one(name);
  const code = one('currency').toUpperCase();
  if (code && !currency(code)) problems.push({ path: 'currency', message: t.notCurrency });
  query.currency = code;
  for (const name of ['amountFrom', 'amountTo']) {
    if (!one(name)) continue;
    const amount = typedAmount(one(name), code || 'EUR');
    if (amount === null) problems.push({ path: name, message: t.notAmount });
    else query[name] = String(amount);
  }
  for (const name of RANGES.flatMap((range) => [`${range}From`, `${range}To`])) {
    if (!one(name)) continue;
    const time = name.endsWith('To') ? afterLocalDay(one(name), zone) : fromLocalTime(one(name), zone);
    if (time === null) problems.push({ path: name, message: t.notDay });
    else query[name] = time;
  }
  return {
    state: new FormState({ values, problems }),
    query: problems.length > 0 ? null : query,
    isEmpty: Object.values(values).every((list) => list.length === 0),
  };
}

/** What somebody typed into the one search field, as searches of the API: each finds something else by it. */
export function quickSearches(text: string): readonly Query[] {
  const searches: Query[] = [{ reference: text }, { providerReference: text }];
  if (/^[0-9a-hjkmnp-tv-z]{16}$/i.test(text)) searches.push({ id: text.toUpperCase() });
  if (text.includes('@')) searches.push({ email: text });
  const [, number = '', code = ''] = /^([\d\s\u00a0.,']+?)\s*([A-Za-z]{3})?$/.exec(text) ?? [];
  const alpha = code.toUpperCase();
  if (number && (alpha === '' || currency(alpha))) {
    const amount = typedAmount(number, alpha || 'EUR');
    if (amount !== null && amount > 0)
      searches.push({ amountFrom: String(amount), amountTo: String(amount), currency: alpha });
  }
  return searches;
}
