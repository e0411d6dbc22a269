/**
 * Tpay (Poland; Transferuj.pl until about 2016). An account is set to one of two request protocols: the classic form with
 * `md5sum`, or the Open API with OAuth2. Notifications have one format: a form with an `md5sum`, which leaves out the status, and
 * today a JWS over the raw body (jws.ts), which covers it.
 *
 * Facts: SHEET.md. Safe readings of what is unverified:
 * - a notification without a JWS is believed only where the account says so (old accounts of `transferuj`);
 * - FALSE denies and never undoes a payment; a status that the sheet does not have moves nothing;
 * - an error of ours is answered with HTTP 500 and never with `FALSE`, which may send the money back.
 */

import { currenciesWithDigits } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import { readable } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import {
  type Acknowledgement,
  defineProvider,
  type LikelyCause,
  type ProviderAccount,
  type ProviderRequest,
  type ProviderUpdate,
  type VerificationContext,
} from '../contract.ts';
import { formBytes, formFields, uniqueValues } from '../kit/form-message.ts';
import { okText } from '../kit/replies.ts';
import { verifyNotificationJws } from './certificates.ts';
import { chargeBackTransaction, hasOlderApi, lookUpChargebacks, queryChargebacks } from './chargeback.ts';
import { checkTpay } from './check.ts';
import { classicForm, TPAY_SHOP_FIELDS } from './classic-form.ts';
import { listTpayMethods, tpayMethodProblem } from './methods.ts';
import {
  isOfOtherSoftware,
  isTpayTrial,
  otherTpayMessage,
  readTpayNotification,
  requireTpayEnvironment,
  requireTpayForms,
} from './notification.ts';
import { tpayProof } from './proof.ts';
import { lookUpRefunds, refundTransaction } from './refunds.ts';
import { TPAY_PUBLISHED_SECRETS, type TpaySettings, tpaySettings } from './settings.ts';
import { tpaySignatures, verifyNotificationMd5sum } from './signatures.ts';
import { TPAY_STATUSES, TPAY_TRANSACTION_STATUSES } from './statuses.ts';
import {
  cancelTransaction,
  createTransaction,
  lookUpCancel,
  queryTransaction,
  TPAY_API_FIELDS,
} from './transactions.ts';

const LIKELY_CAUSES: readonly LikelyCause[] = [
  {
    cause: 'the security code has white space at an end',
    settings: (settings) => ({ ...settings, code: String(settings.code).trim() }),
  },
];

/** Refunds may be missing in a list "immediately after" they were asked for: well above any such time. */
const LISTED_AFTER_SECONDS = 1800;

/**
 * Both signatures have to be right, except where the account does without the JWS and the message has none. What is about no payment
 * has the JWS alone.
 */
async function verifiedMessage(
  request: ProviderRequest,
  account: ProviderAccount<TpaySettings>,
  context: VerificationContext,
): Promise<ProviderUpdate | Acknowledgement> {
  // The JWS covers the body: what comes in a query would be read and not covered.
  if (request.method !== 'POST') throw new Refusal('malformed', 'a notification comes by POST');
  const other = otherTpayMessage(request.body, request.contentType);
  if (other) {
    await verifyNotificationJws(request, account, context);
    return { kind: 'acknowledgement', ...other };
  }
  const values = uniqueValues(formFields(formBytes(request)));
  verifyNotificationMd5sum(account.settings, values);
  const hasJws = account.settings.require_jws || request.headers['x-jws-signature'] !== undefined;
  if (hasJws) await verifyNotificationJws(request, account, context);
  const isProduction = account.environment === 'production';
  if (isTpayTrial(values, isProduction)) return { kind: 'acknowledgement', about: 'a trial from the panel' };
  requireTpayForms(values);
  if (isOfOtherSoftware(values)) {
    const [order, title] = [values.get('tr_crc') ?? '', values.get('tr_id') ?? ''];
    console.warn({ event: 'tpay.other_software', account: account.id, order, title });
    return { kind: 'acknowledgement', about: 'a payment of other software' };
  }
  requireTpayEnvironment(values, isProduction, hasJws);
  return readTpayNotification(account.settings, values);
}

