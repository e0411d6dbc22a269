/**
 * The two order forms of ASSIST: `/pay/order.cfm` (current), `/shops/purchase.cfm` and `/shops/cardpayment.cfm` (legacy, unsigned).
 *
 * Facts: SHEET.md, "Starting a payment, current" and "Starting a payment, legacy".
 */
import { invalidField } from '../../payments/errors.ts';
import { decimal } from '../../payments/money.ts';
import type { StartRequest } from '../contract.ts';
import { addressWithin, backBy } from '../kit/addresses.ts';
import { withoutOrderNumbers } from '../kit/order-numbers.ts';
import { type ShopFields, withProviderFields } from '../kit/provider-fields.ts';
import { cut, ifFits } from '../kit/text.ts';
import { type AssistSettings, isLegacy } from './settings.ts';
import { ORDER_SIGNED, ORDER_SIGNED_IF_SENT, signOrder } from './signatures.ts';
import { within1251 } from './windows-1251.ts';

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
      ['OrderComment', cut(payment.description, 256) ?? withoutOrderNumbers(payment.reference)],
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
  if (isLegacy(settings)) return { reserved: LEGACY_RESERVED, allows: (name) => LEGACY_EXTRA.has(name) };
  return {
    reserved: CURRENT_RESERVED,
    allows: (name) => CURRENT_EXTRA.has(name),
    problemOf: (name, value) => signedValueProblem(name, value, settings.delimiter),
  };
}

/** The customer's data, which cardpayment.cfm does not ask for itself. @throws Problem invalid_request */
function buyerData({ payment: { customer } }: StartRequest<AssistSettings>): readonly OptionalField[] {
  for (const name of ['lastName', 'firstName', 'email'] as const) {
    if (!customer[name]) throw invalidField(`customer.${name}`, 'is needed by this account');
  }
  return [
    ['LastName', cut(customer.lastName, 64)],
    ['FirstName', cut(customer.firstName, 64)],
    ['Email', ifFits(customer.email, 64)],
    ['Phone', ifFits(customer.phone, 64)],
    ['Address', cut(customer.address?.line1, 128)],
    ['City', cut(customer.address?.city, 64)],
    ['Zip', ifFits(customer.address?.postalCode, 64)],
  ];
}

/** A value as the report may repeat it, whose columns are separated by semicolons. Addresses are not in it. */
function forReport(name: string, value: string): string {
  return name.startsWith('URL_') ? value : value.replaceAll(';', ',');
}

/**
 * The form of the legacy protocol. A semicolon in a text becomes a comma. A character that windows-1251 lacks becomes a question mark.
 * @throws Problem invalid_request naming the field that is needed or cannot be carried; misconfigured
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
      ['Comment', cut(payment.description, 255) ?? withoutOrderNumbers(payment.reference)],
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
    fields: fields.map(([name, value]) => [name, forReport(name, within1251(value))] as const),
  };
}
