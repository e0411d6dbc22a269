/** The form that sends the shopper to the hosted page: its address, and its PBX fields before they are signed. */
import { currency } from '../../payments/currencies.ts';
import { type Installment, type Installments, installmentsOf } from '../../payments/installments.ts';
import type { PaymentRequest } from '../../payments/types.ts';
import type { ProviderAccount, StartRequest } from '../contract.ts';
import { addressWithin, atOrigin, backBy, type Via } from '../kit/addresses.ts';
import { parisDay } from '../kit/paris-time.ts';
import { type ShopFields, withProviderFields } from '../kit/provider-fields.ts';
import type { Requirement } from '../kit/requirements.ts';
import type { PayboxSettings } from './settings.ts';
import { BILLING_REQUIRES, billing, phoneRemark, shoppingCart } from './three-d-secure.ts';

type Field = readonly [name: string, value: string];

const HOSTS = {
  paybox: { test: 'https://preprod-tpeweb.paybox.com', production: 'https://tpeweb.paybox.com' },
  'e-transactions': {
    test: 'https://preprod-tpeweb.e-transactions.fr',
    production: 'https://tpeweb.e-transactions.fr',
  },
};

/** The address of the hosted page. */
export function payboxPage(account: ProviderAccount<PayboxSettings>): string {
  const stage = account.environment === 'production' ? 'production' : 'test';
  const host = HOSTS[account.settings.host][stage];
  return atOrigin(`${host}/cgi/MYchoix_pagepaiement.cgi`, account.endpoints.page);
}

/** PBX_LANGUE. */
const LANGUAGES: Readonly<Record<string, string>> = {
  de: 'DEU',
  en: 'GBR',
  es: 'ESP',
  fr: 'FRA',
  it: 'ITA',
  nl: 'NLD',
  pt: 'PRT',
  sv: 'SWE',
};

/** Fields that a shop cannot set: they decide what is paid, to whom, and where the result is sent. */
const RESERVED = new Set([
  'PBX_SITE',
  'PBX_RANG',
  'PBX_IDENTIFIANT',
  'PBX_TOTAL',
  'PBX_DEVISE',
  'PBX_CMD',
  'PBX_RETOUR',
  'PBX_EFFECTUE',
  'PBX_REFUSE',
  'PBX_ANNULE',
  'PBX_ATTENTE',
  'PBX_REPONDRE_A',
  'PBX_RUF1',
  'PBX_AUTOSEULE',
  'PBX_DIFF',
  'PBX_HASH',
  'PBX_TIME',
  'PBX_HMAC',
]);

/** Fields that divide a payment into several (PBX_2MONT1, PBX_DATE1 ...): `installments` makes them. */
const DIVIDES = /^PBX_(?:2MONT|DATE|NBPAIE|DELAIS|FREQ|QUAND)\d*$/;

/** Fields that a shop can set. */
const SHOP_NAMES = new Set([
  'PBX_PORTEUR',
  'PBX_SHOPPINGCART',
  'PBX_BILLING',
  'PBX_SOUHAITAUTHENT',
  'PBX_LANGUE',
  'PBX_TYPEPAIEMENT',
  'PBX_TYPECARTE',
  'PBX_ARCHIVAGE',
  'PBX_DISPLAY',
  'PBX_SOURCE',
  'PBX_ERRORCODETEST',
]);

/** The HMAC covers raw values joined by `&`: a value with another field inside could be cut into two by who holds the form. */
function fieldInside(value: string): string | null {
  return /&\s*\w+=/.test(value) ? 'must not hold & and the name of another field' : null;
}

/** What a payment needs: PBX_PORTEUR, and PBX_BILLING where the shop does not give it whole. */
export const PAYBOX_REQUIRES: readonly Requirement<PayboxSettings>[] = [
  {
    field: 'customer.email',
    maxLength: 120,
    problemOf: (value) => (value.length < 6 ? 'takes 6 to 120 characters' : fieldInside(value)),
  },
  ...BILLING_REQUIRES,
];

/** What a shop may give. */
export const PAYBOX_SHOP_FIELDS: ShopFields = {
  reserved: { has: (name: string) => RESERVED.has(name) || DIVIDES.test(name) },
  allows: (name) => SHOP_NAMES.has(name),
  problemOf: (_name, value) => fieldInside(value),
};

