/**
 * ECommPay: Payment Page, which is reached by one signed URL, its JSON callbacks, and Gate, its server calls.
 *
 * Facts: SHEET.md, from the vendor's SDKs (ITECOMMPAY/paymentpage-sdk-*) with their tests, its plug-ins and its documentation.
 *
 * Safe readings of what is unverified:
 * - currencies with three or four decimals are not offered;
 * - no status is known for chargebacks;
 * - an unknown payment.status is pending, and logged;
 * - a callback for a payment that we do not know gets 404, so that it is repeated while an operator looks.
 */

import { currenciesWithDigits } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import { charset } from '../../signing/charsets.ts';
import { encodeForm } from '../../signing/form.ts';
import { defineProvider } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { jsonText } from '../kit/json-message.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { readCallback } from './callback.ts';
import { checkEcommpay } from './check.ts';
import { gateCancel, gateCapture, gateRefund } from './gate.ts';
import { gateStatusUpdates } from './gate-status.ts';
import { parseJsonTree } from './json-tree.ts';
import { ECOMMPAY_SHOP_FIELDS, pageParameters } from './payment-page.ts';
import { ecommpayProof } from './proof.ts';
import { ECOMMPAY_PUBLISHED_SECRETS, ecommpaySettings } from './settings.ts';
import { ecommpayLikelyCauses, ecommpaySignatures, signPage, verifyCallback } from './signatures.ts';
import { ECOMMPAY_PAYMENT_STATUS } from './statuses.ts';

export const ecommpay = defineProvider<typeof ecommpaySettings>({
  id: 'ecommpay',
  aliases: [],
  caption: 'ECommPay (Payment Page)',
  countries: [],
  currencies: currenciesWithDigits(0, 2),
  capabilities: {
    manualCapture: true,
    signedNotification: true,
    signedReturn: false,
  },
  settings: ecommpaySettings,
  publishedSecrets: ECOMMPAY_PUBLISHED_SECRETS,
  proof: (_settings, channel) => ecommpayProof(channel),
  signatures: ecommpaySignatures,
  likelyCauses: ecommpayLikelyCauses,
  statuses: { PAYMENT_STATUS: ECOMMPAY_PAYMENT_STATUS },
  requires: [],
  maxAmount: Number.MAX_SAFE_INTEGER,
  testOnly: false,
  // The first try uses up a payment_id.
  freshOrderEachRedirect: true,

  charset: () => charset('utf-8'),
  shopFields: () => ECOMMPAY_SHOP_FIELDS,
  captureDefault: ({ operation_type }) => (operation_type === 'auth' ? 'manual' : 'automatic'),

  start(request) {
    const { settings, endpoints } = request.account;
    const parameters = pageParameters(request);
    const { signature } = signPage(settings, parameters);
    const query = encodeForm([...parameters, ['signature', signature]], charset('utf-8'));
    const page = atOrigin(`${settings.base_url}/payment`, endpoints.page);
    return { kind: 'url', method: 'GET', url: `${page}?${query}` };
  },

  async notification(request, account, channel) {
    if (channel === 'return' || request.method !== 'POST') {
      throw new Refusal('signature_missing', 'only the POST of a callback is signed');
    }
    const verified = verifyCallback(account.settings, parseJsonTree(jsonText(request)));
    return readCallback(verified, String(account.settings.project_id));
  },

  reply: EMPTY_OK,

  setup: ({ callback }) => [
    {
      where: 'Dashboard > Project > Callbacks > URL',
      value: `${callback} (each payment also carries it as merchant_callback_url)`,
    },
  ],

  check: checkEcommpay,
  queryStatus: gateStatusUpdates,
  capture: gateCapture,
  cancel: gateCancel,
  refund: gateRefund,
});
