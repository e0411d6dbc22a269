/**
 * PayU (Poland and central Europe): REST API 2.1 (rest.ts), and the classic API before it (classic.ts, mode `legacy`), deprecated.
 *
 * Facts: SHEET.md. Safe readings of what is unverified:
 * - a payment that arrived after its cancellation (REJECTED, 7) is denied, and a person has to look;
 * - the body of a notification is hashed as received;
 * - HUF is counted in hundredths, as PayU and ISO 4217 do.
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
  type ProviderUpdate,
} from '../contract.ts';
import { formBytes, formFields, uniqueValues } from '../kit/form-message.ts';
import { jsonText } from '../kit/json-message.ts';
import { okText } from '../kit/replies.ts';
import { checkPayu } from './check.ts';
import { PAYU_REQUIRES, queryPayuClassic, startPayuClassic } from './classic.ts';
import { readPayuNotification } from './messages.ts';
import { listPayuMethods, payuMethodProblem } from './methods.ts';
import { payuCancel, payuCapture, payuRefund } from './operations.ts';
import { payuProof } from './proof.ts';
import { queryPayuRest, startPayuRest } from './rest.ts';
import { PAYU_PUBLISHED_SECRETS, type PayuSettings, payuSettings } from './settings.ts';
import { PAYU_SHOP_FIELDS } from './shop-fields.ts';
import { payuSignatures, verifyPayuNotification, verifyPayuUrlOnline } from './signatures.ts';
import { PAYU_CLASSIC_STATUSES, PAYU_ORDER_STATUSES, PAYU_REFUND_STATUSES } from './statuses.ts';

const LIKELY_CAUSES: readonly LikelyCause[] = [
  {
    cause: 'it is signed with the client secret instead of the second key',
    settings: (account) => ({ ...account, second_key: account.client_secret }),
  },
  {
    cause: 'it is signed with key 1 instead of key 2',
    settings: (account) => ({ ...account, key2: account.key1 }),
  },
];

/** A notification of REST: signed, with the new status. @throws Refusal */
function readRest(request: ProviderRequest, settings: PayuSettings): ProviderUpdate | Acknowledgement {
  const text = jsonText(request);
  const { headers, body } = request;
  const header = headers['openpayu-signature'] ?? headers['x-openpayu-signature'] ?? '';
  verifyPayuNotification(body, header, settings);
  return readPayuNotification(text, settings.pos_id);
}

/** A notification of the classic API: signed, without a status, so a reason for a status query. @throws Refusal */
function readUrlOnline(request: ProviderRequest, settings: PayuSettings): Hint {
  const values = uniqueValues(formFields(formBytes(request)));
  verifyPayuUrlOnline(values, settings);
  return { kind: 'hint', order: values.get('session_id') ?? '', about: {} };
}

export const payu = defineProvider<typeof payuSettings>({
  id: 'payu',
  aliases: [],
  caption: 'PayU (Poland and central Europe)',
  means: { kind: 'bank', name: 'PayU' },
  countries: ['PL', 'CZ', 'SK', 'RO', 'HU', 'BG'],
  currencies: currencies([
    'CHF',
    'CZK',
    'DKK',
    'EUR',
    'GBP',
    'HUF',
    'NOK',
    'PLN',
    'RON',
    'SEK',
    'UAH',
    'USD',
  ]),
  capabilities: {
    manualCapture: false,
    signedNotification: true,
    signedReturn: false,
  },
  settings: payuSettings,
  publishedSecrets: PAYU_PUBLISHED_SECRETS,
  lackingSetting({ mode, second_key, key2 }) {
    if (mode === 'rest') return second_key ? null : 'second_key';
    return key2 ? null : 'key2';
  },
  wrongSetting: ({ mode, testing }, environment) =>
    mode === 'legacy' && testing && environment === 'production'
      ? { setting: 'testing', problem: 'sends every payment as a test, of which none counts in production' }
      : null,
  proof: ({ mode }, channel) => payuProof(mode, channel),
  signatures: payuSignatures,
  likelyCauses: LIKELY_CAUSES,
  statuses: {
    ORDER: PAYU_ORDER_STATUSES,
    REFUND: PAYU_REFUND_STATUSES,
    CLASSIC: PAYU_CLASSIC_STATUSES,
  },
  requires: PAYU_REQUIRES,
  maxAmount: 999_999_999,
  testOnly: false,
  freshOrderEachRedirect: true,

  charset: () => charset('utf-8'),
  methodProblem: payuMethodProblem,
  methods: listPayuMethods,
  captureDefault: ({ auto_receive }) => (auto_receive ? 'automatic' : 'manual'),
  shopFields: ({ mode }) => PAYU_SHOP_FIELDS[mode],
  deferred: () => true,

  async start(request) {
    if (request.account.settings.mode === 'rest') return startPayuRest(request);
    return startPayuClassic(request);
  },

  async notification(request, { settings }, channel) {
    // Unsigned: a reason for a status query about the order that our own address names.
    if (channel === 'return')
      return { kind: 'hint', order: new URLSearchParams(readable(request.query)).get('o'), about: {} };
    const message = settings.mode === 'rest' ? readRest(request, settings) : readUrlOnline(request, settings);
    if (message.kind !== 'acknowledgement' && !message.order)
      throw new Refusal('field_missing', 'there is no order of ours');
    return message;
  },

  reply: okText('OK'),

  setup: ({ callback }) => [
    { where: 'REST: nothing has to be entered, each order names its addresses', value: callback },
    { where: 'classic: POS > configuration > address for reports (UrlOnline)', value: callback },
  ],

  hintMembers: ['refund'],
  check: checkPayu,
  queryStatus: async (query) =>
    query.account.settings.mode === 'rest' ? queryPayuRest(query) : queryPayuClassic(query),

  capture: payuCapture,
  cancel: payuCancel,
  refund: payuRefund,
});
