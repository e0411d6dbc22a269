/** The harmless call of ePay: the reading of a transaction that there is none of: whether the account's keys are taken. Facts: SHEET.md. */
import { Problem } from '../../payments/errors.ts';
import type { AccountCheck } from '../contract.ts';
import { lacksPaymentService } from './capture-proof.ts';
import type { EpaydkSettings } from './settings.ts';
import { callPaymentService, elementText } from './soap.ts';

/** The transaction was not found. */
const NOT_FOUND = '-1008';

export const checkEpay: AccountCheck<EpaydkSettings> = {
  call: 'gettransaction of a transaction that does not exist',
  lacks: lacksPaymentService,
  async run({ account, fetch }) {
    const { ok, answer } = await callPaymentService(fetch, account, 'gettransaction', {
      transactionid: '1',
      epayresponse: '-1',
    });
    const code = elementText(answer, 'epayresponse');
    // A transaction of somebody else is none of this merchant's.
    if (!ok && code !== NOT_FOUND)
      throw new Problem('provider_error', `ePay answered the error ${code}`, {
        provider: { code, text: '' },
      });
    return 'ePay takes the merchant number and the password of the web service';
  },
};
