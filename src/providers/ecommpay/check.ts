/** The harmless call of ECommPay: the status of a payment that there is none of: whether the account's keys are taken. Facts: SHEET.md. */
import { Declined } from '../../payments/errors.ts';
import type { AccountCheck } from '../contract.ts';
import { paymentStatus } from './gate.ts';
import type { EcommpaySettings } from './settings.ts';

/** "Transaction not found". */
const NOT_FOUND = '3061';

export const checkEcommpay: AccountCheck<EcommpaySettings> = {
  call: 'POST /v2/payment/status of a payment that does not exist',
  async run({ account, order, currency, fetch }) {
    try {
      await paymentStatus({ account, order, currency, fetch });
    } catch (error) {
      if (!(error instanceof Declined) || error.provider?.code !== NOT_FOUND) throw error;
    }
    return 'Gate takes project_id and secret_key';
  },
};
