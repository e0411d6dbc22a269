/**
 * ePay.dk (Denmark), the classic payment window: an address with an MD5 hash over all values in the order sent, and a callback and
 * a return that are hashed over all values in the order received.
 *
 * Facts: SHEET.md. Assumptions and safe readings:
 * - The hash has no separators. Our own addresses therefore carry the order and the order id, which are hashed with the rest, and a
 *   message counts only when its values stand in ePay's order, in their forms, with that order id again.
 * - Acquirers cut order ids that are longer than nine digits. Ours has nine: three for the day, six counted in it.
 * - Only successful authorisations are called back. The cancel address is unsigned and changes no status.
 * - Only currencies are offered for which ePay's own table of decimals was compared with ISO 4217.
 */

import { currencies, currency } from '../../payments/currencies.ts';
import { charset } from '../../signing/charsets.ts';
import { encodeForm } from '../../signing/form.ts';
import { defineProvider, type LikelyCause, type ProviderOperation, type StartRequest } from '../contract.ts';
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { formBytes, formFields } from '../kit/form-message.ts';
import { orderNumberProblem, shopReference, withoutOrderNumbers } from '../kit/order-numbers.ts';
import { merchantProof } from '../kit/proof.ts';
import { withProviderFields } from '../kit/provider-fields.ts';
import { okText } from '../kit/replies.ts';
import { cut } from '../kit/text.ts';
import { hasOneEpayReading, readEpayCallback, requireCallbackForms } from './callback.ts';
import { lacksPaymentService, queryCaptureAtEpay } from './capture-proof.ts';
import { checkEpay } from './check.ts';
import { executeAtEpay, lookUpAtEpay } from './payment-service.ts';
import { EPAYDK_PUBLISHED_SECRETS, type EpaydkSettings, epaydkSettings } from './settings.ts';
import { epaydkSignatures, epayHash, verifyEpayHash } from './signatures.ts';
import { EPAYDK_MESSAGES, EPAYDK_TRANSACTION_STATUSES } from './statuses.ts';

const LIKELY_CAUSES: readonly LikelyCause[] = [
  {
    cause: 'the MD5 key has white space at an end',
    settings: (settings) => ({ ...settings, secret: String(settings.secret).trim() }),
  },
];

// --- Start ------------------------------------------------------------------------------------------------

const DAY_MS = 86_400_000;

/** Nine digits: the day (in a cycle of 1000) and a number counted in it. */
function orderId(now: Date, number: number): string {
  const day = Math.floor(now.getTime() / DAY_MS) % 1000;
  return String(day).padStart(3, '0') + String(number % 1_000_000).padStart(6, '0');
}

/** ISO 639-1 to ePay's numbers. */
const LANGUAGES: Readonly<Record<string, string>> = {
  da: '1',
  en: '2',
  sv: '3',
  no: '4',
  kl: '5',
  is: '6',
  de: '7',
  fi: '8',
  es: '9',
  fr: '10',
  pl: '11',
  it: '12',
  nl: '13',
};

/** Fields that a shop may not set. */
const RESERVED = new Set([
  'merchantnumber',
  'orderid',
  'currency',
  'amount',
  'accepturl',
  'callbackurl',
  'cancelurl',
  'instantcapture',
  'hash',
]);

/** Fields of the window that a shop may set. */
const SHOP_NAMES = new Set([
  'windowstate',
  'mobile',
  'timeout',
  'instantcallback',
  'language',
  'description',
  'windowid',
  'paymentcollection',
  'lockpaymentcollection',
  'paymenttype',
  'encoding',
  'cms',
  'group',
  'ownreceipt',
  'ordertext',
  'subscription',
]);

/**
 * The parameters of the window in the order in which they are sent and hashed, without the hash.
 * @param number counts the merchant's orders of this day.
 */