/** `2026-11-21T09:00:00+00:00`: seconds, and the offset in digits. */
function timestamp(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, '+00:00');
}

/** How many articles the shop names; 99 is the most that the field takes. */
function articlesOf({ lineItems = [] }: PaymentRequest): number | null {
  const count = lineItems.reduce((sum, { quantity }) => sum + quantity, 0);
  return count === 0 ? null : Math.min(count, 99);
}

/** The only number of parts that this contract is sold with ("paiement en 3 fois"). */
const PARTS = 3;

/** Why a payment cannot be paid in these parts; null: it can. */
export function payboxInstallmentsProblem({ count }: Installments): string | null {
  return count === PARTS ? null : `Paybox takes ${PARTS} parts, not ${count}`;
}

/** What comes after the first part, which is PBX_TOTAL; and until when the card has to be good (YYMM). */
function laterParts(later: readonly Installment[]): (readonly [string, string])[] {
  const last = later.at(-1);
  if (!last) return [];
  const [, month = '', year = ''] = parisDay(last.dueAt).split('/');
  return [
    ...later.flatMap(({ amount, dueAt }, index) => [
      [`PBX_2MONT${index + 1}`, String(amount).padStart(3, '0')] as const,
      [`PBX_DATE${index + 1}`, parisDay(dueAt)] as const,
    ]),
    ['PBX_DATEVALMAX', `${year.slice(-2)}${month}`],
  ];
}

function fieldsOfPayment(request: StartRequest<PayboxSettings>): Field[] {
  const { payment, account, urls } = request;
  const { settings } = account;
  const { customer } = payment;
  const isManual = (payment.capture ?? settings.capture) === 'manual';
  const days = payment.capture === null && typeof settings.capture === 'number' ? settings.capture : null;
  const remark = payment.providerFields.PBX_BILLING ? null : phoneRemark(customer, settings);
  if (remark) console.warn({ event: 'paybox.telephone', payment: request.id, account: account.id, remark });
  const back = (via: Via) => addressWithin(150, backBy(urls, via));
  const parts = payment.installments
    ? installmentsOf(payment.amount, payment.installments, request.now.getTime())
    : [];
  const [{ amount: first } = payment, ...later] = parts;
  const entries: (readonly [string, string | undefined])[] = [
    ['PBX_SITE', settings.site],
    ['PBX_RANG', settings.rang],
    ['PBX_IDENTIFIANT', settings.identifiant],
    ['PBX_TOTAL', String(first).padStart(3, '0')],
    ['PBX_DEVISE', currency(payment.currency)?.numeric],
    ['PBX_CMD', request.order],
    ['PBX_PORTEUR', customer.email],
    ['PBX_RETOUR', settings.pbx_retour],
    ['PBX_EFFECTUE', back('success')],
    ['PBX_REFUSE', back('failure')],
    ['PBX_ANNULE', back('cancel')],
    ['PBX_ATTENTE', back('pending')],
    ['PBX_REPONDRE_A', addressWithin(150, urls.callback)],
    ['PBX_RUF1', 'POST'],
    ['PBX_SHOPPINGCART', shoppingCart(articlesOf(payment) ?? settings.total_quantity)],
    ['PBX_BILLING', payment.providerFields.PBX_BILLING ?? billing(customer, settings)],
    ['PBX_AUTOSEULE', isManual ? 'O' : undefined],
    ['PBX_DIFF', days === null ? undefined : String(days).padStart(2, '0')],
    ['PBX_LANGUE', LANGUAGES[customer.language ?? '']],
    ...laterParts(later),
  ];
  return entries.filter((entry): entry is Field => Boolean(entry[1]));
}

/**
 * The fields of the form in the order that is signed, all but PBX_HMAC.
 * @throws Problem misconfigured when an address of ours is too long.
 */
export function payboxFields(request: StartRequest<PayboxSettings>): readonly Field[] {
  const fields = withProviderFields(fieldsOfPayment(request), request.payment.providerFields);
  return [
    ...fields,
    ['PBX_HASH', request.account.settings.hmac_algorithm],
    ['PBX_TIME', timestamp(request.now)],
  ];
}
