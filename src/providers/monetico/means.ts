/** The means of payment of the page. Nothing lists those of a contract: these are what there is. Facts: SHEET.md, "Means of payment". */
import type { MeansOfPayment } from '../../payments/means.ts';
import type { MeansQuery } from '../contract.ts';
import type { MoneticoSettings } from './settings.ts';

const CARDS: MeansOfPayment = { id: 'CB', name: 'Carte bancaire', kind: 'card' };

/** The words of `protocole`: each is an option of the contract, in euros. */
const OPTIONS: readonly MeansOfPayment[] = [
  { id: 'paypal', name: 'PayPal', kind: 'wallet' },
  { id: 'lyfpay', name: 'Lyf Pay', kind: 'wallet' },
  { id: '1euro', name: '1euro.com', kind: 'instalments' },
  { id: '3xcb', name: '3x CB', kind: 'instalments' },
  { id: '4xcb', name: '4x CB', kind: 'instalments' },
];

export async function moneticoMeans({
  currency,
}: MeansQuery<MoneticoSettings>): Promise<readonly MeansOfPayment[]> {
  return currency === 'EUR' ? [CARDS, ...OPTIONS] : [CARDS];
}
