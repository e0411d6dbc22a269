/**
 * Przelewy24 (Poland): REST API v1 (rest.ts), and the forms of the modes 3.2 and legacy before it (forms.ts). In every mode a signed
 * notification is an advance payment only: the payment is pending, and paid when our verification call, with our amount, has succeeded.
 *
 * Facts: SHEET.md. Safe readings of what is unverified:
 * - each attempt has a session of its own;
 * - the second value of a 3.2 signature is the merchant;
 * - payments that were declined or given up are never notified, so the first status query is due after 15 minutes.
 */

import { currencies } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import { readable } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import {
  type Channel,
  defineProvider,
  type Hint,
  type LikelyCause,
  type ProviderRequest,
  type ProviderUpdate,
} from '../contract.ts';
import { formBytes, formFields, uniqueValues } from '../kit/form-message.ts';
import { jsonText } from '../kit/json-message.ts';
import { okText } from '../kit/replies.ts';
import { checkP24 } from './check.ts';
import { queryP24Form, startP24Form } from './forms.ts';
import { type P24Values, readP24Form, readP24Notification } from './messages.ts';
import { listP24Methods, p24MethodProblem } from './methods.ts';
import { p24Proof } from './proof.ts';
import { p24Refund } from './refund.ts';
import { startP24Rest } from './rest.ts';
import { P24_PUBLISHED_SECRETS, type P24Settings, p24Settings } from './settings.ts';
import { P24_SHOP_FIELDS } from './shop-fields.ts';
import { p24Signatures, verifyP24Form, verifyP24Notification } from './signatures.ts';
import { queryP24Rest } from './status-query.ts';
import { P24_ERRORS, P24_REFUND_NOTIFICATION_STATUSES, P24_TRANSACTION_STATUSES } from './statuses.ts';

const LIKELY_CAUSES: readonly LikelyCause[] = [
  {
    cause: 'the CRC has white space at an end',
    settings: (account) => ({ ...account, crc: String(account.crc).trim() }),
  },
];

/** @throws Refusal when a message names another merchant. */
function requireMerchant(settings: P24Settings, merchant: string | undefined): void {
  if (merchant !== settings.merchant_id)
    throw new Refusal('wrong_account', `the message is for the merchant ${merchant}`);
}

function readRest(request: ProviderRequest, settings: P24Settings, channel: Channel): ProviderUpdate | Hint {
  // The return carries nothing but our own order number: a reason for a status query.
  if (channel === 'return') {
    const order = new URLSearchParams(readable(request.query)).get('o');
    if (!order) throw new Refusal('field_missing', 'there is no order');
    return { kind: 'hint', order, about: {} };
  }
  const { members } = verifyP24Notification(jsonText(request), settings.crc);
  requireMerchant(settings, String(members.merchantId));
  return readP24Notification(members);
}

/** What each mode signs, in forms that hold no bar: so the signed text can be cut in one way only. */
const SESSION = /^[^|]{1,100}$/;
const NUMBER = /^\d{1,15}$/;
const SIGNED_FORMS: Readonly<Record<'3.2' | 'legacy', Readonly<Record<string, RegExp>>>> = {
  '3.2': {
    p24_session_id: SESSION,
    p24_order_id: NUMBER,
    p24_amount: NUMBER,
    p24_currency: /^[A-Z]{3}$/,
  },
  legacy: { p24_session_id: SESSION, p24_order_id: NUMBER, p24_kwota: NUMBER },
};

/** @throws Refusal when a signed value has another form. */
function requireForms(mode: P24Settings['mode'], values: P24Values): void {
  if (mode === 'rest') return;
  for (const [name, form] of Object.entries(SIGNED_FORMS[mode])) {
    if (!form.test(values.get(name) ?? '')) throw new Refusal('malformed', `${name} has another form`);
  }
}

