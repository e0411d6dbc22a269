/** PBX_SHOPPINGCART and PBX_BILLING: what 3-D Secure v2 wants to know of the buyer, as XML inside fields of the form. */
import { countryNumber } from '../../payments/countries.ts';
import type { Address, Customer } from '../../payments/types.ts';
import type { Requirement } from '../kit/requirements.ts';
import { mobilePhone } from '../kit/telephone.ts';
import { cut, NOTHING_LEFT, plainAscii } from '../kit/text.ts';
import type { PayboxSettings } from './settings.ts';

const DECLARATION = '<?xml version="1.0" encoding="utf-8"?>';

/** A text in ASCII, on one line, without what XML gives a meaning to. */
function xmlText(value: string | undefined): string {
  return plainAscii(value ?? '').replace(/[<>&"'\s]+/g, ' ');
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

/** The members that banks want, and the setting that stands in for each. */
const MEMBERS = [
  ['customer.firstName', 'billing_first_name'],
  ['customer.lastName', 'billing_last_name'],
  ['customer.address.line1', 'billing_address'],
  ['customer.address.postalCode', 'billing_zipcode'],
  ['customer.address.city', 'billing_city'],
  ['customer.address.country', 'billing_country'],
] as const;

/** The country whose calling code a telephone number without one has. */
function countryOf({ address }: Customer, defaults: PayboxSettings): string | undefined {
  return address?.country ?? defaults.billing_country;
}

/** Whether a telephone number is given that cannot be divided into calling code and number. */
function isPhoneUnclear(customer: Customer, defaults: PayboxSettings): boolean {
  const isGiven = Boolean(customer.phone?.trim());
  return isGiven && mobilePhone(customer.phone, countryOf(customer, defaults)) === null;
}

/** Banks refuse payments without these (3-D Secure), so that none is left out silently. */
export const BILLING_REQUIRES: readonly Requirement<PayboxSettings>[] = [
  ...MEMBERS.map(
    ([field, setting]): Requirement<PayboxSettings> => ({
      field,
      when: `the account has no setting ${setting}, and the shop gives no providerFields.PBX_BILLING`,
      applies: (settings, { providerFields }) => !settings[setting] && !providerFields.PBX_BILLING,
    }),
  ),
  {
    field: 'customer.phone',
    when: 'it is given, as a telephone number with its calling code (+33612345678) or of the country of the address; any text where the account has the setting billing_phone or the shop gives providerFields.PBX_BILLING',
    applies: (settings, { customer, providerFields }) =>
      !settings.billing_phone && !providerFields.PBX_BILLING && isPhoneUnclear(customer, settings),
    problemOf: () =>
      'is no telephone number whose country can be told: write it with its calling code, like +33612345678',
  },
];

/**
 * What is worth a word in the log of the telephone number that is sent; null: nothing. Banks refuse payments without one.
 */
export function phoneRemark(customer: Customer, defaults: PayboxSettings): string | null {
  const isOfAccount = Boolean(defaults.billing_phone);
  if (isPhoneUnclear(customer, defaults))
    return isOfAccount ? 'not understood: the one of the account is sent' : 'not understood: none is sent';
  return customer.phone?.trim() || isOfAccount ? null : 'not given: none is sent';
}

/**
 * PBX_BILLING. Banks refuse payments without a name, an address (BILLING_REQUIRES) or a telephone number, of which the account is warned
 * (index.ts). A name that ASCII has nothing of is sent as the account's, else as X.
 * @param defaults the account's, for what the shop does not know.
 */
export function billing(customer: Customer, defaults: PayboxSettings): string {
  const address: Address = customer.address ?? {};
  const country = countryOf(customer, defaults);
  const text = (value: string | undefined, other: string | undefined, limit: number) =>
    cut(xmlText(value), limit) ?? cut(xmlText(other), limit) ?? (value || other ? NOTHING_LEFT : undefined);
  const phone = mobilePhone(customer.phone, country) ?? mobilePhone(defaults.billing_phone, country);
  const inner = [
    element('FirstName', text(customer.firstName, defaults.billing_first_name, 22)),
    element('LastName', text(customer.lastName, defaults.billing_last_name, 22)),
    element('Address1', text(address.line1, defaults.billing_address, 50)),
    element('Address2', cut(xmlText(address.line2), 50)),
    element('ZipCode', text(address.postalCode, defaults.billing_zipcode, 10)),
    element('City', text(address.city, defaults.billing_city, 50)),
    element('CountryCode', countryNumber(country ?? '') ?? undefined),
    element('CountryCodeMobilePhone', phone?.callingCode),
    element('MobilePhone', phone?.digits),
  ].join('');
  return `${DECLARATION}<Billing><Address>${inner}</Address></Billing>`;
}
