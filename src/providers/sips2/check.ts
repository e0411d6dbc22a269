/** The harmless call of SIPS 2: the diagnostic of a transaction that there is none of: whether the account's keys are taken. Facts: SHEET.md. */
import { Problem } from '../../payments/errors.ts';
import type { AccountCheck } from '../contract.ts';
import { callOffice, lacksSips2Office, officeText } from './office-call.ts';
import type { Sips2Settings } from './settings.ts';

/** "Transaction unknown". */
const UNKNOWN = '25';

export const checkSips2: AccountCheck<Sips2Settings> = {
  call: 'diagnostic/getTransactionData of a transaction that does not exist',
  lacks: lacksSips2Office,
  async run({ account, order, currency, now, fetch }) {
    const providerState = { s10_id: '999999', s10_date: now.toISOString().slice(0, 10).replaceAll('-', '') };
    const answer = await callOffice(fetch, { account, order, currency, providerState }, 'status');
    const code = officeText(answer.responseCode);
    if (code !== UNKNOWN)
      throw new Problem('provider_error', `Office answered ${code}`, { provider: { code, text: '' } });
    return 'Office takes merchant_id and the secret key';
  },
};
