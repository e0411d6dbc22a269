/** The harmless call of Przelewy24: whether the account's keys are taken. Facts: SHEET.md. */
import type { AccountCheck } from '../contract.ts';
import { callP24, unexpectedP24Answer } from './call.ts';
import type { P24Settings } from './settings.ts';

export const checkP24: AccountCheck<P24Settings> = {
  call: 'GET /api/v1/testAccess',
  lacks: ({ api_key }) =>
    api_key ? null : 'the setting api_key is missing: without it there is no REST API',
  async run({ account, fetch }) {
    const answered = await callP24(account, fetch, 'GET', '/testAccess');
    if (answered.status !== 200 || answered.answer.data !== true)
      throw unexpectedP24Answer('did not take the keys', answered);
    return 'Przelewy24 takes the merchant number and the API key';
  },
};
