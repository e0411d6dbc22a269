/** The harmless call of ECommPay: the status of a payment that there is none of: whether the account's keys are taken. Facts: SHEET.md. */
import { Declined } from '../../payments/errors.ts';
import type { AccountCheck } from '../contract.ts';
import { paymentStatus } from './gate.ts';
import type { EcommpaySettings } from './settings.ts';

/** What Gate says of a payment that is not registered: its code is not documented, its words are. */
const NOT_FOUND = /\bnot found\b|not (?:been )?registered/i;

export const checkEcommpay: AccountCheck<EcommpaySettings> = {
  call: 'POST /v2/payment/status of a payment that does not exist',
  async run({ account, order, currency, fetch }) {
    try {
      await paymentStatus({ account, order, currency, fetch });
    } catch (error) {
      if (!(error instanceof Declined) || !NOT_FOUND.test(error.provider?.text ?? '')) throw error;
    }
    return 'Gate takes project_id and secret_key';
  },
};
