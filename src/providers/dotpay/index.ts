/**
 * Dotpay (Poland; being folded into Przelewy24). An account is set to one of three generations of the protocol:
 * - `legacy` sends an unsigned request and gets notifications with `t_status` and an MD5;
 * - `dev` signs the request with SHA-256 over values and gets notifications with `operation_*` and a SHA-256;
 * - `next` signs it with HMAC-SHA-256 over a JSON text and gets the same notifications as `dev`.
 *
 * Facts: SHEET.md. Safe readings of what is unverified:
 * - the amount of a refund counts without its sign;
 * - a complaint moves nothing;
 * - `type` is 4, as the vendor's SDK sends it, and 3 in mode `legacy`.
 */

import { currencies } from '../../payments/currencies.ts';
import { Problem } from '../../payments/errors.ts';
import { decimal } from '../../payments/money.ts';
import { charset } from '../../signing/charsets.ts';
import {
  defineProvider,
  type LikelyCause,
  type OperationCall,
  type ProviderAccount,
  type StartRequest,
} from '../contract.ts';
import { addressWithin, atOrigin, backBy } from '../kit/addresses.ts';
import { formBytes, formFields } from '../kit/form-message.ts';
import { pageLanguage } from '../kit/languages.ts';
import { orderNumberProblem, withoutOrderNumbers } from '../kit/order-numbers.ts';
import { withProviderFields } from '../kit/provider-fields.ts';
import { okText } from '../kit/replies.ts';
import { cut, ifFits } from '../kit/text.ts';
import { checkDotpay } from './check.ts';
import { DOTPAY_SHOP_NAMES } from './fields.ts';
import { cancelLegacyPayment } from './legacy-cancellation.ts';
import { dotpayChoice, dotpayMethodProblem, listDotpayMethods } from './methods.ts';
import { lacksPanelUser, lookUpPanelRefund, queryPanelOperation, refundInPanel } from './panel.ts';
import { dotpayProof } from './proof.ts';
import { DOTPAY_PUBLISHED_SECRETS, type DotpaySettings, dotpaySettings } from './settings.ts';
import { dotpaySignatures, signChk, verifyUrlc } from './signatures.ts';
import { DOTPAY_LEGACY_STATUSES, DOTPAY_OPERATIONS } from './statuses.ts';
import { isUrlcOfNoOrder, readUrlc, requireUrlcEnvironment, requireUrlcForms } from './urlc.ts';

const LIKELY_CAUSES: readonly LikelyCause[] = [
  {
    cause: 'the account is set to the legacy generation in the panel',
    settings: (settings) => ({ ...settings, mode: 'legacy' }),
  },
  {
    cause: 'the account is set to the dev or next generation in the panel',
    settings: (settings) => ({ ...settings, mode: 'dev' }),
  },
];

// --- Start ------------------------------------------------------------------------------------------------

/** Fields that a shop may not set. */
const RESERVED = new Set([
  'api_version',
  'id',
  'amount',
  'currency',
  'control',
  'url',
  'urlc',
  'URL',
  'URLC',
  'type',
  'chk',
  'md5',
]);

function pageOf({ settings, environment }: ProviderAccount<DotpaySettings>): string {
  if (settings.mode === 'legacy') return 'https://ssl.dotpay.pl/';
  return environment === 'production'
    ? 'https://dproxy.przelewy24.pl/t2/'
    : 'https://ssl.dotpay.pl/test_payment/';
}

/**
 * Much of what a shopper fills in comes back in the notification, whose values are signed without borders: no order number of ours may
 * stand in it.
 */
function name(value: string | undefined): string | undefined {
  return cut(withoutOrderNumbers(value ?? ''), 50);
}

/** An address cannot be rewritten: it is left out. */
function email(value: string | undefined): string | undefined {
  const address = ifFits(value, 100);
  return address && orderNumberProblem(address) === null ? address : undefined;
}

/** ISO 639-1. Dotpay writes Czech as `cz`. */
const LANGUAGES = ['pl', 'en', 'de', 'fr', 'es', 'cs', 'ru', 'it', 'bg'];

function languageOf(wanted: string | undefined, own: string): string {
  if (wanted === undefined) return own;
  const language = pageLanguage(wanted, own, LANGUAGES);
  return language === 'cs' ? 'cz' : language;
}

