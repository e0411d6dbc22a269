/**
 * Paynow (mBank, Poland): BLIK, transfers, cards. A payment is registered by a signed call, and notifications are signed by the same key.
 * They name no amount, and a buyer who tries again has another payment of the same reference: so every one is a reason to ask.
 *
 * Facts: SHEET.md. Safe readings of what is unverified:
 * - a payment that follows an abandoned one is for the same amount;
 * - what a notification says of a refund is asked by its number, and one that names no order is acknowledged;
 * - the return is not believed, nor the number of a payment that it brings;
 * - bodies are sent in ASCII, so that there is one way to sign them.
 */
import { currencies } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import { readable } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import {
  type Acknowledgement,
  defineProvider,
  type Hint,
  type LikelyCause,
  type ProviderRequest,
} from '../contract.ts';
import { jsonText } from '../kit/json-message.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { checkPaynow } from './check.ts';
import { paynowMeans } from './means.ts';
import { hintOfNotification, readPaynowNotification, verifyPaynowNotification } from './messages.ts';
import { paynowProof } from './proof.ts';
import { paynowRefund } from './refunds.ts';
import { PAYNOW_PUBLISHED_SECRETS, type PaynowSettings, paynowSettings } from './settings.ts';
import { paynowSignatures } from './signatures.ts';
import { PAYNOW_MOST, PAYNOW_REQUIRES, PAYNOW_SHOP_FIELDS, startPaynow } from './start.ts';
import { queryPaynow } from './status-query.ts';
import { PAYNOW_REFUND_STATUSES, PAYNOW_STATUSES } from './statuses.ts';

const LIKELY_CAUSES: readonly LikelyCause[] = [
  {
    cause: 'it is signed with the Api-Key instead of the Signature-Key',
    settings: (account) => ({ ...account, signature_key: account.api_key }),
  },
];

/** Checks a notification and reads it. @throws Refusal */
function readNotification(request: ProviderRequest, settings: PaynowSettings): Hint | Acknowledgement {
  const text = jsonText(request);
  verifyPaynowNotification(request.body, request.headers.signature ?? '', settings);
  return hintOfNotification(readPaynowNotification(text));
}

/** The return is unsigned: a reason to ask about the order that our own address names. @throws Refusal */
function readReturn({ query }: ProviderRequest): Hint {
  const order = new URLSearchParams(readable(query)).get('o');
  if (!order) throw new Refusal('field_missing', 'there is no order');
  return { kind: 'hint', order, about: {} };
}

export const paynow = defineProvider<typeof paynowSettings>({
  id: 'paynow',
  aliases: [],
  caption: 'Paynow (mBank, Poland)',
  means: { kind: 'bank', name: 'Paynow' },
  countries: ['PL'],
  currencies: currencies(['PLN', 'EUR', 'USD', 'GBP', 'CZK']),
  // The others are for cards alone, and by agreement.
  defaultCurrencies: ['PLN'],
  capabilities: {
    manualCapture: false,
    signedNotification: true,
    signedReturn: false,
  },
  settings: paynowSettings,
  publishedSecrets: PAYNOW_PUBLISHED_SECRETS,
  proof: paynowProof,
  signatures: paynowSignatures,
  statuses: { STATUS: PAYNOW_STATUSES, REFUND: PAYNOW_REFUND_STATUSES },
  likelyCauses: LIKELY_CAUSES,
  requires: PAYNOW_REQUIRES,
  maxAmount: PAYNOW_MOST,
  testOnly: false,
  freshOrderEachRedirect: true,

  charset: () => charset('utf-8'),
  captureDefault: () => 'automatic',
  shopFields: () => PAYNOW_SHOP_FIELDS,
  deferred: () => true,
  start: startPaynow,

  async notification(request, { settings }, channel) {
    return channel === 'return' ? readReturn(request) : readNotification(request, settings);
  },

  reply: EMPTY_OK,

  setup: ({ callback }) => [
    {
      where: 'Settings > Shops and poses > Authentication: both keys are entered here',
      value: 'API access key and signature calculation key, of the sandbox or of production',
    },
    { where: 'Settings > Shops and poses > Notification address (no payment names it)', value: callback },
    {
      where: 'For refunds: the payout schedule of the shop',
      value: 'once a day, because a refund is taken from the balance',
    },
  ],

  // Only a signed notification brings them: readReturn passes on neither.
  hintMembers: ['paymentId', 'refundId'],
  check: checkPaynow,
  methods: paynowMeans,
  queryStatus: queryPaynow,
  refund: paynowRefund,
});
