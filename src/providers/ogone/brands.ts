/** The brands of the Ogone platform: the same protocol at another host, with other defaults. */
import { ogonePlatform } from './index.ts';

export const ogone = ogonePlatform({
  id: 'ogone',
  caption: 'Ogone (Ingenico, Worldline e-Commerce; unsupported by its vendor since 1 January 2026)',
  countries: ['BE', 'FR', 'DE', 'NL', 'LU', 'AT', 'GB', 'ES', 'IT'],
  host: 'https://secure.ogone.com',
  defaults: { hash: 'sha1', encoding: 'utf-8', language: 'en_US' },
});

/**
 * PostFinance e-payment, the Swiss edition, superseded by PostFinance Checkout, which is another protocol. It is kept for
 * accounts that still run and for the clients of PolyBanking.
 */
export const postfinance = ogonePlatform({
  id: 'postfinance',
  caption: 'PostFinance e-payment (superseded by PostFinance Checkout)',
  countries: ['CH', 'LI'],
  host: 'https://e-payment.postfinance.ch',
  defaults: { hash: 'sha512', encoding: 'iso-8859-1', language: 'de_CH' },
});