/** The fields of the payment page, without `chk`. */
function fieldsOf(request: StartRequest<DotpaySettings>): (readonly [string, string])[] {
  const { payment, account, urls, order } = request;
  const { settings } = account;
  const { customer } = payment;
  const legacy = settings.mode === 'legacy';
  const back = addressWithin(500, backBy(urls, 'pending'));
  const callback = addressWithin(500, urls.callback);
  const entries: (readonly [string, string | undefined])[] = [
    ['api_version', legacy ? undefined : settings.mode],
    ['charset', settings.mode === 'dev' ? 'utf-8' : undefined],
    ['lang', languageOf(customer.language, settings.lang)],
    ['id', settings.id],
    ['amount', decimal(payment.amount, 2)],
    ['currency', payment.currency],
    ['description', cut(withoutOrderNumbers(payment.description || payment.reference), 255)],
    ['control', order],
    ['onlinetransfer', settings.onlinetransfer === '1' ? '1' : undefined],
    [legacy ? 'URL' : 'url', back],
    ['type', legacy ? '3' : '4'],
    [legacy ? 'URLC' : 'urlc', callback],
    ['firstname', legacy ? undefined : name(customer.firstName)],
    ['lastname', legacy ? undefined : name(customer.lastName)],
    ['email', email(customer.email)],
    ['p_info', settings.p_info],
    ['p_email', settings.p_email],
  ];
  return entries.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

// --- Later operations -------------------------------------------------------------------------------------

/** @throws Problem unsupported_operation */
function requirePln({ currency }: OperationCall<DotpaySettings>): void {
  if (currency !== 'PLN')
    throw new Problem(
      'unsupported_operation',
      `refunds of ${currency} are made in the panel: the unit of their amount is not documented`,
    );
}

// --- The provider -----------------------------------------------------------------------------------------

export const dotpay = defineProvider<typeof dotpaySettings>({
  id: 'dotpay',
  aliases: [],
  caption: 'Dotpay (being folded into Przelewy24; new merchants take that)',
  means: { kind: 'bank', name: 'Dotpay' },
  successor: [{ provider: 'przelewy24', brand: null }],
  countries: ['PL'],
  currencies: currencies(['PLN', 'EUR', 'USD', 'GBP', 'CZK', 'SEK']),
  capabilities: {
    manualCapture: false,
    signedNotification: true,
    signedReturn: false,
  },
  settings: dotpaySettings,
  publishedSecrets: DOTPAY_PUBLISHED_SECRETS,
  proof: dotpayProof,
  signatures: dotpaySignatures,
  likelyCauses: LIKELY_CAUSES,
  statuses: { t_status: DOTPAY_LEGACY_STATUSES, operation: DOTPAY_OPERATIONS },
  requires: [],
  maxAmount: 99_999_999,
  testOnly: false,
  freshOrderEachRedirect: false,

  charset: () => charset('utf-8'),
  methodProblem: dotpayMethodProblem,
  methods: listDotpayMethods,
  captureDefault: () => 'automatic',
  shopFields: () => ({
    reserved: RESERVED,
    allows: (field) => DOTPAY_SHOP_NAMES.has(field),
    problemOf: (_field, value) => orderNumberProblem(value),
  }),

  start(request) {
    const { account, payment } = request;
    const fields = withProviderFields(fieldsOf(request), {
      ...payment.providerFields,
      ...dotpayChoice(payment.method),
    });
    const signed =
      account.settings.mode === 'legacy'
        ? fields
        : [...fields, ['chk', signChk(account.settings, fields).signature] as const];
    return {
      kind: 'form',
      method: 'POST',
      url: atOrigin(pageOf(account), account.endpoints.page),
      charset: 'utf-8',
      fields: signed.map(([name, value]) => ({ name, value })),
    };
  },

  async notification(request, account) {
    const { values } = verifyUrlc(account.settings, formFields(formBytes(request)));
    if (isUrlcOfNoOrder(values)) {
      const about = values.get('operation_type') ?? '';
      const number = values.get('operation_number') ?? values.get('t_id') ?? '';
      const related = values.get('operation_related_number');
      // Of which payment a refund is, nothing in it says: the operator may want to look.
      console.warn({ event: 'dotpay.no_order_of_ours', account: account.id, about, number, related });
      return { kind: 'acknowledgement', about };
    }
    requireUrlcForms(account.settings, values);
    requireUrlcEnvironment(values, account.settings.mode, account.environment === 'production');
    return readUrlc(account.settings, values);
  },

  // Any other body makes Dotpay send the notification again.
  reply: okText('OK'),

  setup: ({ callback }) => [
    { where: 'Settings > Shop configuration > edit > URLC parameters > URLC', value: callback },
    { where: 'the same page > Block external URLC', value: 'no' },
    {
      where: 'allowedIps of this account, where the sender should be checked',
      value: '195.150.9.37, 5.252.202.254, 5.252.202.255, 20.215.81.124',
    },
  ],

  hintMembers: ['number'],
  check: checkDotpay,
  queryStatus: queryPanelOperation,
  cannotQueryStatus: (settings) =>
    settings.mode === 'legacy' ? 'accounts of mode legacy have no status query' : lacksPanelUser(settings),

  refund: {
    rule: { parts: 'many', fundsSources: ['paid'] },
    lacks: lacksPanelUser,
    async execute(order) {
      requirePln(order);
      return order.account.settings.mode === 'legacy' ? cancelLegacyPayment(order) : refundInPanel(order);
    },
    lookUp: lookUpPanelRefund,
  },
});
