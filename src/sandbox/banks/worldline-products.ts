/** The means of payment of the simulated Worldline: what is offered in a country and a currency. */

interface Product {
  readonly id: number;
  readonly paymentMethod: 'card' | 'mobile' | 'redirect';
  readonly label: string;
  /** Left out: everywhere. */
  readonly countries?: readonly string[];
  readonly currencies?: readonly string[];
}

const PRODUCTS: readonly Product[] = [
  { id: 1, paymentMethod: 'card', label: 'VISA' },
  { id: 3, paymentMethod: 'card', label: 'MasterCard' },
  { id: 130, paymentMethod: 'card', label: 'CB', countries: ['FR'], currencies: ['EUR'] },
  { id: 302, paymentMethod: 'mobile', label: 'APPLEPAY' },
  { id: 840, paymentMethod: 'redirect', label: 'PAYPAL' },
  { id: 809, paymentMethod: 'redirect', label: 'iDEAL', countries: ['NL'], currencies: ['EUR'] },
  { id: 3203, paymentMethod: 'redirect', label: 'PostFinance Pay', currencies: ['CHF', 'EUR'] },
  { id: 5402, paymentMethod: 'redirect', label: 'MEALVOUCHERS', countries: ['FR'], currencies: ['EUR'] },
];

/** What a query asks for; null: it lacks what it needs. */
export function productsFor(query: string): object | null {
  const asked = new URLSearchParams(query);
  const [country, currency] = [asked.get('countryCode') ?? '', asked.get('currencyCode') ?? ''];
  const amount = asked.get('amount');
  if (!/^[A-Z]{2}$/.test(country) || !/^[A-Z]{3}$/.test(currency)) return null;
  if (amount !== null && !/^\d{1,12}$/.test(amount)) return null;
  const paymentProducts = PRODUCTS.filter(
    ({ countries, currencies }) =>
      (countries?.includes(country) ?? true) && (currencies?.includes(currency) ?? true),
  ).map(({ id, paymentMethod, label }, displayOrder) => ({
    id,
    paymentMethod,
    allowsRecurring: paymentMethod === 'card',
    displayHints: { displayOrder, label, logo: `https://assets.example/${id}.png` },
  }));
  return { paymentProducts };
}
