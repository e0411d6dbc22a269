/**
 * PostFinance e-payment: the Swiss edition of the Ogone platform (ogone.ts has the protocol), superseded by
 * PostFinance Checkout, which is another protocol. The exact date on which e-payment.postfinance.ch stops
 * taking payments is unverified; it is kept for accounts that still run and for PolyBanking's clients.
 *
 * What differs: the host, SHA-512 and ISO-8859-1 as the defaults of its accounts, CHF first.
 */
import { ogonePlatform, TWO_DECIMALS } from './index.ts';

export const postfinance = ogonePlatform({
  id: 'postfinance',
  caption: 'PostFinance e-payment (superseded by PostFinance Checkout)',
  countries: ['CH', 'LI'],
  currencies: TWO_DECIMALS,
  host: 'https://e-payment.postfinance.ch',
  defaults: { hash: 'sha512', encoding: 'iso-8859-1', language: 'de_CH' },
});
