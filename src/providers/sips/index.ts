/**
 * SIPS 1.x (Atos: Mercanet, Sherlock's, Sogenactif, Scellius, e-Transactions, Elysnet, Webaffaires, Cyberplus), retired: replaced by SIPS 2;
 * closing dates per bank are unverified.
 *
 * The wire protocol is not public: the bank's own executables encrypt what is sent and decrypt what comes back, under a certificate that
 * stays on their machine. Our bridge (src/bridge/sips.ts) runs beside them; this folder says what to ask it. `response` with code 0 is what
 * a verified signature is elsewhere.
 *
 * Facts: SHEET.md. Safe readings of what is unverified:
 * - Texts are sent as ASCII, and nothing that is sent holds a `!`.
 * - A notification that cannot be read, because the bridge is down, is kept and read later: the bank sends it once.
 */

import { currencyCodes } from '../../payments/currencies.ts';
import { Problem, Refusal } from '../../payments/errors.ts';
import { readable } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import {
  defineProvider,
  type ProviderAccount,
  type ProviderUpdate,
  type VerificationContext,
} from '../contract.ts';
import { formBytes, formFields } from '../kit/form-message.ts';
import { providerError } from '../kit/provider-error.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { callSipsBridge } from './bridge.ts';
import { SIPS_SHOP_FIELDS, sipsBound, sipsParameters } from './parameters.ts';
import { sipsProof } from './proof.ts';
import { readSipsResponse, refuseSipsRequest, sipsDataOf } from './response.ts';
import { type SipsSettings, sipsSettings } from './settings.ts';
import { sipsSignatures } from './signatures.ts';
import { SIPS_RESPONSE_CODES } from './statuses.ts';

/** The middleware's form inside a page: its logos are the buttons. */
function pageOf(form: string): string {
  return `<!doctype html><html lang="fr"><head><meta charset="utf-8"><meta name="robots" content="noindex"><title>Paiement</title></head><body>${form}</body></html>`;
}

/** Has the bridge decrypt a message, and reads it. */
async function decrypted(
  account: ProviderAccount<SipsSettings>,
  context: VerificationContext,
  message: string,
): Promise<ProviderUpdate> {
  const answer = await callSipsBridge(account, context, 'response', { message });
  const values = {
    ...((answer.fields ?? {}) as Record<string, string>),
    code: String(answer.code),
    error: String(answer.error),
  };
  const update = readSipsResponse(account.settings, values);
  refuseSipsRequest(values);
  if (!update.order) throw new Refusal('field_missing', 'there is no order_id');
  return update;
}

export const sips = defineProvider<typeof sipsSettings>({
  id: 'sips',
  aliases: [],
  caption: 'SIPS 1.x (Atos middleware; retired, replaced by SIPS 2)',
  // Each bank closed it on a day of its own.
  successor: [{ provider: 'sips2', brand: null }],
  countries: ['FR'],
  currencies: currencyCodes,
  capabilities: {
    manualCapture: true,
    signedNotification: true,
    signedReturn: true,
  },
  settings: sipsSettings,
  proof: sipsProof,
  signatures: sipsSignatures,
  likelyCauses: [],
  statuses: { response_code: SIPS_RESPONSE_CODES },
  requires: [],
  maxAmount: 999_999_999_999,
  testOnly: false,
  freshOrderEachRedirect: true,

  charset: () => charset('utf-8'),
  shopFields: () => SIPS_SHOP_FIELDS,
  captureDefault: ({ capture_mode }) => (capture_mode === 'VALIDATION' ? 'manual' : 'automatic'),

  async start(request) {
    const { account } = request;
    const number = await request.daily(account.settings.merchant_id, 'Europe/Paris');
    const parameters = sipsParameters(request, number);
    const answer = await callSipsBridge(account, request, 'request', { parameters });
    if (answer.code !== '0' || typeof answer.form !== 'string' || answer.form === '') {
      const reason = answer.error || 'the executable or its files cannot be read';
      throw providerError(`the SIPS middleware rejected the payment: ${String(reason)}`);
    }
    return { redirect: { kind: 'html', html: pageOf(answer.form) }, bound: sipsBound(parameters) };
  },

  async notification(request, account, _channel, context) {
    const message = sipsDataOf(formFields(formBytes(request)));
    if (message === null || message === '') throw new Refusal('signature_missing', 'there is no DATA');
    if (/[\x00-\x1f\x7f]/.test(message)) throw new Refusal('malformed', 'DATA holds control characters');
    try {
      return await decrypted(account, context, message);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // The middleware sends once: what cannot be read now is read later.
      const order = new URLSearchParams(readable(request.query)).get('o');
      if (order === null) throw error;
      return { kind: 'hint', order, about: { DATA: message } };
    }
  },

  hintMembers: ['DATA'],
  /** Reads what could not be read when it came. */
  queriesOnlyHints: true,
  async queryStatus({ account, hint, now, fetch }) {
    return hint.DATA ? decrypted(account, { now, fetch }, hint.DATA) : null;
  },

  reply: EMPTY_OK,

  setup: ({ callback }) => [
    {
      where: 'the bridge: npm run sips-bridge beside the executables, its address in bridgeUrl',
      value: 'bridgeUrl',
    },
    { where: 'parmcom of the shop, AUTO_RESPONSE_URL (each payment names it too)', value: callback },
  ],
});
