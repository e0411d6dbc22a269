/** The harmless call of Paybox: looking for a reference that there is none of: whether the account's keys are taken. Facts: SHEET.md. */
import type { AccountCheck } from '../contract.ts';
import { lacksPayboxDirect } from './direct.ts';
import { findTransaction } from './direct-call.ts';
import type { PayboxSettings } from './settings.ts';

export const checkPaybox: AccountCheck<PayboxSettings> = {
  call: 'PPPS.php, TYPE 00011, of a reference that does not exist',
  lacks: lacksPayboxDirect,
  async run(call) {
    await findTransaction(call.fetch, { ...call, amount: 1 });
    return 'Paybox Direct takes site, rang and the HMAC key';
  },
};
