/** The harmless call of PAYMILL: whether the account's keys are taken. Facts: SHEET.md. */
import type { AccountCheck } from '../contract.ts';
import { askPaymill } from './api.ts';
import type { PaymillSettings } from './settings.ts';

export const checkPaymill: AccountCheck<PaymillSettings> = {
  call: 'GET /v2.1/transactions?count=1',
  async run({ account, fetch }) {
    await askPaymill(account, fetch, 'transactions?count=1');
    return 'PAYMILL takes the private key';
  },
};
