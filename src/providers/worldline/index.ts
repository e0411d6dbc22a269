/**
 * Worldline Direct, the successor of Ogone, and CAWL, the same platform for the Crédit Agricole banks: a session of the hosted page is
 * registered by a signed call, webhooks are signed by a key that `X-GCS-KeyId` names, and everything after the payment is a signed call.
 *
 * Facts: SHEET.md. Safe readings of what is unverified:
 * - each attempt has a merchantReference of its own, of 18 characters;
 * - a cancellation or refund that is only asked for (61, 81) moves nothing, whatever word comes with it;
 * - a capture's amount is what was acquired in all; where a message does not say that, the details are read.
 */
import { currenciesWithDigits } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import { charset } from '../../signing/charsets.ts';
import {
  type Acknowledgement,
  defineProvider,
  type LikelyCause,
  type ProviderRequest,
  type ProviderUpdate,
} from '../contract.ts';
import { jsonText } from '../kit/json-message.ts';
import { okText } from '../kit/replies.ts';
import { checkWorldline } from './check.ts';
import { verificationReply } from './endpoint-verification.ts';
import { readWorldlineEvent } from './event.ts';
import { startWorldline } from './hosted-checkout.ts';
import { worldlineMeans } from './means.ts';
import { updateOfEvent } from './messages.ts';
import { worldlineCancel, worldlineCapture, worldlineRefund } from './operations.ts';
import { worldlineProof } from './proof.ts';
import { isOwnWorldlineReturn, readWorldlineReturn } from './returnmac.ts';
import { WORLDLINE_PUBLISHED_SECRETS, type WorldlineSettings, worldlineSettings } from './settings.ts';
import { worldlineShopFields } from './shop-fields.ts';
import { verifyWorldlineWebhook, webhookHeaders, worldlineSignatures } from './signatures.ts';
import { queryWorldline } from './status-query.ts';
import { WORLDLINE_CHECKOUT_STATUSES, WORLDLINE_CODES, WORLDLINE_STATUSES } from './statuses.ts';

const LIKELY_CAUSES: readonly LikelyCause[] = [
  {
    cause: 'it is signed with the API secret instead of the webhook secret',
    settings: (account) => ({ ...account, webhook_secret: account.api_secret }),
  },
  {
    cause: 'the webhook secret has white space at an end',
    settings: (account) => ({ ...account, webhook_secret: String(account.webhook_secret).trim() }),
  },
];

/** Checks a webhook and reads it. @throws Refusal */
function readWebhook(
  request: ProviderRequest,
  settings: WorldlineSettings,
): ProviderUpdate | Acknowledgement {
  const text = jsonText(request);
  verifyWorldlineWebhook(
    request.body,
    webhookHeaders((name) => request.headers[name]),
    settings,
  );
  const event = readWorldlineEvent(text);
  if (event.merchantId !== settings.merchant_id)
    throw new Refusal('wrong_account', `the message is for the merchant ${event.merchantId}`);
  const message = updateOfEvent(event);
  if (message.kind === 'update' && !message.order)
    throw new Refusal('field_missing', 'there is no merchantReference');
  return message;
}

export const worldline = defineProvider<typeof worldlineSettings>({
  id: 'worldline',
  aliases: [],
  caption: 'Worldline Direct, and CAWL (Crédit Agricole)',
  countries: ['AT', 'BE', 'CH', 'DE', 'ES', 'FR', 'GB', 'IT', 'LU', 'NL'],
  currencies: currenciesWithDigits(0, 2, 3),
  capabilities: {
    manualCapture: true,
    signedNotification: true,
    signedReturn: false,
  },
  settings: worldlineSettings,
  publishedSecrets: WORLDLINE_PUBLISHED_SECRETS,
  keyIds: { api_secret: 'api_key_id', webhook_secret: 'webhook_key_id' },
  proof: (_settings, channel) => worldlineProof(channel),
  signatures: worldlineSignatures,
  likelyCauses: LIKELY_CAUSES,
  statuses: {
    STATUS: WORLDLINE_STATUSES,
    CODE: WORLDLINE_CODES,
    CHECKOUT: WORLDLINE_CHECKOUT_STATUSES,
  },
  requires: [],
  maxAmount: 999_999_999_999,
  testOnly: false,
  freshOrderEachRedirect: true,

  charset: () => charset('utf-8'),
  captureDefault: ({ authorization_mode }) => (authorization_mode === 'SALE' ? 'automatic' : 'manual'),
  shopFields: worldlineShopFields,
  deferred: () => true,
  start: startWorldline,

  async notification(request, account, channel) {
    if (channel === 'return') return readWorldlineReturn(request);
    const reply = verificationReply(request.method, (name) => request.headers[name]);
    if (reply) return { kind: 'acknowledgement', about: 'the check of this address', reply };
    return readWebhook(request, account.settings);
  },
  isOwnReturn: isOwnWorldlineReturn,

  reply: okText('OK'),

  setup: ({ callback }) => [
    {
      where: 'Merchant Portal > Developer > Payment API',
      value: 'generate the API key; enter its ID and secret here',
    },
    {
      where: 'Merchant Portal > Developer > Webhooks > Generate webhooks keys',
      value:
        'enter key ID and secret here at once: the secret is shown for 60 seconds, and new keys revoke the old ones',
    },
    {
      where: 'Merchant Portal > Developer > Webhooks > Add webhook endpoint',
      value: `${callback} (each session names it too; here it also gets what is done in the portal)`,
    },
    {
      where: 'An account that was on Ogone: Configuration > Account > Your options',
      value: 'the option DIR',
    },
  ],

  check: checkWorldline,
  methods: worldlineMeans,
  queryStatus: queryWorldline,
  capture: worldlineCapture,
  cancel: worldlineCancel,
  refund: worldlineRefund,
});
