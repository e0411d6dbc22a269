/**
 * The `vads_*` fields of the form that the shopper posts (SHEET.md, "Starting a payment").
 *
 * The signature covers values alone, joined by `+`, so a value with a `+` in it counts as two, and a shopper called "AUTHORISED"
 * could turn a declined payment into a paid one. Therefore no value that comes from outside holds a `+` or is a word of the
 * protocol when we send it.
 */
import { currency } from '../../payments/currencies.ts';
import type { PaymentRequest } from '../../payments/types.ts';
import type { StartRequest } from '../contract.ts';
import { addressWithin } from '../kit/addresses.ts';
import { shopReference } from '../kit/order-numbers.ts';
import { type ShopFields, withProviderFields } from '../kit/provider-fields.ts';
import type { Requirement } from '../kit/requirements.ts';
import { cut, ifFits } from '../kit/text.ts';
import { cleanedText, emailProblem, freeTextProblem, phoneNumber, shopText } from './free-text.ts';
import { isDivided, multiConfig, PAYMENT_CONFIG, partsOf } from './schedule.ts';
import { type LyraSettings, lyraMode } from './settings.ts';

/** What countersign answers for, and no shop may set by hand. */
const RESERVED = new Set([
  'vads_version',
  'vads_page_action',
  'vads_action_mode',
  'vads_ctx_mode',
  'vads_site_id',
  'vads_amount',
  'vads_currency',
  'vads_trans_date',
  'vads_trans_id',
  'vads_order_id',
  'vads_url_return',
  'vads_url_check',
  'vads_return_mode',
  'vads_validation_mode',
  'signature',
]);

/** What a shop may set: request fields of the sheet alone, none that only an answer has. */
const SHOP_NAMES = new Set(
  `
  vads_payment_config vads_payment_cards vads_capture_delay vads_language vads_available_languages vads_contrib vads_theme_config
  vads_order_info vads_order_info2 vads_order_info3
  vads_cust_id vads_cust_title vads_cust_status vads_cust_legal_name vads_cust_name vads_cust_email vads_cust_first_name
  vads_cust_last_name vads_cust_address vads_cust_address2 vads_cust_address_number vads_cust_district vads_cust_zip
  vads_cust_city vads_cust_state vads_cust_country vads_cust_phone vads_cust_cell_phone vads_cust_national_id
  vads_url_success vads_url_refused vads_url_cancel vads_url_error
  vads_redirect_success_timeout vads_redirect_success_message vads_redirect_error_timeout vads_redirect_error_message
  `
    .trim()
    .split(/\s+/),
);

/** What a shop may give. */
export const LYRA_SHOP_FIELDS: ShopFields = {
  reserved: RESERVED,
  allows: (name) => SHOP_NAMES.has(name) || /^vads_ext_info_[A-Za-z0-9_]{1,64}$/.test(name),
  problemOf: (name, value) => {
    const text = shopText(name, value);
    if (name === 'vads_cust_email') return text === '' ? null : emailProblem(text);
    if (name !== 'vads_payment_config') return freeTextProblem(text);
    return PAYMENT_CONFIG.test(text) ? null : 'is SINGLE, MULTI:... or MULTI_EXT:...';
  },
};

/** How a payment is divided: as the shop says, else its account. */
function configOf(
  { payment_config }: LyraSettings,
  { providerFields, installments, amount }: PaymentRequest,
): string {
  if (installments) return multiConfig(amount, installments);
  return providerFields.vads_payment_config ?? payment_config;
}

/** What a payment needs: the platform declines a form whose parts do not come to the amount. */
export const LYRA_REQUIRES: readonly Requirement<LyraSettings>[] = [
  {
    field: 'amount',
    when: 'vads_payment_config divides it: into parts that come to it',
    applies: (settings, payment) => isDivided(configOf(settings, payment)),
    problemOf(value, settings, payment) {
      const config = configOf(settings, payment);
      return partsOf(config, Number(value)).length > 0 ? null : `cannot be paid in the parts of ${config}`;
    },
  },
  {
    field: 'providerFields.vads_payment_config',
    when: 'it is left out where there are installments, which say the same',
    applies: (_settings, { providerFields, installments }) =>
      installments !== undefined && providerFields.vads_payment_config !== undefined,
    problemOf: () => 'goes without installments, which say the same',
  },
];

