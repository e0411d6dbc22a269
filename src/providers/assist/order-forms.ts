/**
 * The two order forms of ASSIST: `/pay/order.cfm` (current), `/shops/purchase.cfm` and `/shops/cardpayment.cfm` (legacy, unsigned).
 *
 * Facts: SHEET.md, "Starting a payment, current" and "Starting a payment, legacy".
 */
import { decimal } from '../../payments/money.ts';
import { charset } from '../../signing/charsets.ts';
import type { StartRequest } from '../contract.ts';
import { addressWithin, backBy } from '../kit/addresses.ts';
import { withoutOrderNumbers } from '../kit/order-numbers.ts';
import { type ShopFields, withProviderFields } from '../kit/provider-fields.ts';
import type { Requirement } from '../kit/requirements.ts';
import { cut, cutMandatory, ifFits, inCharset, type Takes } from '../kit/text.ts';
import { type AssistSettings, isLegacy } from './settings.ts';
import { ORDER_SIGNED, ORDER_SIGNED_IF_SENT, signOrder } from './signatures.ts';

/** A form that the shopper's browser posts. */
interface OrderForm {
  readonly path: string;
  readonly charset: 'utf-8' | 'windows-1251';
  readonly fields: readonly (readonly [name: string, value: string])[];
}

type OptionalField = readonly [name: string, value: string | undefined];

