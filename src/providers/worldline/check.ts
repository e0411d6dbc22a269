/** The harmless call of Worldline: its connection test. Facts: SHEET.md. */
import type { AccountCheck } from '../contract.ts';
import { jsonObject } from '../kit/api-call.ts';
import { worldlineProblem } from './answers.ts';
import { callWorldline } from './api.ts';
import type { WorldlineSettings } from './settings.ts';

function isOk(text: string): boolean {
  try {
    return jsonObject(text).result === 'OK';
  } catch {
    // A page of a proxy.
    return false;
  }
}

export const checkWorldline: AccountCheck<WorldlineSettings> = {
  call: 'GET /services/testconnection',
  async run({ account, now, fetch }) {
    const { status, text } = await callWorldline({
      ...{ account, now, fetch },
      method: 'GET',
      path: '/services/testconnection',
    });
    if (status !== 200 || !isOk(text)) throw worldlineProblem('did not take the keys', status, text);
    return 'Worldline takes PSPID and API key';
  },
};