export const tpay = defineProvider<typeof tpaySettings>({
  id: 'tpay',
  aliases: ['transferuj'],
  caption: 'Tpay (formerly Transferuj.pl)',
  means: { kind: 'bank', name: 'Tpay' },
  countries: ['PL'],
  // Which ones an account may use is in its contract: those that it names, by the Open API.
  currencies: currenciesWithDigits(2),
  defaultCurrencies: ['PLN'],
  capabilities: {
    manualCapture: false,
    signedNotification: true,
    signedReturn: false,
  },
  settings: tpaySettings,
  publishedSecrets: TPAY_PUBLISHED_SECRETS,
  proof: tpayProof,
  signatures: tpaySignatures,
  likelyCauses: LIKELY_CAUSES,
  statuses: { tr_status: TPAY_STATUSES, transaction: TPAY_TRANSACTION_STATUSES },
  requires: [
    {
      field: 'customer.email',
      maxLength: 64,
      when: 'mode is classic',
      applies: ({ mode }) => mode === 'classic',
    },
    { field: 'customer.email', when: 'mode is openapi', applies: ({ mode }) => mode === 'openapi' },
    {
      field: 'currency',
      when: 'mode is classic: PLN',
      applies: ({ mode }) => mode === 'classic',
      problemOf: (value) => (value === 'PLN' ? null : 'the classic protocol takes PLN only'),
    },
  ],
  maxAmount: 999_999_999,
  testOnly: false,
  freshOrderEachRedirect: true,

  charset: () => charset('utf-8'),
  shopFields: ({ mode }) => (mode === 'classic' ? TPAY_SHOP_FIELDS : TPAY_API_FIELDS),
  methodProblem: tpayMethodProblem,
  methods: listTpayMethods,
  captureDefault: () => 'automatic',
  deferred: ({ mode }) => mode === 'openapi',

  async start(request) {
    if (request.account.settings.mode === 'classic') return classicForm(request);
    return createTransaction(request);
  },

  async notification(request, account, channel, context) {
    // The browser return is unsigned, and carries no data of Tpay's.
    if (channel === 'return')
      return { kind: 'hint', order: new URLSearchParams(readable(request.query)).get('o'), about: {} };
    return verifiedMessage(request, account, context);
  },

  // Any other body makes tpay send the notification again, and FALSE may send the money back.
  reply: okText('TRUE'),

  setup: ({ callback }) => [
    { where: 'Settings > Notifications > address (each payment names it too)', value: callback },
    { where: 'Settings > Notifications > security code', value: 'the one entered here' },
    { where: 'the root certificate to pin', value: 'https://secure.tpay.com/x509/tpay-jws-root.pem' },
  ],

  hintMembers: ['refunded'],
  check: checkTpay,
  queryStatus: async (query) =>
    query.account.settings.mode === 'classic' ? queryChargebacks(query) : queryTransaction(query),
  // The older API is asked for refunds alone, when one was told of.
  queriesOnlyHints: ({ mode }) => mode === 'classic',
  cannotQueryStatus: (settings) =>
    settings.mode === 'openapi' || hasOlderApi(settings)
      ? null
      : 'accounts of the classic protocol have no status query',

  cancel: {
    rule: { parts: 'whole', fundsSources: ['open'] },
    lacks: ({ mode }) => (mode === 'openapi' ? null : 'the classic protocol has no cancel'),
    execute: cancelTransaction,
    lookUp: lookUpCancel,
  },

  refund: {
    rule: { parts: 'many', fundsSources: ['paid'] },
    lacks: (settings) =>
      settings.mode === 'openapi' || hasOlderApi(settings)
        ? null
        : 'the classic protocol refunds by the older API: api_key and api_password are not set',
    execute: async (order) =>
      order.account.settings.mode === 'classic' ? chargeBackTransaction(order) : refundTransaction(order),
    lookUp: async (call) =>
      call.account.settings.mode === 'classic' ? lookUpChargebacks(call) : lookUpRefunds(call),
    settlesAfterSeconds: LISTED_AFTER_SECONDS,
  },
});