function filled(fields: readonly OptionalField[]): (readonly [string, string])[] {
  return fields.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

/** Delay is said with every order, so that the account's own default never decides. */
function delayOf({ payment, account }: StartRequest<AssistSettings>): '0' | '1' {
  return (payment.capture ?? (account.settings.delay ? 'manual' : 'automatic')) === 'manual' ? '1' : '0';
}

// --- Current ----------------------------------------------------------------------------------------------

const CURRENT_RESERVED = new Set([...ORDER_SIGNED, 'Checkvalue', 'Signature', 'TestMode']);

const SIGNED_IF_SENT: ReadonlySet<string> = new Set(ORDER_SIGNED_IF_SENT);

const CURRENT_EXTRA = new Set<string>([
  'CardPayment',
  'YMPayment',
  'WMPayment',
  'QIWIPayment',
  'ApplePayPayment',
  'GooglePayPayment',
  'SamsungPayPayment',
  'MirPayPayment',
  'FastPayPayment',
  ...ORDER_SIGNED_IF_SENT,
  'Middlename',
  'HomePhone',
  'WorkPhone',
  'Fax',
  'ChequeItems',
]);

/**
 * Why a signed value that a shop fills in may not be sent. Where an order is signed without a separator, letters after its currency would
 * make it the text of a result: CustomerNumber `Approved`.
 */
function signedValueProblem(name: string, value: string, delimiter: string): string | null {
  if (!SIGNED_IF_SENT.has(name)) return null;
  if (delimiter === '' && !/^\d*$/.test(value))
    return 'takes digits only: this account signs without a separator';
  return value.includes(';') ? 'takes no semicolon, which separates what is signed' : null;
}

/**
 * The form of the current protocol, with Signature where the account has a key, else with Checkvalue where it has a secret word.
 * @throws Problem misconfigured
 */
export function currentOrderForm(request: StartRequest<AssistSettings>): OrderForm {
  const { payment, account, order, urls } = request;
  const { customer } = payment;
  const back = (via: 'success' | 'failure' | 'pending') => addressWithin(256, backBy(urls, via));
  const fields = withProviderFields(
    filled([
      ['Merchant_ID', account.settings.merchant_id],
      ['OrderNumber', order],
      ['OrderAmount', decimal(payment.amount, 2)],
      ['OrderCurrency', payment.currency],
      ['Language', customer.language === 'ru' ? 'RU' : customer.language ? 'EN' : undefined],
      ['Delay', delayOf(request)],
      ['TestMode', account.environment === 'production' ? undefined : '1'],
      ['OrderComment', cut(payment.description, 256) ?? cut(withoutOrderNumbers(payment.reference), 256)],
      ['Lastname', cut(customer.lastName, 70)],
      ['Firstname', cut(customer.firstName, 70)],
      ['Email', ifFits(customer.email, 128)],
      ['Address', cut(customer.address?.line1, 256)],
      ['MobilePhone', ifFits(customer.phone, 20)],
      ['City', cut(customer.address?.city, 70)],
      ['Zip', ifFits(customer.address?.postalCode, 25)],
      ['URL_RETURN', back('pending')],
      ['URL_RETURN_OK', back('success')],
      ['URL_RETURN_NO', back('failure')],
    ]),
    payment.providerFields,
  );
  const { salt, rsa_private_key } = account.settings;
  const form = { path: '/pay/order.cfm', charset: 'utf-8' as const };
  if (!salt && !rsa_private_key) return { ...form, fields };
  const { signature } = signOrder(account.settings, new Map(fields));
  return { ...form, fields: [...fields, [rsa_private_key ? 'Signature' : 'Checkvalue', signature]] };
}

// --- Legacy -----------------------------------------------------------------------------------------------

const LEGACY_EXTRA = new Set([
  'ChoosenCardType',
  'CardPayment',
  'WebMoneyPayment',
  'PayCashPayment',
  'QiwiBeelinePayment',
  'AssistIDCCPayment',
  'MiddleName',
]);

const LEGACY_RESERVED = new Set(['Shop_IDP', 'Order_IDP', 'Subtotal_P', 'Currency', 'DemoResult']);

/** What a shop may give with a form of its account's protocol. */
export function assistShopFields(settings: AssistSettings): ShopFields {
  if (isLegacy(settings)) {
    return {
      reserved: LEGACY_RESERVED,
      allows: (name) => LEGACY_EXTRA.has(name),
      problemOf: (_name, value) =>
        Array.from(value).every(inReport) ? null : 'takes the characters of windows-1251, and no semicolon',
    };
  }
  return {
    reserved: CURRENT_RESERVED,
    allows: (name) => CURRENT_EXTRA.has(name),
    problemOf: (name, value) => signedValueProblem(name, value, settings.delimiter),
  };
}

const in1251 = inCharset(charset('windows-1251'));

/** What the legacy protocol carries: windows-1251, and no semicolon, which separates the columns of the report that may repeat it. */
const inReport: Takes = (character) => character !== ';' && in1251(character);

/** A text for people as the legacy protocol carries it. */
function legacyText(value: string | null | undefined, limit: number): string | undefined {
  return cut(value?.replaceAll(';', ','), limit, inReport);
}

/** What cardpayment.cfm does not ask for itself. */
const BUYER = [
  { field: 'customer.lastName' },
  { field: 'customer.firstName' },
  { field: 'customer.email', maxLength: 64 },
] as const;

/** What a payment needs. */
export const ASSIST_REQUIRES: readonly Requirement<AssistSettings>[] = BUYER.map((entry) => ({
  ...entry,
  when: 'mode is legacy and buyer_data is shop',
  applies: (settings) => isLegacy(settings) && settings.buyer_data === 'shop',
}));

/** The customer's data, which cardpayment.cfm does not ask for itself. */
function buyerData({ payment: { customer } }: StartRequest<AssistSettings>): readonly OptionalField[] {
  const name = (value: string | undefined) => cutMandatory(value?.replaceAll(';', ','), 64, inReport);
  return [
    ['LastName', name(customer.lastName)],
    ['FirstName', name(customer.firstName)],
    ['Email', ifFits(customer.email, 64, inReport)],
    ['Phone', ifFits(customer.phone, 64, inReport)],
    ['Address', legacyText(customer.address?.line1, 128)],
    ['City', legacyText(customer.address?.city, 64)],
    ['Zip', ifFits(customer.address?.postalCode, 64, inReport)],
  ];
}

/**
 * The form of the legacy protocol. A semicolon in a text becomes a comma, and what windows-1251 lacks is transliterated or left out.
 * @throws Problem misconfigured
 */
export function legacyOrderForm(request: StartRequest<AssistSettings>): OrderForm {
  const { payment, account, order, urls } = request;
  const { settings } = account;
  const shopAsks = settings.buyer_data === 'shop';
  const back = (via: 'success' | 'failure' | 'pending') => addressWithin(128, backBy(urls, via));
  const fields = withProviderFields(
    filled([
      ['Shop_IDP', settings.merchant_id],
      ['Order_IDP', order],
      ['Subtotal_P', decimal(payment.amount, 2)],
      ['Currency', payment.currency],
      ['Language', payment.customer.language && payment.customer.language !== 'ru' ? '1' : '0'],
      ['Delay', delayOf(request)],
      ['URL_RETURN', back('pending')],
      ['URL_RETURN_OK', back('success')],
      ['URL_RETURN_NO', back('failure')],
      [
        'Comment',
        legacyText(payment.description, 255) ?? legacyText(withoutOrderNumbers(payment.reference), 255),
      ],
      ...(shopAsks ? buyerData(request) : []),
      // Known by the test server alone.
      [
        'DemoResult',
        settings.testing && account.environment !== 'production' ? settings.demo_result : undefined,
      ],
    ]),
    payment.providerFields,
  );
  return {
    path: shopAsks ? '/shops/cardpayment.cfm' : '/shops/purchase.cfm',
    charset: 'windows-1251',
    fields,
  };
}
