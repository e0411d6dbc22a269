/** contexte_commande: what 3-D Secure v2 wants to know of the buyer, a JSON object in base64 (SHEET.md, "contexte_commande"). */
import type { Customer } from '../../payments/types.ts';
import { base64, utf8 } from '../../signing/bytes.ts';
import type { Requirement } from '../kit/requirements.ts';
import { mobilePhone } from '../kit/telephone.ts';
import { cut, cutMandatory, ifFits } from '../kit/text.ts';
import type { MoneticoSettings } from './settings.ts';

/** Countries whose address has a state or province. */
const WITH_STATE: ReadonlySet<string | undefined> = new Set(['US', 'CA']);

/** `US-CA` of a state as shops know it, with or without its country; null: it is no code. */
function subdivision(state: string | undefined, country: string | undefined): string | null {
  const code = state?.trim().toUpperCase() ?? '';
  if (/^[A-Z]{2}$/.test(code)) return `${country}-${code}`;
  return /^[A-Z]{2}-[A-Z]{2}$/.test(code) && code.startsWith(`${country}-`) ? code : null;
}

/** The members that the page refuses a payment without. */
export const CONTEXT_REQUIRES: readonly Requirement<MoneticoSettings>[] = [
  { field: 'customer.address.line1' },
  { field: 'customer.address.city' },
  {
    field: 'customer.address.postalCode',
    problemOf: (value) => (Array.from(value).length > 10 ? 'takes at most 10 characters' : null),
  },
  { field: 'customer.address.country' },
  {
    field: 'customer.address.state',
    when: 'the country is US or CA, as the two letters of its code (CA, US-CA)',
    applies: (_settings, { customer }) => WITH_STATE.has(customer.address?.country),
    problemOf: (value, _settings, { customer }) =>
      subdivision(value, customer.address?.country) ? null : 'is no code of two letters',
  },
];

/** Numbers of Italy keep their zero abroad. */
const KEEPS_ZERO = '+39';

/** `+33-612345678`; undefined: none is given whose country can be told. */
function phoneOf({ phone, address }: Customer): string | undefined {
  const parts = mobilePhone(phone, address?.country);
  if (!parts) return undefined;
  const { callingCode, digits } = parts;
  return `${callingCode}-${callingCode === KEEPS_ZERO ? digits : digits.replace(/^0/, '')}`;
}

/** Members that have a value. */
function filled(members: Readonly<Record<string, string | null | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}

/** The field's value. Texts for people are cut to fit; nothing of them is left out for its characters, the JSON is UTF-8. */
export function moneticoContext(customer: Customer): string {
  const { address = {}, firstName, lastName, email } = customer;
  const { country } = address;
  const billing = filled({
    firstName: cut(firstName, 45),
    lastName: cut(lastName, 45),
    addressLine1: cutMandatory(address.line1, 50),
    addressLine2: cut(address.line2, 50),
    city: cutMandatory(address.city, 50),
    postalCode: ifFits(address.postalCode, 10),
    country,
    stateOrProvince: WITH_STATE.has(country) ? subdivision(address.state, country) : null,
    email,
    phone: phoneOf(customer),
  });
  return base64(utf8(JSON.stringify({ billing })));
}
