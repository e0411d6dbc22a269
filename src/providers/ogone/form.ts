/** The fields of the form that the shopper posts to orderstandard.asp (SHEET.md, "Starting a payment"). */
import { invalidField } from '../../payments/errors.ts';
import type { ProviderAccount, StartRequest } from '../contract.ts';
import { addressWithin, atOrigin, backBy, type Via } from '../kit/addresses.ts';
import { type ShopFields, withProviderFields } from '../kit/provider-fields.ts';
import { cut, fullName, ifFits } from '../kit/text.ts';
import { isShopField } from './fields.ts';
import { ambiguousName, holdsPassphrase } from './hashed-text.ts';
import type { OgoneSettings } from './settings.ts';

/** What countersign answers for, so that a shop is told why it may not set it. */
const RESERVED = new Set([
  'PSPID',
  'ORDERID',
  'AMOUNT',
  'CURRENCY',
  'SHASIGN',
  'OPERATION',
  'ACCEPTURL',
  'DECLINEURL',
  'EXCEPTIONURL',
  'CANCELURL',
]);

/** What a shop may give. */
export const OGONE_SHOP_FIELDS: ShopFields = {
  reserved: RESERVED,
  allows: isShopField,
  problemOf: (name, value) =>
    (name === 'PM' || name === 'BRAND') && !MEANS.test(value) ? 'is not a name of a means of payment' : null,
};

/** PM and BRAND, which come back: nothing that could be read there as a number or an order. */
const MEANS = /^(?!.*\d{3})[A-Za-z][\w .-]{1,24}$/;

/** Where the shop's request has the text of a field. */
export const OGONE_FIELD_SOURCES = {
  CN: 'customer.firstName',
  EMAIL: 'customer.email',
  OWNERADDRESS: 'customer.address.line1',
  OWNERZIP: 'customer.address.postalCode',
  OWNERTOWN: 'customer.address.city',
  OWNERTELNO: 'customer.phone',
  COM: 'description',
};

/**
 * All fields but SHASIGN: those of the protocol in the sheet's order, then the shop's own.
 * @throws Problem invalid_request naming the shop's own field that may not be sent; misconfigured for an address of ours that
 *   is too long.
 */
export function ogoneForm(request: StartRequest<OgoneSettings>): (readonly [string, string])[] {
  const extra = Object.entries(request.payment.providerFields).map(([name, value]) => [name, value.trim()]);
  const fields = withProviderFields(paymentFields(request), Object.fromEntries(extra));
  requireOneOrder(fields.map(([name]) => name));
  return fields;
}

/** Text for people is cut to the sheet's limit. Data that does not fit is left out, because a part of it makes no sense. */
function paymentFields(request: StartRequest<OgoneSettings>): (readonly [string, string])[] {
  const { payment, account, urls } = request;
  const { customer } = payment;
  const back = (via: Via) => addressWithin(200, backBy(urls, via));
  const operation = payment.capture
    ? { manual: 'RES', automatic: 'SAL' }[payment.capture]
    : account.settings.operation;
  const entries: (readonly [string, string | undefined])[] = [
    ['PSPID', account.settings.pspid],
    ['ORDERID', request.order],
    ['AMOUNT', String(payment.amount)],
    ['CURRENCY', payment.currency],
    ['LANGUAGE', localeOf(customer.language, customer.address?.country) ?? account.settings.language],
    ['CN', cut(fullName(payment), 35)],
    ['EMAIL', ifFits(customer.email, 50)],
    ['OWNERADDRESS', cut(customer.address?.line1, 35)],
    ['OWNERZIP', ifFits(customer.address?.postalCode, 10)],
    ['OWNERTOWN', cut(customer.address?.city, 25)],
    ['OWNERCTY', customer.address?.country],
    ['OWNERTELNO', ifFits(customer.phone, 30)],
    ['COM', cut(payment.description, 100)],
    ['OPERATION', operation],
    ['ACCEPTURL', back('success')],
    ['DECLINEURL', back('failure')],
    ['EXCEPTIONURL', back('pending')],
    ['CANCELURL', back('cancel')],
  ];
  return entries.filter((entry): entry is readonly [string, string] => Boolean(entry[1]));
}

const LOCALES: Readonly<Record<string, string>> = {
  de: 'de_DE',
  en: 'en_US',
  es: 'es_ES',
  fr: 'fr_FR',
  it: 'it_IT',
  nl: 'nl_NL',
};

/** The platform wants language and country; de, fr and it have a Swiss edition. */
function localeOf(language: string | undefined, country: string | undefined): string | undefined {
  if (!language) return undefined;
  return country === 'CH' && ['de', 'fr', 'it'].includes(language) ? `${language}_CH` : LOCALES[language];
}

/**
 * The platform sorts names with an underscore in two ways, and which one is not known before it answers.
 * @throws Problem invalid_request
 */
function requireOneOrder(names: readonly string[]): void {
  const ambiguous = ambiguousName(names);
  if (ambiguous === null) return;
  throw invalidField(
    `providerFields.${ambiguous}`,
    'cannot be sent together with the other fields: the platform sorts such names in two ways',
  );
}

/**
 * A passphrase is the border between the values that are signed, so no value may hold one: as a name or a description it would
 * move the borders, here and in the answer that brings it back.
 * @throws Problem invalid_request naming the shop's field.
 */
export function requireNoPassphrase(
  settings: OgoneSettings,
  fields: readonly (readonly [string, string])[],
): void {
  for (const [name, value] of fields) {
    if (!holdsPassphrase(settings, value)) continue;
    const sources: Readonly<Record<string, string>> = OGONE_FIELD_SOURCES;
    throw invalidField(
      sources[name] ?? `providerFields.${name}`,
      'holds a text that cannot be sent to this account',
    );
  }
}

/** The page's path says test or production, and the charset. */
export function ogonePage(host: string, account: ProviderAccount<OgoneSettings>): string {
  const stage = account.environment === 'production' ? 'prod' : 'test';
  const page = account.settings.encoding === 'utf-8' ? 'orderstandard_utf8.asp' : 'orderstandard.asp';
  return atOrigin(`${host}/ncol/${stage}/${page}`, account.endpoints.page);
}
