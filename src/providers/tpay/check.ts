/** The harmless call of tpay: whether the account's keys are taken. Facts: SHEET.md. */
import type { AccountCheck } from '../contract.ts';
import { tokenOf } from './open-api.ts';
import type { TpaySettings } from './settings.ts';

export const checkTpay: AccountCheck<TpaySettings> = {
  call: 'POST /oauth/auth',
  lacks: ({ client_id, client_secret }) =>
    client_id && client_secret
      ? null
      : 'client_id and client_secret are missing: the classic protocol has no harmless call',
  async run({ account, fetch, now }) {
    await tokenOf(account, { fetch, now }, true);
    return 'tpay takes client_id and client_secret, and has given a token';
  },
};
