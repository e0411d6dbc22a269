/** The harmless call of Paynow: the list of the means of payment, which only somebody with both keys gets. Facts: SHEET.md. */
import type { AccountCheck } from '../contract.ts';
import { askingKey, callPaynow, unexpectedPaynowAnswer } from './api.ts';
import type { PaynowSettings } from './settings.ts';

export const checkPaynow: AccountCheck<PaynowSettings> = {
  call: 'GET /v3/payments/paymentmethods',
  async run({ account, fetch, currency, now }) {
    const answer = await callPaynow(
      { account, fetch },
      {
        method: 'GET',
        path: `/v3/payments/paymentmethods?currency=${encodeURIComponent(currency)}`,
        idempotencyKey: askingKey('ck', now),
      },
    );
    if (answer.status !== 200) throw unexpectedPaynowAnswer('was asked for its means of payment', answer);
    return 'Paynow takes Api-Key and Signature-Key, and has listed the means of payment';
  },
};
