/**
 * Paybox (Verifone e-commerce; Up2pay e-Transactions of the Crédit Agricole banks): a form signed with an HMAC,
 * notifications and returns signed by the platform with RSA and SHA-1 over the bytes as they travel.
 *
 * Facts: SHEET.md. Safe readings of what is unverified:
 * - RANG is sent as the contract says it.
 * - The codes 00200, 00201 and 00300 to 00303, which one plug-in counts as success, are not paid.
 * - Nothing depends on the date letters of PBX_RETOUR.
 * - PBX_TIME is the moment of signing, in UTC.
 * - One key signs for every merchant: in production a message is a reason to ask Direct about our own reference.
 */

import { Refusal } from '../../payments/errors.ts';
import { readable } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { defineProvider } from '../contract.ts';
import { formBytes } from '../kit/form-message.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { checkPaybox } from './check.ts';
import { lacksPayboxDirect, payboxCancel, payboxCapture, payboxRefund, queryPayboxStatus } from './direct.ts';
import {
  PAYBOX_REQUIRES,
  PAYBOX_SHOP_FIELDS,
  payboxFields,
  payboxInstallmentsProblem,
  payboxPage,
} from './form.ts';
import { checkPayboxEnvironment, PAYBOX_NOTIFICATION_ADDRESSES, payboxProof } from './proof.ts';
import { readRetour } from './retour.ts';
import { PAYBOX_PUBLISHED_SECRETS, payboxSettings } from './settings.ts';
import { payboxLikelyCauses, payboxSignatures, signPayboxFields, verifyPayboxRetour } from './signatures.ts';
import { PAYBOX_ERRORS, PAYBOX_INQUIRY_STATUSES } from './statuses.ts';

export const paybox = defineProvider({
  id: 'paybox',
  aliases: ['up2pay'],
  caption: 'Paybox (Verifone e-commerce, Up2pay e-Transactions)',
  // Of the Crédit Agricole banks' edition, e-Transactions. No end is known.
  successor: [{ provider: 'worldline', brand: 'cawl' }],
  countries: ['FR'],
  currencies: ['EUR', 'USD', 'GBP', 'CHF', 'CAD', 'AUD', 'JPY', 'NOK', 'SEK', 'DKK', 'XOF', 'XAF', 'TND'],
  capabilities: {
    manualCapture: true,
    signedNotification: true,
    signedReturn: true,
  },
  settings: payboxSettings,
  settingWarnings: ({ billing_phone }) =>
    billing_phone
      ? []
      : [
          'settings.billing_phone is not set: banks refuse payments whose shop gives no telephone number of the shopper (since October 2024)',
        ],
  publishedSecrets: PAYBOX_PUBLISHED_SECRETS,
  proof: payboxProof,
  notificationAddresses: PAYBOX_NOTIFICATION_ADDRESSES,
  signatures: payboxSignatures,
  likelyCauses: payboxLikelyCauses,
  statuses: { E: PAYBOX_ERRORS, STATUS: PAYBOX_INQUIRY_STATUSES },
  requires: PAYBOX_REQUIRES,
  maxAmount: 9_999_999_999,
  testOnly: false,
  freshOrderEachRedirect: false,

  charset: () => charset('utf-8'),
  shopFields: () => PAYBOX_SHOP_FIELDS,
  installmentsProblem: payboxInstallmentsProblem,
  captureDefault: ({ capture }) => (capture === 'manual' ? 'manual' : 'automatic'),

  start(request) {
    const fields = payboxFields(request);
    const { signature } = signPayboxFields(request.account.settings, { fields });
    return {
      kind: 'form',
      method: 'POST',
      url: payboxPage(request.account),
      charset: 'utf-8',
      fields: [...fields, ['PBX_HMAC', signature] as const].map(([name, value]) => ({ name, value })),
    };
  },

  async notification(request, { settings, environment }, channel) {
    const { values } = verifyPayboxRetour(settings, readable(formBytes(request)), channel);
    const update = readRetour(settings, values, channel);
    if (!update.order) throw new Refusal('field_missing', 'there is no reference (letter R)');
    if (!update.providerStatus) throw new Refusal('field_missing', 'there is no error code (letter E)');
    checkPayboxEnvironment(update, environment);
    return update;
  },

  // Redirects and other codes count as failures, and the merchant gets a warning by e-mail.
  reply: EMPTY_OK,

  setup: ({ callback }) => [
    {
      where: 'Back office > Information > Instant payment notification (IPN) URL',
      value: `${callback} (each payment also carries it as PBX_REPONDRE_A)`,
    },
    {
      where: 'Back office > Information > HMAC key',
      value: 'make one, enter it here, and confirm it by the e-mail link',
    },
    {
      where: 'The contract, for proof of payments, capture, cancel and refund',
      value:
        'has to include Paybox Direct, and to allow the addresses that this service calls from; else turn the setting direct off',
    },
  ],

  capture: payboxCapture,
  cancel: payboxCancel,
  refund: payboxRefund,
  hintMembers: ['numtrans'],
  check: checkPaybox,
  queryStatus: queryPayboxStatus,
  cannotQueryStatus: lacksPayboxDirect,
});
