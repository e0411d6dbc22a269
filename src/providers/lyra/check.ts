/** The harmless call of Lyra's platform: whether the account's keys are taken. Facts: SHEET.md. */
import type { AccountCheck } from '../contract.ts';
import { providerError } from '../kit/provider-error.ts';
import { callLyra, cannotUseLyraRest } from './rest-call.ts';
import type { LyraSettings } from './settings.ts';

/** What the platform is to send back. */
const VALUE = 'countersign';

export const checkLyra: AccountCheck<LyraSettings> = {
  call: 'POST /api-payment/V4/Charge/SDKTest',
  lacks: cannotUseLyraRest,
  async run({ account, fetch }) {
    const { value } = await callLyra<{ readonly value?: unknown }>(fetch, account, 'Charge/SDKTest', {
      value: VALUE,
    });
    if (value !== VALUE) throw providerError('the platform has sent back something else');
    return 'the platform takes the shop number and the password of the REST API';
  },
};