function fieldsOf(request: StartRequest<EpaydkSettings>, number: number): (readonly [string, string])[] {
  const { payment, account, urls, order, now } = request;
  const { settings } = account;
  const id = orderId(now, number);
  const own = (url: string) => addressWithin(1000, `${url}?o=${order}&n=${id}`);
  const capture = payment.capture
    ? { manual: '0', automatic: '1' }[payment.capture]
    : settings.instantcapture;
  const description = payment.description && withoutOrderNumbers(payment.description);
  const entries: (readonly [string, string | undefined])[] = [
    // In front, because the text of an answer never begins like it: both are hashed with the same key, without names.
    ['accepturl', own(urls.back)],
    ['merchantnumber', settings.merchantnumber],
    ['orderid', id],
    ['currency', currency(payment.currency)?.numeric],
    ['amount', String(payment.amount)],
    ['windowstate', settings.windowstate],
    ['mobile', '1'],
    ['timeout', settings.timeout],
    ['instantcallback', settings.instantcallback],
    ['instantcapture', capture],
    ['language', LANGUAGES[payment.customer.language ?? ''] ?? settings.language],
    ['description', cut(description, 1000) ?? shopReference(payment, 1000)],
    ['callbackurl', own(urls.callback)],
    ['cancelurl', addressWithin(1000, `${urls.back}?via=cancel`)],
  ];
  return entries.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

// --- Later operations -------------------------------------------------------------------------------------

type Rule = ProviderOperation<EpaydkSettings>['rule'];

function operation(
  fundsSources: Rule['fundsSources'],
  parts: Rule['parts'],
): ProviderOperation<EpaydkSettings> {
  return {
    rule: { fundsSources, parts },
    lacks: lacksPaymentService,
    execute: executeAtEpay,
    lookUp: lookUpAtEpay,
  };
}

// --- The provider -----------------------------------------------------------------------------------------

export const epaydk = defineProvider<typeof epaydkSettings>({
  id: 'epaydk',
  aliases: [],
  caption: 'ePay.dk (classic payment window)',
  countries: ['DK', 'SE', 'NO'],
  // Left out among others: ISK, which ePay counts in hundredths and ISO 4217 does not.
  currencies: currencies([
    'DKK',
    'EUR',
    'GBP',
    'USD',
    'PLN',
    'SEK',
    'NOK',
    'CHF',
    'CAD',
    'AUD',
    'CZK',
    'JPY',
  ]),
  capabilities: {
    manualCapture: true,
    signedNotification: true,
    signedReturn: true,
  },
  settings: epaydkSettings,
  publishedSecrets: EPAYDK_PUBLISHED_SECRETS,
  // A callback and an accept return have the same parameters and the same hash.
  proof: () =>
    merchantProof(['o', 'n', 'txnid', 'orderid', 'amount', 'currency', 'date'], {
      // Whether the money was taken is said nowhere (capture-proof.ts).
      undecided: ['outcome'],
      bordersCovered: false,
      uniqueReading:
        'o and n have fixed lengths, orderid has to be n again, and a text in which amount, currency and date can be cut twice is only a reason to ask (callback.ts)',
      requestIsNoAnswer:
        'the text of a request begins with https, that of an answer with the capitals and digits of an order number',
    }),
  signatures: epaydkSignatures,
  likelyCauses: LIKELY_CAUSES,
  statuses: { messages: EPAYDK_MESSAGES, gettransaction: EPAYDK_TRANSACTION_STATUSES },
  requires: [],
  maxAmount: 999_999_999_999,
  testOnly: false,
  freshOrderEachRedirect: true,

  charset: () => charset('utf-8'),
  shopFields: () => ({
    reserved: RESERVED,
    allows: (name) => SHOP_NAMES.has(name),
    problemOf: (_name, value) => orderNumberProblem(value),
  }),
  captureDefault: ({ instantcapture }) => (instantcapture === '0' ? 'manual' : 'automatic'),

  async start(request) {
    const { account, payment } = request;
    const number = await request.daily(account.settings.merchantnumber);
    const fields = withProviderFields(fieldsOf(request, number), payment.providerFields);
    const { signature } = epayHash(account.settings, fields);
    const page = atOrigin(
      'https://ssl.ditonlinebetalingssystem.dk/integration/ewindow/Default.aspx',
      account.endpoints.page,
    );
    const n = orderId(request.now, number);
    return {
      redirect: {
        kind: 'url',
        method: 'GET',
        url: `${page}?${encodeForm([...fields, ['hash', signature]], charset('utf-8')) ?? ''}`,
      },
      providerState: { n },
      bound: { n },
    };
  },

  async notification(request, account) {
    const { fields } = verifyEpayHash(account.settings, formFields(formBytes(request)));
    requireCallbackForms(fields);
    const update = readEpayCallback(account.settings, new Map(fields));
    return hasOneEpayReading(fields) ? update : { ...update, unproven: true };
  },

  reply: okText('OK'),

  setup: ({ callback, origin }) => [
    {
      where: 'Settings > Payment system > MD5: on accepturl and by authorization; the key entered here',
      value: 'MD5 key',
    },
    { where: 'Settings > Payment system > domains of the shop', value: origin },
    { where: 'the callback is named by each payment; nothing else has to be entered', value: callback },
  ],

  hintMembers: ['txnid'],
  check: checkEpay,
  queryStatus: queryCaptureAtEpay,
  cannotQueryStatus: lacksPaymentService,
  capture: operation(['held'], 'many'),
  cancel: operation(['held'], 'whole'),
  refund: operation(['paid'], 'many'),
});
