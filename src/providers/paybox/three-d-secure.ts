/** PBX_SHOPPINGCART and PBX_BILLING: what 3-D Secure v2 wants to know of the buyer, as XML inside fields of the form. */
import { countryNumber } from '../../payments/countries.ts';
import { invalidField } from '../../payments/errors.ts';
import type { Address, Customer } from '../../payments/types.ts';
import { cut, plainAscii } from '../kit/text.ts';
import type { PayboxSettings } from './settings.ts';
import { mobilePhone } from './telephone.ts';

const DECLARATION = '<?xml version="1.0" encoding="utf-8"?>';

/** A value of at most `limit` characters: ASCII, on one line, without what XML gives a meaning to. It is cut last. */
function xmlText(value: string | undefined, limit: number): string | undefined {
  return cut(plainAscii(value ?? '').replace(/[<>&"'\s]+/g, ' '), limit);
}

function element(name: string, value: string | undefined): string {
  return value ? `<${name}>${value}</${name}>` : '';
}

/**
 * PBX_SHOPPINGCART.
 * @param quantity articles, 1 to 99.
 */
export function shoppingCart(quantity: number): string {
  return `${DECLARATION}<shoppingcart><total><totalQuantity>${quantity}</totalQuantity></total></shoppingcart>`;
}

/** @throws Problem invalid_request naming the shop's field and the setting that stands in for it. */
function required(value: string | null | undefined, path: string, setting: string): string {
  if (value) return value;
  throw invalidField(
    path,
    `is needed for 3-D Secure: banks refuse payments without it. The shop gives it, or the account has the setting ${setting}`,
  );
}

/**
 * PBX_BILLING. Banks refuse payments without a name, an address or a telephone number, so that none is left out silently; of the
 * telephone number the account is warned (index.ts).
 * @param defaults the account's, for what the shop does not know.
 * @throws Problem invalid_request naming what is missing.
 */
export function billing(customer: Customer, defaults: PayboxSettings): string {
  const address: Address = customer.address ?? {};
  const country = address.country ?? defaults.billing_country;
  const text = (value: string | undefined, other: string | undefined, limit: number) =>
    xmlText(value, limit) ?? xmlText(other, limit);
  const first = text(customer.firstName, defaults.billing_first_name, 22);
  const last = text(customer.lastName, defaults.billing_last_name, 22);
  const line1 = text(address.line1, defaults.billing_address, 50);
  const zip = text(address.postalCode, defaults.billing_zipcode, 10);
  const city = text(address.city, defaults.billing_city, 50);
  const phone = mobilePhone(customer.phone, country) ?? mobilePhone(defaults.billing_phone, country);
  const inner = [
    element('FirstName', required(first, 'customer.firstName', 'billing_first_name')),
    element('LastName', required(last, 'customer.lastName', 'billing_last_name')),
    element('Address1', required(line1, 'customer.address.line1', 'billing_address')),
    element('Address2', xmlText(address.line2, 50)),
    element('ZipCode', required(zip, 'customer.address.postalCode', 'billing_zipcode')),
    element('City', required(city, 'customer.address.city', 'billing_city')),
    element(
      'CountryCode',
      required(countryNumber(country ?? ''), 'customer.address.country', 'billing_country'),
    ),
    element('CountryCodeMobilePhone', phone?.callingCode),
    element('MobilePhone', phone?.digits),
  ].join('');
  return `${DECLARATION}<Billing><Address>${inner}</Address></Billing>`;
}
