/** PBX_SHOPPINGCART and PBX_BILLING: what 3-D Secure v2 wants to know of the buyer, as XML inside fields of the form. */
import { countryNumber } from '../../payments/countries.ts';
import type { Address, Customer } from '../../payments/types.ts';
import { cut, plainAscii } from '../kit/text.ts';
import type { PayboxSettings } from './settings.ts';

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

/**
 * PBX_BILLING, or undefined when too little is known: the platform would reject half an address.
 * @param defaults the account's, for what the shop does not know.
 */
export function billing(customer: Customer, defaults: PayboxSettings): string | undefined {
  const address: Address = customer.address ?? {};
  const first = xmlText(customer.firstName, 22);
  const last = xmlText(customer.lastName, 22);
  const line1 = xmlText(address.line1 ?? defaults.billing_address, 50);
  const zip = xmlText(address.postalCode ?? defaults.billing_zipcode, 10);
  const city = xmlText(address.city ?? defaults.billing_city, 50);
  const country = countryNumber(address.country ?? defaults.billing_country ?? '');
  if (!first || !last || !line1 || !zip || !city || !country) return undefined;
  const inner = [
    element('FirstName', first),
    element('LastName', last),
    element('Address1', line1),
    element('Address2', xmlText(address.line2, 50)),
    element('ZipCode', zip),
    element('City', city),
    element('CountryCode', country),
  ].join('');
  return `${DECLARATION}<Billing><Address>${inner}</Address></Billing>`;
}
