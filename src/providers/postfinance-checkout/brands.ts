/** The editions of the platform: the same services at another host. */
import { checkoutEdition } from './index.ts';

/** What PostFinance sells in the place of e-payment (ogone/brands.ts), which is another protocol. */
export const postfinanceCheckout = checkoutEdition({
  id: 'postfinance-checkout',
  caption: 'PostFinance Checkout (All-in-One, Flex)',
  means: { kind: 'bank', name: 'PostFinance' },
  countries: ['CH', 'LI'],
  defaultCurrencies: ['CHF'],
  origin: 'https://checkout.postfinance.ch',
});

export const wallee = checkoutEdition({
  id: 'wallee',
  caption: 'wallee',
  countries: ['CH', 'LI', 'DE', 'AT'],
  defaultCurrencies: ['CHF', 'EUR'],
  origin: 'https://app-wallee.com',
});