/** The return of legacy is its notification, through the browser; that of 3.2 carries nothing. */
function readForms(request: ProviderRequest, settings: P24Settings, channel: Channel): ProviderUpdate {
  const values = uniqueValues(formFields(formBytes(request)));
  if (channel === 'return' && settings.mode === '3.2')
    throw new Refusal('signature_missing', 'a return of 3.2 carries nothing');
  verifyP24Form(settings.mode, values, settings.crc);
  requireForms(settings.mode, values);
  requireMerchant(settings, values.get('p24_merchant_id') ?? values.get('p24_id_sprzedawcy'));
  // A form of ours is signed with the merchant in the place of the order.
  if ([settings.merchant_id, settings.pos_id].includes(values.get('p24_order_id')))
    throw new Refusal('malformed', 'p24_order_id is the merchant: this is a request, not an answer');
  return readP24Form(settings.mode, values);
}

/** Checks a message and reads it. @throws Refusal */
function readMessage(
  request: ProviderRequest,
  settings: P24Settings,
  channel: Channel,
): ProviderUpdate | Hint {
  return settings.mode === 'rest'
    ? readRest(request, settings, channel)
    : readForms(request, settings, channel);
}

export const przelewy24 = defineProvider<typeof p24Settings>({
  id: 'przelewy24',
  aliases: ['p24'],
  caption: 'Przelewy24',
  means: { kind: 'bank', name: 'Przelewy24' },
  countries: ['PL'],
  currencies: currencies(['PLN', 'EUR', 'CZK', 'GBP', 'USD', 'CHF', 'SEK', 'NOK', 'DKK', 'RON']),
  capabilities: {
    manualCapture: false,
    signedNotification: true,
    signedReturn: false,
  },
  settings: p24Settings,
  publishedSecrets: P24_PUBLISHED_SECRETS,
  proof: ({ mode }, channel) => p24Proof(mode, channel),
  signatures: p24Signatures,
  likelyCauses: LIKELY_CAUSES,
  statuses: {
    TRANSACTION: P24_TRANSACTION_STATUSES,
    REFUND_NOTIFICATION: P24_REFUND_NOTIFICATION_STATUSES,
    ERROR: P24_ERRORS,
  },
  requires: [
    { field: 'customer.email', maxLength: 50 },
    {
      field: 'currency',
      when: 'mode is legacy: PLN',
      applies: ({ mode }) => mode === 'legacy',
      problemOf: (value) =>
        value === 'PLN' ? null : 'the legacy protocol takes PLN only, and names no currency',
    },
  ],
  maxAmount: 999_999_999,
  testOnly: false,
  freshOrderEachRedirect: true,

  charset: () => charset('utf-8'),
  methodProblem: p24MethodProblem,
  methods: listP24Methods,
  captureDefault: () => 'automatic',
  shopFields: ({ mode }) => P24_SHOP_FIELDS[mode],
  deferred: ({ mode }) => mode === 'rest',

  async start(request) {
    return request.account.settings.mode === 'rest' ? startP24Rest(request) : startP24Form(request);
  },

  async notification(request, account, channel) {
    const message = readMessage(request, account.settings, channel);
    if (!message.order) throw new Refusal('field_missing', 'there is no session');
    return message;
  },

  reply: okText('OK'),

  setup: ({ callback }) => [
    { where: 'nothing has to be entered: each order names its addresses (rest, 3.2)', value: callback },
    { where: 'legacy: the online address is set by the support', value: callback },
    { where: 'My data > API > addresses that may use the API', value: 'those of the Worker, or none' },
  ],

  hintMembers: ['orderId', 'statement'],
  check: checkP24,
  queryStatus: (query) =>
    query.account.settings.mode === 'rest' ? queryP24Rest(query) : queryP24Form(query),
  // The older protocols can only be asked about the order that a notification has named.
  queriesOnlyHints: ({ mode }) => mode !== 'rest',

  refund: p24Refund,
});
