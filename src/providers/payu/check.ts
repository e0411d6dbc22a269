/** The harmless call of PayU: whether the account's keys are taken. Facts: SHEET.md. */
import type { AccountCheck } from '../contract.ts';
import { authorize } from './call.ts';
import type { PayuSettings } from './settings.ts';

export const checkPayu: AccountCheck<PayuSettings> = {
  call: 'POST /pl/standard/user/oauth/authorize',
  lacks: ({ client_secret }) =>
    client_secret ? null : 'the setting client_secret is missing: the classic protocol has no harmless call',
  async run({ account, fetch, now }) {
    await authorize(account, fetch, now, true);
    return 'PayU takes client_id and client_secret, and has given a token';
  },
};
