/** The debt that a shopper pays: what both ways of paying send of it, within the protocol's limits. */
import type { StartRequest } from '../contract.ts';
import { addressWithin } from '../kit/addresses.ts';
import { withoutOrderNumbers } from '../kit/order-numbers.ts';
import type { ShopFields } from '../kit/provider-fields.ts';
import type { Requirement } from '../kit/requirements.ts';
import { plainAscii } from '../kit/text.ts';
import type { TipiSettings } from './settings.ts';

/** The limits of the two ways, in cents. */
const URL_LIMIT = 999_999;
const URL_LEAST = 1;
export const WEB_SERVICE_LIMIT = 9_999_999;
const WEB_SERVICE_LEAST = 100;

const OBJET_LENGTH = 100;

/** ASCII letters, digits and single spaces; apostrophes and hyphens become spaces. PayFiP answers a fault to anything else. */
export function normalisedObjet(value: string): string {
  return plainAscii(value)
    .replace(/['-]/g, ' ')
    .replace(/[^A-Za-z0-9\s]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, OBJET_LENGTH)
    .trim();
}

/** A title's own reference and year, and its label. */
const OWN_FIELDS: Readonly<Record<string, RegExp>> = {
  refdet: /^[A-Za-z0-9]{6,30}$/,
  exer: /^\d{4}$/,
  objet: /^[A-Za-z0-9 ]{1,100}$/,
};

/**
 * An order number of ours (payments/id.ts), in either case. References of real debts are often of digits alone, and among a hundred
 * million of our numbers not one is.
 */
const ORDER_NUMBER = /(?=[0-9A-HJKMNP-TV-Z]{0,15}[A-HJKMNP-TV-Z])[0-9A-HJKMNP-TV-Z]{16}\d\d/i;

/**
 * What a shop may give. The reference comes back in an unsigned result: that of one payment must not be the order number of another.
 */
export const TIPI_SHOP_FIELDS: ShopFields = {
  allows: (name) => Object.hasOwn(OWN_FIELDS, name),
  problemOf(name, value) {
    if (!OWN_FIELDS[name]?.test(value)) return 'has a form that PayFiP rejects';
    return ORDER_NUMBER.test(value)
      ? 'may not hold 18 characters that could be the order number of another payment'
      : null;
  },
};

function amountWithin(mode: TipiSettings['mode'], least: number, most: number): Requirement<TipiSettings> {
  return {
    field: 'amount',
    when: `mode is ${mode}: ${least} to ${most} cents`,
    applies: (settings) => settings.mode === mode,
    problemOf: (value) =>
      Number(value) >= least && Number(value) <= most ? null : `is not between ${least} and ${most} cents`,
  };
}

/** What a payment needs, within the limits of its account's way of paying. */
export const TIPI_REQUIRES: readonly Requirement<TipiSettings>[] = [
  amountWithin('url', URL_LEAST, URL_LIMIT),
  amountWithin('webservice', WEB_SERVICE_LEAST, WEB_SERVICE_LIMIT),
  {
    field: 'customer.email',
    maxLength: 80,
    problemOf: (value) =>
      value.length >= 6 && /^[\x21-\x7e]+@[\x21-\x7e]+$/.test(value)
        ? null
        : 'is no address of 6 to 80 characters of ASCII',
  },
];

interface Debt {
  readonly exer: string;
  readonly mel: string;
  /** Cents. */
  readonly montant: string;
  readonly objet: string;
  readonly refdet: string;
}

/** The year as a French authority has it: it begins an hour before that of UTC does. */
const YEAR = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Paris', year: 'numeric' });

/** The financial year of a time. */
export function yearOf(now: Date): string {
  return YEAR.format(now);
}

/** The debt of a payment, under the protocol's names. */
export function debtOf(request: StartRequest<TipiSettings>): Debt {
  const { payment, order, now } = request;
  const { providerFields, description, customer } = payment;
  return {
    exer: providerFields.exer ?? yearOf(now),
    mel: customer.email ?? '',
    montant: String(payment.amount),
    objet: providerFields.objet ?? (normalisedObjet(withoutOrderNumbers(description ?? '')) || order),
    refdet: providerFields.refdet ?? order,
  };
}

/** PayFiP takes addresses below 250 characters. */
const ADDRESS_LENGTH = 249;

/**
 * An address of ours with the order in it, because nothing that comes back names our order.
 * @throws Problem misconfigured when it is too long.
 */
export function addressWithOrder(url: string, order: string): string {
  return addressWithin(ADDRESS_LENGTH, `${url}?o=${order}`);
}
