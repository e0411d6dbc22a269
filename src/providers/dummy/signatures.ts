/** The named recipes. Nothing is signed in either dialect: what a recipe verifies is the message's form. */
import type { Recipe } from '../contract.ts';
import { inputFields, textFields } from '../kit/form-message.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { statusAlone, verdict } from '../kit/verdict.ts';
import { bankPageAddress, readResponse } from './eopayment.ts';
import { readGetpaidCallback } from './getpaid.ts';
import type { DummySettings } from './settings.ts';

const NOTHING = new Uint8Array();

export const dummySignatures: Record<string, Recipe<DummySettings>> = {
  'request-url': {
    kind: 'address',
    address: (settings, input) => bankPageAddress(settings.dummy_service_url ?? '', textFields(input)),
  },
  notification: {
    kind: 'verify',
    verify: (settings, input) =>
      verdict(() => {
        const update = readResponse(settings, inputFields(input), true);
        const { reply } = update;
        return { base: NOTHING, signature: '', status: statusAlone(update), ...(reply && { reply }) };
      }),
  },
  'getpaid-callback': {
    kind: 'verify',
    verify: (_settings, input) =>
      verdict(() => {
        const body = input.raw ?? JSON.stringify(Object.fromEntries(textFields(input)));
        const update = readGetpaidCallback(body, null);
        // What moves nothing is about a payment that has been paid.
        const status = update.outcome === 'none' ? 'paid' : statusAlone(update);
        return { base: NOTHING, signature: '', status, reply: EMPTY_OK };
      }),
  },
};
