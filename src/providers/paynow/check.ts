/** The harmless call of Paynow: the list of the means of payment, which only somebody with both keys gets. Facts: SHEET.md. */
import type { AccountCheck } from '../contract.ts';
import { paynowMeans } from './means.ts';
import type { PaynowSettings } from './settings.ts';

export const checkPaynow: AccountCheck<PaynowSettings> = {
  call: 'GET /v3/payments/paymentmethods',
  async run({ account, fetch, currency, now }) {
    await paynowMeans({ account, fetch, currency, amount: null, now });
    return 'Paynow takes Api-Key and Signature-Key, and has listed the means of payment';
  },
};
