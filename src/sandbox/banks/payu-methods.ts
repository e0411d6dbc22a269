/** The means of payment of the simulated PayU, and what an order may say of them. */

const PAY_BY_LINKS = [
  { value: 'blik', name: 'BLIK', status: 'ENABLED', minAmount: 1, maxAmount: 2_000_000 },
  {
    value: 'c',
    name: 'Płatność online kartą płatniczą',
    status: 'ENABLED',
    minAmount: 1,
    maxAmount: 99_999_999,
  },
  { value: 'm', name: 'mTransfer', status: 'ENABLED', minAmount: 50, maxAmount: 99_999_999 },
  { value: 'o', name: 'Płacę z Bankiem Pekao', status: 'ENABLED', minAmount: 50, maxAmount: 99_999_999 },
  { value: 'p', name: 'Płacę z iPKO', status: 'TEMPORARY_DISABLED', minAmount: 50, maxAmount: 99_999_999 },
  { value: 'ap', name: 'Google Pay', status: 'ENABLED', minAmount: 1, maxAmount: 99_999_999 },
  { value: 'ai', name: 'Raty PayU', status: 'ENABLED', minAmount: 30_000, maxAmount: 2_000_000 },
  { value: 'b', name: 'Przelew bankowy', status: 'ENABLED', minAmount: 50, maxAmount: 99_999_999 },
  { value: 't', name: 'Płatność testowa', status: 'ENABLED', minAmount: 1, maxAmount: 99_999_999 },
];

/** `GET paymethods`. */
export function payuMethodList(): Response {
  return Response.json({
    cardTokens: [],
    pexTokens: [],
    payByLinks: PAY_BY_LINKS.map((link) => ({
      ...link,
      brandImageUrl: 'https://static.bank-demo.com/payu.png',
    })),
    status: { statusCode: 'SUCCESS', statusDesc: 'Request processing successful' },
  });
}

interface PayMethod {
  readonly type?: unknown;
  readonly value?: unknown;
  readonly authorizationCode?: unknown;
}

/** What an order says of the means: a code (true or false: whether it is good), none (null), or nonsense (its words). */
export function payuCodeOf(body: Readonly<Record<string, unknown>>): boolean | null | string {
  const { payMethod } = (body.payMethods ?? {}) as { readonly payMethod?: PayMethod };
  if (!payMethod) return null;
  const { type, value, authorizationCode: code } = payMethod;
  if (type === 'PAYMENT_WALL') return null;
  if (type !== 'PBL' || !PAY_BY_LINKS.some((link) => link.value === value && link.status === 'ENABLED'))
    return 'ERROR_VALUE_INVALID';
  if (code === undefined) return null;
  return value === 'blik' && /^\d{5}[02468]$/.test(String(code));
}

/** Whether the lines of an order have the form that PayU wants. */
export function arePayuProducts(products: unknown): boolean {
  const isDigits = (text: unknown) => typeof text === 'string' && /^\d{1,12}$/.test(text);
  return (
    Array.isArray(products) &&
    products.length > 0 &&
    products.every(
      ({ name, unitPrice, quantity }) =>
        typeof name === 'string' && name.length <= 255 && isDigits(unitPrice) && isDigits(quantity),
    )
  );
}
