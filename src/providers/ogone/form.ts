/** The fields of the form that the shopper posts to orderstandard.asp (SHEET.md, "Starting a payment"). */
import { invalidField } from '../../payments/errors.ts';
import { charset } from '../../signing/charsets.ts';
import type { ProviderAccount, StartRequest } from '../contract.ts';
import { addressWithin, atOrigin, backBy, type Via } from '../kit/addresses.ts';
import { shopReference } from '../kit/order-numbers.ts';
import { type ShopFields, withProviderFields } from '../kit/provider-fields.ts';
import { cut, fullName, ifFits, inCharset } from '../kit/text.ts';
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

/**
 * What a shop may give. A passphrase is the border between the values that are signed, so no value may hold one: it would move the
 * borders, here and in the answer that brings it back.
 */
export function ogoneShopFields(settings: OgoneSettings): ShopFields {
  const encoder = charset(settings.encoding);
  return {
    reserved: RESERVED,
    allows: isShopField,
    problemOf(name, value) {
      if ((name === 'PM' || name === 'BRAND') && !MEANS.test(value))
        return 'is not a name of a means of payment';
      const missing = encoder.firstMissing(value);
      if (missing !== null)
        return `the character ${JSON.stringify(missing)} does not exist in ${encoder.name}, the charset of this account`;
      return holdsPassphrase(settings, value) ? 'holds a text that cannot be sent to this account' : null;
    },
  };
}

/** PM and BRAND, which come back: nothing that could be read there as a number or an order. */
const MEANS = /^(?!.*\d{3})[A-Za-z][\w .-]{1,24}$/;

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

/**
 * Text for people is made to fit the charset and the sheet's limit. Data that does not fit is left out, because a part of it makes no
 * sense; and so is whatever holds a passphrase.
 */
function paymentFields(request: StartRequest<OgoneSettings>): (readonly [string, string])[] {
  const { payment, account, urls } = request;
  const { customer } = payment;
  const back = (via: Via) => addressWithin(200, backBy(urls, via));
  const takes = inCharset(charset(account.settings.encoding));
  const safe = (value: string | undefined) =>
    value !== undefined && holdsPassphrase(account.settings, value) ? undefined : value;
  const operation = payment.capture
    ? { manual: 'RES', automatic: 'SAL' }[payment.capture]
    : account.settings.operation;
  const entries: (readonly [string, string | undefined])[] = [
    ['PSPID', account.settings.pspid],
    ['ORDERID', request.order],
    ['AMOUNT', String(payment.amount)],
    ['CURRENCY', payment.currency],
    ['LANGUAGE', localeOf(customer.language, customer.address?.country) ?? account.settings.language],
    ['CN', safe(cut(fullName(payment), 35, takes))],
    ['EMAIL', safe(ifFits(customer.email, 50, takes))],
    ['OWNERADDRESS', safe(cut(customer.address?.line1, 35, takes))],
    ['OWNERZIP', safe(ifFits(customer.address?.postalCode, 10, takes))],
    ['OWNERTOWN', safe(cut(customer.address?.city, 25, takes))],
    ['OWNERCTY', customer.address?.country],
    ['OWNERTELNO', safe(ifFits(customer.phone, 30, takes))],
    ['COM', safe(cut(payment.description, 100, takes) ?? shopReference(payment, 100))],
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

/** The page's path says test or production, and the charset. */
export function ogonePage(host: string, account: ProviderAccount<OgoneSettings>): string {
  const stage = account.environment === 'production' ? 'prod' : 'test';
  const page = account.settings.encoding === 'utf-8' ? 'orderstandard_utf8.asp' : 'orderstandard.asp';
  return atOrigin(`${host}/ncol/${stage}/${page}`, account.endpoints.page);
}