/**
 * All fields but `signature`: those of the protocol in the sheet's order, then the shop's own.
 * @param number of the order among those of its shop and day, from 0.
 * @throws Problem misconfigured for an address of ours that is too long.
 */
export function lyraForm(request: StartRequest<LyraSettings>, number: number): (readonly [string, string])[] {
  const { providerFields } = request.payment;
  const extra = Object.entries(providerFields).map(([name, value]) => [name, shopText(name, value)]);
  return withProviderFields(paymentFields(request, number), Object.fromEntries(extra));
}

function paymentFields(request: StartRequest<LyraSettings>, number: number): (readonly [string, string])[] {
  const { payment, account, urls } = request;
  const { settings } = account;
  const { customer } = payment;
  const { address } = customer;
  const validation = payment.capture
    ? { manual: '1', automatic: '0' }[payment.capture]
    : settings.validation_mode;
  const entries: (readonly [string, string | undefined])[] = [
    ['vads_version', 'V2'],
    ['vads_page_action', 'PAYMENT'],
    ['vads_action_mode', 'INTERACTIVE'],
    ['vads_payment_config', payment.installments ? configOf(settings, payment) : settings.payment_config],
    ['vads_ctx_mode', lyraMode(account.environment)],
    ['vads_site_id', settings.site_id],
    ['vads_amount', String(payment.amount)],
    ['vads_currency', currency(payment.currency)?.numeric],
    ['vads_trans_date', utcStamp(request.now)],
    ['vads_trans_id', vadsTransId(number)],
    ['vads_order_id', request.order],
    ['vads_order_info', cleanedText(cut(payment.description, 255))],
    ['vads_order_info2', cleanedText(shopReference(payment, 255))],
    ['vads_cust_email', email(customer.email)],
    ['vads_cust_first_name', cleanedText(cut(customer.firstName, 63))],
    ['vads_cust_last_name', cleanedText(cut(customer.lastName, 63))],
    ['vads_cust_address', cleanedText(cut(address?.line1, 255))],
    ['vads_cust_zip', cleanedText(ifFits(address?.postalCode, 64))],
    ['vads_cust_city', cleanedText(cut(address?.city, 127))],
    ['vads_cust_country', address?.country],
    ['vads_cust_phone', cleanedText(ifFits(phoneNumber(customer.phone), 32))],
    ['vads_language', customer.language],
    ['vads_capture_delay', settings.capture_delay],
    ['vads_validation_mode', validation],
    ['vads_payment_cards', settings.payment_cards],
    ['vads_url_return', addressWithin(1024, urls.back)],
    ['vads_return_mode', 'GET'],
    // The platform declines the form when this address is not https. Locally the address in the back office does.
    ['vads_url_check', urls.callback.startsWith('https:') ? addressWithin(1024, urls.callback) : undefined],
  ];
  return entries.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

/** The gateway's own range of transaction numbers starts here. */
const DIGITS_LIMIT = 900_000;

/**
 * vads_trans_id: six characters, unique per shop and UTC day, compared without regard to case. Digits first, as old documents
 * want, then a letter before base 36.
 */
export function vadsTransId(number: number): string {
  if (number < DIGITS_LIMIT) return String(number).padStart(6, '0');
  return `a${(number - DIGITS_LIMIT).toString(36).padStart(5, '0')}`;
}

/** `20261121090000` */
function utcStamp(date: Date): string {
  return date.toISOString().replace(/\D/g, '').slice(0, 14);
}

/** An address that cannot be sent as it is is left out: Lyra does without. */
function email(value: string | undefined): string | undefined {
  const text = ifFits(value, 150);
  return text && emailProblem(text) === null ? text : undefined;
}
