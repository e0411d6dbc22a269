/** The brands of the Ogone platform: the same protocol at another host, with other defaults. */
import { ogonePlatform } from './index.ts';

export const ogone = ogonePlatform({
  id: 'ogone',
  caption: 'Ogone (Ingenico, Worldline e-Commerce; ended on 31 December 2025, replaced by Worldline Direct)',
  ended: '2025-12-31',
  successor: [{ provider: 'worldline', brand: 'worldline' }],
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
  caption: 'PostFinance e-payment (ended on 31 December 2025, replaced by PostFinance Checkout)',
  means: { kind: 'bank', name: 'PostFinance' },
  // The end of the platform that it is an edition of; its own last day is not known.
  ended: '2025-12-31',
  successor: [
    { provider: 'postfinance-checkout', brand: null },
    { provider: 'worldline', brand: 'worldline' },
  ],
  countries: ['CH', 'LI'],
  host: 'https://e-payment.postfinance.ch',
  defaults: { hash: 'sha512', encoding: 'iso-8859-1', language: 'de_CH' },
});
