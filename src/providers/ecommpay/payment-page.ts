/** The parameters of Payment Page. Facts: SHEET.md, "Starting a payment". */
import { charset } from '../../signing/charsets.ts';
import type { StartRequest } from '../contract.ts';
import { backBy } from '../kit/addresses.ts';
import { type ShopFields, withProviderFields } from '../kit/provider-fields.ts';
import { cut, ifFits } from '../kit/text.ts';
import type { EcommpaySettings } from './settings.ts';

const RESERVED = new Set([
  'project_id',
  'payment_id',
  'payment_amount',
  'payment_currency',
  'signature',
  'operation_type',
  'card_operation_type',
  'mode',
  'merchant_callback_url',
  'redirect_success_url',
  'redirect_fail_url',
  'redirect_return_url',
]);

/** The parameters of the sheet that a shop may add, or set in our place. `recurring` is none: its JSON names amounts of its own. */
const ALLOWED = new Set([
  ...['payment_description', 'customer_id', 'customer_first_name', 'customer_last_name', 'customer_email'],
  ...['customer_phone', 'customer_country', 'customer_state', 'customer_city', 'customer_address'],
  ...['customer_zip', 'customer_day_of_birth', 'customer_ssn'],
  ...['billing_postal', 'billing_country', 'billing_region', 'billing_city', 'billing_address'],
  ...['avs_post_code', 'avs_street_address', 'language_code', 'region_code', 'best_before'],
  ...[
    'force_payment_method',
    'force_payment_group',
    'payment_methods_options',
    'account_token',
    'terminal_id',
  ],
  ...['success', 'fail', 'return'].flatMap((page) =>
    ['url', 'url_enabled', 'url_redirect_mode', 'enabled', 'redirect_mode'].map(
      (end) => `merchant_${page}_${end}`,
    ),
  ),
  ...['success', 'fail', 'tokenize'].flatMap((page) =>
    ['url', 'mode', 'enabled'].map((end) => `redirect_${page}_${end}`),
  ),
  ...['recurring_register', 'receipt_data', 'booking_info', 'addendum_data', 'cash_voucher_data'],
  ...['target_element', 'frame_mode', 'close_on_missclick', 'css_modal_wrap', 'list_payment_block'],
  ...['payment_extra_param', 'redirect', 'redirect_on_mobile', 'force_acs_new_window', 'baseurl'],
  'interface_type',
]);

const utf8 = charset('utf-8');

/** What a shop may give. */
export const ECOMMPAY_SHOP_FIELDS: ShopFields = {
  reserved: RESERVED,
  allows: (name) => ALLOWED.has(name),
  problemOf: (_name, value) => {
    if (value.includes(';')) return 'takes no semicolon: ECommPay forbids it';
    return utf8.firstMissing(value) === null ? null : 'holds half of a character';
  },
};

const isNoSemicolon = (character: string) => character !== ';';

/** A text for people: the vendor forbids the semicolon, which separates the lines of what is signed. */
function text(value: string | null | undefined, limit: number): string | undefined {
  return cut(value?.replaceAll(';', ','), limit);
}

/** A phone number of 4 to 24 digits, or nothing. */
function phoneDigits(phone: string | undefined): string | undefined {
  const digits = phone?.replace(/\D/g, '') ?? '';
  return digits.length >= 4 && digits.length <= 24 ? digits : undefined;
}

function parametersOf(request: StartRequest<EcommpaySettings>): (readonly [string, string])[] {
  const { payment, account, urls } = request;
  const { settings } = account;
  const { customer } = payment;
  const operation = payment.capture
    ? { manual: 'auth', automatic: 'sale' }[payment.capture]
    : settings.operation_type;
  const entries: (readonly [string, string | undefined])[] = [
    ['project_id', String(settings.project_id)],
    ['payment_id', request.order],
    ['payment_amount', String(payment.amount)],
    ['payment_currency', payment.currency],
    ['payment_description', text(payment.description, 255)],
    ['customer_first_name', text(customer.firstName, 100)],
    ['customer_last_name', text(customer.lastName, 100)],
    ['customer_email', ifFits(customer.email, 255, isNoSemicolon)],
    ['customer_phone', phoneDigits(customer.phone)],
    ['customer_country', customer.address?.country],
    ['customer_state', text(customer.address?.state, 100)],
    ['customer_city', text(customer.address?.city, 100)],
    ['customer_address', text(customer.address?.line1, 255)],
    ['customer_zip', ifFits(customer.address?.postalCode, 20, isNoSemicolon)],
    ['language_code', customer.language ?? settings.language_code],
    ['operation_type', operation],
    ['force_payment_method', settings.force_payment_method],
    ['terminal_id', settings.terminal_id],
    ['merchant_callback_url', urls.callback],
    ['redirect_success_url', backBy(urls, 'success')],
    ['redirect_success_mode', 'parent_page'],
    ['redirect_fail_url', backBy(urls, 'failure')],
    ['redirect_fail_mode', 'parent_page'],
    ['redirect_return_url', backBy(urls, 'cancel')],
    ['interface_type', settings.interface_type],
  ];
  return entries.filter((entry): entry is readonly [string, string] => Boolean(entry[1]));
}

/** The parameters of the page for one attempt, still unsigned. The amount is in minor units. */
export function pageParameters(request: StartRequest<EcommpaySettings>): (readonly [string, string])[] {
  return withProviderFields(parametersOf(request), request.payment.providerFields);
}
